// SPDX-License-Identifier: MIT
//
// One column at a time, for one stream: y = σ(s + A x + B h), from matrices as they lie in θ. Of compile-time sizes it
// is one kernel that stores nothing between the terms. A column has too few rows to keep the processor busy with one
// sum a row, so each sum is split in up to eight, added at the end: rounding differs from that of a whole sequence
// (tile.hpp). Several streams, and run-time sizes, have the sums of a whole sequence.
#pragma once

#include <cstddef>
#include <type_traits>

#include "elman/activation.hpp"
#include "elman/detail/one_hot.hpp"
#include "elman/detail/product.hpp"
#include "elman/detail/vector.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

namespace elman::inline ELMAN_ABI::detail {

/// A matrix of Depth columns times a column.
template <class Scalar, int Depth>
struct StepTerm {
  const Scalar* matrix = nullptr;
  const Scalar* column = nullptr;
};

/// σ of a readout.
struct NoForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(Lane<Scalar, Lanes>&) {}
};

template <class Scalar, int Rows, int DepthA, int DepthB, class Form>
struct StepKernel {
  const Scalar* start;
  StepTerm<Scalar, DepthA> A;
  StepTerm<Scalar, DepthB> B;
  Scalar* result;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    run_lanes<lanes<Scalar, Bytes>>();
  }

  template <int Lanes>
  ELMAN_INLINE void run_lanes() const {
    if constexpr (Rows < Lanes) return run_lanes<narrower<Scalar, Lanes>>();
    constexpr int panels = (Rows + Lanes - 1) / Lanes;
    constexpr int most = Lanes * sizeof(Scalar) == 64 ? 16 : 8;
    for (int panel = 0; panel + most <= panels; panel += most) tile<Lanes, most>(panel);
    constexpr int left = panels % most;
    if constexpr (left >= 8) tile<Lanes, 8>(panels - left);
    if constexpr (left % 8 >= 4) tile<Lanes, 4>(panels - left % 8);
    if constexpr (left % 4 >= 2) tile<Lanes, 2>(panels - left % 4);
    if constexpr (left % 2 == 1) tile<Lanes, 1>(panels - 1);
  }

  /// Count vectors of rows; the last vector of all ends with the last row and overlaps the one before.
  template <int Lanes, int Count>
  ELMAN_INLINE void tile(Index panel) const {
    using V = Lane<Scalar, Lanes>;
    constexpr int split = Count < 8 ? 8 / Count : 1;
    Index row[std::size_t{Count}];
    V sum[std::size_t{split}][std::size_t{Count}];
    ELMAN_UNROLL
    for (int r = 0; r < Count; ++r) {
      const Index from = (panel + r) * Lanes;
      row[r] = from + Lanes <= Rows ? from : Rows - Lanes;
      load<Scalar, Lanes>(start + row[r], sum[0][r]);
      ELMAN_UNROLL
      for (int s = 1; s < split; ++s) sum[s][r] = V{};
    }
    add<Lanes, Count, split>(A, row, sum);
    add<Lanes, Count, split>(B, row, sum);
    ELMAN_UNROLL
    for (int half = split / 2; half > 0; half /= 2) {
      ELMAN_UNROLL
      for (int s = 0; s < half; ++s) {
        ELMAN_UNROLL
        for (int r = 0; r < Count; ++r) sum[s][r] += sum[s + half][r];
      }
    }
    ELMAN_UNROLL
    for (int r = 0; r < Count; ++r) {
      Form::template value<Scalar, Lanes>(sum[0][r]);
      store<Scalar, Lanes>(sum[0][r], result + row[r]);
    }
  }

  template <int Lanes, int Count, int Split, int Depth>
  ELMAN_INLINE void add(const StepTerm<Scalar, Depth>& term, const Index* row,
                        Lane<Scalar, Lanes> (*sum)[std::size_t{Count}]) const {
    const Scalar* matrix = term.matrix;
    int k = 0;
    for (; k + Split <= Depth; k += Split) {
      ELMAN_UNROLL
      for (int s = 0; s < Split; ++s) add_column<Lanes, Count>(matrix + s * Rows, term.column[k + s], row, sum[s]);
      matrix += Split * Rows;
    }
    ELMAN_UNROLL
    for (int s = 0; s < Split; ++s) {
      if (k + s < Depth) add_column<Lanes, Count>(matrix + s * Rows, term.column[k + s], row, sum[s]);
    }
  }

  template <int Lanes, int Count>
  ELMAN_INLINE static void add_column(const Scalar* matrix, const Scalar factor, const Index* row,
                                      Lane<Scalar, Lanes>* sum) {
    ELMAN_UNROLL
    for (int r = 0; r < Count; ++r) {
      Lane<Scalar, Lanes> column;
      load<Scalar, Lanes>(matrix + row[r], column);
      sum[r] += column * factor;
    }
  }
};

}  // namespace elman::inline ELMAN_ABI::detail

#endif  // ELMAN_HAS_KERNELS

namespace elman::inline ELMAN_ABI::detail {

/// x as something with columns in memory.
template <class Scalar>
const OneHot<Scalar>& in_memory(const OneHot<Scalar>& x) {
  return x;
}
template <class X>
decltype(auto) in_memory(const Eigen::MatrixBase<X>& x) {
  if constexpr ((X::Flags & Eigen::DirectAccessBit) != 0 && X::InnerStrideAtCompileTime == 1) {
    return (x.derived());
  } else {
    return x.eval();
  }
}

/// result = σ(start + A x), or σ(start + A x + B h): one column a stream. A is Rows × DepthA, B Rows × DepthB, sizes of
/// which any may be Dynamic; B is null and DepthB 0 where there is no second term. x may be tokens.
template <int Rows, int DepthA, int DepthB, class Policy, class Start, class MatrixA, class X, class MatrixB, class H,
          class Result>
void step_columns(const Policy& activation, const Start& start, const MatrixA& A, const X& given_x, const MatrixB& B,
                  const H& h, Result&& result) {
  using Scalar = typename MatrixA::Scalar;
  constexpr bool is_tokens = std::is_same_v<X, OneHot<Scalar>>;
  decltype(auto) x = in_memory(given_x);
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar> && Rows != Dynamic && DepthA != Dynamic && DepthB != Dynamic) {
    if (result.cols() == 1) {
      using Form = std::conditional_t<runs_in_vectors<Policy, Scalar>, typename VectorForm<Policy>::type, NoForm>;
      constexpr int depth_A = is_tokens ? 1 : DepthA;
      const Scalar one(1);
      StepTerm<Scalar, depth_A> term_A;
      if constexpr (is_tokens) {
        term_A = {A.data() + x.token(0) * Rows, &one};
      } else {
        term_A = {A.data(), x.data()};
      }
      StepTerm<Scalar, DepthB> term_B;
      if constexpr (DepthB > 0) term_B = {B.data(), h.data()};
      run_kernel(simd_for<Scalar>(Rows),
                 StepKernel<Scalar, Rows, depth_A, DepthB, Form>{start.data(), term_A, term_B, result.data()});
      if constexpr (!runs_in_vectors<Policy, Scalar>) apply_activation(activation, result);
      return;
    }
  }
#endif
  const auto columns_of = [&](const auto& matrix) {
    return ConstStrided<Scalar>(matrix.data(), result.rows(), matrix.cols(), Eigen::OuterStride<>(result.rows()));
  };
  const auto out = strided_to_write(result);
  if constexpr (is_tokens) {
    for (Index k = 0; k < x.cols(); ++k) result.col(k) = start.col(0) + A.col(x.token(k));
  } else {
    multiply_unpacked<Scalar>(columns_of(A), strided(x), {start.data(), 0}, out);
  }
  if constexpr (DepthB != 0) {
    multiply_unpacked<Scalar>(columns_of(B), strided(h), {out.data(), out.outerStride()}, out);
  }
  apply_activation(activation, result);
}

}  // namespace elman::inline ELMAN_ABI::detail
