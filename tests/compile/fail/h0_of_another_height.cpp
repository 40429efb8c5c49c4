// SPDX-License-Identifier: MIT
// expect: elman::Net::forward: h0 must have State rows, a cell's Hidden, of the net's Scalar
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
constexpr int rows = 3;
#else
constexpr int rows = 5;
#endif

void run(const elman::RNNCell<float, 3, 5, 2>& cell, const elman::Matrix<float, 3, 7>& x,
         const elman::Vector<float, rows>& h0) {
  auto tape = cell.tape();
  cell.forward(x, tape, elman::every_step, h0);
}
