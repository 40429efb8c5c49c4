// SPDX-License-Identifier: MIT
// expect: elman: a model is given where its gradient belongs; the gradient is what `cell.zero_gradient()` made
#include "elman/cell.hpp"
#include "elman/optim/clip.hpp"

using Cell = elman::RNNCell<float, 3, 5, 2>;

void run(Cell& cell, Cell::Gradient& gradient) {
#ifdef ELMAN_FAIL
  elman::optim::clip_norm(cell, 1);
#else
  elman::optim::clip_norm(gradient, elman::optim::global_norm(cell));
#endif
}
