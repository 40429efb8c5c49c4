// SPDX-License-Identifier: MIT
//
// Numbers below 10,000 and their English names, and both as the tokens of a net: digits, and letters.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <elman/elman.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "split.hpp"

namespace example {

using Tokens = std::vector<elman::Index>;

inline constexpr std::size_t numbers = 10'000;  ///< 0 … 9999

/// What names are written in. The first stands for both the start and the end of a name.
inline constexpr std::string_view letters = "\n -abcdefghijklmnopqrstuvwxyz";
inline constexpr elman::Index letter_count = letters.size();
inline constexpr elman::Index boundary = 0;

/// four thousand two hundred seventeen
inline std::string name_of(std::size_t number) {
  constexpr std::array<std::string_view, 20> small{
      "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
      "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr std::array<std::string_view, 10> tens{"",      "",      "twenty",  "thirty", "forty",
                                                  "fifty", "sixty", "seventy", "eighty", "ninety"};
  const auto with_rest = [number](std::string name, std::size_t unit, std::string_view between) {
    if (number % unit > 0) name.append(between).append(name_of(number % unit));
    return name;
  };
  if (number < small.size()) return std::string(small[number]);
  if (number < 100) return with_rest(std::string(tens[number / 10]), 10, "-");
  if (number < 1000) return with_rest(name_of(number / 100) + " hundred", 100, " ");
  return with_rest(name_of(number / 1000) + " thousand", 1000, " ");
}

/// The digits of a number, the last one first, so that what is said first was read last.
inline Tokens digits_of(std::size_t number) {
  Tokens digits;
  for (std::size_t rest = number; rest > 0 || digits.empty(); rest /= 10) {
    digits.push_back(static_cast<elman::Index>(rest % 10));
  }
  return digits;
}

inline Tokens tokens_of(std::string_view name) {
  Tokens tokens;
  for (const char letter : name) tokens.push_back(static_cast<elman::Index>(letters.find(letter)));
  return tokens;
}

/// Of all numbers: how many digits each has, less 1. As labels they give every part of a split its share of short ones.
inline std::vector<elman::Index> lengths() {
  std::vector<elman::Index> result;
  for (std::size_t n = 0; n < numbers; ++n) result.push_back(static_cast<elman::Index>(digits_of(n).size()) - 1);
  return result;
}

/// What to read in an epoch: the fewer digits a number has, the more often, because there are fewer such numbers.
inline Indices lessons(const Indices& training) {
  constexpr std::array<std::size_t, 5> times{0, 27, 9, 3, 1};  // by digits
  Indices result;
  for (const std::size_t number : training) result.insert(result.end(), times.at(digits_of(number).size()), number);
  return result;
}

/// Six of these numbers, at even distances.
inline Indices samples_of(const Indices& some) {
  Indices result;
  for (std::size_t k = 0; k < 6; ++k) result.push_back(some[(2 * k + 1) * some.size() / 12]);
  return result;
}

/// Throws std::runtime_error if a text is no such number.
inline Indices numbers_from(const std::vector<std::string>& texts) {
  Indices result;
  for (const std::string& text : texts) {
    const bool digits = std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
    if (!digits || text.empty() || text.size() > 4) {
      throw std::runtime_error("'" + text + "' is no number to read; expected 0 to 9999, in digits");
    }
    result.push_back(std::stoul(text));
  }
  return result;
}

}  // namespace example
