// SPDX-License-Identifier: MIT
//
// The state of a net that runs step by step, or chunk by chunk: a value that the caller owns, copies, keeps and
// restores. Many states may run on one const net, from many threads.
#pragma once

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// `Batch` streams side by side, one a column; no heap when all sizes are known at compile time.
template <class Scalar, int StateSize, int StepSize, int Out, int Batch = 1>
struct State {
  Matrix<Scalar, StateSize, Batch> h;       ///< the hidden states of all layers, the lowest layer's first
  Matrix<Scalar, Out, Batch> y;             ///< the output of the last step
  Matrix<Scalar, Out, Batch> o;             ///< the logits of the last step
  Matrix<Scalar, StepSize, Batch> scratch;  ///< memory for the step
  Eigen::Array<bool, 1, Batch> fresh;       ///< whether a stream has yet to begin: its h is the net's start
};

}  // namespace ELMAN_ABI
}  // namespace elman
