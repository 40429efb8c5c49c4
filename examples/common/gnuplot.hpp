// SPDX-License-Identifier: MIT
//
// Pictures by gnuplot, a program of its own: a script goes in, the bytes of a PNG or SVG file come out. No shell has a
// part in it, and no name of a file: texts of others stand in the script in quotes in which nothing has a meaning.
#pragma once

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#ifndef _WIN32
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "files.hpp"

namespace example {

/// A text that gnuplot takes as it is: in single quotes only a quote has a meaning. What cannot be printed is a blank.
inline std::string quoted_for_gnuplot(std::string_view text) {
  std::string inside;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    inside += c == '\'' ? std::string("''") : std::string(1, is_control ? ' ' : c);
  }
  return '\'' + inside + '\'';
}

/// Beside an axis, where gnuplot takes a text for the format of a number.
inline std::string tic_label(std::string_view text) {
  std::string inside;
  for (const char c : text) inside += c == '%' ? std::string("%%") : std::string(1, c);
  return quoted_for_gnuplot(inside);
}

/// A number of the data; one that is not finite is left out of the picture.
inline std::string number_for_gnuplot(double number) {
  if (!std::isfinite(number)) return "NaN";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

inline bool is_svg(const std::string& path) { return std::filesystem::path(path).extension() == ".svg"; }

/// With a blank for all blanks and ends of lines between two words.
inline std::string in_one_line(const std::string& text) {
  std::istringstream in(text);
  std::string line;
  for (std::string word; in >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

#ifndef _WIN32

/// What gnuplot writes when it is given this script. Throws std::runtime_error with its message if it fails, or with
/// how to get it where it is not installed.
inline std::string run_gnuplot(const std::string& script) {
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  File streams[3] = {{std::tmpfile(), std::fclose}, {std::tmpfile(), std::fclose}, {std::tmpfile(), std::fclose}};
  for (const File& stream : streams) {
    if (!stream) throw std::runtime_error("no temporary file can be made: " + std::generic_category().message(errno));
  }
  const bool is_written = std::fwrite(script.data(), 1, script.size(), streams[0].get()) == script.size() &&
                          std::fflush(streams[0].get()) == 0 && std::fseek(streams[0].get(), 0, SEEK_SET) == 0;
  if (!is_written) throw std::runtime_error("a temporary file cannot be written");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int stream = 0; stream < 3; ++stream) {
    posix_spawn_file_actions_adddup2(&actions, fileno(streams[stream].get()), stream);
  }
  char program[] = "gnuplot", no_settings[] = "-d";
  char* arguments[] = {program, no_settings, nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 127 << 8;
  while (error == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (error == ENOENT || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
    throw std::runtime_error("gnuplot, which draws it, is not installed (Debian, Ubuntu: apt-get install gnuplot-nox)");
  }
  if (error != 0) throw std::runtime_error("gnuplot cannot be started: " + std::generic_category().message(error));
  const auto content = [](std::FILE* stream) {
    std::string bytes;
    char some[4096];
    std::rewind(stream);
    while (const std::size_t count = std::fread(some, 1, sizeof some, stream)) bytes.append(some, count);
    return bytes;
  };
  if (status != 0) throw std::runtime_error("gnuplot has failed: " + in_one_line(content(streams[2].get())));
  return content(streams[1].get());
}

#else

inline std::string run_gnuplot(const std::string&) {
  throw std::runtime_error("pictures are drawn by gnuplot under POSIX alone");
}

#endif

/// Throws std::runtime_error, naming the file, unless a picture could be drawn there; to be asked before work that ends
/// in it.
inline void check_picture(const std::string& path) {
  if (!is_svg(path) && std::filesystem::path(path).extension() != ".png") {
    throw std::runtime_error(path + ": expected the name of a picture, which ends in .png or .svg");
  }
  check_writable(path);
  try {
    run_gnuplot(is_svg(path) ? "set terminal svg\n" : "set terminal pngcairo\n");
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(path + ": " + error.what());
  }
}

/// Without the groups that gnuplot opens and closes at once, a third of a file.
inline std::string without_empty_groups(const std::string& svg) {
  std::string kept;
  std::size_t last = 0;  // where the line before this one begins in `kept`
  for (std::size_t at = 0; at < svg.size();) {
    const std::size_t end = (std::min)(svg.find('\n', at), svg.size() - 1) + 1;
    const std::string_view line(svg.data() + at, end - at), before(kept.data() + last, kept.size() - last);
    if (line == "</g>\n" && before.starts_with("<g ") && before.ends_with("\">\n")) {
      kept.resize(last);
    } else {
      last = kept.size();
      kept += line;
    }
    at = end;
  }
  return kept;
}

/// Draws a picture of so many pixels into the file, which is replaced whole or not at all. Throws std::runtime_error,
/// naming it, if that fails.
inline void draw(const std::string& path, std::size_t width, std::size_t height, const std::string& script) {
  const std::string size = std::to_string(width) + ',' + std::to_string(height);
  const std::string part = path + ".part";
  std::error_code error;
  try {
    const std::string bytes = run_gnuplot(
        "set encoding utf8\n" +
        (is_svg(path) ? "set terminal svg size " + size + " dynamic noenhanced background '#ffffff' name 'elman'" +
                            " font 'DejaVu Sans,sans-serif,12'\n"
                      : "set terminal pngcairo size " + size + " noenhanced font 'DejaVu Sans,10'\n") +
        script);
    const bool is_picture = is_svg(path) ? bytes.find("</svg>") != bytes.npos : bytes.starts_with("\x89PNG");
    if (!is_picture) throw std::runtime_error("gnuplot has drawn nothing");
    write_file(part, is_svg(path) ? without_empty_groups(bytes) : bytes);
    std::filesystem::rename(part, path);
  } catch (const std::runtime_error& failure) {  // std::filesystem's are such
    std::filesystem::remove(part, error);
    throw std::runtime_error(path + ": " + failure.what());
  }
}

}  // namespace example
