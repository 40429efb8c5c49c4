// SPDX-License-Identifier: MIT
//
// A fingerprint of numbers, to notice that they have been changed: 32 bits made of the bits of all of them if they are
// few, else of blocks spread over them, so that looking costs little beside what is done with the numbers. A change of
// them all (an optimizer's step, another batch) goes unnoticed once in 4·10⁹ times; one of what is not looked at
// always. Equal numbers have equal fingerprints wherever they lie; NaN is itself, and −0 is not 0.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A number as an integer; what a double cannot tell apart may be equal.
inline std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }
inline std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }
inline std::uint64_t bits_of(long double value) { return bits_of(static_cast<double>(value)); }
inline std::uint32_t bits_of(Index value) { return static_cast<std::uint32_t>(value); }
template <class Scalar>
requires is_complex<Scalar>
auto bits_of(const Scalar& value) {
  const auto imaginary = bits_of(value.imag());
  return bits_of(value.real()) ^ std::rotl(imaginary, 7);
}

template <class Number>
class Fingerprint {
  using Word = decltype(bits_of(Number()));
  static constexpr Index lanes = 16;

 public:
  /// Numbers in blocks, each number in a lane: a sum that is turned before each addend, so that order and sign count.
  void add(const Number* numbers, Index count) {
    Index k = 0;
    for (; k + lanes <= count; k += lanes) {
      for (Index lane = 0; lane < lanes; ++lane) add_to(lane, numbers[k + lane]);
    }
    for (Index lane = 0; k < count; ++k, ++lane) add_to(lane, numbers[k]);
  }

  /// At most about `most` numbers of `count`, in blocks with equal gaps between them.
  void add_some(const Number* numbers, Index count, Index most) {
    if (count <= most) return add(numbers, count);
    const Index blocks = (std::max)(most / lanes, Index{1});
    const Index step = (count - lanes) / blocks + 1;
    for (Index first = 0; first + lanes <= count; first += step) add(numbers + first, lanes);
  }

  std::uint32_t value() const {
    std::uint64_t sum = 0;
    for (const Word word : words_) sum = (std::rotl(sum, 5) ^ word) * 0x9E3779B97F4A7C15U;
    return static_cast<std::uint32_t>(sum >> 32);
  }

 private:
  void add_to(Index lane, const Number& number) { words_[lane] = std::rotl(words_[lane], 5) + bits_of(number); }

  Word words_[lanes]{};
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
