// SPDX-License-Identifier: MIT
//
// The words every other header is written in: sizes, scalars, matrices and the views of them.
//
// A sequence of T steps of a batch of B is one matrix of T·B columns, column-major: step t is a block of adjacent
// columns (see steps.hpp). `Columns` is such a matrix; its rows are a compile-time size or `Dynamic`.
#pragma once

#include <complex>
#include <concepts>
#include <initializer_list>
#include <type_traits>

#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {

using Index = Eigen::Index;

/// A size that is known at run time only.
inline constexpr int Dynamic = Eigen::Dynamic;

template <class Scalar, int Rows, int Cols>
using Matrix = Eigen::Matrix<Scalar, Rows, Cols, (Rows == 1 && Cols != 1) ? Eigen::RowMajor : Eigen::ColMajor>;

template <class Scalar, int Rows>
using Vector = Matrix<Scalar, Rows, 1>;

/// One column a step and sequence: Rows × (any number).
template <class Scalar, int Rows>
using Columns = Matrix<Scalar, Rows, Dynamic>;

/// A view of memory that somebody else owns; `View<const M>` is read-only.
template <class M>
using View = Eigen::Map<M>;

/// Any matrix that is contiguous, column by column, of run-time size: what the loops over time work on. Compile-time
/// sizes are checked above them; below they would compile each loop anew for every net.
template <class Scalar>
using MatrixView = View<Matrix<Scalar, Dynamic, Dynamic>>;
template <class Scalar>
using ConstMatrixView = View<const Matrix<Scalar, Dynamic, Dynamic>>;

namespace detail {

/// The same with columns that need not be adjacent: some rows of a larger matrix.
template <class Scalar>
using Strided = Eigen::Map<Matrix<Scalar, Dynamic, Dynamic>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class Scalar>
using ConstStrided = Eigen::Map<const Matrix<Scalar, Dynamic, Dynamic>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// From one column to the next. One row is stored by rows, so that its columns are adjacent.
template <class M>
Index column_stride(const M& matrix) {
  if constexpr (M::IsRowMajor) {
    static_assert(M::RowsAtCompileTime == 1);
    return matrix.innerStride();
  } else {
    static_assert(M::InnerStrideAtCompileTime == 1);
    return matrix.outerStride();
  }
}
template <class M>
ConstStrided<typename M::Scalar> strided(const M& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(column_stride(matrix))};
}
template <class M>
Strided<typename std::remove_cvref_t<M>::Scalar> strided_to_write(M&& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(column_stride(matrix))};
}

/// Rows first … first + rows − 1 of a strided view; nothing of nothing.
template <class StridedView>
StridedView rows_of(StridedView view, Index first, Index rows) {
  return {view.data() ? view.data() + first : nullptr, rows, view.cols(), Eigen::OuterStride<>(view.outerStride())};
}

/// A view of nothing: what is not given, or not asked for.
template <class StridedView>
StridedView nothing() {
  return {nullptr, 0, 0, Eigen::OuterStride<>(0)};
}

}  // namespace detail

/// The real numbers beneath a scalar: double for double and for std::complex<double>.
template <class Scalar>
using Real = typename Eigen::NumTraits<Scalar>::Real;

template <class Scalar>
inline constexpr bool is_complex = Eigen::NumTraits<Scalar>::IsComplex;

/// What a net can be made of: float, double, long double, and their std::complex for the complex step.
template <class Scalar>
concept RealOrComplex = std::floating_point<Real<Scalar>>;

/// A size as a template argument: positive, or Dynamic.
template <int Size>
concept SizeOrDynamic = (Size > 0) || (Size == Dynamic);

/// A scalar of at least double's precision: where squares are summed and derivatives are taken.
template <class Scalar>
using Wide = std::common_type_t<Scalar, double>;

namespace detail {

/// The sum of sizes, Dynamic if one is.
constexpr int sum_of_sizes(std::initializer_list<int> sizes) {
  int sum = 0;
  for (const int size : sizes) {
    if (size == Dynamic) return Dynamic;
    sum += size;
  }
  return sum;
}

/// A product of sizes, Dynamic if one is.
constexpr int product_of_sizes(int a, int b) { return a == Dynamic || b == Dynamic ? Dynamic : a * b; }

}  // namespace detail

/// What is compared where the mathematics asks "which is larger": the real part. The complex step moves the imaginary
/// part alone, so both runs must take the same branch.
template <class Scalar>
constexpr Real<Scalar> real_part(const Scalar& value) {
  if constexpr (is_complex<Scalar>) {
    return value.real();
  } else {
    return value;
  }
}

}  // namespace ELMAN_ABI
}  // namespace elman
