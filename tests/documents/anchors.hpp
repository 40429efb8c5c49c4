// SPDX-License-Identifier: MIT
//
// The anchors that GitHub gives to headings: letters, digits, "_" and "-" stay, blanks become "-", all else is left
// out; the second heading of a name ends in "-1".
#pragma once

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace documents {

/// Of Latin, Greek, Chinese and Japanese: enough for the languages that documents are in.
inline bool is_letter(std::uint32_t c) {
  return (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x370 && c <= 0x3FF) ||
         (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF);
}

inline std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (std::size_t at = 0; at < heading.size();) {
    const auto c = static_cast<unsigned char>(heading[at]);
    const std::size_t bytes = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (bytes == 1) {
      if (std::isalnum(c) != 0 || c == '_' || c == '-') anchor += static_cast<char>(std::tolower(c));
      if (c == ' ') anchor += '-';
    } else {
      std::uint32_t code = c & (0xFFu >> (bytes + 1));
      for (std::size_t k = 1; k < bytes && at + k < heading.size(); ++k) {
        code = (code << 6) | (static_cast<unsigned char>(heading[at + k]) & 0x3Fu);
      }
      if (is_letter(code)) anchor += heading.substr(at, bytes);
    }
    at += bytes;
  }
  return anchor;
}

/// Of the headings of a page, in their order.
class Anchors {
 public:
  std::string next(std::string_view heading) {
    const std::string anchor = anchor_of(heading);
    const int before = seen_[anchor]++;
    return before == 0 ? anchor : anchor + "-" + std::to_string(before);
  }

 private:
  std::map<std::string, int> seen_;
};

}  // namespace documents
