// SPDX-License-Identifier: MIT
//
// A file is replaced whole or not at all: what is written goes to another one beside it, NAME.part, is flushed to the
// disk, and then takes its name. Whoever is killed meanwhile leaves the old file as it was, and a NAME.part that the
// next writer takes over; who writes NAME.part holds a lock on it. The file keeps its mode and, where the system allows
// it, its owner; links are followed. A device or a pipe is written to as it is.
//
//   FileWriter file(path);
//   file.write(bytes, count);        any number of times
//   file.commit();                   without it nothing happens to the file
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#if __has_include(<unistd.h>) && __has_include(<sys/file.h>) && !defined(_WIN32)  // MinGW has headers of these names
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

/// The error of a path that names no file.
inline void require_file_name(const std::filesystem::path& path) {
  require_that(!path.empty(), "\"\"", "is empty; expected the path of a file");
  require_that(path.has_filename(), path.string(), "is the name of a folder; expected that of a file");
}

#if ELMAN_IO_POSIX

/// The result of a call to the system that a signal may have interrupted.
template <class Call>
auto uninterrupted(const Call& call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

/// An open file, or none.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const std::filesystem::path& path, int flags, ::mode_t mode = 0)
      : file_(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode); })) {}
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Descriptor() { close(); }

  bool is_open() const { return file_ >= 0; }
  int get() const { return file_; }
  int close() { return file_ < 0 ? 0 : ::close(std::exchange(file_, -1)); }

 private:
  int file_ = -1;
};

class FileWriter {
 public:
  /// Throws std::runtime_error, with the path and the system's reason, if nothing can be written there. A relative path
  /// is one of the folder that is current now.
  explicit FileWriter(const std::filesystem::path& path) : name_(path.string()) {
    require_file_name(path);
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    require_that(!std::filesystem::is_directory(status), name_, "is a folder; expected a file");
    require_that(std::filesystem::status_known(status), name_, "cannot be looked at: ", error.message());
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      file_ = Descriptor(path, O_WRONLY);  // a device or a pipe: there is nothing to keep
      if (!file_.is_open()) fail_to("be opened");
      return;
    }
    const std::filesystem::path target = followed(path);
    struct stat old {};
    bool is_new = true;
    if (std::filesystem::exists(status)) {
      const Descriptor opened(target, O_WRONLY | O_NONBLOCK);  // whoever may not write to it may not replace it
      if (!opened.is_open() || ::fstat(opened.get(), &old) != 0) fail_to("be written");
      is_new = false;
    }
    const std::string part = target.string() + ".part";
    open_part(part, is_new ? 0666 : old.st_mode & 0777);
    target_ = target;
    part_ = part;
    if (is_new) return;
    static_cast<void>(::fchown(file_.get(), old.st_uid, old.st_gid) == 0);  // where that is allowed
    static_cast<void>(::fchmod(file_.get(), old.st_mode & 0777) == 0);
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() {
    if (!part_.empty()) ::unlink(part_.c_str());
  }

  const std::string& name() const { return name_; }

  void write(const void* bytes, std::size_t count) {
    constexpr std::size_t most = std::size_t{1} << 30;  // some systems refuse 2 GiB at once
    const char* from = static_cast<const char*>(bytes);
    while (count > 0) {
      const auto written = uninterrupted([&] { return ::write(file_.get(), from, (std::min)(count, most)); });
      if (written < 0) fail_to("be written");
      from += written;
      count -= static_cast<std::size_t>(written);
    }
  }

  /// What has been written is the file from now on, or this throws and the file is what it was.
  void commit() {
    if (part_.empty()) {
      if (file_.close() != 0) fail_to("be closed");
      return;
    }
    if (flush(file_.get()) != 0) fail_to("be flushed to the disk");
    if (::rename(part_.c_str(), target_.c_str()) != 0) fail_to("be replaced");
    part_.clear();
    const Descriptor folder(target_.parent_path(), O_RDONLY);  // so that the name is on the disk, too, where it can be
    if (folder.is_open()) flush(folder.get());
    file_.close();
  }

 private:
  [[__noreturn__]] void fail_to(const char* what) const {
    const int error = errno;
    fail(name_, "cannot ", what, ": ", reason(error));
  }

  /// An absolute path of the file that links lead to; it need not be there.
  static std::filesystem::path followed(const std::filesystem::path& path) {
    std::error_code error;
    auto target = std::filesystem::absolute(path, error);
    if (error) target = std::filesystem::path(".") / path;
    while (std::filesystem::is_symlink(target, error)) {  // an end is sure: the file's status is known
      const auto next = std::filesystem::read_symlink(target, error);
      if (error) break;
      target = target.parent_path() / next;
    }
    return target;
  }

  /// NAME.part, empty and locked. A writer that ended between our open and our lock has given it another name.
  void open_part(const std::string& part, ::mode_t mode) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      file_ = Descriptor(part, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode);
      const int error = errno;
      struct stat opened {
      }, named{};
      if (!file_.is_open()) {
        if (::lstat(part.c_str(), &named) != 0) fail(name_, "cannot be written: ", reason(error));
        fail(name_, "cannot be written: ", part, " is in the way: ", reason(error));
      }
      const auto lock = [&] { return ::flock(file_.get(), LOCK_EX | LOCK_NB); };
      if (uninterrupted(lock) != 0 && errno == EWOULDBLOCK) {  // else there are no locks in this file system
        fail(name_, "cannot be written: ", part, " is being written by somebody else");
      }
      if (::fstat(file_.get(), &opened) != 0 || ::lstat(part.c_str(), &named) != 0) continue;
      if (opened.st_ino != named.st_ino || opened.st_dev != named.st_dev) continue;
      require_that(S_ISREG(opened.st_mode) && opened.st_nlink == 1, name_, "cannot be written: ", part,
                   " is in the way: it is no file of one name");
      if (::ftruncate(file_.get(), 0) != 0) fail_to("be written");
      return;
    }
    fail(name_, "cannot be written: ", part, " is being written by others");
  }

  /// To the disk itself; 0 too where the file system has no such thing.
  static int flush(int file) {
#if defined(F_FULLFSYNC)
    if (::fcntl(file, F_FULLFSYNC) == 0) return 0;
#endif
    const int result = uninterrupted([&] { return ::fsync(file); });
    return result != 0 && errno == EINVAL ? 0 : result;
  }

  std::string name_;
  std::filesystem::path target_;
  std::string part_;  ///< empty once it has taken the file's name, and of what is no regular file
  Descriptor file_;
};

#else

/// Without POSIX: the same, but that what is flushed may still be in the system's memory, and that nobody is locked
/// out.
class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& path) : name_(path.string()), target_(path) {
    require_file_name(path);
    require_that(!std::filesystem::is_directory(path), name_, "is a folder; expected a file");
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
  [[__noreturn__]] void fail_to(const char* what) const { fail(name_, "cannot ", what, ": ", reason(errno)); }

  std::string name_;
  std::filesystem::path target_, part_;
  std::FILE* file_ = nullptr;
};

#endif

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
