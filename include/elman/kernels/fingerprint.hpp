// SPDX-License-Identifier: MIT
//
// A fingerprint of numbers, to notice that they have been changed: 32 bits made of the bits of all of them if they are
// few, else of blocks spread over them, so that looking costs little beside what is done with the numbers. A change of
// them all (an optimizer's step, another batch) goes unnoticed once in 4·10⁹ times; one of what is not looked at
// always. Equal numbers have equal fingerprints wherever they lie; NaN is itself, and −0 is not 0.
#pragma once

#include <algorithm>
#include <bit>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Of numbers of one type, added in the same portions.
template <class Number>
class Fingerprint {
  static constexpr std::size_t lanes = 8;
  static constexpr std::size_t block = lanes * sizeof(std::uint64_t);
  /// A long double has bytes that belong to no number.
  static constexpr bool is_padded = std::same_as<Real<Number>, long double>;

 public:
  void add(const Number* numbers, Index count) {
    if constexpr (is_padded) {
      for (Index k = 0; k < count; ++k) {
        const std::complex<long double> number(numbers[k]);
        const double parts[] = {static_cast<double>(number.real()), static_cast<double>(number.imag())};
        add_bytes(parts, sizeof parts);
      }
    } else {
      add_bytes(numbers, static_cast<std::size_t>(count) * sizeof(Number));
    }
  }

  /// At most about `most` numbers of `count`, in blocks with equal gaps between them.
  void add_some(const Number* numbers, Index count, Index most) {
    if (count <= most) return add(numbers, count);
    constexpr auto in_block = static_cast<Index>((std::max)(block / sizeof(Number), std::size_t{1}));
    const Index blocks = (std::max)(most / in_block, Index{1});
    const Index step = (count - in_block) / blocks + 1;
    for (Index first = 0; first + in_block <= count; first += step) add(numbers + first, in_block);
  }

  std::uint32_t value() const {
    std::uint64_t sum = 0, odd = 0x9E3779B97F4A7C15U;
    for (const std::uint64_t in_lane : sums_) {
      sum += in_lane * odd;
      odd += 0xD1B54A32D192ED02U;
    }
    return static_cast<std::uint32_t>(sum ^ (sum >> 32));
  }

 private:
  /// A sum in every lane, which is turned before each addend, so that order and sign count.
  void add_bytes(const void* memory, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(memory);
    std::uint64_t sums[lanes];
    std::copy_n(sums_, lanes, sums);
    for (; size >= block; size -= block, bytes += block) {
      ELMAN_UNROLL
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + lane * sizeof word, sizeof word);
        sums[lane] = std::rotl(sums[lane], 5) + word;
      }
    }
    std::copy_n(sums, lanes, sums_);
    for (std::size_t lane = 0; size > 0; ++lane) {
      std::uint64_t word = 0;
      const std::size_t part = (std::min)(size, sizeof word);
      std::memcpy(&word, bytes, part);
      sums_[lane] = std::rotl(sums_[lane], 5) + word;
      size -= part;
      bytes += part;
    }
  }

  std::uint64_t sums_[lanes]{};
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
