// SPDX-License-Identifier: MIT
// expect: elman::Stacked: each layer must have as many inputs as the layer below it has outputs
#include "elman/layers/recurrence.hpp"
#include "elman/layers/stacked.hpp"

#ifdef ELMAN_FAIL
constexpr int in = 5;
#else
constexpr int in = 4;
#endif

elman::Stacked<elman::Recurrence<3, 4>, elman::Recurrence<in, 6>> layers;
