// SPDX-License-Identifier: MIT
//
// What goes with a net (attachments.hpp) as constants in C++.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "elman/check.hpp"
#include "elman/deploy/attachments.hpp"
#include "elman/deploy/cpp_array.hpp"
#include "elman/deploy/cpp_text.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Throws unless a name of an attachment can be one in C++.
inline void require_cpp_name(const char* argument, std::string_view name) {
  require_that(is_cpp_name(name), "cpp_header: ", argument, " has the name \"", name, "\"", fault_of_cpp_name(name));
}

/// Constants in namespaces of their own.
inline void append_strings(std::string& text, const Attachments& attachments) {
  if (attachments.strings.empty()) return;
  text += "\nnamespace strings {\n";
  for (const auto& [name, all] : attachments.strings) {
    require_cpp_name("strings", name);
    const auto append_value = [&text](const std::string& one) {
      text.append("{").append(cpp_literal(std::string_view(one))).append(", ");
      text.append(std::to_string(one.size())).append("}");
    };
    if (all.size() == 1) {
      text += "inline constexpr std::string_view " + name;
      append_value(all.front());
      text += ";\n";
      continue;
    }
    text += "inline constexpr std::array<std::string_view, " + std::to_string(all.size()) + "> " + name + "{";
    if (!all.empty()) text += "{\n";
    for (const auto& one : all) {
      text += "    ";
      append_value(one);
      text += ",\n";
    }
    text += all.empty() ? "};\n" : "}};\n";
  }
  text += "}  // namespace strings\n";
}
template <class Scalar>
void append_tensors(std::string& text, const Attachments& attachments) {
  if (attachments.tensors.empty()) return;
  text += "\n// Column by column; NAME() is the matrix.\nnamespace tensors {\n";
  for (const auto& [name, tensor] : attachments.tensors) {
    require_cpp_name("tensors", name);
    require_that(attachments.tensors.count(name + "_numbers") == 0, "cpp_header: tensors has \"", name, "\" and \"",
                 name, "_numbers\", which is the name of the first's array; expected another name");
    const Matrix<Scalar, Dynamic, Dynamic> numbers = tensor.template cast<Scalar>();
    for (Index k = 0; k < numbers.size(); ++k) {
      constexpr Scalar most = (std::numeric_limits<Scalar>::max)();
      require_that(within(numbers.data()[k], -most, most), "cpp_header: tensors \"", name, "\" has ", tensor.data()[k],
                   "; expected numbers that the net's Scalar can hold");
    }
    append_array(text, (name + "_numbers").c_str(),
                 std::span<const Scalar>(numbers.data(), static_cast<std::size_t>(numbers.size())));
    const std::string type = std::string("elman::View<const elman::Matrix<") + CppName<Scalar>::value + ", " +
                             std::to_string(numbers.rows()) + ", " + std::to_string(numbers.cols()) + ">>";
    const char* const from = numbers.size() > 0 ? "_numbers); }\n" : "_numbers.data()); }\n";
    text.append("inline ").append(type).append(" ").append(name).append("() { return ").append(type);
    text.append("(").append(name).append(from);
  }
  text += "}  // namespace tensors\n";
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
