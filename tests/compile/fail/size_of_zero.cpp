// SPDX-License-Identifier: MIT
// expect: elman: In, Hidden and Out must be positive, or elman::Dynamic
#include "elman/cell.hpp"

#ifdef ELMAN_FAIL
constexpr int in = 0;
#else
constexpr int in = 1;
#endif

elman::RNNCell<float, in, 5, 2> cell{elman::zero};
