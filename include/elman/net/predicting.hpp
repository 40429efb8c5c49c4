// SPDX-License-Identifier: MIT
//
// o and y of whole batches without a way back, in memory that does not grow with the steps:
//
//   auto prediction = net.prediction();
//   net.predict(x, prediction, last_step);
//   accuracy.add(prediction, labels);                      losses and metrics take it as they take a tape
//   net.predict(chunk, prediction, every_step, state);     carries the state of streams on
//
// The numbers are forward's without noise; in float and double bit for bit (net/chunked_run.hpp).
#pragma once

#include <concepts>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/net/checks.hpp"
#include "elman/net/input.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/prediction.hpp"
#include "elman/net/run_start.hpp"
#include "elman/net/start.hpp"
#include "elman/net/wrong_arguments.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/room.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// `Derived` is a net: it has Parameters, and a static owner(), its name in messages.
template <class Derived, class Scalar, class Body, class Readout>
class Predicting {
 public:
  using Prediction = elman::Prediction<Scalar, Body, Readout>;
  using PredictOptions = elman::PredictOptions<Scalar, Body>;

  Prediction prediction() const { return {}; }

  /// Runs all steps of all sequences as forward does, without noise, and leaves o and y in the prediction. x, read and
  /// start are forward's: a matrix h0, State × B in the caller's order, or a state of B streams, which is carried on.
  /// Keeps the states of about 2,000 columns at a time, or of 8 steps if these are more; of all where a layer reads
  /// from the end of a sequence too, a bidirectional one. Allocates only when the prediction has seen no batch as
  /// large. Throws std::invalid_argument if a size does not fit or a token is none, with the prediction untouched.
  template <class X>
  void predict(const X& x, Prediction& prediction, const ReadSteps& read = every_step,
               const PredictOptions& given = {}) const {
    const Parameters<Scalar, Body, Readout>& net = static_cast<const Derived&>(*this);
    constexpr detail::Where where{Derived::owner(), "predict"};
    const detail::Input<Scalar, Body, X> input(where, x, net.body());
    detail::check_run<Growing>(where, net, input, read, given.start, false);
    const auto h0 = detail::begin_run(net, input, given.start, prediction);
    const auto& steps = prediction.steps();
    prediction.start_readout(net.out(), read);
    const bool reads_last = prediction.selection().is_last();
    const auto read_out = [&](Index begin, Index end) {
      if (reads_last || !prediction.narrow(steps.first(begin), steps.first(end))) return;
      net.readout().forward(net.readout_data(), prediction.body.tape(), prediction);
    };
    prediction.body(net.body(), net.data(), input.columns(), steps, h0, read_out);
    if (reads_last) net.readout().forward(net.readout_data(), prediction.body, prediction);
    detail::carry_on(input, prediction, given.start);
  }
  /// The same with h0, or a state, as it is.
  template <class X, class Start>
  requires(std::constructible_from<StartFrom<Scalar, Body>, Start&>) void predict(const X& x, Prediction& prediction,
                                                                                  const ReadSteps& read,
                                                                                  Start&& start) const {
    predict(x, prediction, read, PredictOptions{.start = start});
  }

  /// Of other arguments: ends in a sentence, at compile time.
  template <class X>
  auto predict(const X&) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::predict: o and y are left in a prediction: auto prediction = net.prediction(); "
                  "net.predict(x, prediction); prediction.y()");
    return detail::Anything();
  }
  template <class X, class P, class... Others>
  requires(!std::convertible_to<P, Prediction&>) auto predict(const X&, P&&, Others&&...) const {
    static_assert(detail::check_x_and_prediction<X, P>());
    return detail::Anything();
  }
  template <class X, class P>
  requires(!std::convertible_to<P, Prediction&>) auto predict(const X&, P&&, const ReadSteps&,
                                                              const PredictOptions&) const {
    static_assert(detail::check_x_and_prediction<X, P>());
    return detail::Anything();
  }
  template <class X, class Third, class... Others>
  requires(!std::convertible_to<Third, const ReadSteps&>) auto predict(const X&, Prediction&, Third&&,
                                                                       Others&&...) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::predict: third comes what is read, elman::every_step, elman::last_step or "
                  "elman::at_steps({...}); then h0 or a state");
    return detail::Anything();
  }
  template <class X, class Fourth>
  requires(!std::constructible_from<StartFrom<Scalar, Body>, Fourth&> &&
           !std::convertible_to<Fourth, const PredictOptions&>) auto predict(const X&, Prediction&, const ReadSteps&,
                                                                             Fourth&&) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::predict: fourth comes where sequences start, h0 or a state; it draws no noise, which is "
                  "forward's");
    return detail::Anything();
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
