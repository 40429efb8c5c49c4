// SPDX-License-Identifier: MIT
// expect: elman: a net is told how its parameters begin, as in
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
elman::RNNCell<float, 4, 8, 4> cell;
#else
elman::RNNCell<float, 4, 8, 4> cell{elman::zero};
#endif
