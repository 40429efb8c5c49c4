// SPDX-License-Identifier: MIT
//
// One column in one kernel, of compile-time sizes: y = σ(s + A x + B h), with nothing stored between the terms.
// Matrices are as they lie in θ, or narrow (narrow.hpp). A column has too few rows to keep the processor busy with one
// sum a row, so each sum is split in up to eight, added at the end: rounding differs from that of a product (tile.hpp).
// A term whose matrix has no columns is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "elman/kernels/elementwise.hpp"
#include "elman/kernels/lanes.hpp"
#include "elman/kernels/narrow.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A matrix of Depth columns times a column, times the scales of the rows if the weights are integers.
template <class Scalar, class Weight_, int Depth>
struct StepTerm {
  using Weight = Weight_;
  const WeightElement<Weight>* matrix = nullptr;
  const Scalar* column = nullptr;
  const Scalar* scales = nullptr;
};

/// σ of a readout.
struct NoForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(Lane<Scalar, Lanes>&) {}
};

template <class Scalar, int Rows, class TermA, class TermB, class Form>
struct StepKernel {
  const Scalar* start;  ///< null for zero
  TermA A;
  TermB B;
  Scalar* scratch;  ///< of several tiles the first ones wait here until B's column, which may be the result's, is read
  Scalar* result;
  [[__no_unique_address__]] Form form;

  template <int Lanes>
  static constexpr int panels = (Rows + Lanes - 1) / Lanes;
  template <int Lanes>
  static constexpr int most = Lanes * sizeof(Scalar) == 64 ? 16 : 8;  ///< panels to a tile
  /// Whether a power of two of panels fills one tile.
  static constexpr bool fills_tile(int count, int most_of_tile) {
    return count <= most_of_tile && (count & (count - 1)) == 0;
  }
  template <int Lanes>
  static constexpr bool is_one_tile = fills_tile(panels<Lanes>, most<Lanes>);

  template <int Bytes>
  ELMAN_INLINE void run() const {
    run_lanes<lanes<Scalar, Bytes>>();
  }

  template <int Lanes>
  ELMAN_INLINE void run_lanes() const {
    if constexpr (Rows < Lanes) {
      run_lanes<narrower<Scalar, Lanes>>();
    } else {
      constexpr int all = panels<Lanes>;
      for (int panel = 0; panel + most<Lanes> <= all; panel += most<Lanes>) tile<Lanes, most<Lanes>>(panel);
      constexpr int left = all % most<Lanes>;
      if constexpr (left >= 8) tile<Lanes, 8>(all - left);
      if constexpr (left % 8 >= 4) tile<Lanes, 4>(all - left % 8);
      if constexpr (left % 4 >= 2) tile<Lanes, 2>(all - left % 4);
      if constexpr (left % 2 == 1) tile<Lanes, 1>(all - 1);
      if (!is_one_tile<Lanes> && result != scratch) std::memcpy(result, scratch, Rows * sizeof(Scalar));
    }
  }

  /// Count vectors of rows; the last vector of all ends with the last row and overlaps the one before.
  template <int Lanes, int Count>
  ELMAN_INLINE void tile(Index panel) const {
    using V = Lane<Scalar, Lanes>;
    constexpr int split = Count < 8 ? 8 / Count : 1;
    const Index base = panel * Lanes;
    Index row[std::size_t{Count}];  // from base
    V sum[std::size_t{split}][std::size_t{Count}];
    ELMAN_UNROLL
    for (int r = 0; r < Count; ++r) {
      const Index next = Index{r} * Lanes;
      row[r] = Rows % Lanes == 0 || base + next + Lanes <= Rows ? next : Rows - Lanes - base;
      sum[0][r] = V{};
      if (start) load<Scalar, Lanes>(start + base + row[r], sum[0][r]);
      ELMAN_UNROLL
      for (int s = 1; s < split; ++s) sum[s][r] = V{};
    }
    add_term<Lanes, Count, split>(A, base, row, sum);
    add_term<Lanes, Count, split>(B, base, row, sum);
    join<Lanes, Count, split>(sum);
    ELMAN_UNROLL
    for (int r = 0; r < Count; ++r) {
      apply_value<Scalar, Lanes>(form, base + row[r], sum[0][r]);
      store<Scalar, Lanes>(sum[0][r], (is_one_tile<Lanes> ? result : scratch) + base + row[r]);
    }
  }

  /// sum[0] += all others.
  template <int Lanes, int Count, int Split>
  ELMAN_INLINE static void join(Lane<Scalar, Lanes> (*sum)[std::size_t{Count}]) {
    ELMAN_UNROLL
    for (int half = Split / 2; half > 0; half /= 2) {
      ELMAN_UNROLL
      for (int s = 0; s < half; ++s) {
        ELMAN_UNROLL
        for (int r = 0; r < Count; ++r) sum[s][r] += sum[s + half][r];
      }
    }
  }

  /// Scaled weights have sums of their own, which are scaled at the end.
  template <int Lanes, int Count, int Split, class Weight, int Depth>
  ELMAN_INLINE void add_term(const StepTerm<Scalar, Weight, Depth>& term, Index base, const Index* row,
                             Lane<Scalar, Lanes> (*sum)[std::size_t{Count}]) const {
    if constexpr (Depth > 0 && is_scaled<Weight>) {
      Lane<Scalar, Lanes> own[std::size_t{Split}][std::size_t{Count}]{};
      add<Lanes, Count, Split>(term, base, row, own);
      join<Lanes, Count, Split>(own);
      ELMAN_UNROLL
      for (int r = 0; r < Count; ++r) {
        Lane<Scalar, Lanes> scale;
        load<Scalar, Lanes>(term.scales + base + row[r], scale);
        sum[0][r] += scale * own[0][r];
      }
    } else if constexpr (Depth > 0) {
      add<Lanes, Count, Split>(term, base, row, sum);
    }
  }

  template <int Lanes, int Count, int Split, class Weight, int Depth>
  ELMAN_INLINE void add(const StepTerm<Scalar, Weight, Depth>& term, Index base, const Index* row,
                        Lane<Scalar, Lanes> (*sum)[std::size_t{Count}]) const {
    constexpr int group = grouped_columns<Weight>;
    constexpr int groups = Split < group ? 1 : Split / group;  // to a turn, a column for each of the sums
    const WeightElement<Weight>* matrix = term.matrix + base;
    const Scalar* column = term.column;
    int k = 0;
    for (; k + groups * group <= Depth; k += groups * group) {
      ELMAN_UNROLL
      for (int g = 0; g < groups; ++g) {
        add_group<Lanes, Count, Split, group, Weight>(matrix + g * Rows, column + k + g * group, row,
                                                      sum + (groups > 1 ? g * group : 0));
      }
      matrix += groups * Rows;
    }
    ELMAN_UNROLL
    for (int g = 0; g + 1 < groups; ++g) {
      if (k + group <= Depth) {
        add_group<Lanes, Count, Split, group, Weight>(matrix, column + k, row, sum + (groups > 1 ? g * group : 0));
        matrix += Rows;
        k += group;
      }
    }
    if constexpr (Depth % group > 0) {
      add_group<Lanes, Count, Split, Depth % group, Weight>(matrix, column + k, row, sum);
    }
  }

  /// The first Columns columns of a group, to as many of the sums in turn.
  template <int Lanes, int Count, int Split, int Columns, class Weight>
  ELMAN_INLINE static void add_group(const WeightElement<Weight>* matrix, const Scalar* column, const Index* row,
                                     Lane<Scalar, Lanes> (*sum)[std::size_t{Count}]) {
    if constexpr (grouped_columns<Weight> == 1) {
      ELMAN_UNROLL
      for (int r = 0; r < Count; ++r) {
        Lane<Scalar, Lanes> weights;
        load<Scalar, Lanes>(matrix + row[r], weights);
        sum[0][r] += weights * column[0];
      }
    } else {
      ELMAN_UNROLL
      for (int r = 0; r < Count; ++r) {
        Lane<std::uint32_t, Lanes> words;
        load<std::uint32_t, Lanes>(matrix + row[r], words);
        keep<std::uint32_t, Lanes>(words);
        ELMAN_UNROLL
        for (int place = 0; place < Columns; ++place) {
          Lane<Scalar, Lanes> weights;
          numbers_of<Weight, Lanes>(words, place, weights);
          sum[place % Split][r] += weights * column[place];
        }
      }
    }
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
