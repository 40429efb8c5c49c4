// SPDX-License-Identifier: MIT
//
// The state of a net on a source of batches that belong to one stream, which goes from one to the next; nothing on
// others.
#pragma once

#include <concepts>

#include "elman/net/noise.hpp"
#include "elman/net/prediction.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Batches of one stream, whose state goes from one to the next.
template <class Source>
concept CarriesState = requires {
  requires Source::carries_state;
};

struct NoState {};

/// The state of a net on a source that carries it.
template <class Net, class Source>
struct CarriedState {
  using type = NoState;
};
template <class Net, CarriesState Source>
struct CarriedState<Net, Source> {
  using type = typename Net::template StateOf<Dynamic>;
};

template <class Net, class Source>
typename CarriedState<Net, Source>::type initial_state(const Net& net, const Source& source) {
  if constexpr (CarriesState<Source>) {
    return net.initial_state(source.streams());
  } else {
    return {};
  }
}

/// forward of a batch, from the carried state if there is one.
template <class Net, class Batch, class Tape, class State>
void run_forward(const Net& net, const Batch& batch, Tape& tape, State& state, const Noise& noise) {
  if constexpr (std::same_as<State, NoState>) {
    net.forward(batch.x, tape, batch.read, {.random = noise});
  } else {
    net.forward(batch.x, tape, batch.read, {.start = state, .random = noise});
  }
}

/// The same without noise or a way back: predict where there is a prediction to fill, else forward.
template <class Net, class Batch, class Result, class State>
void run_evaluation(const Net& net, const Batch& batch, Result& result, State& state) {
  if constexpr (!is_prediction<Result>) {
    run_forward(net, batch, result, state, no_noise);
  } else if constexpr (std::same_as<State, NoState>) {
    net.predict(batch.x, result, batch.read);
  } else {
    net.predict(batch.x, result, batch.read, state);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
