// SPDX-License-Identifier: MIT
//
// How the sequences of a batch lie in one array, as NumPy, PyTorch and Keras have them: all in one piece of memory, the
// last index running fastest, what is shorter than T padded at its end.
//
//   (B, T, F)   number k of step t of sequence b is number (b·T + t)·F + k of the array
//   (T, B, F)   with time_first: (t·B + b)·F + k
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The shape of an array, (batch, steps, rows) or (steps, batch, rows). All sizes are at least 1.
struct ArrayShape {
  Index batch = 0;          ///< B, sequences
  Index steps = 0;          ///< T, steps of each, the padding among them
  Index rows = 1;           ///< F, numbers a step; 1 of integers
  bool time_first = false;  ///< steps stand in front, as PyTorch has it without batch_first

  /// The place of step t of sequence b, counted in steps.
  Index place(Index b, Index t) const { return time_first ? t * batch + b : b * steps + t; }
  /// From one step of a sequence to the next.
  Index stride() const { return time_first ? batch : 1; }
};

namespace detail {

/// How many numbers such an array has. Throws if a size is below 1 or there are more than can be counted.
inline Index size_of(const char* owner, const ArrayShape& shape) {
  Index size = 1;
  const auto times = [&](const char* name, Index factor) {
    require_that(factor >= 1, owner, ": shape has .", name, " = ", factor, "; expected at least 1");
    require_that(size <= (std::numeric_limits<Index>::max)() / factor, owner, ": shape has .", name, " = ", factor,
                 "; expected a product of sizes that can be counted");
    size *= factor;
  };
  times("batch", shape.batch);
  times("steps", shape.steps);
  times("rows", shape.rows);
  return size;
}

/// Throws unless an array has memory for as many numbers as its shape says.
inline void check_array(const char* owner, const ArrayShape& shape, bool is_null, std::size_t count) {
  const Index size = size_of(owner, shape);
  require_that(!is_null || count == 0, owner, ": array is null; expected ", size, " numbers");
  require_that(count == static_cast<std::size_t>(size), owner, ": array has ", count, " numbers; expected ", size,
               " = ", shape.batch, " sequences * ", shape.steps, " steps * ", shape.rows, " rows");
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
