// SPDX-License-Identifier: MIT
//
// Whether somebody watches, and how wide the window is.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <ostream>
#include <string>
#include <string_view>

#ifdef _WIN32
#include <io.h>
#else
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace example {

/// Whether a standard stream (0 input, 1 output, 2 error) is a terminal.
inline bool is_terminal(int stream) {
#ifdef _WIN32
  return _isatty(stream) != 0;
#else
  return isatty(stream) != 0;
#endif
}

/// Which standard stream std::cout or std::cerr is, if it is a terminal, else −1.
inline int terminal_of(const std::ostream& stream) {
  const int number = &stream == &std::cout ? 1 : &stream == &std::cerr ? 2 : -1;
  return number >= 0 && is_terminal(number) ? number : -1;
}

/// Columns of the terminal behind a standard stream, as it is now; where the system does not say, what the variable
/// COLUMNS says, else 80.
inline std::size_t terminal_width(int stream) {
#ifndef _WIN32
  winsize window{};
  if (ioctl(stream, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) return window.ws_col;
#endif
  const char* const columns = std::getenv("COLUMNS");
  const long width = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
  return width > 0 ? static_cast<std::size_t>(width) : 80;
}

/// Columns that UTF-8 text takes, a code point each.
inline std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char byte : text) columns += static_cast<std::size_t>((static_cast<unsigned char>(byte) & 0xc0) != 0x80);
  return columns;
}

}  // namespace example
