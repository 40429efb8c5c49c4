// SPDX-License-Identifier: MIT
//
// The state of a net that runs one step at a time: a value that the caller owns, copies, keeps and restores. Many
// states may run on one const cell, from many threads.
#pragma once

#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

/// `Batch` streams side by side, one a column; no heap when all sizes are known at compile time.
template <class Scalar, int Hidden, int Out, int Batch = 1>
struct State {
  Matrix<Scalar, Hidden, Batch> h;       ///< the hidden state
  Matrix<Scalar, Out, Batch> y;          ///< the output of the last step
  Matrix<Scalar, Hidden, Batch> h_next;  ///< room for the step
  Matrix<Scalar, Out, Batch> o;          ///< the logits of the last step
};

}  // namespace elman::inline ELMAN_ABI
