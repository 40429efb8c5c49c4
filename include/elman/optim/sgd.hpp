// SPDX-License-Identifier: MIT
//
// Stochastic gradient descent, with momentum (Polyak 1964; Sutskever et al., ICML 2013) or Nesterov's.
// docs/math.md Eq. 20; the rule of torch.optim.SGD.
#pragma once

#include <concepts>
#include <string_view>
#include <tuple>

#include "elman/optim/optimizer.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

struct SGDOptions {
  double learning_rate = 1e-3;  ///< above 0
  double momentum = 0;          ///< decay rate of the velocity; in [0, 1)
  double dampening = 0;         ///< the share of g that is kept out of the velocity, but in the first step; in [0, 1]
  double weight_decay = 0;      ///< added to the gradient, times θ; at least 0
  bool nesterov = false;        ///< needs momentum above 0 and dampening 0
};

template <class Scalar, int Size>
struct SGDState {
  explicit SGDState(Index count) : velocity(make_storage<decltype(velocity)>(count)) {}
  auto vectors() const { return std::tie(velocity); }

  Index steps = 0;
  ParameterStorage<Scalar, Size> velocity;  ///< stays zero without momentum
};

/// velocity ← momentum · velocity + (1 − dampening) · g,    in the first step velocity ← g
/// θ ← θ − learning rate · velocity,    with Nesterov's θ ← θ − learning rate · (g + momentum · velocity)
template <class Scalar, bool Nesterov>
struct MomentumRule {
  detail::Multiplier<Scalar> rate;
  Scalar momentum, share;

  void operator()(Scalar& theta, Scalar g, Scalar& velocity) const {
    velocity = momentum * velocity + share * g;
    theta -= rate * Scalar(Nesterov ? g + momentum * velocity : velocity);
  }
};
/// θ ← θ − learning rate · g
template <class Scalar>
struct DescentRule {
  detail::Multiplier<Scalar> rate;

  void operator()(Scalar& theta, Scalar g) const { theta -= rate * g; }
};

template <class Scalar, int Size = Dynamic>
class SGD : public OptimizerBase<SGD<Scalar, Size>, Scalar, SGDOptions, SGDState<Scalar, Size>> {
  using Base = OptimizerBase<SGD, Scalar, SGDOptions, SGDState<Scalar, Size>>;
  friend Base;

 public:
  using typename Base::State;

  /// For models with as many parameters as this one. Throws if an option is out of range.
  template <class Model>
  explicit SGD(const Model& model, const SGDOptions& options = {})
      : Base(checked(options), State(parameter_count(model))) {}

 private:
  static constexpr std::string_view name = "SGD";

  static const SGDOptions& checked(const SGDOptions& options, std::string_view owner = name) {
    detail::require_learning_rate<Scalar>(owner, options.learning_rate);
    detail::require_decay_rate_in<Scalar>(owner, "momentum", options.momentum);
    detail::require_fraction(owner, "dampening", options.dampening);
    detail::require_weight_decay<Scalar>(owner, options.weight_decay);
    if (options.nesterov) {
      detail::require_that(options.momentum > 0, owner, ": momentum is 0; expected above 0 with nesterov");
      detail::require_that(options.dampening <= 0, owner, ": dampening is ", options.dampening,
                           "; expected 0 with nesterov");
    }
    return options;
  }

  template <class Model, class Gradient>
  static void update(const SGDOptions& options, State& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const detail::Multiplier<Scalar> rate(learning_rate);
    const auto momentum = static_cast<Scalar>(options.momentum);
    const auto share = static_cast<Scalar>(state.steps == 1 ? 1 : 1 - options.dampening);
    const auto run = [&](const auto& rule, auto&... vectors) {
      update_parameters(rule, options.weight_decay, model, gradient, vectors...);
    };
    if (options.nesterov) {
      run(MomentumRule<Scalar, true>{rate, momentum, share}, state.velocity);
    } else if (options.momentum > 0) {
      run(MomentumRule<Scalar, false>{rate, momentum, share}, state.velocity);
    } else {
      run(DescentRule<Scalar>{rate});
    }
  }
};

template <class Model>
SGD(const Model&, const SGDOptions& = {}) -> SGD<detail::ScalarOfModel<Model>, detail::static_parameter_count<Model>()>;
SGD(detail::AnyModel, const detail::ForeignOptions&)->SGD<detail::ForeignNames>;
template <class Model, class Given>
requires(!std::convertible_to<const Given&, const SGDOptions&>) SGD(const Model&, const Given&)
->SGD<detail::WithoutNames>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
