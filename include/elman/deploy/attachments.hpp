// SPDX-License-Identifier: MIT
//
// What a net needs beside its weights to be of use: names of its classes, the alphabet it reads, mean and deviation of
// its inputs. It is written with the net, to a file (io/net.hpp) or as C++ (cpp_header.hpp).
//
//   {.strings = {{"classes", {"yes", "no"}}, {"alphabet", {"abc"}}}, .tensors = {{"mean", mean}, {"deviation", sd}}}
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

struct Attachments {
  std::map<std::string, std::vector<std::string>> strings = {};          ///< by name: one text, or several
  std::map<std::string, Matrix<double, Dynamic, Dynamic>> tensors = {};  ///< by name: a matrix, or a column

  /// Of this name. Throw if there is none.
  const std::vector<std::string>& strings_of(std::string_view name) const { return at(strings, name, "strings"); }
  const std::string& string_of(std::string_view name) const {
    const auto& all = strings_of(name);
    detail::require_that(all.size() == 1, "Attachments::string_of: name is \"", name, "\", which has ", all.size(),
                         " strings; expected one");
    return all.front();
  }
  const Matrix<double, Dynamic, Dynamic>& tensor_of(std::string_view name) const {
    return at(tensors, name, "tensors");
  }

  friend bool operator==(const Attachments& a, const Attachments& b) {
    const auto same = [](const auto& one, const auto& other) {
      return one.first == other.first && one.second.rows() == other.second.rows() &&
             one.second.cols() == other.second.cols() && one.second == other.second;
    };
    return a.strings == b.strings && a.tensors.size() == b.tensors.size() &&
           std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), same);
  }

 private:
  template <class Value>
  static const Value& at(const std::map<std::string, Value>& all, std::string_view name, const char* what) {
    const auto found = all.find(std::string(name));
    if (found != all.end()) return found->second;
    std::string names;
    for (const auto& [key, value] : all) names += (names.empty() ? "" : ", ") + key;
    detail::fail("Attachments: name is \"", name, "\"; expected one of its ", what, ": ", names);
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
