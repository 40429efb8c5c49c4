// SPDX-License-Identifier: MIT
//
// One column at a time, for one stream: y = σ(s + A x + B h), from matrices as they lie in θ. Of compile-time sizes it
// is one kernel that stores nothing between the terms. A column has too few rows to keep the processor busy with one
// sum a row, so each sum is split in up to eight, added at the end: rounding differs from that of a whole sequence
// (tile.hpp). Several streams, and run-time sizes, have the sums of a whole sequence.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "elman/kernels/lanes.hpp"
#include "elman/kernels/narrow.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/kernels/product.hpp"
#include "elman/layers/activation.hpp"
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

  template <int Lanes>
  static constexpr int panels = (Rows + Lanes - 1) / Lanes;
  template <int Lanes>
  static constexpr int most = Lanes * sizeof(Scalar) == 64 ? 16 : 8;  ///< panels to a tile
  template <int Lanes>
  static constexpr bool is_one_tile = panels<Lanes> <=
                                      most<Lanes>&& std::has_single_bit(static_cast<unsigned>(panels<Lanes>));

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
      Form::template value<Scalar, Lanes>(sum[0][r]);
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

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

#if ELMAN_HAS_KERNELS
/// The term of a matrix in θ, of narrow weights, or of none.
template <class Scalar, int Depth, class M>
ELMAN_INLINE auto step_term(const M& matrix, const Scalar* column, Index first = 0) {
  if constexpr (Depth == 0) {
    return StepTerm<Scalar, Scalar, 0>{};
  } else if constexpr (is_narrow<M>) {
    return StepTerm<Scalar, typename M::Weight, Depth>{matrix.elements + first, column, matrix.scales};
  } else {
    return StepTerm<Scalar, Scalar, Depth>{matrix.data() + first, column, nullptr};
  }
}

/// The kernel of step_columns; A's first column is at `first`. Its terms are made where they lie: to copy what has just
/// been stored takes longer than the product of a small matrix.
template <int Rows, int DepthA, int DepthB, class Form, class Scalar, class MatrixA, class MatrixB>
ELMAN_INLINE void run_step(const Scalar* start, const MatrixA& A, Index first, const Scalar* x, const MatrixB& B,
                           const Scalar* h, Scalar* scratch, Scalar* result) {
  using TermA = decltype(step_term<Scalar, DepthA>(A, x, first));
  using TermB = decltype(step_term<Scalar, DepthB>(B, h));
  run_kernel(simd_for<Scalar>(Rows),
             StepKernel<Scalar, Rows, TermA, TermB, Form>{start, step_term<Scalar, DepthA>(A, x, first),
                                                          step_term<Scalar, DepthB>(B, h), scratch, result});
}
#endif

/// column k of `result` += A b, b the column k of B, one by one: narrow weights where there is no kernel for them.
template <class Scalar, class Narrow>
void add_narrow(const Narrow& A, const ConstMatrixView<Scalar>& B, const MatrixView<Scalar>& result) {
  for (Index column = 0; column < result.cols(); ++column) {
    for (Index row = 0; row < A.rows(); ++row) {
      Scalar sum(0);
      for (Index k = 0; k < A.cols(); ++k) sum += A.weight(row, k) * B(k, column);
      result(row, column) += A.scales ? A.scales[row] * sum : sum;
    }
  }
}

/// scratch = σ(start + A x), or σ(start + A x + B h): one column a stream; with `to_h`, h takes the result in its
/// place. start: a column, or null for zero. A is Rows × DepthA, B Rows × DepthB, sizes of which any may be Dynamic; B
/// is null and DepthB 0 where there is no second term. Both lie in θ or are narrow. x: a ConstMatrixView or tokens.
template <int Rows, int DepthA, int DepthB, class Policy, class Scalar, class MatrixA, class X, class MatrixB>
void step_columns(const Policy& activation, const Scalar* start, const MatrixA& A, const X& x, const MatrixB& B,
                  const MatrixView<Scalar>& h, const MatrixView<Scalar>& scratch, bool to_h = false) {
  constexpr bool is_tokens = std::is_same_v<X, OneHot<Scalar>>;
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar> && Rows != Dynamic && DepthA != Dynamic && DepthB != Dynamic) {
    if (scratch.cols() == 1) {
      constexpr bool is_vector_form = runs_in_vectors<Policy, Scalar>;
      using Form = std::conditional_t<is_vector_form, typename VectorForm<Policy>::type, NoForm>;
      Scalar* result = is_vector_form && to_h ? h.data() : scratch.data();
      if constexpr (is_tokens && is_narrow<MatrixA>) {
        Scalar picked[static_cast<std::size_t>(Rows)];
        for (Index row = 0; row < Rows; ++row) picked[row] = A(row, x.token(0)) + (start ? start[row] : Scalar(0));
        run_step<Rows, 0, DepthB, Form, Scalar>(picked, A, 0, nullptr, B, h.data(), scratch.data(), result);
      } else if constexpr (is_tokens) {
        const Scalar one(1);
        run_step<Rows, 1, DepthB, Form>(start, A, x.token(0) * Rows, &one, B, h.data(), scratch.data(), result);
      } else {
        run_step<Rows, DepthA, DepthB, Form>(start, A, 0, x.data(), B, h.data(), scratch.data(), result);
      }
      if constexpr (!is_vector_form) {
        apply_activation(activation, scratch);
        if (to_h) copy(scratch, h);
      }
      return;
    }
  }
#endif
  if constexpr (is_tokens || is_narrow<MatrixA>) fill_with<Scalar>({start, 0}, scratch);
  if constexpr (is_tokens) {
    for (Index k = 0; k < x.cols(); ++k) {
      for (Index row = 0; row < scratch.rows(); ++row) scratch(row, k) += A(row, x.token(k));
    }
  } else if constexpr (is_narrow<MatrixA>) {
    add_narrow<Scalar>(A, x, scratch);
  } else {
    multiply_unpacked<Scalar>(A, x, {start, 0}, scratch);
  }
  if constexpr (DepthB != 0 && is_narrow<MatrixB>) {
    add_narrow<Scalar>(B, h, scratch);
  } else if constexpr (DepthB != 0) {
    multiply_unpacked<Scalar>(B, h, {scratch.data(), scratch.outerStride()}, scratch);
  }
  apply_activation(activation, scratch);
  if (to_h) copy(scratch, h);
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
