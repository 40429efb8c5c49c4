// SPDX-License-Identifier: MIT
// expect: elman: Scalar must be float, double, long double or std::complex of one
// alone: g++ names all the headers between
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
using Scalar = int;
#else
using Scalar = float;
#endif

elman::RNNCell<Scalar, 3, 5, 2> cell{elman::zero};
