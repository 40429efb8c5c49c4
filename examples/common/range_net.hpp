// SPDX-License-Identifier: MIT
//
// The nets of long_range: one recurrence under a readout, of the activation and the leak that the options ask for, and
// how they begin. Each kind of units is a type, and each type takes seconds to compile, so that not all go together.
#pragma once

#include <cmath>
#include <elman/elman.hpp>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "range_options.hpp"

namespace example {

template <class Body, class Output>
using RangeNet = elman::Net<float, Body, elman::Readout<elman::Dynamic, elman::Dynamic, Output>>;

/// The leak that the options ask for; of --leak none that of a plain net, alpha = 1.
template <class Between>
Between make_leak(const RangeOptions& options) {
  if (options.leak == Leak::none) return {.alpha = 1};
  return {.alpha = options.alpha, .last_alpha = options.longest > 0 ? 1 / options.longest : 0};
}

/// Calls use(body) with the recurrence of a net of `in` inputs whose output is `Output`. Throws std::runtime_error if
/// units of this kind are not there.
template <class Output, class Use>
void with_range_body(elman::Index in, const RangeOptions& options, const Use& use) {
  using namespace elman;
  constexpr bool tells_classes = std::is_same_v<Output, Softmax>;
  const auto with = [&]<class Activation, class Between>(const Activation& activation, const Between& leak) {
    use(Recurrence<Dynamic, Dynamic, Activation, Between>{in, options.hidden, leak, activation});
  };
  if (options.start == Start::latch) {
    if constexpr (tells_classes) {
      if (options.activation == Unit::tanh && options.leak == Leak::none) {
        return use(LearnedStart{Recurrence<Dynamic, Dynamic>{in, options.hidden}});
      }
    }
    throw std::runtime_error("--init latch: expected --activation tanh, no leak, and a task that is not adding");
  }
  if (options.leak == Leak::none || options.leak == Leak::rate) {
    const auto leak = make_leak<Leaky>(options);
    switch (options.activation) {
      case Unit::tanh:
        return with(Tanh{}, leak);
      case Unit::relu:
        return with(ReLU{}, leak);
      case Unit::leaky_relu:
        return with(LeakyReLU{.negative_slope = options.negative_slope}, leak);
      case Unit::identity:
        return with(LeakyReLU{.negative_slope = 1}, leak);  // which is one
      case Unit::hard_tanh:
        if constexpr (tells_classes) return with(HardTanh{}, leak);
        break;
      case Unit::mod_relu:
        if constexpr (tells_classes) return with(ModReLU{}, leak);
    }
    throw std::runtime_error("adding: expected --activation tanh, relu, leaky-relu or identity");
  }
  if constexpr (tells_classes) {
    if (options.activation != Unit::tanh) {
      throw std::runtime_error("--leak voltage, learned-rate and learned-voltage: expected --activation tanh");
    }
    if (options.leak == Leak::voltage) return with(Tanh{}, make_leak<LeakyVoltage>(options));
    if (options.leak == Leak::learned_rate) return with(Tanh{}, make_leak<LearnedLeak>(options));
    return with(Tanh{}, make_leak<LearnedVoltageLeak>(options));
  }
  throw std::runtime_error("adding: expected --leak none or rate");
}

/// What a unit that has W = gain, and nothing else, keeps: the positive h with h = tanh(gain h). Throws
/// std::runtime_error if there is none.
inline double kept_state(double gain) {
  if (gain <= 1) throw std::runtime_error("--init latch: expected a --gain above 1, so that units keep what they are");
  double h = 1;
  for (int k = 0; k < 1000; ++k) h = std::tanh(gain * h);
  return h;
}

/// As --init, --gain and --input-scale say. Throws std::runtime_error if they do not go together.
template <class Output, class Body>
RangeNet<Body, Output> make_range_net(const Body& body, elman::Index out, const RangeOptions& options,
                                      elman::Random& random) {
  using Net = RangeNet<Body, Output>;
  if (options.start == Start::uniform) return Net{body, {body.out(), out}, elman::init::torch_default(random)};
  Net net{body, {body.out(), out}, elman::init::standard(random)};
  net.for_each_part([&](const std::string&, auto part) {
    if constexpr (requires { part.W; }) {
      if (options.start == Start::identity || options.start == Start::latch) elman::init::identity(part.W);
      part.W *= static_cast<float>(options.gain);
      if (options.input_scale > 0) elman::init::normal(part.U, random, options.input_scale);
    } else if constexpr (requires { part.h0; }) {
      const auto kept = static_cast<float>(kept_state(options.gain));
      for (float& h : part.h0) h = random.below(2) == 0 ? kept : -kept;
    }
  });
  return net;
}

}  // namespace example
