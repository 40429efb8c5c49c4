// SPDX-License-Identifier: MIT
//
// The three products that forward and bptt are made of, and the only place that multiplies whole blocks:
//
//   add_product(A, B, C)               C += A B
//   add_product_transposed(A, B, C)    C += A Bᵀ     (sums of outer products over the columns)
//   add_transposed_product(A, B, C)    C += Aᵀ B
//
// Operands are any column-major matrices or blocks of columns; all kinds are brought to one strided view, so that each
// product is compiled once for a scalar, not once for every kind of view.
#pragma once

#include <type_traits>

#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

template <class Scalar>
using Strided = Eigen::Map<Matrix<Scalar, Dynamic, Dynamic>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class Scalar>
using ConstStrided = Eigen::Map<const Matrix<Scalar, Dynamic, Dynamic>, Eigen::Unaligned, Eigen::OuterStride<>>;

template <class M>
ConstStrided<typename M::Scalar> strided(const M& matrix) {
  static_assert(!M::IsRowMajor && M::InnerStrideAtCompileTime == 1);
  return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(matrix.outerStride())};
}
template <class M>
Strided<typename std::remove_cvref_t<M>::Scalar> strided_to_write(M&& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(matrix.outerStride())};
}

template <class Scalar>
void add_product_of(const ConstStrided<Scalar>& A, const ConstStrided<Scalar>& B, Strided<Scalar> C) {
  C.noalias() += A * B;
}
template <class Scalar>
void add_product_transposed_of(const ConstStrided<Scalar>& A, const ConstStrided<Scalar>& B, Strided<Scalar> C) {
  C.noalias() += A * B.transpose();
}
template <class Scalar>
void add_transposed_product_of(const ConstStrided<Scalar>& A, const ConstStrided<Scalar>& B, Strided<Scalar> C) {
  C.noalias() += A.transpose() * B;
}

template <class MatrixA, class MatrixB, class MatrixC>
void add_product(const MatrixA& A, const MatrixB& B, MatrixC&& C) {
  add_product_of<typename MatrixA::Scalar>(strided(A), strided(B), strided_to_write(C));
}
template <class MatrixA, class MatrixB, class MatrixC>
void add_product_transposed(const MatrixA& A, const MatrixB& B, MatrixC&& C) {
  add_product_transposed_of<typename MatrixA::Scalar>(strided(A), strided(B), strided_to_write(C));
}
template <class MatrixA, class MatrixB, class MatrixC>
void add_transposed_product(const MatrixA& A, const MatrixB& B, MatrixC&& C) {
  add_transposed_product_of<typename MatrixA::Scalar>(strided(A), strided(B), strided_to_write(C));
}

}  // namespace elman::inline ELMAN_ABI::detail
