// SPDX-License-Identifier: MIT
//
// A matrix of columns that keeps its memory: an Eigen matrix in all it can do, but that it only grows. Eigen gives
// memory back and takes other whenever a shape changes, so that batches of changing lengths, or their ∂L/∂x, would
// allocate each time; these columns allocate when they become larger than they have ever been.
#pragma once

#include <algorithm>
#include <new>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Rows × (any number); a value, as Eigen's matrices are. A view of it is valid until it grows.
template <class Scalar, int Rows>
class GrowingColumns : public View<Columns<Scalar, Rows>> {
  using Base = View<Columns<Scalar, Rows>>;
  static constexpr Index no_rows = Rows == Dynamic ? 0 : Rows;

 public:
  GrowingColumns() : Base(nullptr, no_rows, 0) {}
  GrowingColumns(const GrowingColumns& other) : GrowingColumns() { set(other); }
  GrowingColumns(GrowingColumns&& other) noexcept : GrowingColumns() { swap(other); }
  template <class Derived>
  GrowingColumns(const Eigen::MatrixBase<Derived>& other) : GrowingColumns() {  // NOLINT: the conversion is the purpose
    set(other.derived());
  }
  ~GrowingColumns() = default;

  GrowingColumns& operator=(const GrowingColumns& other) {
    if (this != &other) set(other);
    return *this;
  }
  GrowingColumns& operator=(GrowingColumns&& other) noexcept {
    swap(other);
    return *this;
  }
  /// Takes the shape of `other`, which may be a part of this.
  template <class Derived>
  GrowingColumns& operator=(const Eigen::MatrixBase<Derived>& other) {
    set(other.derived());
    return *this;
  }

  /// Takes the shape; what was in the columns is undefined after.
  void resize(Index rows, Index cols) { [[__maybe_unused__]] const auto replaced = reshape(rows, cols); }
  /// Takes the shape and keeps the columns that both have, of as many rows.
  void conservativeResize(Index rows, Index cols) {
    const ConstMatrixView<Scalar> before = *this;
    const auto replaced = reshape(rows, cols);
    const Index kept = before.rows() == rows ? (std::min)(cols, before.cols()) : 0;
    if (before.data() != this->data()) copy(before.leftCols(kept), MatrixView<Scalar>(*this).leftCols(kept));
  }
  using Base::setZero;
  /// Of this shape, and zero.
  void setZero(Index rows, Index cols) {
    resize(rows, cols);
    Base::setZero();
  }

  /// Without a copy of the numbers.
  void swap(GrowingColumns& other) noexcept {
    std::swap(memory_, other.memory_);
    other.point();
    point();
  }

 private:
  /// Returns the memory that was replaced, as ColumnBuffer does.
  auto reshape(Index rows, Index cols) {
    eigen_assert(Rows == Dynamic || rows == Rows);
    auto replaced = memory_.reshape(rows, cols);
    point();
    return replaced;
  }
  void point() {  // how Eigen's views are made to look elsewhere
    const Index rows = Rows == Dynamic ? memory_.rows() : Rows;
    new (static_cast<Base*>(this)) Base(memory_.data(), rows, memory_.cols());
  }
  template <class Other>
  void set(const Other& other) {
    const auto replaced = reshape(other.rows(), other.cols());  // alive until what may lie in it is copied
    Base::operator=(other);
  }

  ColumnBuffer<Scalar> memory_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
