// SPDX-License-Identifier: MIT
// expect: elman::Bidirectional: both layers must have the same number of inputs
#include "elman/layers/bidirectional.hpp"
#include "elman/layers/recurrence.hpp"

#ifdef ELMAN_FAIL
constexpr int in = 2;
#else
constexpr int in = 3;
#endif

elman::Bidirectional<elman::Recurrence<3, 4>, elman::Recurrence<in, 5>> layer;
