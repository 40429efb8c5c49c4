// SPDX-License-Identifier: MIT
//
// Files that are read and written, with a sentence for each way in which that fails.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace example {

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  ///< which some editors put in front of UTF-8

/// Opens a file to read bytes from. Throws std::runtime_error, naming it, if that cannot be done.
inline std::ifstream open_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw std::runtime_error(path + ": cannot be read: it is a folder; expected a file");
  }
  std::ifstream stream(path, std::ios::binary);
  if (stream) return stream;
  const bool there = std::filesystem::exists(path, ignored);
  throw std::runtime_error(path + ": cannot be read" + (there ? "" : ": no such file"));
}

/// Throws std::runtime_error, naming the file, if it could not be written; to be asked before work that ends in it.
/// What is in the file stays there, and one that was not there is not there afterwards.
inline void check_writable(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
    throw std::runtime_error(path + ": cannot be written: there is no folder " + folder.string());
  }
  const bool there = std::filesystem::exists(path, ignored);
  if (!std::ofstream(path, std::ios::app)) throw std::runtime_error(path + ": cannot be written");
  if (!there) std::filesystem::remove(path, ignored);
}

/// Throws std::runtime_error, naming the file, unless all of the text has arrived in it.
inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary);
  if (!(stream << text).flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace example
