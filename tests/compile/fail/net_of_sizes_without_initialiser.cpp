// SPDX-License-Identifier: MIT
// expect: elman: a net is told how its parameters begin
#include "elman/net.hpp"

using Net = elman::Net<float, elman::Recurrence<>, elman::Readout<>>;

#ifdef ELMAN_FAIL
Net net{{4, 8}, {8, 4}};
#else
Net net{{4, 8}, {8, 4}, elman::zero};
#endif
