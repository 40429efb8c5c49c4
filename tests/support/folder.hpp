// SPDX-License-Identifier: MIT
//
// A folder that is there for one test, in the system's place for such files, and what tests of files ask. A program of
// tests names its own.
#pragma once

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

class Folder {
 public:
  explicit Folder(const std::string& program)
      : path(std::filesystem::temp_directory_path() / ("elman-" + program + "-test")) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// The path of a file with this content.
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path / name, std::ios::binary) << content;
    return (path / name).string();
  }

  const std::filesystem::path path;
};

/// The bytes of a file. Throws if it cannot be read.
inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What an error of any kind says, "" if there is none.
template <class Fails>
std::string message(const Fails& fails) {
  try {
    fails();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}
