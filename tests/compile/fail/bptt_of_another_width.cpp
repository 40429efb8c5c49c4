// SPDX-License-Identifier: MIT
// expect: elman::Net: x must have as many rows as the net's In
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
constexpr int rows = 2;
#else
constexpr int rows = 3;
#endif

using Cell = elman::RNNCell<float, 3, 5, 2>;

void run(const Cell& cell, const elman::Matrix<float, rows, 7>& x, Cell::Tape& tape, Cell::Gradient& gradient) {
  cell.bptt(x, tape, gradient);
}
