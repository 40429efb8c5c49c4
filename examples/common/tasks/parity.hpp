// SPDX-License-Identifier: MIT
//
// Parity (Bengio, Simard and Frasconi, IEEE Transactions on Neural Networks 5, 1994): is the number of ones among T
// bits odd? Every bit counts as much as the others, and from all but one nothing can be said. It is told at the end, or
// at every step of the bits so far, by which short sequences are learned on the way to long ones.
//
//   by chance 1 in 2 is right. Tokens: the bits; class 1: odd
#pragma once

#include <elman/elman.hpp>
#include <utility>

#include "lengths.hpp"

namespace example {

/// What the parities of some bits in a row are, behind each of them.
inline Tokens parities(const Tokens& bits) {
  Tokens odd;
  for (const elman::Index bit : bits) odd.push_back((odd.empty() ? 0 : odd.back()) ^ bit);
  return odd;
}

inline Tokens random_bits(elman::Index length, elman::Random& random) {
  Tokens bits(static_cast<std::size_t>(length));
  for (elman::Index& bit : bits) bit = random.below(2);
  return bits;
}

/// Of all bits, told at the end.
struct Parity {
  static constexpr const char* name = "parity";
  static constexpr elman::Index shortest() { return 1; }
  static constexpr elman::Index inputs() { return 2; }
  static constexpr elman::Index outputs() { return 2; }
  static constexpr double chance() { return 0.5; }

  std::pair<Tokens, elman::Index> operator()(elman::Index length, elman::Random& random) const {
    const Tokens bits = random_bits(length, random);
    return {bits, parities(bits).back()};
  }
};

/// Of the bits so far, told at every step; the last one is asked for.
struct RunningParity : Parity {
  static constexpr const char* name = "parity at every step";

  std::pair<Tokens, Tokens> operator()(elman::Index length, elman::Random& random) const {
    const Tokens bits = random_bits(length, random);
    return {bits, parities(bits)};
  }
};

}  // namespace example
