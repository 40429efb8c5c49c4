// SPDX-License-Identifier: MIT
//
// The type of a net for a message, where there is no object of it yet: as the compiler writes it, without the inline
// namespace, and Dynamic for sizes that are not known.
#pragma once

#include <string>
#include <string_view>

#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

#define ELMAN_TEXT_OF_(name) #name
#define ELMAN_TEXT_OF(name) ELMAN_TEXT_OF_(name)

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

template <class Type>
std::string type_text() {
#if defined(__GNUC__)
  std::string text = __PRETTY_FUNCTION__;
  const auto begin = text.find("T = ") + 4, end = text.find_last_of(";]");
  const auto semicolon = text.find(';', begin);
  text = text.substr(begin, (semicolon == text.npos ? end : semicolon) - begin);
  replace_all(text, ELMAN_TEXT_OF(ELMAN_ABI) "::", "");
  replace_all(text, "<-1", "<Dynamic");
  replace_all(text, " -1", " Dynamic");
  return text;
#else
  return "another net";
#endif
}

#undef ELMAN_TEXT_OF
#undef ELMAN_TEXT_OF_

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
