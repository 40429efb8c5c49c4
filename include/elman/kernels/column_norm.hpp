// SPDX-License-Identifier: MIT
//
// The norm of a column that neither overflows nor underflows.
#pragma once

#include <cmath>
#include <limits>

#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// ‖x‖ of `size` numbers, whatever their size: 0 of zeros, ∞ or NaN if one is.
template <class Scalar>
Wide<Scalar> column_norm(const Scalar* x, Index size) {
  using Sum = Wide<Scalar>;
  using Limits = std::numeric_limits<Sum>;
  constexpr Sum least = (Limits::min)() / (Limits::epsilon() * Limits::epsilon());
  const Sum sum = sum_of_squares(x, size, Sum(1));
  if (sum >= least && is_finite(sum)) return std::sqrt(sum);
  const Sum largest = largest_magnitude(x, size, Sum(0));
  if (!is_finite(largest) || largest < (Limits::min)()) return largest;
  return largest * std::sqrt(sum_of_squares(x, size, 1 / largest));
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
