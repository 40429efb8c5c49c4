// SPDX-License-Identifier: MIT
// expect: elman::Net::step: a bidirectional layer reads from the end of a sequence; it cannot run step by step
#include "elman/layers/bidirectional.hpp"
#include "elman/net.hpp"

#ifdef ELMAN_FAIL
using Net = elman::Net<float, elman::Bidirectional<elman::Recurrence<3, 4>>, elman::Readout<8, 2>>;
#else
using Net = elman::Net<float, elman::Recurrence<3, 8>, elman::Readout<8, 2>>;
#endif

void run(const Net& net, const elman::Vector<float, 3>& x, Net::StateOf<1>& state) { net.step(x, state); }
