// SPDX-License-Identifier: MIT
//
// Column by column: Σ d² and Σ (u s)², and c ← c + f (u s) s with a factor f a column, as hook::Omega takes them. A sum
// is eight side by side at every level, so that levels differ by fused multiply-adds alone.
#pragma once

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Of one column.
template <class Scalar>
struct ColumnSquares {
  Scalar d = 0;  ///< Σ d²
  Scalar q = 0;  ///< Σ (u s)²
};

#if ELMAN_HAS_KERNELS
/// squares[k] ← the sums of column k.
template <class Scalar>
struct ColumnSquaresKernel {
  using Eight = Lane<Scalar, 8>;
  const ConstMatrixView<Scalar>&d, &u, &s;
  ColumnSquares<Scalar>* squares;

  template <int>
  ELMAN_INLINE void run() const {
    const Index rows = d.rows(), cols = d.cols();
    for (Index k = 0; k < cols; ++k) {
      const Scalar* const d_k = d.data() + k * d.outerStride();
      const Scalar* const u_k = u.data() + k * u.outerStride();
      const Scalar* const s_k = s.data() + k * s.outerStride();
      Eight d_sum{}, q_sum{}, d_v{}, u_v{}, s_v{};
      Index row = 0;
      for (; row + 8 <= rows; row += 8) {
        load<Scalar, 8>(d_k + row, d_v);
        load<Scalar, 8>(u_k + row, u_v);
        load<Scalar, 8>(s_k + row, s_v);
        d_sum += d_v * d_v;
        u_v *= s_v;
        q_sum += u_v * u_v;
      }
      Scalar d_rest = 0, q_rest = 0;
      for (; row < rows; ++row) {
        const Scalar q = u_k[row] * s_k[row];
        d_rest += d_k[row] * d_k[row];
        q_rest += q * q;
      }
      squares[k].d =
          d_rest + ((d_sum[0] + d_sum[4] + (d_sum[2] + d_sum[6])) + (d_sum[1] + d_sum[5] + (d_sum[3] + d_sum[7])));
      squares[k].q =
          q_rest + ((q_sum[0] + q_sum[4] + (q_sum[2] + q_sum[6])) + (q_sum[1] + q_sum[5] + (q_sum[3] + q_sum[7])));
    }
  }
};

/// Column k of c gets factors[k] (u s) s.
template <class Scalar>
struct AddProductsKernel {
  using Eight = Lane<Scalar, 8>;
  const ConstMatrixView<Scalar>&u, &s;
  const Scalar* factors;
  const MatrixView<Scalar>& c;

  template <int>
  ELMAN_INLINE void run() const {
    const Index rows = c.rows(), cols = c.cols();
    for (Index k = 0; k < cols; ++k) {
      const Scalar* const u_k = u.data() + k * u.outerStride();
      const Scalar* const s_k = s.data() + k * s.outerStride();
      Scalar* const c_k = c.data() + k * c.outerStride();
      const Scalar factor = factors[k];
      Eight u_v{}, s_v{}, c_v{};
      Index row = 0;
      for (; row + 8 <= rows; row += 8) {
        load<Scalar, 8>(u_k + row, u_v);
        load<Scalar, 8>(s_k + row, s_v);
        load<Scalar, 8>(c_k + row, c_v);
        c_v += factor * (u_v * s_v) * s_v;
        store<Scalar, 8>(c_v, c_k + row);
      }
      for (; row < rows; ++row) c_k[row] += factor * (u_k[row] * s_k[row]) * s_k[row];
    }
  }
};
#endif

/// squares[k] ← Σ d² and Σ (u s)² of column k; d, u and s have the same shape.
template <class Scalar>
void squares_of_columns(const ConstMatrixView<Scalar>& d, const ConstMatrixView<Scalar>& u,
                        const ConstMatrixView<Scalar>& s, ColumnSquares<Scalar>* squares) {
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar>) return run_kernel(simd(), ColumnSquaresKernel<Scalar>{d, u, s, squares});
#endif
  for (Index k = 0; k < d.cols(); ++k) {
    squares[k] = {};
    for (Index row = 0; row < d.rows(); ++row) {
      const Scalar q = u(row, k) * s(row, k);
      squares[k].d += d(row, k) * d(row, k);
      squares[k].q += q * q;
    }
  }
}

/// Column k of c gets factors[k] (u s) s; all have the same shape.
template <class Scalar>
void add_products_of_columns(const ConstMatrixView<Scalar>& u, const ConstMatrixView<Scalar>& s, const Scalar* factors,
                             const MatrixView<Scalar>& c) {
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar>) return run_kernel(simd(), AddProductsKernel<Scalar>{u, s, factors, c});
#endif
  for (Index k = 0; k < c.cols(); ++k) {
    for (Index row = 0; row < c.rows(); ++row) c(row, k) += factors[k] * (u(row, k) * s(row, k)) * s(row, k);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
