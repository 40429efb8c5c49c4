// SPDX-License-Identifier: MIT
//
// Who draws the masks of dropout and zoneout in a run:
//
//   net.forward(x, tape, read, random)      a generator: for training
//   net.forward(x, tape, read, no_noise)    nobody: dropout is off, zoneout in expectation
//   net.forward(x, tape, read)              nobody either; but bptt of a net with dropout refuses what follows, because
//                                           nobody may have meant it
#pragma once

#include "elman/random.hpp"
#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Its only value is `no_noise`.
enum class NoNoise { chosen = 1 };
inline constexpr NoNoise no_noise = NoNoise::chosen;

/// A generator, `no_noise`, or neither. A generator that is null is neither.
class Noise {
 public:
  constexpr Noise() = default;
  constexpr Noise(Random* random) : random_(random), is_chosen_(random) {}  // NOLINT: the conversion is the purpose
  constexpr Noise(NoNoise) : is_chosen_(true) {}                            // NOLINT: as above

  /// What draws, or null.
  constexpr Random* generator() const { return random_; }
  /// Whether one of the two was said.
  constexpr bool is_chosen() const { return is_chosen_; }

 private:
  Random* random_ = nullptr;
  bool is_chosen_ = false;
};

}  // namespace ELMAN_ABI
}  // namespace elman
