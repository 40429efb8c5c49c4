// SPDX-License-Identifier: MIT
//
// What forward and bptt check before they write anything.
#pragma once

#include "elman/check.hpp"
#include "elman/net/input.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/run_fingerprint.hpp"
#include "elman/net/start.hpp"
#include "elman/net/tape.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Throws if the layers keep masks and the tape has no room for them.
template <class Room, class Body>
void check_masks(const Where& where, const Body& body, bool draws) {
  require_that(
      Room::masks || !body.needs_masks(draws), where,
      ": the net keeps masks of dropout or zoneout; expected a tape with room for them, FixedTape<T, B, true>");
}

/// Throws unless there is room for x and for masks, if they are drawn, `read` names steps of x, and the start fits the
/// net and x.
template <class Room, class Scalar, class Body, class Readout, class Input>
void check_run(const Where& where, const Parameters<Scalar, Body, Readout>& net, const Input& input,
               const ReadSteps& read, const StartFrom<Scalar, Body>& start, bool draws) {
  if constexpr (HasEncoder<Body>) check_room<Room>(where, input.source());
  check_room<Room>(where, input.steps());
  check_masks<Room>(where, net.body(), draws);
  check_read(read, input.steps());
  start.check_shape(where, HasUWb<Body> ? "Hidden" : "State", net.state(), stream_count(input.parts(), input.steps()));
}

/// Throws unless the tape holds a forward of x by such a net, a loss has followed it, and there is what is asked for.
template <class Scalar, class Body, class Readout, class Input, class Room>
void check_way_back(const Where& where, const Parameters<Scalar, Body, Readout>& net, const Input& input,
                    const NetTape<Scalar, Body, Readout, Room>& tape, const Gradient<Scalar, Body, Readout>& gradient,
                    const InputGradients<Scalar, Body>& asked) {
  const auto& steps = input.steps();
  require_that(tape.steps().count() > 0, where, ": tape is empty; expected forward(x, tape) before");
  require_that(tape.steps() == steps, where, ": tape holds a forward of T = ", tape.steps().count(),
               ", N = ", tape.steps().columns(), "; expected the steps of x, T = ", steps.count(),
               ", N = ", steps.columns());
  require_that(tape.in() == net.in() && tape.state() == net.state() && tape.o().rows() == net.out() &&
                   tape.parameters() == net.theta().size(),
               where, ": tape holds a forward of a net with In = ", tape.in(), ", State = ", tape.state(),
               ", Out = ", tape.o().rows(), " and ", tape.parameters(), " parameters; expected In = ", net.in(),
               ", State = ", net.state(), ", Out = ", net.out(), " and ", net.theta().size(), " parameters");
  require_that(tape.has_d_o() || asked.d_last.is_given(), where, ": tape has no d_o; expected a loss after forward");
  if constexpr (HasEncoder<Body>) {
    require_that(tape.body.source_steps() == input.source(), where,
                 ": tape holds a forward of another x.source; expected its steps");
  }
  const RunFingerprint now = run_fingerprint(net, input);
  require_that(
      tape.had.parameters == now.parameters, where,
      ": the parameters have changed since the forward that tape holds, or are another net's; expected forward, "
      "loss and bptt of one net, and the optimizer's step behind them");
  require_that(
      tape.had.x == now.x, where,
      ": x has as many steps as that of the forward that tape holds, but other numbers; expected the x of forward");
  require_that(
      !tape.noise_unsaid, where,
      ": tape holds a forward without dropout, which the net has; expected forward(x, tape, read, random), which "
      "draws its masks, or forward(x, tape, read, elman::no_noise) to go without");
  input.check_asked(where, asked);
  if (asked.d_last.is_given()) {
    const auto d_last = asked.d_last.columns();
    require_that(d_last.rows() == net.state(), where, ": d_last has ", d_last.rows(), " rows; expected ",
                 HasUWb<Body> ? "Hidden" : "State", " = ", net.state());
    const Index B = stream_count(input.parts(), steps);
    require_that(d_last.cols() == B, where, ": d_last has ", d_last.cols(), " columns; expected B = ", B);
  }
  require_that(gradient.same_shape(net), where, ": gradient has In = ", gradient.in(), ", State = ", gradient.state(),
               ", Out = ", gradient.out(), " and ", gradient.theta().size(),
               " parameters; expected the net's shape, In = ", net.in(), ", State = ", net.state(),
               ", Out = ", net.out(), " and ", net.theta().size(), " parameters");
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
