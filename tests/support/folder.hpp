// SPDX-License-Identifier: MIT
//
// A folder that is there for one test, in the system's place for such files. A program of tests names its own.
#pragma once

#include <filesystem>
#include <fstream>
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
