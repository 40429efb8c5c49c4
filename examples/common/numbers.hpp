// SPDX-License-Identifier: MIT
//
// Numbers below 10,000 and their English names, and both as the tokens of a net: digits, and letters.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <elman/elman.hpp>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace example {

using Tokens = std::vector<elman::Index>;
using NumberList = std::vector<elman::Index>;

inline constexpr elman::Index number_count = 10'000;  ///< 0 … 9999

/// What names are written in. The first stands for both the start and the end of a name.
inline constexpr std::string_view alphabet = "\n -abcdefghijklmnopqrstuvwxyz";
inline constexpr elman::Index letter_count = alphabet.size();
inline constexpr elman::Index boundary = 0;

/// four thousand two hundred seventeen
inline std::string name_of(elman::Index number) {
  constexpr std::array<std::string_view, 20> small{
      "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
      "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr std::array<std::string_view, 10> tens{"",      "",      "twenty",  "thirty", "forty",
                                                  "fifty", "sixty", "seventy", "eighty", "ninety"};
  const auto with_rest = [number](std::string name, elman::Index unit, std::string_view between) {
    if (number % unit > 0) name.append(between).append(name_of(number % unit));
    return name;
  };
  if (number < 20) return std::string(small[static_cast<std::size_t>(number)]);
  if (number < 100) return with_rest(std::string(tens[static_cast<std::size_t>(number / 10)]), 10, "-");
  if (number < 1000) return with_rest(name_of(number / 100) + " hundred", 100, " ");
  return with_rest(name_of(number / 1000) + " thousand", 1000, " ");
}

/// The digits of a number, the last one first, so that what is said first was read last.
inline Tokens digits_of(elman::Index number) {
  Tokens digits;
  for (elman::Index rest = number; rest > 0 || digits.empty(); rest /= 10) digits.push_back(rest % 10);
  return digits;
}

inline Tokens tokens_of(std::string_view name) {
  Tokens tokens;
  for (const char letter : name) tokens.push_back(static_cast<elman::Index>(alphabet.find(letter)));
  return tokens;
}

/// Of all numbers: how many digits each has, less 1. As labels they give every part of a split its share of short ones.
inline std::vector<elman::Index> lengths() {
  std::vector<elman::Index> result;
  for (elman::Index n = 0; n < number_count; ++n) result.push_back(static_cast<elman::Index>(digits_of(n).size()) - 1);
  return result;
}

/// What is learned in an epoch, as a data set: digits are read, then the letters of the name, of which each, and the
/// end behind the last, is to be told from those before it.
class Lessons {
 public:
  /// The fewer digits a number has, the more often, because there are fewer such numbers.
  explicit Lessons(const NumberList& training) {
    constexpr std::array<std::size_t, 5> times{0, 27, 9, 3, 1};  // by digits
    for (const elman::Index number : training) {
      all_.insert(all_.end(), times.at(digits_of(number).size()), number);
    }
  }

  const NumberList& all() const { return all_; }
  elman::Index size() const { return std::ssize(all_); }
  elman::SourceTarget<Tokens, Tokens> sequence(elman::Index k) const {
    return {digits_of(number(k)), tokens_of(alphabet[boundary] + name_of(number(k)))};
  }
  Tokens target(elman::Index k) const { return tokens_of(name_of(number(k)) + alphabet[boundary]); }

 private:
  elman::Index number(elman::Index k) const { return all_[static_cast<std::size_t>(k)]; }

  NumberList all_;
};

/// Six of these numbers, at even distances.
inline NumberList samples_of(const NumberList& some) {
  NumberList result;
  for (std::size_t k = 0; k < 6; ++k) result.push_back(some[(2 * k + 1) * some.size() / 12]);
  return result;
}

/// Throws std::runtime_error if a text is no such number.
inline NumberList numbers_from(const std::vector<std::string>& texts) {
  NumberList result;
  for (const std::string& text : texts) {
    const bool digits = std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
    if (!digits || text.empty() || text.size() > 4) {
      throw std::runtime_error("'" + text + "' is no number to read; expected 0 to 9999, in digits");
    }
    result.push_back(std::stol(text));
  }
  return result;
}

}  // namespace example
