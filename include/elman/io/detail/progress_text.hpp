// SPDX-License-Identifier: MIT
//
// What a line of progress (progress.hpp) is made of. The same in every locale.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/detail/terminal.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// 0.123, 45.678 or 1.23e-05: at most ten columns.
inline std::string figure_text(const double& number) {
  char digits[32];
  const double size = number < 0 ? -number : number;
  const bool is_plain = number == 0 || (size >= 1e-3 && size < 1e5);
  const auto end =
      is_plain ? elman::detail::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed, 3)
               : elman::detail::to_chars(digits, digits + sizeof digits, number, std::chars_format::scientific, 2);
  return elman::detail::is_nan(number) ? "nan" : std::string(digits, end.ptr);
}

/// Without a fraction, from 0 to the largest that an Index has.
inline Index whole(double number) { return number > 0 ? static_cast<Index>((std::min)(number, 9e18)) : 0; }

/// Seconds as 0:07, 12:34 or 1:02:03.
inline std::string clock_text(double seconds) {
  const Index all = whole(seconds + 0.5);
  const auto two = [](Index number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const Index hours = all / 3600, minutes = all / 60 % 60;
  return (hours > 0 ? std::to_string(hours) + ':' + two(minutes) : std::to_string(minutes)) + ':' + two(all % 60);
}

/// "3.2 s", or as above of a minute and more.
inline std::string duration_text(double seconds) {
  char digits[32];
  if (!(seconds < 59.95)) return clock_text(seconds);
  const auto end = elman::detail::to_chars(digits, digits + sizeof digits, seconds, std::chars_format::fixed, 1).ptr;
  return std::string(digits, end) + " s";
}

/// Of what is done in a second: "23456", or "0.5" where that is little.
inline std::string rate_text(double rate) {
  char digits[32];
  if (!(rate < 10)) return std::to_string(whole(rate + 0.5));
  return std::string(digits,
                     elman::detail::to_chars(digits, digits + sizeof digits, rate, std::chars_format::fixed, 1).ptr);
}

/// "1 epoch", "3 epochs".
inline std::string counted(Index count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

/// The name of a metric where there is little room: of a long one that is words, their first letters.
inline std::string short_name(std::string_view name) {
  constexpr Index longest = 12;
  std::string letters;
  bool is_first = true;  // of its word, or a byte of the character that is
  for (std::size_t k = 0; k < name.size(); ++k) {
    const auto is_between = [&](char c) { return c == '_' || c == ' ' || c == '-'; };
    if (begins_character(name[k])) is_first = !is_between(name[k]) && (k == 0 || is_between(name[k - 1]));
    if (is_first) letters += name[k];
  }
  return columns_of(name) > longest && columns_of(letters) > 1 ? letters : std::string(name);
}

/// A line of a bar that is filled to `share`, 0 ... 1, with what stands before and behind it, in at most `columns`
/// columns: the bar is shortened first, then left out, then the last of `parts`, and so on.
inline std::string bar_line(const std::string& before, double share, const std::vector<std::string>& parts,
                            Index columns) {
  constexpr Index longest = 24, shortest = 4;  // cells of the bar
  std::string line = before;
  std::size_t kept = 0;
  while (kept < parts.size() && columns_of(line) + 2 + columns_of(parts[kept]) <= columns) {
    line += "  " + parts[kept++];
  }
  const Index cells = (std::min)(longest, columns - columns_of(line) - 3);
  if (kept == parts.size() && cells >= shortest) {
    const Index filled = whole((std::min)(share, 1.0) * static_cast<double>(cells));
    line.insert(before.size(), " [" + std::string(static_cast<std::size_t>(filled), '=') +
                                   std::string(static_cast<std::size_t>(cells - filled), ' ') + "]");
  }
  return std::string(cut_to(line, columns));
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
