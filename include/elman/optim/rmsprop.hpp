// SPDX-License-Identifier: MIT
//
// RMSprop: the gradient divided by the root of its running mean square; centered, by its running standard deviation.
// Tieleman and Hinton, Coursera lecture 6.5, 2012; centered, with momentum: Graves 2013, arXiv:1308.0850, Eq. 38–45.
// docs/math.md Eq. 22; the rule of torch.optim.RMSprop, ε outside the root.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "elman/optim/optimizer.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

struct RMSpropOptions {
  double learning_rate = 1e-2;  ///< above 0
  double alpha = 0.99;          ///< decay rate of the mean of g²; in [0, 1)
  double epsilon = 1e-8;        ///< added to the root; from 4.4e-16 in float, 1e-146 in double
  double weight_decay = 0;      ///< added to the gradient, times θ; at least 0
  double momentum = 0;          ///< decay rate of the velocity; in [0, 1). Above 0: one more vector, on the heap
  bool centered = false;        ///< subtract the square of the mean of g; one more vector, on the heap
};

template <class Scalar, int Size>
struct RMSpropState {
  RMSpropState(Index count, const RMSpropOptions& options)
      : mean_square(make_storage<decltype(mean_square)>(count)),
        mean(make_storage<decltype(mean)>(options.centered ? count : 0)),
        velocity(make_storage<decltype(velocity)>(options.momentum > 0 ? count : 0)) {}
  auto vectors() const { return std::tie(mean_square, mean, velocity); }

  Index steps = 0;
  ParameterStorage<Scalar, Size> mean_square;  ///< running mean of g²; centered: less the square of that of g
  ParameterStorage<Scalar, Dynamic> mean;      ///< centered: running mean of g
  ParameterStorage<Scalar, Dynamic> velocity;  ///< with momentum
};

///   v ← α v + (1 − α) g²,    centered: v ← α v + α (1 − α) (g − mean)²,  mean ← α mean + (1 − α) g
///   g ← g / (√v + ε)
///   θ ← θ − learning rate · g,    with momentum: velocity ← momentum · velocity + g,  θ ← θ − learning rate · velocity
///
/// Centered, v is the mean of g² less mean², without a difference of nearly equal numbers.
template <class Scalar, bool Centered, bool Momentum>
struct RMSpropRule {
  detail::Multiplier<Scalar> rate;
  Scalar alpha, share, spread, epsilon, momentum;  ///< share: 1 − α; spread: α (1 − α)

  Scalar under_root(Scalar g, Scalar& v, auto&... rest) const {
    if constexpr (Centered) {
      Scalar& mean = std::get<0>(std::tie(rest...));
      const Scalar difference = g - mean;
      mean = alpha * mean + share * g;
      return v = alpha * detail::capped(v) + spread * difference * difference;
    } else {
      return v = alpha * detail::capped(v) + share * g * g;
    }
  }
  void operator()(Scalar& theta, Scalar root, Scalar g, Scalar&, auto&... rest) const {
    g /= root + epsilon;
    if constexpr (Momentum) {
      constexpr std::size_t place = Centered ? 1 : 0;
      Scalar& velocity = std::get<place>(std::tie(rest...));
      velocity = momentum * velocity + g;
      theta -= rate * velocity;
    } else {
      theta -= rate * g;
    }
  }
};

template <class Scalar, int Size = Dynamic>
class RMSprop : public OptimizerBase<RMSprop<Scalar, Size>, Scalar, RMSpropOptions, RMSpropState<Scalar, Size>> {
  using Base = OptimizerBase<RMSprop, Scalar, RMSpropOptions, RMSpropState<Scalar, Size>>;
  friend Base;

 public:
  using typename Base::State;

  /// For models with as many parameters as this one. Throws if an option is out of range.
  template <class Model>
  explicit RMSprop(const Model& model, const RMSpropOptions& options = {})
      : Base(checked(options), State(parameter_count(model), options)) {}

 private:
  static constexpr std::string_view name = "RMSprop";

  static const RMSpropOptions& checked(const RMSpropOptions& options, std::string_view owner = name) {
    detail::require_learning_rate<Scalar>(owner, options.learning_rate);
    detail::require_decay_rate_in<Scalar>(owner, "alpha", options.alpha);
    detail::require_epsilon<Scalar>(owner, options.epsilon);
    detail::require_weight_decay<Scalar>(owner, options.weight_decay);
    detail::require_decay_rate_in<Scalar>(owner, "momentum", options.momentum);
    return options;
  }

  template <class Model, class Gradient>
  static void update(const RMSpropOptions& options, State& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const auto run = [&]<bool Centered, bool Momentum>(auto&... vectors) {
      const RMSpropRule<Scalar, Centered, Momentum> rule{
          detail::Multiplier<Scalar>(learning_rate), static_cast<Scalar>(options.alpha),
          static_cast<Scalar>(1 - options.alpha),    static_cast<Scalar>(options.alpha * (1 - options.alpha)),
          static_cast<Scalar>(options.epsilon),      static_cast<Scalar>(options.momentum)};
      update_parameters(rule, options.weight_decay, model, gradient, state.mean_square, vectors...);
    };
    if (options.centered && options.momentum > 0) {
      run.template operator()<true, true>(state.mean, state.velocity);
    } else if (options.centered) {
      run.template operator()<true, false>(state.mean);
    } else if (options.momentum > 0) {
      run.template operator()<false, true>(state.velocity);
    } else {
      run.template operator()<false, false>();
    }
  }
};

template <class Model>
RMSprop(const Model&, const RMSpropOptions& = {})
    -> RMSprop<detail::ScalarOfModel<Model>, detail::static_parameter_count<Model>()>;
RMSprop(detail::AnyModel, const detail::ForeignOptions&)->RMSprop<detail::ForeignNames>;
template <class Model, class Given>
requires(!std::convertible_to<const Given&, const RMSpropOptions&>) RMSprop(const Model&, const Given&)
->RMSprop<detail::WithoutNames>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
