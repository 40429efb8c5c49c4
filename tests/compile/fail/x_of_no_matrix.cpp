// SPDX-License-Identifier: MIT
// expect: elman::Net: x must be elman::Sequences or an Eigen matrix, a column a step, or elman::Labels, a token a step
#include <vector>

#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
using X = std::vector<float>;
#else
using X = elman::Sequences<float, 3>;
#endif

void run(const elman::RNNCell<float, 3, 5, 2>& cell, const X& x) {
  auto tape = cell.tape();
  cell.forward(x, tape);
}
