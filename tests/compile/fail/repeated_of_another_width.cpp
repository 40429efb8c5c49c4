// SPDX-License-Identifier: MIT
// expect: elman::Repeated: the layers above the first must have as many inputs and as many outputs as the first
#include "elman/layers/recurrence.hpp"
#include "elman/layers/repeated.hpp"

#ifdef ELMAN_FAIL
constexpr int in = 5;
#else
constexpr int in = 4;
#endif

elman::Repeated<elman::Recurrence<3, 4>, elman::Recurrence<in, 4>> layers({}, {}, 3);
