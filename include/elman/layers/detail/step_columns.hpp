// SPDX-License-Identifier: MIT
//
// One column at a time: y = σ(s + A x + B h), from matrices as they lie in θ. One stream of compile-time sizes is one
// kernel (step_kernel.hpp), which rounds otherwise than a whole sequence does. Several streams, and run-time sizes,
// have the sums of a whole sequence.
#pragma once

#include <type_traits>

#include "elman/kernels/narrow.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/kernels/product.hpp"
#include "elman/kernels/step_kernel.hpp"
#include "elman/layers/activation.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

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
                           const Scalar* h, Scalar* room, Scalar* result) {
  using TermA = decltype(step_term<Scalar, DepthA>(A, x, first));
  using TermB = decltype(step_term<Scalar, DepthB>(B, h));
  run_kernel(simd_for<Scalar>(Rows),
             StepKernel<Scalar, Rows, TermA, TermB, Form>{start, step_term<Scalar, DepthA>(A, x, first),
                                                          step_term<Scalar, DepthB>(B, h), room, result});
}
#endif

/// column += A b, one by one: narrow weights where there is no kernel for them.
template <class Scalar, class Narrow, class Column, class Result>
void add_narrow(const Narrow& A, const Column& b, Result&& column) {
  for (Index row = 0; row < A.rows(); ++row) {
    Scalar sum(0);
    for (Index k = 0; k < A.cols(); ++k) sum += A.weight(row, k) * b(k);
    column(row) += A.scales ? A.scales[row] * sum : sum;
  }
}

#if ELMAN_HAS_KERNELS
/// step_columns of one stream, all sizes of compile time.
template <int Rows, int DepthA, int DepthB, class Policy, class Scalar, class MatrixA, class X, class MatrixB, class H,
          class Room>
ELMAN_INLINE void step_in_kernel(const Policy& activation, const Scalar* start, const MatrixA& A, const X& x,
                                 const MatrixB& B, H& h, Room& room, bool to_h) {
  constexpr bool is_vector_form = runs_in_vectors<Policy, Scalar>;
  using Form = std::conditional_t<is_vector_form, typename VectorForm<Policy>::type, NoForm>;
  Scalar* h_data = nullptr;
  if constexpr (DepthB > 0) h_data = h.data();
  Scalar* result = is_vector_form && to_h ? h_data : room.data();
  if constexpr (!std::is_same_v<X, OneHot<Scalar>>) {
    run_step<Rows, DepthA, DepthB, Form>(start, A, 0, x.data(), B, h_data, room.data(), result);
  } else if constexpr (is_narrow<MatrixA>) {
    Vector<Scalar, Rows> picked;
    for (Index row = 0; row < Rows; ++row) picked(row) = A(row, x.token(0)) + (start ? start[row] : Scalar(0));
    run_step<Rows, 0, DepthB, Form, Scalar>(picked.data(), A, 0, nullptr, B, h_data, room.data(), result);
  } else {
    const Scalar one(1);
    run_step<Rows, 1, DepthB, Form>(start, A, x.token(0) * Rows, &one, B, h_data, room.data(), result);
  }
  if constexpr (!is_vector_form) {
    apply_activation(activation, room);
    if constexpr (DepthB != 0) {
      if (to_h) h = room;
    }
  }
}
#endif

/// step_columns of any number of streams and any sizes: a product a term.
template <int DepthB, class Policy, class Scalar, class MatrixA, class X, class MatrixB, class H, class Room>
void step_in_products(const Policy& activation, const Scalar* start, const MatrixA& A, const X& x, const MatrixB& B,
                      H& h, Room& room, bool to_h) {
  const auto begin = [&](auto&& columns) {
    if (start) {
      columns.colwise() = View<const Matrix<Scalar, Dynamic, 1>>(start, columns.rows());
    } else {
      columns.setZero();
    }
  };
  const auto columns_of = [&](const auto& matrix) {
    return ConstStrided<Scalar>(matrix.data(), room.rows(), matrix.cols(), Eigen::OuterStride<>(room.rows()));
  };
  const auto out = strided_to_write(room);
  if constexpr (std::is_same_v<X, OneHot<Scalar>>) {
    begin(room);
    for (Index k = 0; k < x.cols(); ++k) {
      for (Index row = 0; row < room.rows(); ++row) room(row, k) += A(row, x.token(k));
    }
  } else if constexpr (is_narrow<MatrixA>) {
    begin(room);
    for (Index k = 0; k < room.cols(); ++k) add_narrow<Scalar>(A, x.col(k), room.col(k));
  } else {
    multiply_unpacked<Scalar>(columns_of(A), strided(x), {start, 0}, out);
  }
  if constexpr (DepthB != 0 && is_narrow<MatrixB>) {
    for (Index k = 0; k < room.cols(); ++k) add_narrow<Scalar>(B, h.col(k), room.col(k));
  } else if constexpr (DepthB != 0) {
    multiply_unpacked<Scalar>(columns_of(B), strided(h), {out.data(), out.outerStride()}, out);
  }
  apply_activation(activation, room);
  if constexpr (DepthB != 0) {
    if (to_h) h = room;
  }
}

/// room = σ(start + A x), or σ(start + A x + B h): one column a stream; with `to_h`, h takes the result in its place.
/// start: a column, or null for zero. A is Rows × DepthA, B Rows × DepthB, sizes of which any may be Dynamic; B is null
/// and DepthB 0 where there is no second term. Both lie in θ or are narrow. x may be tokens.
template <int Rows, int DepthA, int DepthB, class Policy, class Scalar, class MatrixA, class X, class MatrixB, class H,
          class Room>
void step_columns(const Policy& activation, const Scalar* start, const MatrixA& A, const X& given_x, const MatrixB& B,
                  H&& h, Room&& room, bool to_h = false) {
  constexpr int streams = std::remove_cvref_t<Room>::ColsAtCompileTime;
  constexpr bool has_kernel = has_kernels<Scalar> && Rows != Dynamic && DepthA != Dynamic && DepthB != Dynamic;
  decltype(auto) x = in_memory(given_x);
#if ELMAN_HAS_KERNELS
  if constexpr (has_kernel) {
    if (room.cols() == 1) step_in_kernel<Rows, DepthA, DepthB>(activation, start, A, x, B, h, room, to_h);
  }
#endif
  if constexpr (!has_kernel || streams != 1) {
    if (!has_kernel || room.cols() != 1) step_in_products<DepthB>(activation, start, A, x, B, h, room, to_h);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
