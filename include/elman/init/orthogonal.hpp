// SPDX-License-Identifier: MIT
//
// Orthogonal and identity matrices: recurrent weights W that neither shrink nor blow up what they carry through time
// (docs/math.md Eqs. 32, 33).
//
// The orthogonal matrix is uniformly distributed (Haar). It has the distribution of the factor Q of a Gaussian matrix
// made unique by a positive diagonal of R, but is built directly: Q = H₀ H₁ … H_{n-1} D, where H_k reflects a Gaussian
// vector of the coordinates k, k+1, … onto the first of them (Stewart, SIAM J. Numer. Anal. 17(3), 1980). Our own loops
// in double, with every sum from top to bottom: the same bits with every compiler and vector width (see random.hpp).
#pragma once

#include <cmath>
#include <type_traits>

#include "elman/init/fan.hpp"
#include "elman/kernels/storage.hpp"
#include "elman/option_ranges.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// Doubles in the shape of M, or of its transpose where that has more rows; no heap where M is fixed and small.
template <class M, int Rows = M::RowsAtCompileTime, int Cols = M::ColsAtCompileTime,
          bool Fixed = (Rows != Dynamic) && (Cols != Dynamic) && is_inline<double, Rows * Cols>>
using TallMatrix =
    Matrix<double, Fixed ? (Rows > Cols ? Rows : Cols) : Dynamic, Fixed ? (Rows > Cols ? Cols : Rows) : Dynamic>;

/// Σ x[k]·y[k], k = 0 … size − 1, summed in this order.
inline double ordered_dot(const double* x, const double* y, Index size) {
  double sum = 0;
  for (Index k = 0; k < size; ++k) sum += product(x[k], y[k]);
  return sum;
}

/// q ← a random matrix of orthonormal columns; rows ≥ columns.
template <class Q>
void orthonormal_columns(Q& q, Random& random) {
  const Index rows = q.rows();
  ParameterStorage<double, Q::RowsAtCompileTime> v;
  v.resize(rows);
  q.setZero();
  for (Index k = q.cols() - 1; k >= 0; --k) {
    const Index size = rows - k;
    double squared_norm = 0;
    while (!(squared_norm > 0)) {
      for (Index row = 0; row < size; ++row) v(row) = random.normal();
      squared_norm = ordered_dot(v.data(), v.data(), size);
    }
    // H = 1 − 2 v vᵀ / vᵀv with v = g + sign(g₀)‖g‖ e₀ gives H g = −sign(g₀)‖g‖ e₀, and D_k is that sign.
    const double sign = v(0) < 0 ? -1 : 1;
    const double norm = std::sqrt(squared_norm);
    const double half_vv = norm * (norm + std::abs(v(0)));
    v(0) += sign * norm;
    q(k, k) = -sign;
    for (Index col = k; col < q.cols(); ++col) {
      double* const column = &q(k, col);
      const double scale = ordered_dot(v.data(), column, size) / half_vv;
      for (Index row = 0; row < size; ++row) column[row] -= product(scale, v(row));
    }
  }
}

}  // namespace detail

namespace init {

/// gain times a random matrix with orthonormal columns, or orthonormal rows where there are fewer rows than columns.
/// (Saxe, McClelland and Ganguli, ICLR 2014; torch.nn.init.orthogonal_.) Orthogonal to double precision, or the
/// matrix's own where that is less. Time grows with rows · columns²; 512 × 512 takes about 0.1 s. Throws unless gain is
/// above 0 and finite.
template <class M>
void orthogonal(M&& matrix, Random& random, double gain = 1) {
  detail::require_positive("init::orthogonal", "gain", gain);
  const bool tall = matrix.rows() >= matrix.cols();
  detail::TallMatrix<std::remove_cvref_t<M>> q;
  q.resize(tall ? matrix.rows() : matrix.cols(), tall ? matrix.cols() : matrix.rows());
  detail::orthonormal_columns(q, random);
  detail::fill(matrix, [&](Index row, Index col) { return gain * (tall ? q(row, col) : q(col, row)); });
}

/// scale times the identity; where the matrix is not square, ones on the diagonal of its square part.
template <class M>
void identity(M&& matrix, double scale = 1) {
  detail::require_positive("init::identity", "scale", scale);
  detail::fill(matrix, [&](Index row, Index col) { return row == col ? scale : 0; });
}

}  // namespace init

}  // namespace ELMAN_ABI
}  // namespace elman
