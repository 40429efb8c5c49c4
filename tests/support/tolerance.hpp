// SPDX-License-Identifier: MIT
//
// How far two correct computations may be apart, in one place. Both sum the same products in another order, so that
// they differ by round-off: a few units of the last place for every term of a sum, which grows with its length, and
// every step of time applies W and the slope of σ once more, which at a weight scale near 1 keeps errors in size.
#pragma once

#include <cmath>
#include <limits>

#include "elman/types.hpp"

namespace tolerance {

/// For two sums over T steps of a net of `Hidden` units, relative to the norm of the result.
template <class Scalar>
elman::Real<Scalar> round_off(elman::Index T, elman::Index hidden) {
  using Real = elman::Real<Scalar>;
  return 8 * std::numeric_limits<Real>::epsilon() * std::sqrt(static_cast<Real>((T + 1) * (hidden + 8)));
}

/// bptt against the complex step in double, norm-relative, where the net is well conditioned: σ√Hidden ≤ 1.5.
inline constexpr double complex_step = 1e-13;
/// Through several recurrences, one above or behind the other, the round-off of each adds up.
constexpr double complex_step_through(int recurrences) { return recurrences * complex_step; }
/// The same up to σ√Hidden = 4, where h_t depends on h_0 by factors that multiply up over T.
inline constexpr double complex_step_chaotic = 1e-8;
/// A gradient smaller than this part of the largest one of its net (that of h₀ after forty saturated steps, or where
/// two paths cancel) is what is left of larger terms, and is held to their round-off.
template <class Scalar>
inline constexpr double vanished = std::numeric_limits<Scalar>::digits > 24 ? 1e-2 : 1e-1;
/// A published rule's numbers in double (tests/reference), of which every digit counts.
inline constexpr double published = 1e-12;
/// bptt in float against the complex step in double.
inline constexpr double complex_step_float = 1e-5;
/// bptt against central differences in double at σ√Hidden ≤ 1.5: their error is that of the differences, s² ≈ 4e-11
/// times the third derivative.
inline constexpr double central_differences = 1e-6;

}  // namespace tolerance
