// SPDX-License-Identifier: MIT
//
// Random numbers that are the same everywhere: a seed gives the same bits with every compiler and standard library.
//
// The generator is xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4),
// 2021), its state filled from the seed by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), as its authors advise.
// The standard leaves the transforms of <random> to each library, so that they differ; these are our own, made of
// integer operations and of +, ×, / and comparisons of doubles alone, no libm. Each rounds the same way with and
// without fused multiply-add. What this needs: IEEE doubles evaluated as doubles (not x87's 80 bits) and no
// -ffast-math.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <utility>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// a·b rounded to double on its own, where a compiler would be free to fuse it with the sum it belongs to. Fused or
/// not, sums of such products have the same bits.
inline double product(double a, double b) {
  const volatile double rounded = a * b;
  return rounded;
}

}  // namespace detail

/// A std::uniform_random_bit_generator of period 2^256 − 1; four words, a value: copy it to repeat what follows.
/// Not for cryptography. Not to be shared by threads: give each its own seed.
class Random {
 public:
  using result_type = std::uint64_t;
  using State = std::array<std::uint64_t, 4>;

  /// Any seed will do, 0 too; neighbouring seeds give unrelated numbers.
  explicit constexpr Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      word = seed;
      word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
      word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
      word = word ^ (word >> 31);
    }
  }

  /// Goes on from where another generator's `state()` was taken. Throws if all four words are 0, which none ever has.
  static Random from_state(const State& state) {
    detail::require_that(state != State{}, "Random::from_state: state is all zero; expected at least one bit set");
    Random random{0};
    random.state_ = state;
    return random;
  }
  const State& state() const { return state_; }

  /// What operator() gives at least, and at most.
  static constexpr result_type(min)() { return 0; }
  static constexpr result_type(max)() { return ~result_type{0}; }

  /// The next 64 random bits.
  constexpr result_type operator()() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// A multiple of 2^-53 in [0, 1). One draw.
  constexpr double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// A number in [low, high). Throws unless low < high and high − low is finite.
  double uniform(const double& low, const double& high) {
    detail::require_that(low < high && !detail::is_nan(low) && !detail::is_nan(high), "Random::uniform: low is ", low,
                         "; expected below high = ", high);
    detail::require_that(detail::is_finite(high - low), "Random::uniform: high - low is ", high - low,
                         "; expected a finite number");
    for (;;) {
      const double value = low + detail::product(high - low, uniform());
      if (value < high) return value;  // rounding can reach high; draw again then
    }
  }

  /// An integer in [0, n), each as likely as the others. Throws if n is less than 1.
  Index below(Index n) {
    detail::require_that(n >= 1, "Random::below: n is ", n, "; expected at least 1");
    const auto size = static_cast<std::uint64_t>(n);
    const std::uint64_t surplus = (0 - size) % size;  // 2^64 mod n draws too many for an even share: leave them out
    for (;;) {
      const std::uint64_t bits = (*this)();
      if (bits >= surplus) return static_cast<Index>(bits % size);
    }
  }

  /// A standard normal number, mean 0 and variance 1, by comparisons of uniform ones: no logarithm, nothing kept for
  /// the next call. About 16 draws. (Karney, "Sampling exactly from the normal distribution", ACM TOMS 42(1), 2016,
  /// Algorithm N, with uniform numbers of 53 bits.)
  constexpr double normal() {
    for (;;) {
      // exp(−(k+x)²/2) = exp(−k/2) · exp(−k(k−1)/2) · exp(−x(2k+x)/2): propose k, then x, and keep them that often.
      int k = 0;
      while (happens(0.5)) ++k;
      if (!happens_times(k * (k - 1), 0.5)) continue;
      const double x = uniform();
      if (!happens_times(k + 1, x * (2 * k + x) / (2 * k + 2))) continue;
      return (*this)() >> 63 ? -(k + x) : k + x;
    }
  }

  /// Puts the elements of a range in random order, each order as likely as the others (Fisher and Yates).
  template <std::ranges::random_access_range Range>
  requires std::ranges::sized_range<Range>
  void shuffle(Range&& range) {
    const auto begin = std::ranges::begin(range);
    for (auto count = static_cast<std::ranges::range_difference_t<Range>>(std::ranges::size(range)); count > 1;
         --count) {
      const auto chosen = static_cast<std::ranges::range_difference_t<Range>>(below(static_cast<Index>(count)));
      std::ranges::iter_swap(begin + (count - 1), begin + chosen);
    }
  }

  friend bool operator==(const Random&, const Random&) = default;

 private:
  /// True with probability exp(−z), 0 ≤ z ≤ 1: the run z > u₁ > u₂ > … has n members with probability
  /// zⁿ/n! − zⁿ⁺¹/(n+1)!, so an even number with 1 − z + z²/2 − … (von Neumann 1951).
  constexpr bool happens(double z) {
    bool even = true;
    for (double u = uniform(); u < z; u = uniform()) {
      z = u;
      even = !even;
    }
    return even;
  }

  constexpr bool happens_times(int times, double z) {
    while (times > 0 && happens(z)) --times;
    return times == 0;
  }

  State state_{};
};

}  // namespace ELMAN_ABI
}  // namespace elman
