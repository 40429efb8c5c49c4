// SPDX-License-Identifier: MIT
// expect: elman::Net::step: x must have In rows of the net's Scalar
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
constexpr int rows = 4;
#else
constexpr int rows = 3;
#endif

void run(const elman::RNNCell<float, 3, 5, 2>& cell, const elman::Vector<float, rows>& x) {
  elman::State state = cell.initial_state();
  cell.step(x, state);
}
