// SPDX-License-Identifier: MIT
//
// The words every other header is written in: sizes, scalars, matrices and the views of them.
//
// A sequence of T steps of a batch of B is one matrix of T·B columns, column-major: step t is a block of adjacent
// columns (see steps.hpp). `Columns` is such a matrix; its rows are a compile-time size or `Dynamic`.
#pragma once

#include <algorithm>
#include <cassert>
#include <complex>
#include <concepts>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Of rows, columns, steps, sequences and tokens: signed, as in Eigen.
using Index = Eigen::Index;

/// A size that is known at run time only.
inline constexpr int Dynamic = Eigen::Dynamic;

/// Rows × Cols, column by column; a row has its numbers side by side.
template <class Scalar, int Rows, int Cols>
using Matrix = Eigen::Matrix<Scalar, Rows, Cols, (Rows == 1 && Cols != 1) ? Eigen::RowMajor : Eigen::ColMajor>;

/// Rows × 1.
template <class Scalar, int Rows>
using Vector = Matrix<Scalar, Rows, 1>;

/// One column a step and sequence: Rows × (any number).
template <class Scalar, int Rows>
using Columns = Matrix<Scalar, Rows, Dynamic>;

/// A view of memory that somebody else owns; `View<const M>` is read-only.
template <class M>
using View = Eigen::Map<M>;

namespace detail {

template <class D>
void take_matrix(const Eigen::MatrixBase<D>&);

/// Any matrix or expression of Eigen's.
template <class Type>
concept IsMatrix = requires(const Type& matrix) {
  detail::take_matrix(matrix);
};

template <class Type>
inline constexpr bool lies_by_columns =
    (Type::Flags & Eigen::DirectAccessBit) != 0 && Type::InnerStrideAtCompileTime == 1 &&
    (!Type::IsRowMajor || Type::RowsAtCompileTime == 1);

/// A matrix whose columns lie in memory, without gaps. One row is stored by rows, so that its columns are adjacent.
template <class Type>
concept HasColumns = IsMatrix<Type> && lies_by_columns<Type>;

/// M, const where Element is.
template <class Element, class M>
using LikeConst = std::conditional_t<std::is_const_v<Element>, const M, M>;

template <class Element>
using StridedMap = Eigen::Map<LikeConst<Element, Matrix<std::remove_const_t<Element>, Dynamic, Dynamic>>,
                              Eigen::Unaligned, Eigen::OuterStride<>>;

}  // namespace detail

/// A view of a column of run-time size; a const view is one of the same elements. Element: Scalar, or const Scalar.
template <class Element>
class BasicVectorView : public View<detail::LikeConst<Element, Vector<std::remove_const_t<Element>, Dynamic>>> {
  using Base = View<detail::LikeConst<Element, Vector<std::remove_const_t<Element>, Dynamic>>>;

 public:
  using Base::operator=;

  BasicVectorView(Element* data, Index size) : Base(data, size) {}
  BasicVectorView(const BasicVectorView&) = default;
  BasicVectorView& operator=(const BasicVectorView&) = default;

  Element* data() const { return this->m_data; }
  Element& operator()(Index k) const {
    assert(k >= 0 && k < this->size());
    return data()[k];
  }
  Element& operator()(Index row, [[__maybe_unused__]] Index col) const {
    assert(col == 0);
    return (*this)(row);
  }
  Element& operator[](Index k) const { return (*this)(k); }
};
/// A vector that is in other memory: to write, and to read.
template <class Scalar>
using VectorView = BasicVectorView<Scalar>;
template <class Scalar>
using ConstVectorView = BasicVectorView<const Scalar>;

/// A view of a matrix of run-time size, column by column; its columns need not be adjacent. Everything below the verbs
/// of a net works on these, and on nothing else: compile-time sizes are checked above, below they would compile each
/// loop, and each of Eigen's expressions, anew for every net. Any matrix that lies in memory by columns converts to
/// one, parts of a view are views again, and a const view is one of the same elements. Element: Scalar, or const
/// Scalar.
template <class Element>
class BasicMatrixView : public detail::StridedMap<Element> {
  using Base = detail::StridedMap<Element>;

 public:
  using Column = BasicVectorView<Element>;
  using Base::operator=;

  /// Of nothing: what is not given, or not asked for.
  BasicMatrixView() : BasicMatrixView(nullptr, 0, 0, 0) {}
  /// `stride`: from one column to the next.
  BasicMatrixView(Element* data, Index rows, Index cols, Index stride)
      : Base(data, rows, cols, Eigen::OuterStride<>(stride)) {}
  BasicMatrixView(Element* data, Index rows, Index cols) : BasicMatrixView(data, rows, cols, rows) {}
  template <class M>
  requires detail::HasColumns<std::remove_cvref_t<M>> &&
      std::convertible_to<decltype(std::declval<M&>().data()), Element*>
      BasicMatrixView(M&& matrix)  // NOLINT: the conversion is the purpose
      : BasicMatrixView(matrix.data(), matrix.rows(), matrix.cols(), stride_of(matrix)) {}
  BasicMatrixView(const BasicMatrixView&) = default;
  BasicMatrixView& operator=(const BasicMatrixView&) = default;

  Element* data() const { return this->m_data; }
  Element& operator()(Index row, Index col) const {
    assert(row >= 0 && row < this->rows() && col >= 0 && col < this->cols());
    return data()[row + col * this->outerStride()];
  }
  /// Parts, which refer to the same numbers.
  Column col(Index k) const { return {begin_of(0, k), this->rows()}; }
  BasicMatrixView middleCols(Index first, Index count) const {
    return {begin_of(0, first), this->rows(), count, this->outerStride()};
  }
  BasicMatrixView leftCols(Index count) const { return middleCols(0, count); }
  BasicMatrixView middleRows(Index first, Index count) const {
    return {begin_of(first, 0), count, this->cols(), this->outerStride()};
  }
  BasicMatrixView topRows(Index count) const { return middleRows(0, count); }

 private:
  Element* begin_of(Index row, Index col) const { return data() ? data() + row + col * this->outerStride() : nullptr; }
  template <class M>
  static Index stride_of(const M& matrix) {
    return M::IsRowMajor ? matrix.innerStride() : matrix.outerStride();
  }
};
/// A matrix that is in other memory: to write, and to read.
template <class Scalar>
using MatrixView = BasicMatrixView<Scalar>;
template <class Scalar>
using ConstMatrixView = BasicMatrixView<const Scalar>;

/// to ← from, of the same shape, which may lie anywhere but across it.
template <class Scalar>
void copy(const std::type_identity_t<ConstMatrixView<Scalar>>& from, const MatrixView<Scalar>& to) {
  if (from.outerStride() == to.rows() && to.outerStride() == to.rows()) {
    std::copy_n(from.data(), to.size(), to.data());
    return;
  }
  for (Index k = 0; k < to.cols(); ++k) {
    std::copy_n(from.data() + k * from.outerStride(), to.rows(), to.data() + k * to.outerStride());
  }
}
/// All coefficients ← 0.
template <class Scalar>
void set_zero(const MatrixView<Scalar>& to) {
  for (Index k = 0; k < to.cols(); ++k) std::fill_n(to.data() + k * to.outerStride(), to.rows(), Scalar(0));
}
/// to += from.
template <class Scalar>
void add(const std::type_identity_t<ConstMatrixView<Scalar>>& from, const MatrixView<Scalar>& to) {
  for (Index k = 0; k < to.cols(); ++k) {
    const Scalar* const column = from.data() + k * from.outerStride();
    for (Index row = 0; row < to.rows(); ++row) to(row, k) += column[row];
  }
}

/// The real numbers beneath a scalar: double for double and for std::complex<double>.
template <class Scalar>
using Real = typename Eigen::NumTraits<Scalar>::Real;

/// Whether it is a std::complex.
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
