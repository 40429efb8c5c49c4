// SPDX-License-Identifier: MIT
//
// The nets of long_range: one recurrence under a readout, of the activation that the options ask for, and how they
// begin.
#pragma once

#include <cmath>
#include <elman/elman.hpp>
#include <string>

#include "range_options.hpp"

namespace example {

template <class Body, class Output>
using RangeNet = elman::Net<float, Body, elman::Readout<elman::Dynamic, elman::Dynamic, Output>>;

/// Calls use(body) with the recurrence of a net of `in` inputs.
template <class Use>
void with_range_body(elman::Index in, const RangeOptions& options, const Use& use) {
  using namespace elman;
  const auto plain = [&]<class Activation>(const Activation& activation) {
    use(Recurrence<Dynamic, Dynamic, Activation>{in, options.hidden, {}, activation});
  };
  switch (options.activation) {
    case Unit::tanh:
      return plain(Tanh{});
    case Unit::relu:
      return plain(ReLU{});
    case Unit::identity:
      return plain(Identity{});
  }
}

/// As --init, --gain and --input-scale say.
template <class Output, class Body>
RangeNet<Body, Output> make_range_net(const Body& body, elman::Index out, const RangeOptions& options,
                                      elman::Random& random) {
  using Net = RangeNet<Body, Output>;
  if (options.start == Start::uniform) return Net{body, {body.out(), out}, elman::init::torch_default(random)};
  Net net{body, {body.out(), out}, elman::init::standard(random)};
  net.for_each_part([&](const std::string&, auto part) {
    if constexpr (requires { part.W; }) {
      if (options.start == Start::identity) elman::init::identity(part.W);
      part.W *= static_cast<float>(options.gain);
      if (options.input_scale > 0) elman::init::normal(part.U, random, options.input_scale);
    }
  });
  return net;
}

}  // namespace example
