// SPDX-License-Identifier: MIT
//
// The three products that forward and bptt are made of, and the only place that multiplies whole blocks:
//
//   add_product(A, B, C)               C += A B
//   add_product_transposed(A, B, C)    C += A Bᵀ     (sums of outer products over the columns)
//   add_transposed_product(A, B, C)    C += Aᵀ B
//
// Operands are any column-major matrices or blocks of columns; all kinds are brought to one strided view, so that each
// product is compiled once for a scalar, not once for every kind of view. B may also be tokens (OneHot): then A B picks
// columns of A and A Bᵀ adds to columns of C, one after the other, at a cost that does not depend on the vocabulary.
#pragma once

#include "elman/detail/one_hot.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

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
template <class MatrixA, class Scalar, class MatrixC>
void add_product(const MatrixA& A, const OneHot<Scalar>& B, MatrixC&& C) {
  for (Index k = 0; k < B.cols(); ++k) C.col(k) += A.col(B.token(k));
}
template <class MatrixA, class Scalar, class MatrixC>
void add_product_transposed(const MatrixA& A, const OneHot<Scalar>& B, MatrixC&& C) {
  for (Index k = 0; k < B.cols(); ++k) C.col(B.token(k)) += A.col(k);
}
template <class MatrixA, class MatrixB, class MatrixC>
void add_transposed_product(const MatrixA& A, const MatrixB& B, MatrixC&& C) {
  add_transposed_product_of<typename MatrixA::Scalar>(strided(A), strided(B), strided_to_write(C));
}

}  // namespace elman::inline ELMAN_ABI::detail
