// SPDX-License-Identifier: MIT
// expect: elman::EncoderDecoder: the decoder starts from the encoder's last state; it cannot learn another
#include "elman/layers/encoder_decoder.hpp"
#include "elman/layers/learned_start.hpp"
#include "elman/layers/recurrence.hpp"

using Plain = elman::Recurrence<3, 4>;
#ifdef ELMAN_FAIL
using Layers = elman::EncoderDecoder<Plain, elman::LearnedStart<Plain>>;
#else
using Layers = elman::EncoderDecoder<elman::LearnedStart<Plain>, Plain>;
#endif

Layers layers;
