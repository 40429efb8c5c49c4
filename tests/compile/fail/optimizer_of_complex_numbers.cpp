// SPDX-License-Identifier: MIT
// expect: elman: an optimizer needs a real Scalar: float, double or long double
#include <complex>

#include "elman/cell.hpp"
#include "elman/optim/sgd.hpp"

#ifdef ELMAN_FAIL
using Scalar = std::complex<double>;
#else
using Scalar = double;
#endif

void run(const elman::RNNCell<Scalar, 3, 5, 2>& cell) { elman::optim::SGD sgd{cell}; }
