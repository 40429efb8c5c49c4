// SPDX-License-Identifier: MIT
// expect: elman::Net: x must have the net's Scalar
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
using Scalar = double;
#else
using Scalar = float;
#endif

void run(const elman::RNNCell<float, 3, 5, 2>& cell, const elman::Matrix<Scalar, 3, 7>& x) {
  auto tape = cell.tape();
  cell.forward(x, tape);
}
