// SPDX-License-Identifier: MIT
// expect: elman::Net: x of an encoder-decoder must be elman::SourceTarget{source, target}
#include "elman/net.hpp"

using Net =
    elman::Net<float, elman::EncoderDecoder<elman::Recurrence<3, 4>, elman::Recurrence<3, 4>>, elman::Readout<4, 2>>;
using X = elman::Matrix<float, 3, 7>;
#ifdef ELMAN_FAIL
using Input = X;
#else
using Input = elman::SourceTarget<X, X>;
#endif

void run(const Net& net, const Input& x, Net::Tape& tape) { net.forward(x, tape); }
