// SPDX-License-Identifier: MIT
//
// Whether somebody watches, how wide the window is, and what fits into it.
#pragma once

#include <algorithm>
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

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// Whether std::cout, std::cerr or std::clog is a terminal; of other streams that is not known, and they are none.
inline bool is_terminal(const std::ostream& stream) {
  const int number = &stream == &std::cout ? 1 : &stream == &std::cerr || &stream == &std::clog ? 2 : -1;
#ifdef _WIN32
  return number >= 0 && _isatty(number) != 0;
#else
  return number >= 0 && isatty(number) != 0;
#endif
}

/// What a variable of the environment says, or "".
inline std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

/// Columns of the terminal that std::cerr is, as wide as it is now: where it does not say, as the variable COLUMNS
/// says, else 80. 0 if it is none, or one that cannot take back what it has written: TERM is dumb, or nothing at all.
inline Index columns_of_terminal() {
  if (!is_terminal(std::cerr)) return 0;
#ifndef _WIN32
  const std::string_view kind = environment("TERM");
  if (kind.empty() || kind == "dumb") return 0;
  winsize window{};
  if (ioctl(2, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) return window.ws_col;
#endif
  const long columns = std::strtol(std::string(environment("COLUMNS")).c_str(), nullptr, 10);
  return columns > 0 && columns < 10'000 ? static_cast<Index>(columns) : 80;
}

inline bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

/// Columns that UTF-8 text takes, a code point each.
inline Index columns_of(std::string_view text) { return std::count_if(text.begin(), text.end(), begins_character); }

/// As many code points of it as fit.
inline std::string_view cut_to(std::string_view text, Index columns) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (begins_character(text[end]) && --columns < 0) break;
  }
  return text.substr(0, end);
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
