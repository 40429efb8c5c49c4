// SPDX-License-Identifier: MIT
//
// Kinds of numbers by their names, and whole numbers as decimal text, exact in all their 64 bits.
#pragma once

#include <charconv>
#include <concepts>
#include <limits>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

template <class Type>
concept IsNumber =
    (std::integral<Type> && sizeof(Type) <= 8) || std::same_as<Type, float> || std::same_as<Type, double>;

/// "float", "whole number"; "floats".
template <IsNumber Number>
std::string number_name() {
  if (std::same_as<Number, bool>) return "bool";
  return std::integral<Number> ? "whole number" : std::same_as<Number, float> ? "float" : "double";
}
template <IsNumber Number>
std::string numbers_name() {
  return number_name<Number>() + "s";
}

/// What holds every whole number of a type.
template <std::integral Number>
using Widest = std::conditional_t<std::is_signed_v<Number>, long long, unsigned long long>;

/// "3 1 4".
template <std::integral Number, class Numbers>
std::string whole_numbers_text(const Numbers& numbers) {
  std::string text;
  for (const auto given : numbers) {
    const auto number = static_cast<Number>(given);
    if (!text.empty()) text += ' ';
    append(text, static_cast<Widest<Number>>(number));
  }
  return text;
}

/// The inverse; an empty list and false if the text is not one of such numbers.
template <std::integral Number>
bool whole_numbers_of(const std::string& text, std::vector<Number>& numbers) {
  const char* from = text.data();
  const char* const end = from + text.size();
  while (from != end) {
    Widest<Number> number{};
    const auto [rest, error] = std::from_chars(from, end, number);
    const bool is_one = error == std::errc() && (rest == end || (*rest == ' ' && rest + 1 != end)) &&
                        number >= static_cast<Widest<Number>>((std::numeric_limits<Number>::min)()) &&
                        number <= static_cast<Widest<Number>>((std::numeric_limits<Number>::max)());
    if (!is_one) {
      numbers.clear();
      return false;
    }
    numbers.push_back(static_cast<Number>(number));
    from = rest == end ? end : rest + 1;
  }
  return true;
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
