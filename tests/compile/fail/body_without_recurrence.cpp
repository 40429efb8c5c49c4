// SPDX-License-Identifier: MIT
// expect: elman::Net: the body must end in a recurrence, whose last state last_step reads
#include "elman/layers/embedding.hpp"
#include "elman/layers/stacked.hpp"
#include "elman/net.hpp"

#ifdef ELMAN_FAIL
using Body = elman::Stacked<elman::Recurrence<4, 5>, elman::Embedding<5, 6>>;
#else
using Body = elman::Stacked<elman::Embedding<4, 5>, elman::Recurrence<5, 6>>;
#endif

elman::Net<float, Body, elman::Readout<6, 2>> net{elman::zero};
