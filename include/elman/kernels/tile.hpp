// SPDX-License-Identifier: MIT
//
// The product C = S + A B, in tiles of C that stay in registers: some vectors of rows times some columns. Each element
// is the sum over k in rising order, from S on, whatever tile it falls into: the result of a column does not depend on
// how many others are beside it.
//
//   A   Rows × Depth, in panels of as many rows as a vector has lanes: rows of a matrix where they lie, or
//       packed (factor.hpp). The last panel ends with the last row and overlaps the one before: no vector is cut.
//   B   Depth × Columns, read one element at a time, with any strides: so B may be a transpose.
//   S   zero, a column for all columns of C, or C itself.
#pragma once

#include <cstddef>

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar>
struct Panels {
  const Scalar* data = nullptr;
  Index rows = 0;
  Index columns = 0;
  Index step = 0;   ///< from one column of a panel to the next
  Index panel = 0;  ///< from one panel to the next; 0: the rows lie in a matrix
};

template <class Scalar>
struct ProductKernel {
  Panels<Scalar> A;
  const Scalar* b;
  Index b_row;
  Index b_column;
  const Scalar* start;  ///< null for zero
  Index start_column;
  Scalar* c;
  Index c_column;
  Index columns;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    run_lanes<lanes<Scalar, Bytes>, true>();
  }

  /// With vectors of so many lanes, or of fewer if there are not as many rows.
  template <int Lanes, bool Widest>
  ELMAN_INLINE void run_lanes() const {
    if constexpr (Lanes > 1 && !never_narrow<Scalar, Lanes>) {
      if (A.rows < Lanes) return run_lanes<narrower<Scalar, Lanes>, false>();
    }
    // Tiles use half of the registers or more; at least eight sums hide the latency of the multiply-adds.
    constexpr bool many_registers = Lanes * sizeof(Scalar) == 64;
    Index j = 0;
    if constexpr (many_registers) j = run_columns<Lanes, 8, 3>(j);
    j = run_columns<Lanes, 4, (many_registers ? 4 : 2)>(j);
    if constexpr (Widest) j = run_columns<Lanes, 2, 4>(j);
    run_columns<Lanes, 1, Widest ? 8 : 3>(j);
  }

  /// As many columns from j on as fill tiles of that width, all rows; returns the first that is left.
  template <int Lanes, int Width, int MostPanels>
  ELMAN_INLINE Index run_columns(Index j) const {
    const Index end = j + (columns - j) / Width * Width;
    if (j == end) return end;
    const Index panels = (A.rows + Lanes - 1) / Lanes;
    Index chunks = (panels + MostPanels - 1) / MostPanels;
    for (Index panel = 0; panel < panels; --chunks) {
      const Index count = (panels - panel + chunks - 1) / chunks;  // as even as can be
      run_panels<Lanes, Width, MostPanels>(panel, count, panel + count == panels, j, end);
      panel += count;
    }
    return end;
  }

  template <int Lanes, int Width, int Count>
  ELMAN_INLINE void run_panels(Index panel, Index count, bool last, Index j, Index end) const {
    if constexpr (Count > 1) {
      if (count < Count) return run_panels<Lanes, Width, Count - 1>(panel, count, last, j, end);
    }
    for (; j < end; j += Width) tile<Lanes, Width, Count>(panel, last, j);
  }

  template <int Lanes, int Width, int Count>
  ELMAN_INLINE void tile(Index panel, bool last, Index j) const {
    using V = Lane<Scalar, Lanes>;
    const Index row = panel * Lanes;
    const Index last_row = last ? A.rows - Lanes : row + Index{Count - 1} * Lanes;
    const auto row_of = [ row, last_row ](int r) __attribute__((__always_inline__)) {
      return r == Count - 1 ? last_row : row + Index{r} * Lanes;
    };

    V sum[std::size_t{Width}][std::size_t{Count}];
    ELMAN_UNROLL
    for (int w = 0; w < Width; ++w) {
      ELMAN_UNROLL
      for (int r = 0; r < Count; ++r) {
        if (start) {
          load<Scalar, Lanes>(start + (j + w) * start_column + row_of(r), sum[w][r]);
        } else {
          sum[w][r] = V{};
        }
      }
    }

    const Index from_panel = A.panel > 0 ? A.panel : Lanes;
    const Scalar* a = A.data + panel * from_panel;
    const Scalar* a_last = A.data + (A.panel > 0 ? (panel + Count - 1) * A.panel : last_row);
    const Scalar* b_k = b + j * b_column;
    for (Index k = 0; k < A.columns; ++k) {
      V left[std::size_t{Count}];
      ELMAN_UNROLL
      for (int r = 0; r < Count; ++r) load<Scalar, Lanes>(r == Count - 1 ? a_last : a + r * from_panel, left[r]);
      ELMAN_UNROLL
      for (int w = 0; w < Width; ++w) {
        const Scalar right = b_k[w * b_column];
        ELMAN_UNROLL
        for (int r = 0; r < Count; ++r) sum[w][r] += left[r] * right;
      }
      a += A.step;
      a_last += A.step;
      b_k += b_row;
    }

    ELMAN_UNROLL
    for (int w = 0; w < Width; ++w) {
      ELMAN_UNROLL
      for (int r = 0; r + 1 < Count; ++r) store<Scalar, Lanes>(sum[w][r], c + (j + w) * c_column + row_of(r));
    }
    // Where C is summed to, the rows that the last panel shares with the one before have their sum already.
    if constexpr (Lanes > 1) {
      const Index done = last && start == c ? (Lanes - A.rows % Lanes) % Lanes : 0;
      if (done > 0) {
        Lane<Bits<Scalar>, Lanes> lane{};
        ELMAN_UNROLL
        for (int l = 0; l < Lanes; ++l) lane[l] = l;
        ELMAN_UNROLL
        for (int w = 0; w < Width; ++w) {
          V before;
          load<Scalar, Lanes>(c + (j + w) * c_column + last_row, before);
          sum[w][Count - 1] = lane < static_cast<Bits<Scalar>>(done) ? before : sum[w][Count - 1];
        }
      }
    }
    ELMAN_UNROLL
    for (int w = 0; w < Width; ++w) store<Scalar, Lanes>(sum[w][Count - 1], c + (j + w) * c_column + last_row);
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
