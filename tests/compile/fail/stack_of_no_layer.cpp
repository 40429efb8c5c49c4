// SPDX-License-Identifier: MIT
// expect: elman: a layer is copyable and has the constants in_size, out_size, state_size, step_size, parameter_size,
#include "elman/cell.hpp"
#include "elman/layers/stacked.hpp"

#ifdef ELMAN_FAIL
using Second = elman::RNNCell<float, 4, 6, 2>;
#else
using Second = elman::Recurrence<4, 6>;
#endif

elman::Stacked<elman::Recurrence<3, 4>, Second> layers;
