// SPDX-License-Identifier: MIT
//
// Column by column: Σ (scale d)² and Σ (scale u s)², and c ← c + f (e u s) s with factors e and f a column, as
// hook::Omega takes them. Rows are taken eight at a time at every level, so that levels differ by fused multiply-adds
// alone (of fewer than eight rows four, of fewer than four one by one); what is left over is part of the last eight,
// which are taken once more. Four columns are summed up across at a time.
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

/// kernel.template run_in<Lanes, Whole>(), with as many lanes as rows are taken at a time; Whole is how many rows there
/// are where it is a multiple of Lanes that is often met and small, else Dynamic.
template <class Kernel>
ELMAN_INLINE void run_in_lanes(Index rows, const Kernel& kernel) {
  if (rows == 16) {
    kernel.template run_in<8, 16>();
  } else if (rows == 8) {
    kernel.template run_in<8, 8>();
  } else if (rows > 8) {
    kernel.template run_in<8, Dynamic>();
  } else if (rows == 4) {
    kernel.template run_in<4, 4>();
  } else if (rows > 4) {
    kernel.template run_in<4, Dynamic>();
  } else {
    kernel.template run_in<1, Dynamic>();
  }
}
template <int Lanes, int Whole>
ELMAN_INLINE Index whole_lanes(Index rows) {
  return Whole == Dynamic ? rows / Lanes * Lanes : Whole;
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
    run_in_lanes(d.rows(), *this);
  }
  template <int Lanes, int Whole>
  ELMAN_INLINE void run_in() const {
    const Index cols = d.cols();
    Scalar of_last[8];  // 0 where a row of the last lanes has been counted
    for (Index lane = 0; lane < Lanes; ++lane) of_last[lane] = lane < Lanes - d.rows() % Lanes ? Scalar(0) : scale;
    Walk<Lanes, Whole> walk{d.rows(),        d.data(),        u.data(), s.data(), d.outerStride(),
                            u.outerStride(), s.outerStride(), {},       {}};
    fill<Scalar, Lanes>(scale, walk.scale);
    load<Scalar, Lanes>(of_last, walk.last_scale);
    Index k = 0;
    for (; k + 4 <= cols; k += 4) {
      Four d_of[4]{}, q_of[4]{}, d_sums{}, q_sums{};
      ELMAN_UNROLL
      for (Index j = 0; j < 4; ++j) walk.add_up(d_of[j], q_of[j]);
      add_across<Scalar>(d_of, d_sums);
      add_across<Scalar>(q_of, q_sums);
      store<Scalar, 4>(d_sums, d_squares + k);
      store<Scalar, 4>(q_sums, q_squares + k);
    }
    for (; k < cols; ++k) {
      Four d_of{}, q_of{};
      walk.add_up(d_of, q_of);
      d_squares[k] = (d_of[0] + d_of[2]) + (d_of[1] + d_of[3]);
      q_squares[k] = (q_of[0] + q_of[2]) + (q_of[1] + q_of[3]);
    }
  }

 private:
  /// From column to column.
  template <int Lanes, int Whole>
  struct Walk {
    using Its = Lane<Scalar, Lanes>;
    Index rows;
    const Scalar *d, *u, *s;
    Index d_stride, u_stride, s_stride;
    Its scale, last_scale;

    /// The sums of a column, to be added across.
    ELMAN_INLINE void add_up(Four& d_of, Four& q_of) {
      Its d_sum{}, q_sum{};
      const Index whole = whole_lanes<Lanes, Whole>(rows);
      for (Index row = 0; row < whole; row += Lanes) add_some(row, scale, d_sum, q_sum);
      if constexpr (Lanes > 1 && Whole == Dynamic) {
        if (whole < rows) add_some(rows - Lanes, last_scale, d_sum, q_sum);
      }
      if constexpr (Lanes == 8) {
        add_halves<Scalar>(d_sum, d_of);
        add_halves<Scalar>(q_sum, q_of);
      } else if constexpr (Lanes == 4) {
        d_of = d_sum;
        q_of = q_sum;
      } else {
        d_of[0] = d_sum;
        q_of[0] = q_sum;
      }
      d += d_stride;
      u += u_stride;
      s += s_stride;
    }
    ELMAN_INLINE void add_some(Index row, const Its& its_scale, Its& d_sum, Its& q_sum) const {
      Its d_v{}, u_v{}, s_v{};
      load<Scalar, Lanes>(d + row, d_v);
      load<Scalar, Lanes>(u + row, u_v);
      load<Scalar, Lanes>(s + row, s_v);
      d_v *= its_scale;
      u_v *= its_scale;
      u_v *= s_v;
      d_sum += d_v * d_v;
      q_sum += u_v * u_v;
    }
  };
};

/// Column k of c gets factors[k] (units[k] u s) s.
template <class Scalar>
struct AddProductsKernel {
  const ConstMatrixView<Scalar>&u, &s;
  const Scalar *units, *factors;
  const MatrixView<Scalar>& c;

  template <int>
  ELMAN_INLINE void run() const {
    run_in_lanes(c.rows(), *this);
  }
  template <int Lanes, int Whole>
  ELMAN_INLINE void run_in() const {
    constexpr bool has_rest = Lanes > 1 && Whole == Dynamic;
    const Index rows = c.rows(), cols = c.cols(), whole = whole_lanes<Lanes, Whole>(rows), last = rows - Lanes;
    const Index u_stride = u.outerStride(), s_stride = s.outerStride(), c_stride = c.outerStride();
    const Scalar *u_k = u.data(), *s_k = s.data();
    Scalar* c_k = c.data();
    for (Index k = 0; k < cols; ++k) {
      Lane<Scalar, Lanes> unit{}, factor{}, sum{}, last_sum{};
      fill<Scalar, Lanes>(units[k], unit);
      fill<Scalar, Lanes>(factors[k], factor);
      if (has_rest && whole < rows) add_some<Lanes>(unit, factor, u_k + last, s_k + last, c_k + last, last_sum);
      for (Index row = 0; row < whole; row += Lanes) {
        add_some<Lanes>(unit, factor, u_k + row, s_k + row, c_k + row, sum);
        store<Scalar, Lanes>(sum, c_k + row);
      }
      if (has_rest && whole < rows) store<Scalar, Lanes>(last_sum, c_k + last);  // of some rows once more the same
      u_k += u_stride;
      s_k += s_stride;
      c_k += c_stride;
    }
  }

 private:
  template <int Lanes>
  ELMAN_INLINE static void add_some(const Lane<Scalar, Lanes>& unit, const Lane<Scalar, Lanes>& factor,
                                    const Scalar* its_u, const Scalar* its_s, const Scalar* its_c,
                                    Lane<Scalar, Lanes>& sum) {
    Lane<Scalar, Lanes> u_v{}, s_v{};
    load<Scalar, Lanes>(its_u, u_v);
    load<Scalar, Lanes>(its_s, s_v);
    load<Scalar, Lanes>(its_c, sum);
    sum += (unit * (u_v * s_v)) * (factor * s_v);
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
