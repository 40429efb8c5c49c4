// SPDX-License-Identifier: MIT
// expect: elman::Net: x must have as many rows as the net's In
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
constexpr int rows = 4;
#else
constexpr int rows = 3;
#endif

void run(const elman::RNNCell<float, 3, 5, 2>& cell, const elman::Matrix<float, rows, 7>& x) {
  auto tape = cell.tape();
  cell.forward(x, tape);
}
