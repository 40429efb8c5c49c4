// SPDX-License-Identifier: MIT
// expect: elman: model, gradient and optimizer must have the same Scalar; make the optimizer from the model
// alone: g++ names all the calls between
#include "elman/cell.hpp"
#include "elman/optim/adam.hpp"

#ifdef ELMAN_FAIL
using Scalar = double;
#else
using Scalar = float;
#endif

void run(elman::RNNCell<float, 3, 5, 2>& cell, const elman::RNNCell<Scalar, 3, 5, 2>::Gradient& gradient) {
  elman::optim::Adam adam{cell};
  adam.step(cell, gradient);
}
