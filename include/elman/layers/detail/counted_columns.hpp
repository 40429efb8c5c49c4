// SPDX-License-Identifier: MIT
//
// Which columns have a part in a sum of outer products Σ d_k b_kᵀ (Eqs. 8, 9, 11): where d_k = 0 nothing of L depends
// on column k, and b_k may hold anything. As 0 · NaN is NaN, columns with d = 0 whose b is not finite are left out. A
// d that is NaN counts, and shows in the sum.
#pragma once

#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar>
bool is_zero_column(const ConstMatrixView<Scalar>& d, Index column) {
  for (Index row = 0; row < d.rows(); ++row) {
    if (!is_zero(real_part(d(row, column)))) return false;
    if constexpr (is_complex<Scalar>) {
      if (!is_zero(d(row, column).imag())) return false;
    }
  }
  return true;
}

template <class Scalar>
bool is_finite_column(const ConstMatrixView<Scalar>& b, Index column) {
  for (Index row = 0; row < b.rows(); ++row) {
    if (!is_finite(real_part(b(row, column)))) return false;
    if constexpr (is_complex<Scalar>) {
      if (!is_finite(b(row, column).imag())) return false;
    }
  }
  return true;
}
template <class Scalar>
bool is_finite_column(const OneHot<Scalar>&, Index) {
  return true;
}

/// run(first, count) for the adjacent columns that have a part: as a rule all of them at once. `b`: views of as many
/// columns as d, or tokens.
template <class Scalar, class Run, class... B>
void for_counted_columns(const ConstMatrixView<Scalar>& d, const Run& run, const B&... b) {
  Index first = 0;
  for (Index k = 0; k < d.cols(); ++k) {
    if (!is_zero_column(d, k) || (is_finite_column<Scalar>(b, k) && ...)) continue;
    if (first < k) run(first, k - first);
    first = k + 1;
  }
  if (first < d.cols()) run(first, d.cols() - first);
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
