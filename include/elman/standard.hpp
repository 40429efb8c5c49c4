// SPDX-License-Identifier: MIT
//
// What elman uses of the standard library of C++20 and libc++ has not had from the start: std::bit_cast (not in 13),
// std::to_chars of floating-point numbers (not in 13, and not on every system of Apple) and std::from_chars of them
// (not before 20). Where the library has them these are they. Of what it has as algorithms of iterators and of ranges
// elman uses the former, for libc++ 14 lacks the latter.
#pragma once

#include <bit>
#include <charconv>
#include <version>

#include "elman/version.hpp"

// libstdc++ and Microsoft's library say whether both directions are there; libc++ does not say that one is.
#if !defined(__cpp_lib_to_chars)
#include "elman/standard/number_text.hpp"
#endif

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

#if defined(__cpp_lib_bit_cast)
using std::bit_cast;
#else
template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}
#endif

using std::from_chars;
using std::to_chars;

#if !defined(__cpp_lib_to_chars)
template <std::floating_point Number>
std::from_chars_result from_chars(const char* first, const char* last, Number& number) {
  return read_number_text(first, last, number);
}
#if _LIBCPP_VERSION < 14000 || defined(__APPLE__)
template <std::floating_point Number>
std::to_chars_result to_chars(char* first, char* last, Number number) {
  return write_number_text(first, last, number);
}
template <std::floating_point Number>
std::to_chars_result to_chars(char* first, char* last, Number number, std::chars_format format, int precision = -1) {
  return write_number_text(first, last, number, format, precision);
}
#endif
#endif

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
