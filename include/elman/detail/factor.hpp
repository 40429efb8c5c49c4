// SPDX-License-Identifier: MIT
//
// A matrix, or its transpose, made ready to be multiplied with many columns: when it is first multiplied, its rows are
// packed in panels (tile.hpp), once for all steps. Keeps its memory from one matrix to the next. Refers to the matrix,
// which must outlive its use.
#pragma once

#include "elman/detail/column_buffer.hpp"
#include "elman/detail/tile.hpp"
#include "elman/detail/vector.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

template <class Scalar>
class Factor {
 public:
  /// F = A.
  void assign(const ConstStrided<Scalar>& A) { set(A, false); }
  /// F = Aᵀ.
  void assign_transposed(const ConstStrided<Scalar>& A) { set(A, true); }

  Index rows() const { return transposed_ ? view().cols() : view().rows(); }
  Index cols() const { return transposed_ ? view().rows() : view().cols(); }
  bool transposed() const { return transposed_; }
  /// What was assigned.
  ConstStrided<Scalar> view() const { return {data_, rows_, cols_, Eigen::OuterStride<>(stride_)}; }

 private:
  void set(const ConstStrided<Scalar>& A, bool transposed) {
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
  const Panels<Scalar>& panels() {
    if (!panels_.data) {
      level_ = simd_for<Scalar>(rows());
      panels_ = {};
      panels_.rows = rows();
      panels_.columns = cols();
      run_kernel(level_, Pack{data_, stride_, transposed_, panels_, memory_});
    }
    return panels_;
  }
  /// The level that the panels are packed for.
  Simd level() const { return level_; }

 private:
  struct Pack {
    const Scalar* from;
    Index stride;
    bool transposed;
    Panels<Scalar>& to;
    ColumnBuffer<Scalar>& memory;

    template <int Bytes>
    ELMAN_INLINE void run() const {
      run_lanes<lanes<Scalar, Bytes>>();
    }
    template <int Lanes>
    ELMAN_INLINE void run_lanes() const {
      if constexpr (Lanes > 1 && !never_narrow<Scalar, Lanes>) {
        if (to.rows < Lanes) return run_lanes<narrower<Scalar, Lanes>>();
      }
      const Index panels = (to.rows + Lanes - 1) / Lanes;
      memory.reshape(Lanes * to.columns, panels);
      to.data = memory.view().data();
      to.step = Lanes;
      to.panel = Lanes * to.columns;
      for (Index panel = 0; panel < panels; ++panel) {
        const Index row = panel + 1 == panels ? to.rows - Lanes : panel * Lanes;
        Scalar* packed = memory.view().data() + panel * to.panel;
        if (transposed) {
          pack_transposed<Lanes>(from + row * stride, packed);
        } else {
          for (Index k = 0; k < to.columns; ++k) {
            Lane<Scalar, Lanes> column;
            load<Scalar, Lanes>(from + row + k * stride, column);
            store<Scalar, Lanes>(column, packed + k * Lanes);
          }
        }
      }
    }
    template <int Lanes>
    ELMAN_INLINE void pack_transposed(const Scalar* rows, Scalar* packed) const {
      for (Index k = 0; k < to.columns; ++k) {
        for (int l = 0; l < Lanes; ++l) packed[k * Lanes + l] = rows[l * stride + k];
      }
    }
  };

  Simd level_ = Simd::compiled;
  Panels<Scalar> panels_;
  ColumnBuffer<Scalar> memory_;
#endif
};

}  // namespace elman::inline ELMAN_ABI::detail
