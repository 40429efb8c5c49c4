// SPDX-License-Identifier: MIT
//
// Columns that keep their memory: a buffer grows to the largest shape it has seen and never shrinks, so that batches
// of changing lengths allocate nothing once the largest has passed.
#pragma once

#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

template <class Scalar>
class ColumnBuffer {
 public:
  using Memory = Vector<Scalar, Dynamic>;

  /// Takes the shape; what was in the columns is undefined after. Returns the memory it replaced, for a caller that
  /// still reads from it.
  Memory reshape(Index rows, Index cols) {
    Memory replaced;
    if (rows * cols > memory_.size()) {
      Memory larger(rows * cols);
      replaced.swap(memory_);
      memory_.swap(larger);
    }
    rows_ = rows;
    cols_ = cols;
    return replaced;
  }

  MatrixView<Scalar> view() { return {memory_.data(), rows_, cols_}; }
  ConstMatrixView<Scalar> view() const { return {memory_.data(), rows_, cols_}; }
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }

 private:
  Memory memory_;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace elman::inline ELMAN_ABI::detail
