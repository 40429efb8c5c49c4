// SPDX-License-Identifier: MIT
// expect: elman::Dropout: tokens cannot be dropped in part; put an Embedding in front
#include "elman/layers/dropout.hpp"
#include "elman/layers/embedding.hpp"
#include "elman/layers/stacked.hpp"
#include "elman/net.hpp"

#ifdef ELMAN_FAIL
using Body = elman::Dropout<elman::Recurrence<9, 4>>;
#else
using Body = elman::Stacked<elman::Embedding<9, 3>, elman::Dropout<elman::Recurrence<3, 4>>>;
#endif
using Net = elman::Net<float, Body, elman::Readout<4, 2>>;

void run(const Net& net, const elman::Labels& x, Net::Tape& tape) { net.forward(x, tape); }
