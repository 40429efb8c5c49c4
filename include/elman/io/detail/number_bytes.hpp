// SPDX-License-Identifier: MIT
//
// Numbers as bytes in a file, the lowest first, put together and taken apart by shifts: the same bytes on every
// processor.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "elman/standard.hpp"
#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

template <std::size_t Bytes>
using UnsignedOf = std::conditional_t<
    Bytes == 8, std::uint64_t,
    std::conditional_t<Bytes == 4, std::uint32_t, std::conditional_t<Bytes == 2, std::uint16_t, std::uint8_t>>>;

template <std::unsigned_integral Word>
Word word_at(const unsigned char* bytes) {
  Word word = 0;
  if constexpr (std::endian::native == std::endian::little) {  // what the shifts would give, several times as fast
    std::memcpy(&word, bytes, sizeof word);
    return word;
  }
  for (std::size_t k = 0; k < sizeof(Word); ++k) {
    word = static_cast<Word>(word | static_cast<Word>(Word{bytes[k]} << (8 * k)));
  }
  return word;
}
template <std::unsigned_integral Word>
void put_word(Word word, unsigned char* bytes) {
  for (std::size_t k = 0; k < sizeof(Word); ++k) bytes[k] = static_cast<unsigned char>(word >> (8 * k));
}

/// A number of the machine's, of any type of 1, 2, 4 or 8 bytes. Words from `infinity` on, without the sign, are
/// infinity and NaN, of floating-point types.
template <class Number>
requires std::floating_point<Number> || std::integral<Number>
struct Native {
  using Value = Number;
  using Word = UnsignedOf<sizeof(Number)>;
  static constexpr std::size_t bytes = sizeof(Number);
  static constexpr auto infinity = static_cast<Word>(bytes == 8 ? 0x7ff0000000000000U : 0x7f800000U);

  static Number from(Word word) { return elman::detail::bit_cast<Number>(word); }
  static Word to(Number number) { return elman::detail::bit_cast<Word>(number); }
};

/// Half a float: the upper 16 bits of one.
struct BFloat16Number {
  using Value = float;
  using Word = std::uint16_t;
  static constexpr std::size_t bytes = 2;
  static constexpr Word infinity = 0x7f80;

  static float from(Word word) { return elman::detail::bit_cast<float>(static_cast<std::uint32_t>(word) << 16); }
};

/// IEEE binary16: a sign, 5 bits of exponent, 10 of fraction.
struct Float16Number {
  using Value = float;
  using Word = std::uint16_t;
  static constexpr std::size_t bytes = 2;
  static constexpr Word infinity = 0x7c00;

  static float from(Word word) {
    const std::uint32_t sign = static_cast<std::uint32_t>(word & 0x8000U) << 16;
    const std::uint32_t exponent = (word >> 10) & 0x1fU, fraction = word & 0x3ffU;
    if (exponent == 0) {  // 0, or below the normal numbers
      const float tiny = static_cast<float>(fraction) * 0x1p-24F;
      return sign != 0 ? -tiny : tiny;
    }
    const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;  // infinity and NaN, or the bias 127 for 15
    return elman::detail::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
  }
};

/// The k-th number behind `bytes`.
template <class Format>
typename Format::Value number_at(const unsigned char* bytes, std::size_t k) {
  return Format::from(word_at<typename Format::Word>(bytes + k * Format::bytes));
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
