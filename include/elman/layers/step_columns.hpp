// SPDX-License-Identifier: MIT
//
// One column at a time, for one stream: y = σ(s + A x + B h), from matrices as they lie in θ: which path that takes. Of
// compile-time sizes it is one kernel that stores nothing between the terms (kernels/step_kernel.hpp). Several streams,
// and run-time sizes, have the sums of a whole sequence (kernels/product.hpp).
#pragma once

#include <cstddef>
#include <type_traits>

#include "elman/kernels/narrow.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/kernels/product.hpp"
#include "elman/kernels/step_kernel.hpp"
#include "elman/layers/apply_activation.hpp"
#include "elman/types.hpp"

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

/// The form of an activation; none for one that is applied after the kernel.
template <class Scalar, class Policy>
ELMAN_INLINE auto step_form([[__maybe_unused__]] const Policy& activation) {
  if constexpr (runs_in_vectors<Policy, Scalar>) {
    return VectorForm<Policy, Scalar>::of(activation);
  } else {
    return NoForm{};
  }
}

/// The kernel of step_columns; A's first column is at `first`. Its terms are made where they lie: to copy what has just
/// been stored takes longer than the product of a small matrix.
template <int Rows, int DepthA, int DepthB, class Form, class Scalar, class MatrixA, class MatrixB>
ELMAN_INLINE void run_step(const Form& form, const Scalar* start, const MatrixA& A, Index first, const Scalar* x,
                           const MatrixB& B, const Scalar* h, Scalar* scratch, Scalar* result) {
  using TermA = decltype(step_term<Scalar, DepthA>(A, x, first));
  using TermB = decltype(step_term<Scalar, DepthB>(B, h));
  run_kernel(simd_for<Scalar>(Rows),
             StepKernel<Scalar, Rows, TermA, TermB, Form>{start, step_term<Scalar, DepthA>(A, x, first),
                                                          step_term<Scalar, DepthB>(B, h), scratch, result, form});
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

}  // namespace detail

/// scratch = σ(start + A x), or σ(start + A x + B h): one column a stream; with `to_h`, h takes the result in its
/// place. start: a column, or null for zero. A is Rows × DepthA, B Rows × DepthB, sizes of which any may be Dynamic; B
/// is null and DepthB 0 where there is no second term. Both lie in θ or are narrow. x: a ConstMatrixView or tokens.
template <int Rows, int DepthA, int DepthB, class Policy, class Scalar, class MatrixA, class X, class MatrixB>
void step_columns(const Policy& activation, const Scalar* start, const MatrixA& A, const X& x, const MatrixB& B,
                  const MatrixView<Scalar>& h, const MatrixView<Scalar>& scratch, bool to_h = false) {
  constexpr bool is_tokens = std::is_same_v<X, OneHot<Scalar>>;
#if ELMAN_HAS_KERNELS
  if constexpr (detail::has_kernels<Scalar> && Rows != Dynamic && DepthA != Dynamic && DepthB != Dynamic) {
    if (scratch.cols() == 1) {
      constexpr bool is_vector_form = detail::runs_in_vectors<Policy, Scalar>;
      const auto form = detail::step_form<Scalar>(activation);
      Scalar* result = is_vector_form && to_h ? h.data() : scratch.data();
      if constexpr (is_tokens && detail::is_narrow<MatrixA>) {
        Scalar picked[static_cast<std::size_t>(Rows)];
        for (Index row = 0; row < Rows; ++row) picked[row] = A(row, x.token(0)) + (start ? start[row] : Scalar(0));
        detail::run_step<Rows, 0, DepthB>(form, static_cast<const Scalar*>(picked), A, 0,
                                          static_cast<const Scalar*>(nullptr), B, h.data(), scratch.data(), result);
      } else if constexpr (is_tokens) {
        const Scalar one(1);
        detail::run_step<Rows, 1, DepthB>(form, start, A, x.token(0) * Rows, &one, B, h.data(), scratch.data(), result);
      } else {
        detail::run_step<Rows, DepthA, DepthB>(form, start, A, 0, x.data(), B, h.data(), scratch.data(), result);
      }
      if constexpr (!is_vector_form) {
        apply_activation(activation, scratch);
        if (to_h) copy(scratch, h);
      }
      return;
    }
  }
#endif
  if constexpr (is_tokens || detail::is_narrow<MatrixA>) detail::fill_with<Scalar>({start, 0}, scratch);
  if constexpr (is_tokens) {
    for (Index k = 0; k < x.cols(); ++k) {
      for (Index row = 0; row < scratch.rows(); ++row) scratch(row, k) += A(row, x.token(k));
    }
  } else if constexpr (detail::is_narrow<MatrixA>) {
    detail::add_narrow<Scalar>(A, x, scratch);
  } else {
    detail::multiply_unpacked<Scalar>(A, x, {start, 0}, scratch);
  }
  if constexpr (DepthB != 0 && detail::is_narrow<MatrixB>) {
    detail::add_narrow<Scalar>(B, h, scratch);
  } else if constexpr (DepthB != 0) {
    detail::multiply_unpacked<Scalar>(B, h, {scratch.data(), scratch.outerStride()}, scratch);
  }
  apply_activation(activation, scratch);
  if (to_h) copy(scratch, h);
}

}  // namespace ELMAN_ABI
}  // namespace elman
