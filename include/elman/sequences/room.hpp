// SPDX-License-Identifier: MIT
//
// How much a tape, or a batch, has room for: as much as comes, on the heap, or at most so much, inside the object.
//
//   Growing            keeps its memory and grows with the largest shape
//   AtMost<T, B>       sequences of at most T steps, at most B side by side; no heap, sizeof says what it takes.
//                      Memory for the masks of recurrent dropout and zoneout, and of Dropout, only if `masks`
#pragma once

#include <algorithm>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// Columns to a block of steps, unless one step has more.
inline constexpr int block_columns = 128;

}  // namespace detail

struct Growing {
  static constexpr bool is_fixed = false;  ///< whether all memory is inside the tape
  static constexpr bool masks = true;      ///< whether there is room for those of dropout and zoneout
  static constexpr int steps = Dynamic;
  static constexpr int batch = Dynamic;
  static constexpr int columns = Dynamic;        ///< packed columns, N
  static constexpr int block_columns = Dynamic;  ///< columns of one block of steps
  /// A size that a buffer depends on: forgotten, so that the tapes of all nets have one type.
  static constexpr int size(int) { return Dynamic; }
};

template <int MostSteps, int MostBatch = 1, bool Masks = false>
struct AtMost {
  static_assert(MostSteps >= 1 && MostBatch >= 1, "elman::AtMost: at least one step of one sequence");
  static constexpr bool is_fixed = true;
  static constexpr bool masks = Masks;
  static constexpr int steps = MostSteps;
  static constexpr int batch = MostBatch;
  static constexpr int columns = MostSteps * MostBatch;
  static constexpr int block_columns = (std::max)(MostBatch, (std::min)(columns, detail::block_columns));
  static constexpr int size(int n) { return n; }
};

}  // namespace ELMAN_ABI
}  // namespace elman
