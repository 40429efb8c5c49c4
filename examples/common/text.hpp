// SPDX-License-Identifier: MIT
//
// Words as code points: UTF-8 in and out, lower case, and Latin letters without their accents.
//
// The tables cover what word lists and names need: lower case for Latin, Greek and Cyrillic, folding to a–z for the
// Latin letters of European languages (ß → ss, œ → oe, ø → o). Other code points pass as they are.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace example {

/// The code points of UTF-8 text, or nothing where a byte is wrong: truncated, overlong, surrogate or past U+10FFFF.
inline std::optional<std::u32string> decode_utf8(std::string_view bytes) {
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};  // by length; less is an overlong form
  std::u32string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (length == 0 || bytes.size() - at < length) return std::nullopt;
    char32_t code = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[at + k]);
      if (next >> 6 != 2) return std::nullopt;
      code = code << 6 | (next & 0x3fu);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return std::nullopt;
    text.push_back(code);
    at += length;
  }
  return text;
}

inline std::string encode_utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t code : text) {
    const auto append = [&](char32_t bits) { bytes.push_back(static_cast<char>(bits)); };
    if (code < 0x80) {
      append(code);
    } else {
      if (code < 0x800) {
        append(0xc0 | code >> 6);
      } else {
        if (code < 0x10000) {
          append(0xe0 | code >> 12);
        } else {
          append(0xf0 | code >> 18);
          append(0x80 | (code >> 12 & 0x3f));
        }
        append(0x80 | (code >> 6 & 0x3f));
      }
      append(0x80 | (code & 0x3f));
    }
  }
  return bytes;
}

/// The pieces of a text between blanks.
inline std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t begin = text.find_first_not_of(' '); begin < text.size();) {
    const std::size_t end = (std::min)(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(' ', end);
  }
  return words;
}

/// Lower case, one code point for one: ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic.
inline char32_t lower(char32_t code) {
  const auto within = [code](char32_t first, char32_t last) { return code >= first && code <= last; };
  const bool even = code % 2 == 0;
  if (within('A', 'Z') || (within(0xc0, 0xde) && code != 0xd7)) return code + 32;
  if (code == 0x178) return 0xff;                                                             // Ÿ
  if (within(0x139, 0x148) || within(0x179, 0x17e)) return even ? code : code + 1;            // pairs Ĺ ĺ …
  if (code != 0x130 && code != 0x138 && within(0x100, 0x177)) return even ? code + 1 : code;  // pairs Ā ā …
  if (within(0x391, 0x3ab) || within(0x410, 0x42f)) return code + 32;
  if (within(0x400, 0x40f)) return code + 80;
  if (code == 0x1e9e) return 0xdf;  // ẞ
  return code;
}

/// A lower-case Latin letter without its accents, as letters a–z; empty for a combining accent, which is dropped;
/// nothing for any other code point.
inline std::optional<std::string_view> fold(char32_t code) {
  // U+00DF … U+017F in order; a dot where no lower-case letter stands.
  static const std::vector<std::string_view> latin = words_of(
      "ss a a a a a a ae c e e e e i i i i d n o o o o o . o u u u u y th y . a . a . a . c . c . c . c . d . d . e . e"
      " . e . e . e . g . g . g . g . h . h . i . i . i . i . i . ij . j . k k . l . l . l . l . l . n . n . n n . ng "
      ". "
      "o . o . o . oe . r . r . r . s . s . s . s . t . t . t . u . u . u . u . u . u . w . y . . z . z . z s");
  static constexpr std::string_view ascii = "abcdefghijklmnopqrstuvwxyz";
  if (code >= 'a' && code <= 'z') return ascii.substr(code - 'a', 1);
  if (code >= 0x300 && code <= 0x36f) return "";
  if (code < 0xdf || code > 0x17f || latin[code - 0xdf] == ".") return std::nullopt;
  return latin[code - 0xdf];
}

}  // namespace example
