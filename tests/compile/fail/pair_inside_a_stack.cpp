// SPDX-License-Identifier: MIT
// expect: elman: an EncoderDecoder takes a pair as x and must be the whole body of a net
#include "elman/layers/encoder_decoder.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/layers/stacked.hpp"

using R = elman::Recurrence<4, 4>;
#ifdef ELMAN_FAIL
using Layers = elman::Stacked<elman::EncoderDecoder<R, R>, R>;
#else
using Layers = elman::EncoderDecoder<elman::Stacked<R, R>, elman::Stacked<R, R>>;
#endif

Layers layers;
