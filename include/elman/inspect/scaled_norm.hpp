// SPDX-License-Identifier: MIT
//
// Norms in double, of numbers of any scalar and size, and numbers at norm 1: what products over many steps are scaled
// to.
#pragma once

#include <cmath>

#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// √(sum of squares), which neither overflows nor vanishes on the way; NaN and infinity stay.
template <class Scalar>
double norm_of(const Scalar* x, Index count) {
  const double largest = largest_magnitude(x, count, 0.0);
  if (largest == 0 || !is_finite(largest)) return largest;
  double sum = 0;
  for (Index k = 0; k < count; ++k) {
    const double share = static_cast<double>(x[k]) / largest;
    sum += share * share;
  }
  return largest * std::sqrt(sum);
}

/// A ← A / ‖A‖ (Frobenius) if that is above 0 and finite; returns ‖A‖. A template, as are its callers, so that nobody
/// compiles it who does not call them.
template <class Dense>
double normalise(Dense& A) {
  const double norm = norm_of(A.data(), A.size());
  if (norm > 0 && is_finite(norm)) {
    for (Index k = 0; k < A.size(); ++k) A.data()[k] /= norm;
  }
  return norm;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
