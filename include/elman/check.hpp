// SPDX-License-Identifier: MIT
//
// Errors at the boundary: a public function checks its arguments once, before it writes anything, and throws
// std::invalid_argument with function, argument, what was expected and what it got:
//
//     "RNNCell::forward: x has 6 rows; expected In = 5"
//
// These checks do not depend on NDEBUG. Inner loops use asserts only.
#pragma once

#include <charconv>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

inline void append(std::string& message, std::string_view text) { message += text; }

template <class Number>
requires std::integral<Number> || std::floating_point<Number>
void append(std::string& message, Number number) {
  char digits[64];  // the shortest form that reads back as the same number
  message.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// Which function of which class, "RNNCell::forward".
struct Where {
  const char* owner;
  const char* function;
};

inline void append(std::string& message, const Where& where) {
  message += where.owner;
  message += "::";
  message += where.function;
}

/// Throws std::invalid_argument with the pieces (text and numbers) joined.
template <class... Pieces>
[[noreturn]] void fail(const Pieces&... pieces) {
  std::string message;
  (append(message, pieces), ...);
  throw std::invalid_argument(message);
}

/// Unless `holds`: fail(pieces...).
template <class... Pieces>
void require(bool holds, const Pieces&... pieces) {
  if (!holds) [[unlikely]] {
    fail(pieces...);
  }
}

/// A number that can be no NaN, tested so that -ffast-math cannot remove the test of a bound.
template <std::floating_point Number>
bool within(Number value, Number low, Number high) {
  return value >= low && value <= high;
}

}  // namespace elman::inline ELMAN_ABI::detail
