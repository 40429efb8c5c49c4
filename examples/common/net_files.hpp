// SPDX-License-Identifier: MIT
//
// A trained net with all that it needs beside its weights in one file, and back. What it needs has names:
//
//   write_net(options.files, net, {.strings = {{"classes", names}}});
//   const NetFile file(options.files);
//   const auto net = file.net<Net<Body>>();
//   file.texts("classes");                                   or a sentence that says what is missing
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "file_options.hpp"

namespace example {

/// A number as an attached text: the shortest from which it is read again.
template <class Number>
std::vector<std::string> number_text(Number number) {
  char digits[32];
  return {std::string(digits, std::to_chars(digits, digits + sizeof digits, number).ptr)};
}

/// "dutch, english".
inline std::string list(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

/// Writes the net to the files that are asked for; `comment` goes in front of the header.
template <class Net>
void write_net(const FileOptions& files, const Net& net, elman::Attachments attachments,
               const std::string& comment = "") {
  if (!files.header.empty()) write_file(files.header, comment + elman::cpp_header(net, "trained", attachments));
  if (files.save.empty()) return;
  attachments.strings["program"] = {files.program};
  elman::io::save(files.save, net, attachments);
}

/// The file of --load.
class NetFile {
 public:
  /// Throws std::runtime_error, as all do here, unless it is a file that this program has saved.
  explicit NetFile(const FileOptions& files)
      : path_(files.load), files_(files), attachments_(elman::io::attachments(files.load)) {
    check_files(files, 1);
    const auto found = attachments_.strings.find("program");
    check(found != attachments_.strings.end(), "is not of " + files.program + ": it has no attached text \"program\"");
    check(found->second.size() == 1 && found->second.front() == files.program,
          "is of " + (found->second.empty() ? "" : found->second.front()) + "; expected a file of " + files.program);
  }

  const std::string& path() const { return path_; }
  void check(bool holds, const std::string& complaint) const {
    if (!holds) throw std::runtime_error(path_ + ": " + complaint);
  }

  const std::vector<std::string>& texts(const std::string& name) const {
    const auto found = attachments_.strings.find(name);
    check(found != attachments_.strings.end(), "has no attached text \"" + name + "\", which a net needs");
    return found->second;
  }
  const std::string& text(const std::string& name) const {
    const auto& all = texts(name);
    check(all.size() == 1, "has " + std::to_string(all.size()) + " texts \"" + name + "\"; expected one");
    return all.front();
  }
  /// One of the texts that are there to choose from.
  template <class Value>
  Value choice(const std::string& name, const std::map<std::string, Value>& values) const {
    const auto found = values.find(text(name));
    std::string all;
    for (const auto& [key, value] : values) all += (all.empty() ? "" : " or ") + key;
    check(found != values.end(), "attached text \"" + name + "\" is '" + text(name) + "'; expected " + all);
    return found->second;
  }
  template <class Number>
  Number number(const std::string& name) const {
    const std::string& digits = text(name);
    Number number{};
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    check(error == std::errc{} && stop == digits.data() + digits.size(),
          "attached text \"" + name + "\" is '" + digits + "'; expected a number");
    return number;
  }
  const elman::Matrix<double, elman::Dynamic, elman::Dynamic>& tensor(const std::string& name,
                                                                      elman::Index rows) const {
    const auto found = attachments_.tensors.find(name);
    check(found != attachments_.tensors.end(), "has no attached tensor \"" + name + "\", which a net needs");
    check(found->second.rows() == rows && found->second.cols() == 1, "attached tensor \"" + name + "\" has " +
                                                                         std::to_string(found->second.size()) +
                                                                         " numbers; expected " + std::to_string(rows));
    return found->second;
  }
  /// How the inputs were scaled.
  elman::prepare::Scaling scaling() const {
    const auto found = attachments_.tensors.find("scaling_offset");
    check(found != attachments_.tensors.end(), "has no attached tensor \"scaling_offset\", which a net needs");
    try {
      return elman::prepare::Scaling::from(attachments_.tensors);
    } catch (const std::invalid_argument& error) {
      throw std::runtime_error(path_ + ": " + error.what());
    }
  }
  /// The names of the classes that a net tells apart.
  const std::vector<std::string>& classes(elman::Index out) const {
    const auto& names = texts("classes");
    check(static_cast<elman::Index>(names.size()) == out,
          "has " + std::to_string(names.size()) + " classes for " + std::to_string(out) + " outputs");
    return names;
  }

  /// Whether the net has a layer of this name, "Bidirectional": which type is to be loaded.
  bool has_layer(const std::string& name) const {
    return elman::io::form(path_).text().find("elman::" + name + "<") != std::string::npos;
  }
  /// Written too, where --save and --header say.
  template <class Net>
  Net net() const {
    Net net = elman::io::load<Net>(path_);
    write_net(files_, net, attachments_);
    return net;
  }

 private:
  std::string path_;
  FileOptions files_;
  elman::Attachments attachments_;
};

}  // namespace example
