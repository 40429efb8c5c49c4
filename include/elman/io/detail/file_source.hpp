// SPDX-License-Identifier: MIT
//
// Bytes of a file, or of any stream that can be sought, from where they are asked for. Faults start with its name.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "elman/io/detail/file_error.hpp"
#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

class FileSource {
 public:
  /// Throws std::runtime_error if the file cannot be read.
  explicit FileSource(const std::filesystem::path& path) : FileSource(path.string(), opened(path)) {}
  FileSource(std::string name, std::unique_ptr<std::istream> stream)
      : name_(std::move(name)), stream_(std::move(stream)) {
    require_that(stream_ != nullptr, name_, "has no stream");
    stream_->exceptions(std::ios::goodbit);
    stream_->seekg(0, std::ios::end);
    const auto end = static_cast<std::streamoff>(stream_->tellg());
    require_that(end >= 0 && stream_->good(), name_, "cannot be sought in");
    size_ = static_cast<std::uint64_t>(end);
  }

  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }  ///< in bytes

  void read(std::uint64_t position, unsigned char* to, std::size_t count) {
    errno = 0;
    stream_->clear();
    stream_->seekg(static_cast<std::streamoff>(position));
    stream_->read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(count));
    const int error = errno;
    const auto got = stream_->good() ? count : static_cast<std::size_t>(stream_->gcount());
    if (got != count && error != 0) fail(name_, "cannot be read: ", reason(error));
    require_that(got == count, name_, "ends at byte ", position + got, " while it is read; expected ", size_);
  }

 private:
  static std::unique_ptr<std::istream> opened(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    const std::string name = path.string();
    require_that(status.type() != std::filesystem::file_type::not_found, name, "is not there");
    require_that(!error, name, "cannot be looked at: ", error.message());
    require_that(!std::filesystem::is_directory(status), name, "is a folder; expected a file");
    require_that(std::filesystem::is_regular_file(status), name, "is a pipe or a device; expected a file");
    auto stream = std::make_unique<std::ifstream>();
    stream->rdbuf()->pubsetbuf(nullptr, 0);  // what is read is as much as is needed
    errno = 0;
    stream->open(path, std::ios::binary);
    const int why = errno;
    require_that(stream->is_open(), name, "cannot be opened: ", reason(why));
    return stream;
  }

  std::string name_;
  std::unique_ptr<std::istream> stream_;
  std::uint64_t size_ = 0;
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
