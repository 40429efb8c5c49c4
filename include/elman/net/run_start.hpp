// SPDX-License-Identifier: MIT
//
// How a run of a net begins and ends: from which state each sequence starts, and where the state of a stream is left
// for its next chunk. Chunks with parts of streams: sequences/streams.hpp.
#pragma once

#include <cstddef>
#include <utility>

#include "elman/layers/parameter_cursor.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/start.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Gives the tape, a RunTape, the steps of a run and returns h₀; nothing for zero. What is given is of streams: their
/// later parts in a chunk, which stand behind the first, have the net's own start.
template <class Scalar, class Body, class Readout, class Input, class Tape>
ConstMatrixView<Scalar> begin_run(const Parameters<Scalar, Body, Readout>& net, const Input& input,
                                  const StartFrom<Scalar, Body>& start, Tape& tape) {
  tape.start(net, input.steps());
  const Index B = input.steps().batch();
  const Index given = start.is_own() ? 0 : stream_count(input.parts(), input.steps());
  if (Body::learns_start || (given > 0 && given < B)) {
    tape.h0.reshape(net.state(), B);
    const auto h0 = given == B ? start.carried() : tape.h0.view();
    if (given > 0 && given < B) copy(start.h0(), h0.leftCols(given));
    for (Index b = 0; b < B; ++b) {
      if (b < given && !start.is_fresh(b)) continue;
      ParameterCursor<const Scalar> parameters(net.data());
      net.body().start(parameters, h0.middleCols(b, 1));
      if constexpr (Body::learns_start) tape.fresh.push_back(b);
    }
    if (given < B) return h0;
  }
  return start.h0();
}

/// The state that is carried on, if one is, becomes that after the last steps.
template <class Scalar, class Body, class Input, class Tape>
void carry_on(const Input& input, Tape& tape, const StartFrom<Scalar, Body>& start) {
  const auto carried = start.carried();
  if (!carried.data()) return;
  const auto parts = input.parts();
  if (parts.empty()) {
    tape.body.last(carried);
  } else {
    tape.h0.reshape(carried.rows(), input.steps().batch());  // which the layers have read
    tape.body.last(tape.h0.view());
  }
  for (Index b = 0; b < input.steps().batch(); ++b) {
    const Index stream = parts.empty() ? b : parts[static_cast<std::size_t>(b)].stream;
    if (!parts.empty()) copy(std::as_const(tape.h0).view().middleCols(b, 1), carried.middleCols(stream, 1));
    if (input.steps().length(b) > 0) start.end(stream);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
