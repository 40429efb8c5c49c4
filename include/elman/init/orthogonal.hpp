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

#include <algorithm>
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

/// Σ x[k]·y[k], k = 0 … size − 1, summed in this order.
inline double ordered_dot(const double* x, const double* y, Index size) {
  double sum = 0;
  for (Index k = 0; k < size; ++k) sum += product(x[k], y[k]);
  return sum;
}

/// q ← a random matrix of orthonormal columns; rows ≥ columns. v: memory for as many numbers as q has rows.
inline void orthonormal_columns(const MatrixView<double>& q, double* v, Random& random) {
  const Index rows = q.rows();
  set_zero(q);
  for (Index k = q.cols() - 1; k >= 0; --k) {
    const Index size = rows - k;
    double squared_norm = 0;
    while (!(squared_norm > 0)) {
      for (Index row = 0; row < size; ++row) v[row] = random.normal();
      squared_norm = ordered_dot(v, v, size);
    }
    // H = 1 − 2 v vᵀ / vᵀv with v = g + sign(g₀)‖g‖ e₀ gives H g = −sign(g₀)‖g‖ e₀, and D_k is that sign.
    const double sign = v[0] < 0 ? -1 : 1;
    const double norm = std::sqrt(squared_norm);
    const double half_vv = norm * (norm + (std::abs)(v[0]));
    v[0] += sign * norm;
    double* column = q.data() + k + k * rows;
    *column = -sign;
    for (Index col = k; col < q.cols(); ++col, column += rows) {
      const double scale = ordered_dot(v, column, size) / half_vv;
      for (Index row = 0; row < size; ++row) column[row] -= product(scale, v[row]);
    }
  }
}

/// Dynamic if one is.
constexpr int larger_size(int a, int b) { return a == Dynamic || b == Dynamic ? Dynamic : (std::max)(a, b); }

/// init::orthogonal of a matrix whose sizes are known at compile time, or Dynamic: no heap where it is small.
template <int Rows, int Cols, class M>
void fill_orthogonal(M& matrix, Random& random, double gain) {
  const bool tall = matrix.rows() >= matrix.cols();
  const Index rows = tall ? matrix.rows() : matrix.cols();
  ThetaStorage<double, product_of_sizes(Rows, Cols)> memory;
  ThetaStorage<double, larger_size(Rows, Cols)> v;
  memory.set_zero(matrix.size());
  v.set_zero(rows);
  const MatrixView<double> q(memory.data(), rows, matrix.size() / rows);
  orthonormal_columns(q, v.data(), random);
  fill(matrix, [&](Index row, Index col) { return gain * (tall ? q(row, col) : q(col, row)); });
}

}  // namespace detail

namespace init {

/// gain times a random matrix with orthonormal columns, or orthonormal rows where there are fewer rows than columns.
/// (Saxe, McClelland and Ganguli, ICLR 2014; torch.nn.init.orthogonal_.) Orthogonal to double precision, or the
/// matrix's own where that is less. Time grows with rows · columns²; 512 × 512 takes about 0.1 s. Throws unless gain is
/// above 0 and in the range of the matrix's scalar, up to half of the largest.
template <class M>
void orthogonal(M&& matrix, Random& random, double gain = 1) {
  detail::require_spread<M>("init::orthogonal", "gain", gain, 2);
  using Plain = std::remove_cvref_t<M>;
  detail::fill_orthogonal<Plain::RowsAtCompileTime, Plain::ColsAtCompileTime>(matrix, random, gain);
}

/// scale times the identity; where the matrix is not square, ones on the diagonal of its square part. Throws unless
/// scale is above 0 and in the range of the matrix's scalar.
template <class M>
void identity(M&& matrix, double scale = 1) {
  detail::require_spread<M>("init::identity", "scale", scale, 1);
  detail::fill(matrix, [&](Index row, Index col) { return row == col ? scale : 0; });
}

}  // namespace init

}  // namespace ELMAN_ABI
}  // namespace elman
