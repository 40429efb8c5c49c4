// SPDX-License-Identifier: MIT
//
// Columns that keep their memory: a buffer grows to the largest shape it has seen and never shrinks, so that batches
// of changing lengths allocate nothing once the largest has passed. The first column begins a cache line.
#pragma once

#include <cstddef>
#include <vector>

#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

template <class Scalar>
class ColumnBuffer {
  static constexpr std::size_t line_bytes = 64;
  struct alignas(line_bytes) Line {
    Scalar scalars[line_bytes / sizeof(Scalar)];
  };

 public:
  using Memory = std::vector<Line>;

  /// Takes the shape; what was in the columns is undefined after. Returns the memory it replaced, for a caller that
  /// still reads from it.
  Memory reshape(Index rows, Index cols) {
    constexpr std::size_t in_line = line_bytes / sizeof(Scalar);
    const std::size_t lines = (static_cast<std::size_t>(rows * cols) + in_line - 1) / in_line;
    Memory replaced;
    if (lines > memory_.size()) {
      Memory larger(lines);
      replaced.swap(memory_);
      memory_.swap(larger);
    }
    rows_ = rows;
    cols_ = cols;
    return replaced;
  }

  MatrixView<Scalar> view() { return {data(), rows_, cols_}; }
  ConstMatrixView<Scalar> view() const { return {memory_.empty() ? nullptr : memory_.front().scalars, rows_, cols_}; }
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }

 private:
  Scalar* data() { return memory_.empty() ? nullptr : memory_.front().scalars; }

  Memory memory_;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace elman::inline ELMAN_ABI::detail
