// SPDX-License-Identifier: MIT
//
// Vectors as long as a model's parameters, coefficient by coefficient: loops that compilers make vectors of at -O2,
// without an expression class for every length. Each coefficient has the same bits wherever it lies, and NaN is seen
// at every place.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/// In front of a loop whose turns do not depend on each other.
#if defined(__GNUC__) && !defined(__clang__)
#define ELMAN_INDEPENDENT _Pragma("GCC ivdep")
#else
#define ELMAN_INDEPENDENT
#endif

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Coefficients that are worked on together: a loop of constant length is one that g++ takes for vectors at -O2.
inline constexpr Index chunk_size = 256;

/// visit(k) for k = 0 … count − 1 ≤ chunk_size, in any order.
template <class Visit>
void for_each_of_chunk(Index count, const Visit& visit) {
  if (count == chunk_size) {
    ELMAN_INDEPENDENT
    for (Index k = 0; k < chunk_size; ++k) visit(k);
  } else {
    for (Index k = 0; k < count; ++k) visit(k);
  }
}

/// visit(first, count) chunk by chunk.
template <class Visit>
void for_each_chunk(Index size, const Visit& visit) {
  for (Index first = 0; first < size; first += chunk_size) {
    visit(first, first + chunk_size <= size ? chunk_size : size - first);
  }
}

/// A positive number, or 0, to multiply by, which a scalar need not hold: as two factors, the first of which is 1 where
/// it does. A product that the scalar holds comes out right in any case.
template <class Scalar>
class Multiplier {
 public:
  /// number / divisor; number is one of the scalar's range, 0 < divisor ≤ 1.
  explicit Multiplier(Wide<Scalar> number, Wide<Scalar> divisor = 1) : first_(1) {
    constexpr Scalar least = (std::numeric_limits<Scalar>::min)();
    const Wide<Scalar> quotient = number / divisor;
    if (quotient > (std::numeric_limits<Scalar>::max)() || !is_finite(quotient)) {
      first_ = static_cast<Scalar>(1 / divisor);
      second_ = static_cast<Scalar>(number);
    } else if (quotient > 0 && quotient < least) {
      first_ = least;
      second_ = static_cast<Scalar>(quotient / least);
    } else {
      second_ = static_cast<Scalar>(quotient);
    }
  }
  friend Scalar operator*(const Multiplier& by, Scalar x) { return x * by.first_ * by.second_; }

 private:
  Scalar first_, second_;
};

/// x ← √x, the nearest number to it: ∞ of ∞, NaN below 0.
template <class Scalar>
void take_roots(Scalar* x, Index count) {
  Index k = 0;
#if defined(__SSE2__)
  if constexpr (std::is_same_v<Scalar, float>) {
    for (; k + 4 <= count; k += 4) _mm_storeu_ps(x + k, _mm_sqrt_ps(_mm_loadu_ps(x + k)));
  } else if constexpr (std::is_same_v<Scalar, double>) {
    for (; k + 2 <= count; k += 2) _mm_storeu_pd(x + k, _mm_sqrt_pd(_mm_loadu_pd(x + k)));
  }
#elif defined(__aarch64__) && defined(__ARM_NEON)
  if constexpr (std::is_same_v<Scalar, float>) {
    for (; k + 4 <= count; k += 4) vst1q_f32(x + k, vsqrtq_f32(vld1q_f32(x + k)));
  } else if constexpr (std::is_same_v<Scalar, double>) {
    for (; k + 2 <= count; k += 2) vst1q_f64(x + k, vsqrtq_f64(vld1q_f64(x + k)));
  }
#endif
  for (; k < count; ++k) x[k] = std::sqrt(x[k]);
}

/// Σ (scale x[k])², in eight sums side by side, whatever the processor.
template <class Sum, class Scalar>
Sum sum_of_squares(const Scalar* x, Index count, Sum scale) {
  Sum partial[8]{};
  Index k = 0;
  for (; k + 8 <= count; k += 8) {
    for (int l = 0; l < 8; ++l) {
      const Sum scaled = static_cast<Sum>(x[k + l]) * scale;
      partial[l] += scaled * scaled;
    }
  }
  for (int l = 0; k < count; ++k, ++l) {
    const Sum scaled = static_cast<Sum>(x[k]) * scale;
    partial[l] += scaled * scaled;
  }
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

/// x, the largest number of the scalar for ∞: a mean that once was infinite decays again.
template <class Scalar>
Scalar capped(Scalar x) {
  constexpr Scalar most = (std::numeric_limits<Scalar>::max)();
  constexpr Scalar next = most * (1 - std::numeric_limits<Scalar>::epsilon() / 2);  // below it: a bound no flag drops
  return x > next ? most : x;
}

/// Whether all x[k] are finite.
template <class Scalar>
bool all_finite(const Scalar* x, Index count) {
  bool all = true;
  for_each_chunk(count, [&](Index first, Index size) {
    int others = 0;  // counted, which is a sum of vectors
    for (Index k = 0; k < size; ++k) others += NumberBits<Scalar>(x[first + k]).exponent_is_full ? 1 : 0;
    all = all && others == 0;
  });
  return all;
}

/// Σ |x[k]|.
template <class Sum, class Scalar>
Sum sum_of_magnitudes(const Scalar* x, Index count) {
  Sum sum = 0;
  for (Index k = 0; k < count; ++k) sum += static_cast<Sum>((std::abs)(x[k]));
  return sum;
}

/// The larger of `largest` and all |x[k]|; NaN if one is, wherever it lies.
template <class Largest, class Scalar>
Largest largest_magnitude(const Scalar* x, Index count, Largest largest) {
  for (Index k = 0; k < count && !is_nan(largest); ++k) {
    const auto magnitude = static_cast<Largest>((std::abs)(x[k]));
    if (exceeds(magnitude, largest)) largest = magnitude;
  }
  return largest;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
