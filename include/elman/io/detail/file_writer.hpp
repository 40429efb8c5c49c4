// SPDX-License-Identifier: MIT
//
// A file is replaced whole or not at all: what is written goes to another one beside it, NAME.part, is flushed to the
// disk, and then takes its name. Whoever is killed meanwhile leaves the old file as it was, and a NAME.part that the
// next writer takes over. On the way the file has no reader and NAME.part one writer, who holds a lock on it.
//
//   FileWriter file(path);
//   file.write(bytes, count);        any number of times
//   file.commit();                   without it nothing happens to the file
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#if __has_include(<unistd.h>) && __has_include(<sys/file.h>)
#define ELMAN_IO_POSIX 1
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#define ELMAN_IO_POSIX 0
#endif

#include "elman/io/detail/file_error.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

#if ELMAN_IO_POSIX

class FileWriter {
 public:
  /// Throws std::runtime_error, with the path and the system's reason, if nothing can be written there.
  explicit FileWriter(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code error;
    target_ = path;
    const auto status = std::filesystem::status(path, error);
    require(!std::filesystem::is_directory(status), name_, "is a folder; expected a file");
    if (std::filesystem::exists(status)) target_ = std::filesystem::canonical(path, error);  // what a link leads to
    require(!error || !std::filesystem::exists(status), name_, "cannot be looked at: ", error.message());
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      file_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);  // a device or a pipe: there is nothing to keep
      if (file_ < 0) fail_to("be opened");
      return;
    }
    part_ = target_.string() + ".part";
    open_part();
    struct stat old {};
    if (::stat(target_.c_str(), &old) == 0) (void)::fchmod(file_, old.st_mode & 07777);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() {
    if (file_ < 0) return;
    if (!part_.empty()) ::unlink(part_.c_str());
    ::close(file_);
  }

  const std::string& name() const { return name_; }

  void write(const void* bytes, std::size_t count) {
    const char* from = static_cast<const char*>(bytes);
    while (count > 0) {
      const auto written = ::write(file_, from, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_to("be written");
      from += written;
      count -= static_cast<std::size_t>(written);
    }
  }

  /// What has been written is the file from now on, or this throws and the file is what it was.
  void commit() {
    if (!part_.empty()) {
      if (::fsync(file_) != 0) fail_to("be flushed to the disk");
      if (::rename(part_.c_str(), target_.c_str()) != 0) fail_to("be replaced");
      part_.clear();
      flush_folder();
    }
    const int file = std::exchange(file_, -1);
    if (::close(file) != 0) fail_to("be closed");
  }

 private:
  [[noreturn]] void fail_to(const char* what) const {
    const int error = errno;
    fail(name_, "cannot ", what, ": ", reason(error));
  }

  /// A writer that ended between our open and our lock has given its NAME.part another name.
  void open_part() {
    for (;;) {
      file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (file_ < 0) fail_to("be written");
      const bool is_ours = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
      if (!is_ours) {
        const int error = errno;
        ::close(std::exchange(file_, -1));
        fail(name_, "cannot be written: ", part_, " is being written by somebody else (", reason(error), ")");
      }
      struct stat opened {
      }, named{};
      if (::fstat(file_, &opened) == 0 && ::stat(part_.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
          opened.st_dev == named.st_dev) {
        break;
      }
      ::close(std::exchange(file_, -1));
    }
    if (::ftruncate(file_, 0) != 0) fail_to("be written");
  }

  /// So that the new name is on the disk too; where a folder cannot be flushed there is nothing more to do.
  void flush_folder() const {
    const auto folder = target_.has_parent_path() ? target_.parent_path() : std::filesystem::path(".");
    const int opened = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (opened < 0) return;
    (void)::fsync(opened);
    ::close(opened);
  }

  std::string name_;
  std::filesystem::path target_;
  std::string part_;  ///< empty once it has taken the file's name, and of what is no regular file
  int file_ = -1;
};

#else

/// Without POSIX: the same, but that what is flushed may still be in the system's memory, and that nobody is locked
/// out.
class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& path) : name_(path.string()), target_(path) {
    require(!std::filesystem::is_directory(path), name_, "is a folder; expected a file");
    part_ = path;
    part_ += ".part";
    file_ = std::fopen(part_.string().c_str(), "wb");
    if (!file_) fail_to("be written");
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() {
    if (!file_) return;
    std::fclose(file_);
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }

  const std::string& name() const { return name_; }
  void write(const void* bytes, std::size_t count) {
    if (std::fwrite(bytes, 1, count, file_) != count) fail_to("be written");
  }
  void commit() {
    if (std::fflush(file_) != 0) fail_to("be flushed");
    if (std::fclose(std::exchange(file_, nullptr)) != 0) fail_to("be closed");
    std::error_code error;
    std::filesystem::rename(part_, target_, error);
    if (error) fail(name_, "cannot be replaced: ", error.message());
  }

 private:
  [[noreturn]] void fail_to(const char* what) const { fail(name_, "cannot ", what, ": ", reason(errno)); }

  std::string name_;
  std::filesystem::path target_, part_;
  std::FILE* file_ = nullptr;
};

#endif

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
