// SPDX-License-Identifier: MIT
//
// Columns that keep their memory: a buffer grows to the largest shape it has seen and never shrinks, so that batches
// of changing lengths allocate nothing once the largest has passed; or it has room for so many scalars inside the
// object. The first column begins a cache line, where vectors are wide enough to cross one.
#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

template <class Scalar>
struct Line {
  static constexpr std::size_t scalars_in_line = 64 / sizeof(Scalar);
  alignas(64) Scalar scalars[scalars_in_line];
};

}  // namespace detail

/// At most Max scalars; none at all is a buffer that is not used.
template <class Scalar, int Max = Dynamic>
class ColumnBuffer {
 public:
  /// Nothing is replaced.
  struct Memory {};

  /// Takes the shape; what was in the columns is undefined after.
  Memory reshape(Index rows, Index cols) {
    assert(rows * cols <= Max);
    rows_ = rows;
    cols_ = cols;
    return {};
  }
  static void reserve([[__maybe_unused__]] Index rows, [[__maybe_unused__]] Index cols) { assert(rows * cols <= Max); }
  MatrixView<Scalar> view() { return {memory_, rows_, cols_}; }
  ConstMatrixView<Scalar> view() const { return {memory_, rows_, cols_}; }
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }

 private:
  static constexpr std::size_t size = Max > 0 ? Max : 1;
  alignas(detail::kernel_alignment<Scalar>) Scalar memory_[size]{};
  Index rows_ = 0;
  Index cols_ = 0;
};

template <class Scalar>
class ColumnBuffer<Scalar, Dynamic> {
 public:
  using Memory = std::vector<detail::Line<Scalar>>;

  /// Takes the shape; what was in the columns is undefined after, new memory is zero. Returns what it replaced, for who
  /// still reads from it.
  Memory reshape(Index rows, Index cols) {
    rows_ = rows;
    cols_ = cols;
    return grow(rows, cols);
  }
  /// Memory for a shape to come; what is in the columns is undefined after.
  void reserve(Index rows, Index cols) { [[__maybe_unused__]] const auto replaced = grow(rows, cols); }

  Scalar* data() { return static_cast<Scalar*>(static_cast<void*>(memory_.data())); }
  const Scalar* data() const { return static_cast<const Scalar*>(static_cast<const void*>(memory_.data())); }
  MatrixView<Scalar> view() { return {data(), rows_, cols_}; }
  ConstMatrixView<Scalar> view() const { return {data(), rows_, cols_}; }
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }

 private:
  Memory grow(Index rows, Index cols) {
    constexpr std::size_t in_line = detail::Line<Scalar>::scalars_in_line;
    const std::size_t lines = (static_cast<std::size_t>(rows * cols) + in_line - 1) / in_line;
    Memory replaced;
    if (lines > memory_.size()) {
      Memory larger(lines);
      replaced.swap(memory_);
      memory_.swap(larger);
    }
    return replaced;
  }

  Memory memory_;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace ELMAN_ABI
}  // namespace elman
