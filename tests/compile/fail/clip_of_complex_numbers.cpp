// SPDX-License-Identifier: MIT
// expect: elman: a norm to clip by needs a real Scalar
#include <complex>

#include "elman/cell.hpp"
#include "elman/optim/clip.hpp"

#ifdef ELMAN_FAIL
using Scalar = std::complex<double>;
#else
using Scalar = double;
#endif

void run(elman::RNNCell<Scalar, 3, 5, 2>::Gradient& gradient) { elman::optim::clip_norm(gradient, 1.0); }
