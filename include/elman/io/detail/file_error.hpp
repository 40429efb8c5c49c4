// SPDX-License-Identifier: MIT
//
// Faults of files are std::runtime_error and start with the path:
//
//     "net.safetensors: tensor W has shape [4, 3]; expected [4, 4]"
#pragma once

#if !defined(__cpp_exceptions)
#include "elman io needs exceptions: compile without -fno-exceptions what reads and writes files"
#endif

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "elman/standard.hpp"
#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

inline void append(std::string& text, std::string_view piece) { text += piece; }
template <class Number>
requires std::integral<Number> || std::floating_point<Number>
void append(std::string& text, Number number) {
  char digits[64];
  text.append(digits, elman::detail::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// Text and numbers, joined.
template <class... Pieces>
std::string join(const Pieces&... pieces) {
  std::string text;
  (append(text, pieces), ...);
  return text;
}

/// The error that starts with the name of the file.
template <class... Pieces>
[[__noreturn__]] void fail(const std::string& file, const Pieces&... pieces) {
  throw std::runtime_error(join(file, ": ", pieces...));
}
template <class... Pieces>
void require_that(bool holds, const std::string& file, const Pieces&... pieces) {
  if (!holds) fail(file, pieces...);
}

/// The system's words for an errno.
inline std::string reason(int error) { return std::generic_category().message(error); }

/// What a file says, as it stands in a message: what cannot be printed as \x1f, and no longer than can be read.
inline std::string printable(std::string_view said, std::size_t longest = 200) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  std::size_t shown = (std::min)(longest, said.size());
  while (shown > 0 && shown < said.size() && (static_cast<unsigned char>(said[shown]) & 0xc0) == 0x80) --shown;
  for (const char c : said.substr(0, shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      text += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    } else {
      text += c;
    }
  }
  return shown < said.size() ? text + "..." : text;
}
inline std::string in_quotes(std::string_view name) { return "\"" + printable(name) + "\""; }

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
