// SPDX-License-Identifier: MIT
//
// Whether a number is finite, told from its bits. Flags such as -ffast-math let a compiler assume that no number is
// infinite or NaN: x != x, std::isnan(x) and x <= max are then answered without looking. What refuses an option,
// leaves out a gradient, or stands for "there is none" asks here instead, and has the same answer with every flag.
//
// Numbers are taken by reference: clang tells itself of a parameter or a result, too, that it is never NaN.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "elman/version.hpp"

// Between what a compiler knows of a number in memory and what it may conclude.
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#define ELMAN_FINITE_MATH 1
#define ELMAN_FORGET(number) __asm__("" : "+m"(number))
#else
#define ELMAN_FINITE_MATH 0
#define ELMAN_FORGET(number) static_cast<void>(0)
#endif

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The words of a number that say whether it is finite: with its exponent, which is all ones of infinity and NaN, and
/// with the fraction, which is 0 of infinity.
template <std::floating_point Number>
struct NumberBits {
  explicit NumberBits(const Number& number) {
    constexpr int digits = std::numeric_limits<Number>::digits;
    if constexpr (digits == 24) {
      std::uint32_t word;
      std::memcpy(&word, &number, sizeof word);
      exponent_is_full = (word & 0x7f800000U) == 0x7f800000U;
      has_fraction = (word & 0x007fffffU) != 0;
    } else if constexpr (digits == 64) {  // the 80 bits of x87
      std::uint64_t fraction;
      std::uint16_t exponent;
      std::memcpy(&fraction, &number, sizeof fraction);
      std::memcpy(&exponent, reinterpret_cast<const unsigned char*>(&number) + sizeof fraction, sizeof exponent);
      exponent_is_full = (exponent & 0x7fffU) == 0x7fffU;
      has_fraction = fraction << 1 != 0;  // the first bit stands before the point
    } else if constexpr (digits == 113) {
      constexpr bool big_endian = std::endian::native == std::endian::big;
      std::uint64_t words[2];
      std::memcpy(words, &number, sizeof words);
      const std::uint64_t high = words[big_endian ? 0 : 1], low = words[big_endian ? 1 : 0];
      exponent_is_full = high << 1 >> 49 == 0x7fffU;
      has_fraction = high << 16 != 0 || low != 0;
    } else {  // double; of two doubles the first
      std::uint64_t word;
      std::memcpy(&word, &number, sizeof word);
      exponent_is_full = (word & 0x7ff0000000000000U) == 0x7ff0000000000000U;
      has_fraction = (word & 0x000fffffffffffffU) != 0;
    }
  }

  bool exponent_is_full, has_fraction;
};

/// The bits of a number whatever it was computed from.
template <std::floating_point Number>
NumberBits<Number> bits_of(const Number& number) {
  Number copy = number;
  ELMAN_FORGET(copy);
  return NumberBits<Number>(copy);
}

/// Neither infinite nor NaN.
template <std::floating_point Number>
bool is_finite(const Number& number) {
  return !bits_of(number).exponent_is_full;
}
template <std::floating_point Number>
bool is_nan(const Number& number) {
  const NumberBits<Number> bits = bits_of(number);
  return bits.exponent_is_full && bits.has_fraction;
}

/// Whether a number is in [low, high], both finite.
template <std::floating_point Number>
bool within(const Number& number, Number low, Number high) {
  return is_finite(number) && number >= low && number <= high;
}
/// Whether it is in (low, high).
template <std::floating_point Number>
bool between(const Number& number, Number low, Number high) {
  return is_finite(number) && number > low && number < high;
}
/// 0 or −0: the comparison alone takes NaN for it where it may assume that there is none.
template <std::floating_point Number>
bool is_zero(const Number& number) {
#if ELMAN_FINITE_MATH
  return number == 0 && !is_nan(number);
#else
  return number == 0;
#endif
}
/// Whether it is above `bound`, or NaN.
template <std::floating_point Number>
bool exceeds(const Number& number, const Number& bound) {
#if ELMAN_FINITE_MATH
  return number > bound || is_nan(number);
#else
  return !(number <= bound);
#endif
}

/// The number that a double of these bits is, which the compiler does not know.
template <std::floating_point Number>
Number number_of_bits(std::uint64_t bits) {
  double number;
  std::memcpy(&number, &bits, sizeof number);
  ELMAN_FORGET(number);
  return static_cast<Number>(number);
}
/// NaN and infinity as results, which no flag makes another number.
template <std::floating_point Number = double>
Number not_a_number() {
  return number_of_bits<Number>(0x7ff8000000000000U);
}
template <std::floating_point Number = double>
Number infinite() {
  return number_of_bits<Number>(0x7ff0000000000000U);
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
