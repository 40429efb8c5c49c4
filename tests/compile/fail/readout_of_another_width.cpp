// SPDX-License-Identifier: MIT
// expect: elman::Net: the readout must read as many rows as the body's output has
#include "elman/layers/bidirectional.hpp"
#include "elman/net.hpp"

#ifdef ELMAN_FAIL
constexpr int rows = 4;
#else
constexpr int rows = 8;
#endif

elman::Net<float, elman::Bidirectional<elman::Recurrence<3, 4>>, elman::Readout<rows, 2>> net{elman::zero};
