// SPDX-License-Identifier: MIT
//
// Floating-point numbers as text and back, by the C library, in any locale: what std::to_chars and std::from_chars are
// made of where the standard library has none (standard.hpp). The texts are theirs, but for how many zeros a
// hexadecimal one begins with below the normal numbers; so are the numbers, which C libraries round rightly too.
#pragma once

#include <algorithm>
#include <charconv>
#include <clocale>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The number that the C library reads at the begin of a text with the locale's point.
template <std::floating_point Number>
Number number_of_text(const std::string& text) {
  if constexpr (std::same_as<Number, float>) return std::strtof(text.c_str(), nullptr);
  if constexpr (std::same_as<Number, double>) return std::strtod(text.c_str(), nullptr);
  if constexpr (std::same_as<Number, long double>) return std::strtold(text.c_str(), nullptr);
}

/// What printf makes of a number, with the locale's point: conversion 'e' or 'f' with so many digits behind the point,
/// 'a' with as many as it has.
template <std::floating_point Number>
std::string printed(Number number, char conversion, int digits) {
  using Printed = std::conditional_t<std::same_as<Number, long double>, long double, double>;
  std::string form = conversion == 'a' ? "%" : "%.*";
  if (std::same_as<Printed, long double>) form += 'L';
  form += conversion;
  std::string text(static_cast<std::size_t>(std::numeric_limits<Number>::max_exponent10) + 64, '\0');
  const auto value = static_cast<Printed>(number);
  const int size = conversion == 'a' ? std::snprintf(text.data(), text.size(), form.c_str(), value)
                                     : std::snprintf(text.data(), text.size(), form.c_str(), digits, value);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// The shortest text that is read as the same number, without an exponent where that is no longer.
template <std::floating_point Number>
std::string shortest_text(Number number) {
  constexpr int most = std::numeric_limits<Number>::max_digits10 - 1;
  int digits = 0;
  std::string text = printed(number, 'e', digits);
  while (digits < most && number_of_text<Number>(text) != number) text = printed(number, 'e', ++digits);
  const auto exponent = text.find('e');
  if (exponent == text.npos || exponent + 1 == text.size()) return text;  // infinity and NaN have none
  const int places = digits - std::atoi(text.c_str() + exponent + 1);
  const std::string plain = printed(number, 'f', (std::max)(places, 0));
  return plain.size() <= text.size() ? plain : text;
}

/// std::to_chars: without a format the shortest text; with one and no precision hexadecimal, exact.
template <std::floating_point Number>
std::to_chars_result write_number_text(char* first, char* last, Number number, std::chars_format format = {},
                                       int precision = -1) {
  std::string text;
  if (format == std::chars_format{}) {
    text = shortest_text(number);
  } else {
    text = printed(number,
                   format == std::chars_format::hex     ? 'a'
                   : format == std::chars_format::fixed ? 'f'
                                                        : 'e',
                   precision);
  }
  const std::string_view point = std::localeconv()->decimal_point;
  if (const auto at = text.find(point); at != text.npos) text.replace(at, point.size(), ".");
  if (const auto at = text.find("0x"); at != text.npos) text.erase(at, 2);
  if (last - first < static_cast<std::ptrdiff_t>(text.size())) return {last, std::errc::value_too_large};
  return {std::copy(text.begin(), text.end(), first), std::errc{}};
}

/// std::from_chars of what is decimal: digits with a point and an exponent, either or none; no infinity, no NaN.
template <std::floating_point Number>
std::from_chars_result read_number_text(const char* first, const char* last, Number& number) {
  const auto digits_from = [last](const char* at) {
    return std::find_if(at, last, [](char c) { return c < '0' || c > '9'; });
  };
  const char* const begin = first != last && *first == '-' ? first + 1 : first;
  const char* end = digits_from(begin);
  const char* const point = end;
  if (end != last && *end == '.') end = digits_from(end + 1);
  if (end == begin || (end == begin + 1 && *begin == '.')) return {first, std::errc::invalid_argument};
  const bool has_point = end != point;
  const bool is_zero = std::all_of(begin, end, [](char c) { return c == '0' || c == '.'; });
  if (end != last && (*end == 'e' || *end == 'E')) {
    const char* exponent = end + 1;
    if (exponent != last && (*exponent == '+' || *exponent == '-')) ++exponent;
    if (const char* const behind = digits_from(exponent); behind != exponent) end = behind;
  }
  std::string text(first, end);
  if (has_point) text.replace(static_cast<std::size_t>(point - first), 1, std::localeconv()->decimal_point);
  const auto read = number_of_text<Number>(text);
  constexpr Number most = (std::numeric_limits<Number>::max)();
  if (!(read >= -most && read <= most) || (read == 0 && !is_zero)) return {end, std::errc::result_out_of_range};
  number = read;
  return {end, std::errc{}};
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
