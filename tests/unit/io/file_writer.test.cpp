// SPDX-License-Identifier: MIT
#include "elman/io/detail/file_writer.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"
#include "support/folder.hpp"

#if ELMAN_IO_POSIX
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#endif

namespace fs = std::filesystem;
using elman::io::detail::FileWriter;

namespace {

void write(const fs::path& path, const std::string& text) {
  FileWriter file(path);
  file.write(text.data(), text.size());
  file.commit();
}

/// What writing there says, "" if nothing.
std::string fault_of(const fs::path& path, const std::string& text = "new") {
  try {
    write(path, text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("A file is replaced whole or not at all") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");
  {
    FileWriter file(path);
    file.write("ne", 2);
    CHECK(content(path) == "old");
    CHECK(file.name() == path.string());
  }
  CHECK(content(path) == "old");
  CHECK(files_in(folder.path) == 1);
  {
    FileWriter file(path);
    file.write("ne", 2);
    file.write("w", 1);
    file.commit();
    CHECK(content(path) == "new");
  }
  CHECK(content(path) == "new");
  write(folder.path / "another", "");
  CHECK(content(folder.path / "another").empty());
  CHECK(files_in(folder.path) == 2);
}

TEST_CASE("What cannot be a file is refused with the path") {
  const Folder folder("file-writer");
  CHECK(fault_of("") == "\"\": is empty; expected the path of a file");
  const std::string place = (folder.path / "folder").string();
  CHECK(fault_of(place + "/") == place + "/: is the name of a folder; expected that of a file");
  fs::create_directory(place);
  CHECK(fault_of(place) == place + ": is a folder; expected a file");
  CHECK(files_in(folder.path) == 1);
}

#if ELMAN_IO_POSIX

namespace {

/// What `body` returns, run in a process of its own, which may give up rights.
template <class Body>
std::string in_child(const Body& body) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string text = body();
    const auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char byte = 0;
  while (::read(ends[0], &byte, 1) == 1) text += byte;
  ::close(ends[0]);
  int status = 1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  return text;
}

/// For root every folder can be written to.
bool give_up_root() { return ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0); }

::mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("A failing write says the path and the system's reason, and leaves the file") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");

  const auto missing = folder.path / "missing" / "net";
  CHECK(fault_of(missing) == missing.string() + ": cannot be written: No such file or directory");
  const auto under_a_file = path / "net";
  CHECK(fault_of(under_a_file) == under_a_file.string() + ": cannot be written: Not a directory");
  for (const std::size_t length : {251U, 256U}) {  // with .part behind it, and by itself
    const auto long_name = folder.path / std::string(length, 'n');
    const std::string fault = fault_of(long_name);
    CHECK(fault.starts_with(long_name.string() + ": cannot be "));
    CHECK(fault.ends_with(": File name too long"));
  }
  if (fs::exists("/dev/full")) {
    CHECK(fault_of("/dev/full") == "/dev/full: cannot be written: No space left on device");
    CHECK(fs::is_character_file("/dev/full"));
  }
  CHECK(content(path) == "old");
  CHECK(files_in(folder.path) == 1);
}

TEST_CASE("Who may not write to a file, or to its folder, does not replace it") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");
  fs::permissions(folder.path, fs::perms::all);  // anybody's
  fs::permissions(path, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  const auto try_it = [&] { return give_up_root() ? fault_of(path) : "has rights that cannot be given up"; };
  CHECK(in_child(try_it) == path.string() + ": cannot be written: Permission denied");
  CHECK(content(path) == "old");

  fs::permissions(path, fs::perms::all);
  fs::permissions(folder.path,
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  CHECK(in_child(try_it) == path.string() + ": cannot be written: Permission denied");
  fs::permissions(folder.path, fs::perms::all);
  CHECK(content(path) == "old");
  CHECK(files_in(folder.path) == 1);

  CHECK(in_child(try_it).empty());
  CHECK(content(path) == "new");
}

TEST_CASE("Where no more fits the old file stays, and nothing beside it") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");
  const auto try_it = [&]() -> std::string {
    const rlimit small{1000, 1000};
    ::signal(SIGXFSZ, SIG_IGN);
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return "has no limit";
    return fault_of(path, std::string(2000, 'n'));
  };
  CHECK(in_child(try_it) == path.string() + ": cannot be written: File too large");
  CHECK(content(path) == "old");
  CHECK(files_in(folder.path) == 1);
}

TEST_CASE("NAME.part of a writer that was killed is taken over, from one that lives it is not") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");
  const fs::path part = folder.write("net.part", "a longer rest");
  {
    FileWriter first(path);
    first.write("first", 5);
    CHECK(fault_of(path) ==
          path.string() + ": cannot be written: " + part.string() + " is being written by somebody else");
    CHECK(content(path) == "old");
    first.commit();
  }
  CHECK(content(path) == "first");
  CHECK(fault_of(path).empty());
  CHECK(content(path) == "new");
  CHECK(files_in(folder.path) == 1);
}

TEST_CASE("What stands in the way as NAME.part, and is no rest of a writer, is left alone") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");
  const fs::path other = folder.write("other", "somebody's");
  const fs::path part = folder.path / "net.part";
  const auto check = [&](const std::string& reason) {
    CHECK(fault_of(path) == path.string() + ": cannot be written: " + part.string() + " is in the way: " + reason);
    CHECK(content(path) == "old");
    CHECK(content(other) == "somebody's");
    CHECK(fs::exists(fs::symlink_status(part)));
    fs::remove(part);
  };
  fs::create_directory(part);
  check("Is a directory");
  fs::create_symlink(other, part);
  check("Too many levels of symbolic links");
  fs::create_hard_link(other, part);
  check("it is no file of one name");
  REQUIRE(::mkfifo(part.c_str(), 0600) == 0);
  check("No such device or address");
}

TEST_CASE("A file keeps its mode, and a link leads to it still") {
  const Folder folder("file-writer");
  const fs::path path = folder.write("net", "old");
  for (const ::mode_t mode : {0600U, 0640U, 0666U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    write(path, "new");
    CHECK(mode_of(path) == mode);
  }

  fs::create_directory(folder.path / "links");
  const auto link = folder.path / "links" / "to-it";
  fs::create_symlink("../net", link);
  write(link, "through a link");
  CHECK(fs::is_symlink(link));
  CHECK(content(path) == "through a link");

  const auto dangling = folder.path / "links" / "to-nothing";
  fs::create_symlink("../fresh", dangling);
  write(dangling, "new");
  CHECK(fs::is_symlink(dangling));
  CHECK(content(folder.path / "fresh") == "new");

  const auto loop = folder.path / "links" / "to-itself";
  fs::create_symlink(loop, loop);
  CHECK(fault_of(loop) == loop.string() + ": cannot be looked at: Too many levels of symbolic links");
  CHECK(fs::is_symlink(loop));
}

TEST_CASE("A relative path is one of the folder in which the writer was made") {
  const Folder folder("file-writer");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  FileWriter file("net");
  fs::current_path(before);
  file.write("new", 3);
  file.commit();
  CHECK(content(folder.path / "net") == "new");
  CHECK(file.name() == "net");
}

TEST_CASE("A pipe gets all bytes, whatever signals interrupt") {
  if (!fs::exists("/dev/fd")) {
    SUCCEED("this system has no names for pipes");
    return;
  }
  int ends[2], sums[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::pipe(sums) == 0);
  const std::string text(1'000'000, 'n');
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[1]);
    std::size_t sum = 0;
    char bytes[4096];
    for (;;) {
      const auto got = ::read(ends[0], bytes, sizeof bytes);
      if (got <= 0) break;
      sum += static_cast<std::size_t>(got);
      ::usleep(100);
    }
    ::_exit(::write(sums[1], &sum, sizeof sum) == sizeof sum ? 0 : 1);
  }
  ::close(ends[0]);
  struct sigaction count {};
  struct sigaction ignored {};
  static volatile std::sig_atomic_t signals = 0;
  count.sa_handler = [](int) { signals = signals + 1; };
  ::sigaction(SIGALRM, &count, &ignored);
  const itimerval often{{0, 2000}, {0, 2000}}, never{};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  const std::string fault = fault_of("/dev/fd/" + std::to_string(ends[1]), text);
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &ignored, nullptr);
  ::close(ends[1]);
  std::size_t sum = 0;
  CHECK(::read(sums[0], &sum, sizeof sum) == sizeof sum);
  ::waitpid(child, nullptr, 0);
  ::close(sums[0]);
  ::close(sums[1]);
  CHECK(fault.empty());
  CHECK(sum == text.size());
  CHECK(signals > 0);
}

#endif
