// SPDX-License-Identifier: MIT
// expect: elman::EncoderDecoder: the decoder's state must be as large as the encoder's, which it starts from
#include "elman/layers/encoder_decoder.hpp"
#include "elman/layers/recurrence.hpp"

#ifdef ELMAN_FAIL
constexpr int hidden = 5;
#else
constexpr int hidden = 4;
#endif

elman::EncoderDecoder<elman::Recurrence<3, 4>, elman::Recurrence<3, hidden>> layers;
