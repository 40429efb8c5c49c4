// SPDX-License-Identifier: MIT
//
// A matrix, or its transpose, made ready to be multiplied with many columns: when it is first multiplied, its rows are
// packed in panels (tile.hpp), once for all steps. Keeps its memory from one matrix to the next. Refers to the matrix,
// which must outlive its use.
#pragma once

#include <algorithm>
#include <cstddef>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/lanes.hpp"
#include "elman/kernels/tile.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

#if ELMAN_HAS_KERNELS

/// The most lanes that a kernel may have.
template <class Scalar>
inline constexpr int most_lanes = lanes<Scalar, (ELMAN_DISPATCHES ? 64 : compiled_bytes)>;

/// Scalars that a matrix takes in panels, whatever the level: the last panel overlaps the one before.
template <class Scalar>
constexpr Index packed_size(Index rows, Index columns) {
  Index widest = 1;
  while (2 * widest <= rows && 2 * widest <= most_lanes<Scalar>) widest *= 2;
  return (rows + widest - 1) / widest * widest * columns;
}

/// Packs rows of A, or columns if `transposed`.
template <class Scalar>
struct PackKernel {
  const Scalar* from;
  Index stride;
  bool transposed;
  Panels<Scalar>& to;
  Scalar* memory;  ///< packed_size of them

  template <int Bytes>
  ELMAN_INLINE void run() const {
    run_lanes<lanes<Scalar, Bytes>>();
  }
  template <int Lanes>
  ELMAN_INLINE void run_lanes() const {
    if constexpr (Lanes > 1 && !never_narrow<Scalar, Lanes>) {
      if (to.rows < Lanes) return run_lanes<narrower<Scalar, Lanes>>();
    }
    to.data = memory;
    to.step = Lanes;
    to.panel = Lanes * to.columns;
    const Index panels = (to.rows + Lanes - 1) / Lanes;
    for (Index panel = 0; panel < panels; ++panel) {
      const Index row = panel + 1 == panels ? to.rows - Lanes : panel * Lanes;
      Scalar* begin = memory + panel * to.panel;
      if (transposed) {
        pack_transposed<Lanes>(from + row * stride, begin);
      } else {
        for (Index k = 0; k < to.columns; ++k) {
          Lane<Scalar, Lanes> column;
          load<Scalar, Lanes>(from + row + k * stride, column);
          store<Scalar, Lanes>(column, begin + k * Lanes);
        }
      }
    }
  }
  template <int Lanes>
  ELMAN_INLINE void pack_transposed(const Scalar* rows, Scalar* begin) const {
    Index k = 0;
#if ELMAN_HAS_SHUFFLES
    constexpr int square = 16 / static_cast<int>(sizeof(Scalar));
    if constexpr (Lanes >= square) {
      for (; k + square <= to.columns; k += square) {
        ELMAN_UNROLL
        for (int l = 0; l < Lanes; l += square) {
          Lane<Scalar, square> part[std::size_t{square}];
          ELMAN_UNROLL
          for (int i = 0; i < square; ++i) load<Scalar, square>(rows + (l + i) * stride + k, part[i]);
          transpose(part);
          ELMAN_UNROLL
          for (int i = 0; i < square; ++i) store<Scalar, square>(part[i], begin + (k + i) * Lanes + l);
        }
      }
    }
#endif
    for (; k < to.columns; ++k) {
      for (int l = 0; l < Lanes; ++l) begin[k * Lanes + l] = rows[l * stride + k];
    }
  }
};

/// Packs A, or its transpose, into memory of packed_size.
template <class Scalar>
Panels<Scalar> pack_panels(Simd level, const ConstMatrixView<Scalar>& A, bool transposed, Scalar* memory) {
  Panels<Scalar> panels{};
  panels.rows = transposed ? A.cols() : A.rows();
  panels.columns = transposed ? A.rows() : A.cols();
  run_kernel(level, PackKernel<Scalar>{A.data(), A.outerStride(), transposed, panels, memory});
  return panels;
}

#endif  // ELMAN_HAS_KERNELS

}  // namespace detail

/// Scalars of memory that a Factor of at most so many rows and columns needs; Dynamic if one is.
template <class Scalar>
constexpr int factor_size(int rows, int columns) {
  if (rows == Dynamic || columns == Dynamic) return Dynamic;
#if ELMAN_HAS_KERNELS
  if constexpr (detail::has_kernels<Scalar>) return static_cast<int>(detail::packed_size<Scalar>(rows, columns));
#endif
  return 0;
}
/// Of a matrix and of its transpose.
template <class Scalar>
constexpr int factor_size_of_both(int rows, int columns) {
  return (std::max)(factor_size<Scalar>(rows, columns), factor_size<Scalar>(columns, rows));
}

/// Max: scalars of memory, factor_size.
template <class Scalar, int Max = Dynamic>
class Factor {
 public:
  /// F = A.
  void assign(const ConstMatrixView<Scalar>& A) { set(A, false); }
  /// F = Aᵀ.
  void assign_transposed(const ConstMatrixView<Scalar>& A) { set(A, true); }

  /// Memory for the panels of any matrix of so many rows and at most as many columns.
  void reserve([[__maybe_unused__]] Index rows, [[__maybe_unused__]] Index columns) {
#if ELMAN_HAS_KERNELS
    if constexpr (detail::has_kernels<Scalar>) memory_.reserve(detail::packed_size<Scalar>(rows, columns), 1);
#endif
  }

  Index rows() const { return transposed_ ? view().cols() : view().rows(); }
  Index cols() const { return transposed_ ? view().rows() : view().cols(); }
  bool transposed() const { return transposed_; }
  /// What was assigned.
  ConstMatrixView<Scalar> view() const { return {data_, rows_, cols_, stride_}; }

 private:
  void set(const ConstMatrixView<Scalar>& A, bool transposed) {
    data_ = A.data();
    rows_ = A.rows();
    cols_ = A.cols();
    stride_ = A.outerStride();
    transposed_ = transposed;
#if ELMAN_HAS_KERNELS
    panels_.data = nullptr;
#endif
  }

  const Scalar* data_ = nullptr;
  Index rows_ = 0;
  Index cols_ = 0;
  Index stride_ = 0;
  bool transposed_ = false;

#if ELMAN_HAS_KERNELS
 public:
  /// Packs the rows if that has not been done.
  const detail::Panels<Scalar>& panels() {
    if (!panels_.data) {
      level_ = detail::simd_for<Scalar>(rows());
      memory_.reshape(detail::packed_size<Scalar>(rows(), cols()), 1);
      panels_ = detail::pack_panels<Scalar>(level_, view(), transposed_, memory_.view().data());
    }
    return panels_;
  }
  /// The level that the panels are packed for.
  Simd level() const { return level_; }

 private:
  Simd level_ = Simd::compiled;
  detail::Panels<Scalar> panels_;
  ColumnBuffer<Scalar, Max> memory_;
#endif
};

}  // namespace ELMAN_ABI
}  // namespace elman
