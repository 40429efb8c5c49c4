// SPDX-License-Identifier: MIT
//
// One column at a time, for one stream: y = σ(s + A x + B h), from matrices as they lie in θ. Nothing is packed, and
// nothing is stored between the terms. A column has too few rows to keep the processor busy with one sum a row, so each
// sum is split in up to eight, added at the end: rounding differs from that of a whole sequence (tile.hpp).
#pragma once

#include <cstddef>
#include <type_traits>

#include "elman/activation.hpp"
#include "elman/detail/one_hot.hpp"
#include "elman/detail/tile.hpp"
#include "elman/detail/vector.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

namespace elman::inline ELMAN_ABI::detail {

/// A matrix times a column; its depth, the matrix's columns, may be Dynamic.
template <class Scalar, int Depth>
struct StepTerm {
  const Scalar* matrix = nullptr;
  const Scalar* column = nullptr;
  Index run_time_depth = Depth;

  ELMAN_INLINE Index depth() const { return Depth == Dynamic ? run_time_depth : Index{Depth}; }
};

/// σ of a readout.
struct NoForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(Lane<Scalar, Lanes>&) {}
};

template <class Scalar, int Rows, int DepthA, int DepthB, class Form>
struct StepKernel {
  Index run_time_rows;
  const Scalar* start;
  StepTerm<Scalar, DepthA> A;
  StepTerm<Scalar, DepthB> B;
  Scalar* result;

  ELMAN_INLINE Index rows() const { return Rows == Dynamic ? run_time_rows : Index{Rows}; }

  template <int Bytes>
  ELMAN_INLINE void run() const {
    run_lanes<lanes<Scalar, Bytes>>();
  }

  template <int Lanes>
  ELMAN_INLINE void run_lanes() const {
    if constexpr (Lanes > 1) {
      constexpr int fewer = Lanes * sizeof(Scalar) > 16 ? Lanes / 2 : 1;
      if constexpr (Rows != Dynamic) {
        if constexpr (Rows < Lanes) return run_lanes<fewer>();
      } else {
        if (rows() < Lanes) return run_lanes<fewer>();
      }
    }
    const Index panels = (rows() + Lanes - 1) / Lanes;
    Index panel = 0;
    if constexpr (Lanes * sizeof(Scalar) == 64) {
      for (; panel + 16 <= panels; panel += 16) tile<Lanes, 16>(panel);
    }
    for (; panel + 8 <= panels; panel += 8) tile<Lanes, 8>(panel);
    if (panels - panel >= 4) {
      tile<Lanes, 4>(panel);
      panel += 4;
    }
    if (panels - panel >= 2) {
      tile<Lanes, 2>(panel);
      panel += 2;
    }
    if (panel < panels) tile<Lanes, 1>(panel);
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
      row[r] = from + Lanes <= rows() ? from : rows() - Lanes;
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

  template <int Lanes, int Count, int Split, class Term>
  ELMAN_INLINE void add(const Term& term, const Index* row, Lane<Scalar, Lanes> (*sum)[std::size_t{Count}]) const {
    const Scalar* matrix = term.matrix;
    const Index depth = term.depth();
    Index k = 0;
    for (; k + Split <= depth; k += Split) {
      ELMAN_UNROLL
      for (int s = 0; s < Split; ++s) add_column<Lanes, Count>(matrix + s * rows(), term.column[k + s], row, sum[s]);
      matrix += Split * rows();
    }
    ELMAN_UNROLL
    for (int s = 0; s < Split; ++s) {
      if (k + s < depth) add_column<Lanes, Count>(matrix + s * rows(), term.column[k + s], row, sum[s]);
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

/// result = start + A B where A lies in θ, for several streams; `start` may be the result itself.
template <class Scalar>
void multiply_unpacked(const Scalar* A, const ConstStrided<Scalar>& B, const Scalar* start, Index start_column,
                       Strided<Scalar> result) {
  const Panels<Scalar> panels{A, result.rows(), B.rows(), result.rows(), 0};
  run_kernel(simd(), ProductKernel<Scalar>{panels, B.data(), 1, B.outerStride(), start, start_column, result.data(),
                                           result.outerStride(), result.cols()});
}

}  // namespace elman::inline ELMAN_ABI::detail

#endif  // ELMAN_HAS_KERNELS

namespace elman::inline ELMAN_ABI::detail {

template <class X>
inline constexpr bool is_one_hot = false;
template <class Scalar>
inline constexpr bool is_one_hot<OneHot<Scalar>> = true;

/// x as something with columns in memory.
template <class X>
decltype(auto) in_memory(const X& x) {
  if constexpr (is_one_hot<X> || (X::Flags & Eigen::DirectAccessBit && X::InnerStrideAtCompileTime == 1)) {
    return (x);
  } else {
    return x.eval();
  }
}

/// result = σ(start + A x), or σ(start + A x + B h): one column a stream. x may be tokens.
template <class Policy, class Start, class MatrixA, class X, class MatrixB, class H, class Result>
void step_columns(const Policy& activation, const Start& start, const MatrixA& A, const X& given_x, const MatrixB& B,
                  const H& h, Result&& result) {
  using Scalar = typename MatrixA::Scalar;
  constexpr bool two_terms = !std::is_same_v<MatrixB, std::nullptr_t>;
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernels<Scalar>) {
    using Form = typename VectorForm<Policy>::type;
    constexpr bool has_form = !std::is_void_v<Form>;
    decltype(auto) x = in_memory(given_x);
    if (result.cols() == 1) {
      constexpr int depth_A = is_one_hot<X> ? 1 : MatrixA::ColsAtCompileTime;
      constexpr int depth_B = [] {
        if constexpr (two_terms) return int{MatrixB::ColsAtCompileTime};
        return 0;
      }();
      const Scalar one(1);
      StepTerm<Scalar, depth_A> term_A;
      if constexpr (is_one_hot<X>) {
        term_A = {A.data() + x.token(0) * A.rows(), &one, 1};
      } else {
        term_A = {A.data(), x.data(), A.cols()};
      }
      StepTerm<Scalar, depth_B> term_B;
      if constexpr (two_terms) term_B = {B.data(), h.data(), B.cols()};
      run_kernel(
          simd(),
          StepKernel<Scalar, MatrixA::RowsAtCompileTime, depth_A, depth_B, std::conditional_t<has_form, Form, NoForm>>{
              A.rows(), start.data(), term_A, term_B, result.data()});
      if constexpr (!has_form) apply_activation(activation, result);
      return;
    }
    const auto out = strided_to_write(result);
    if constexpr (is_one_hot<X>) {
      for (Index k = 0; k < x.cols(); ++k) result.col(k) = start.col(0) + A.col(x.token(k));
    } else {
      multiply_unpacked<Scalar>(A.data(), strided(x), start.data(), 0, out);
    }
    if constexpr (two_terms) multiply_unpacked<Scalar>(B.data(), strided(h), out.data(), out.outerStride(), out);
    apply_activation(activation, result);
    return;
  }
#endif
  if constexpr (is_one_hot<X>) {
    for (Index k = 0; k < given_x.cols(); ++k) result.col(k) = A.col(given_x.token(k));
  } else {
    result.noalias() = A * given_x;
  }
  if constexpr (two_terms) result.noalias() += B * h;
  result.colwise() += start.col(0);
  apply_activation(activation, result);
}

}  // namespace elman::inline ELMAN_ABI::detail
