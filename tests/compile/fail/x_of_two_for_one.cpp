// SPDX-License-Identifier: MIT
// expect: elman::Net: x must be elman::Sequences or an Eigen matrix, a column a step, or elman::Labels, a token a step
#include "elman/cell.hpp"

using X = elman::Matrix<float, 3, 7>;
#ifdef ELMAN_FAIL
using Input = elman::SourceTarget<X, X>;
#else
using Input = elman::Labels;
#endif

void run(const elman::RNNCell<float, 3, 4, 2>& cell, const Input& x) {
  auto tape = cell.tape();
  cell.forward(x, tape);
}
