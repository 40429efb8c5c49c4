// SPDX-License-Identifier: MIT
//
// Fields of a CSV file as numbers, in whatever locale, and what stands where there are none.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// What stands where a value is missing: nothing, so that it is refused; the one before it; what lies on the line
/// between its neighbours, at the ends the nearest; the same number everywhere.
enum class CsvFill { refuse, previous, linear, constant };

namespace detail {

/// Without blanks and tabs at its ends.
inline std::string_view trimmed(std::string_view field) {
  const auto first = field.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(" \t") - first + 1);
}

enum class CsvNumber { yes, no, out_of_range };

/// value ← a decimal number, perhaps with an exponent; no infinity, no NaN, nothing in hexadecimal.
inline CsvNumber read_number(std::string_view field, bool decimal_comma, double& value) {
  std::string with_point;
  if (decimal_comma) {
    if (field.find('.') != std::string_view::npos) return CsvNumber::no;
    with_point = field;
    std::replace(with_point.begin(), with_point.end(), ',', '.');
    field = with_point;
  }
  const bool has_sign = field.starts_with('+') || field.starts_with('-');
  const std::string_view digits = field.substr(has_sign ? 1 : 0);
  if (digits.empty() || std::string_view(".0123456789").find(digits.front()) == std::string_view::npos) {
    return CsvNumber::no;
  }
  if (field.front() == '+') field = digits;  // which from_chars does not take
  const auto [stop, error] = elman::detail::from_chars(field.data(), field.data() + field.size(), value);
  if (stop != field.data() + field.size() || error == std::errc::invalid_argument) return CsvNumber::no;
  return error == std::errc{} ? CsvNumber::yes : CsvNumber::out_of_range;
}

/// Fills the places of `values` that are missing, in rising order. Returns the first that it has nothing for, or −1.
inline Index fill_missing(CsvFill fill, double constant, const std::vector<Index>& missing,
                          std::vector<double>& values) {
  const auto at = [&values](Index k) -> double& { return values[static_cast<std::size_t>(k)]; };
  const Index size = std::ssize(values);
  if (fill == CsvFill::refuse) return missing.empty() ? -1 : missing.front();
  for (std::size_t m = 0; m < missing.size();) {
    const Index first = missing[m];
    Index behind = first;  // of a run of missing ones
    for (; m < missing.size() && missing[m] == behind; ++m) ++behind;
    const bool has_left = first > 0, has_right = behind < size;
    if (fill != CsvFill::constant && !has_left && (fill == CsvFill::previous || !has_right)) return first;
    for (Index k = first; k < behind; ++k) {
      if (fill == CsvFill::constant) {
        at(k) = constant;
      } else if (fill == CsvFill::previous || !has_right) {
        at(k) = at(first - 1);
      } else if (!has_left) {
        at(k) = at(behind);
      } else {
        const double share = static_cast<double>(k - first + 1) / static_cast<double>(behind - first + 1);
        at(k) = at(first - 1) * (1 - share) + at(behind) * share;
      }
    }
  }
  return -1;
}

}  // namespace detail
}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
