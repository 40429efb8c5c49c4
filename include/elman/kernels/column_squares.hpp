// SPDX-License-Identifier: MIT
//
// Column by column: Σ (scale d)² and Σ (scale u s)², and c ← c + f (e u s) s with factors e and f a column, as
// hook::Omega takes them. A sum is eight side by side at every level, so that levels differ by fused multiply-adds
// alone; four columns are summed up across at a time.
#pragma once

#include <algorithm>

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

#if ELMAN_HAS_KERNELS
/// sums[j] ← all of of[j].
template <class Scalar>
ELMAN_INLINE void add_across(const Lane<Scalar, 4> (&of)[4], Lane<Scalar, 4>& sums) {
#if ELMAN_HAS_SHUFFLES
  const Lane<Scalar, 4> first =
      __builtin_shufflevector(of[0], of[1], 0, 4, 1, 5) + __builtin_shufflevector(of[0], of[1], 2, 6, 3, 7);
  const Lane<Scalar, 4> second =
      __builtin_shufflevector(of[2], of[3], 0, 4, 1, 5) + __builtin_shufflevector(of[2], of[3], 2, 6, 3, 7);
  sums = __builtin_shufflevector(first, second, 0, 1, 4, 5) + __builtin_shufflevector(first, second, 2, 3, 6, 7);
#else
  for (int j = 0; j < 4; ++j) sums[j] = (of[j][0] + of[j][2]) + (of[j][1] + of[j][3]);
#endif
}
/// half ← the first half of `of` and the second.
template <class Scalar>
ELMAN_INLINE void add_halves(const Lane<Scalar, 8>& of, Lane<Scalar, 4>& half) {
#if ELMAN_HAS_SHUFFLES
  half = __builtin_shufflevector(of, of, 0, 1, 2, 3) + __builtin_shufflevector(of, of, 4, 5, 6, 7);
#else
  for (int j = 0; j < 4; ++j) half[j] = of[j] + of[j + 4];
#endif
}

/// d_squares[k], q_squares[k] ← the sums of column k.
template <class Scalar>
struct ColumnSquaresKernel {
  using Four = Lane<Scalar, 4>;
  const ConstMatrixView<Scalar>&d, &u, &s;
  Scalar scale;
  Scalar *d_squares, *q_squares;

  template <int>
  ELMAN_INLINE void run() const {
    const Index cols = d.cols();
    for (Index k = 0; k < cols; k += 4) {
      Four d_of[4], q_of[4], d_sums{}, q_sums{};
      ELMAN_UNROLL
      for (Index j = 0; j < 4; ++j) add_up((std::min)(k + j, cols - 1), d_of[j], q_of[j]);
      add_across<Scalar>(d_of, d_sums);
      add_across<Scalar>(q_of, q_sums);
      if (k + 4 <= cols) {
        store<Scalar, 4>(d_sums, d_squares + k);
        store<Scalar, 4>(q_sums, q_squares + k);
      } else {
        store_part<Scalar, 4>(d_sums, cols - k, d_squares + k);
        store_part<Scalar, 4>(q_sums, cols - k, q_squares + k);
      }
    }
  }

 private:
  ELMAN_INLINE void add_up(Index k, Four& d_of, Four& q_of) const {
    const Index rows = d.rows();
    const Scalar* const d_k = d.data() + k * d.outerStride();
    const Scalar* const u_k = u.data() + k * u.outerStride();
    const Scalar* const s_k = s.data() + k * s.outerStride();
    Lane<Scalar, 8> d_sum{}, q_sum{};
    Index row = 0;
    for (; row + 8 <= rows; row += 8) add_some<8>(d_k + row, u_k + row, s_k + row, d_sum, q_sum);
    add_halves<Scalar>(d_sum, d_of);
    add_halves<Scalar>(q_sum, q_of);
    for (; row + 4 <= rows; row += 4) add_some<4>(d_k + row, u_k + row, s_k + row, d_of, q_of);
    Scalar d_rest = 0, q_rest = 0;
    for (; row < rows; ++row) add_some<1>(d_k + row, u_k + row, s_k + row, d_rest, q_rest);
    d_of[0] += d_rest;
    q_of[0] += q_rest;
  }
  template <int Lanes>
  ELMAN_INLINE void add_some(const Scalar* its_d, const Scalar* its_u, const Scalar* its_s, Lane<Scalar, Lanes>& d_sum,
                             Lane<Scalar, Lanes>& q_sum) const {
    Lane<Scalar, Lanes> d_v{}, u_v{}, s_v{};
    load<Scalar, Lanes>(its_d, d_v);
    load<Scalar, Lanes>(its_u, u_v);
    load<Scalar, Lanes>(its_s, s_v);
    d_v *= scale;
    u_v *= scale;
    u_v *= s_v;
    d_sum += d_v * d_v;
    q_sum += u_v * u_v;
  }
};

/// Column k of c gets factors[k] (units[k] u s) s.
template <class Scalar>
struct AddProductsKernel {
  const ConstMatrixView<Scalar>&u, &s;
  const Scalar *units, *factors;
  const MatrixView<Scalar>& c;

  template <int>
  ELMAN_INLINE void run() const {
    const Index rows = c.rows(), cols = c.cols();
    for (Index k = 0; k < cols; ++k) {
      const Scalar* const u_k = u.data() + k * u.outerStride();
      const Scalar* const s_k = s.data() + k * s.outerStride();
      Scalar* const c_k = c.data() + k * c.outerStride();
      const Scalar unit = units[k], factor = factors[k];
      Index row = 0;
      for (; row + 8 <= rows; row += 8) add_some<8>(unit, factor, u_k + row, s_k + row, c_k + row);
      for (; row + 4 <= rows; row += 4) add_some<4>(unit, factor, u_k + row, s_k + row, c_k + row);
      for (; row < rows; ++row) add_some<1>(unit, factor, u_k + row, s_k + row, c_k + row);
    }
  }

 private:
  template <int Lanes>
  ELMAN_INLINE static void add_some(const Scalar& unit, const Scalar& factor, const Scalar* its_u, const Scalar* its_s,
                                    Scalar* its_c) {
    Lane<Scalar, Lanes> u_v{}, s_v{}, c_v{};
    load<Scalar, Lanes>(its_u, u_v);
    load<Scalar, Lanes>(its_s, s_v);
    load<Scalar, Lanes>(its_c, c_v);
    c_v += (unit * (u_v * s_v)) * (factor * s_v);
    store<Scalar, Lanes>(c_v, its_c);
  }
};
#endif

/// d_squares[k] ← Σ (scale d)² and q_squares[k] ← Σ (scale u s)² of column k; d, u and s have the same shape.
template <class Scalar>
void squares_of_columns(const ConstMatrixView<Scalar>& d, const ConstMatrixView<Scalar>& u,
                        const ConstMatrixView<Scalar>& s, Scalar scale, Scalar* d_squares, Scalar* q_squares) {
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar>) {
    return run_kernel(simd(), ColumnSquaresKernel<Scalar>{d, u, s, scale, d_squares, q_squares});
  }
#endif
  for (Index k = 0; k < d.cols(); ++k) {
    d_squares[k] = q_squares[k] = 0;
    for (Index row = 0; row < d.rows(); ++row) {
      const Scalar its_d = scale * d(row, k), q = scale * u(row, k) * s(row, k);
      d_squares[k] += its_d * its_d;
      q_squares[k] += q * q;
    }
  }
}

/// Column k of c gets factors[k] (units[k] u s) s; all have the same shape.
template <class Scalar>
void add_products_of_columns(const ConstMatrixView<Scalar>& u, const ConstMatrixView<Scalar>& s, const Scalar* units,
                             const Scalar* factors, const MatrixView<Scalar>& c) {
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar>) {
    return run_kernel(simd(), AddProductsKernel<Scalar>{u, s, units, factors, c});
  }
#endif
  for (Index k = 0; k < c.cols(); ++k) {
    for (Index row = 0; row < c.rows(); ++row) {
      c(row, k) += (units[k] * (u(row, k) * s(row, k))) * (factors[k] * s(row, k));
    }
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
