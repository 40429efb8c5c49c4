// SPDX-License-Identifier: MIT
//
// Adam: steps of about the learning rate in every coordinate, whatever the gradient's scale there.
// Kingma and Ba, ICLR 2015, Algorithm 1; amsgrad: Reddi, Kale and Kumar, ICLR 2018, Algorithm 2, with Adam's bias
// correction. docs/math.md Eq. 23; the rule of torch.optim.Adam.
#pragma once

#include <cmath>
#include <concepts>
#include <string_view>
#include <tuple>

#include "elman/optim/optimizer.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace optim {

struct AdamOptions {
  double learning_rate = 1e-3;  ///< above 0
  double beta1 = 0.9;           ///< decay rate of the mean of g; in [0, 1)
  double beta2 = 0.999;         ///< decay rate of the mean of g²; in [0, 1)
  double epsilon = 1e-8;        ///< added to the root of that mean; from 4.4e-16 in float, 1e-146 in double
  double weight_decay = 0;      ///< added to the gradient, times θ; at least 0. AdamW has the decoupled one
  bool amsgrad = false;         ///< divide by the largest mean of g² so far; one more vector, on the heap
};

/// Also AdamW's.
template <class Scalar, int Size>
struct AdamState {
  AdamState(Index count, bool amsgrad)
      : m(make_storage<decltype(m)>(count)),
        v(make_storage<decltype(v)>(count)),
        largest_v(make_storage<decltype(largest_v)>(amsgrad ? count : 0)) {}
  auto vectors() const { return std::tie(m, v, largest_v); }

  Index steps = 0;
  ParameterStorage<Scalar, Size> m;             ///< running mean of g, from 0
  ParameterStorage<Scalar, Size> v;             ///< running mean of g², from 0
  ParameterStorage<Scalar, Dynamic> largest_v;  ///< amsgrad
};

/// m ← β₁ m + (1 − β₁) g,    v ← β₂ v + (1 − β₂) g²
/// θ ← θ − learning rate · m̂ / (√v̂ + ε)    with m̂ = m / (1 − β₁ᵏ), v̂ = v / (1 − β₂ᵏ) in step k from 1
/// amsgrad: with the largest v so far in the place of v
template <class Scalar>
struct AdamRule {
  detail::Multiplier<Scalar> rate;               ///< the learning rate / (1 − β₁ᵏ)
  Scalar root_correction;                        ///< √(1 − β₂ᵏ)
  Scalar beta1, beta2, share1, share2, epsilon;  ///< share = 1 − β

  template <class Options>
  AdamRule(const Options& options, Index step, double learning_rate)
      : rate(learning_rate, one_minus_power(options.beta1, step)),
        root_correction(static_cast<Scalar>(std::sqrt(one_minus_power(options.beta2, step)))),
        beta1(static_cast<Scalar>(options.beta1)),
        beta2(static_cast<Scalar>(options.beta2)),
        share1(static_cast<Scalar>(1 - options.beta1)),
        share2(static_cast<Scalar>(1 - options.beta2)),
        epsilon(static_cast<Scalar>(options.epsilon)) {}

  Scalar under_root(Scalar g, Scalar& m, Scalar& v) const {
    m = beta1 * m + share1 * g;
    return v = beta2 * detail::capped(v) + share2 * g * g;
  }
  Scalar under_root(Scalar g, Scalar& m, Scalar& v, Scalar& largest_v) const {
    under_root(g, m, v);
    return largest_v = v <= largest_v ? largest_v : v;  // NaN stays
  }
  void operator()(Scalar& theta, Scalar root, Scalar, Scalar& m, const auto&...) const {
    theta -= rate * (m / (root / root_correction + epsilon));
  }

 private:
  /// 1 − βᵏ, with all digits where β is next to 1; 1 of β = 0.
  static Wide<Scalar> one_minus_power(Wide<Scalar> beta, Index k) {
    return -std::expm1(static_cast<Wide<Scalar>>(k) * std::log(beta));
  }
};

/// Adam's step.
template <class Options, class Scalar, int Size, class Model, class Gradient>
void update_adam(const Options& options, double weight_decay, AdamState<Scalar, Size>& state, Model& model,
                 const Gradient& gradient, double learning_rate) {
  const AdamRule<Scalar> rule(options, state.steps, learning_rate);
  if (options.amsgrad) {
    update_parameters(rule, weight_decay, model, gradient, state.m, state.v, state.largest_v);
  } else {
    update_parameters(rule, weight_decay, model, gradient, state.m, state.v);
  }
}

}  // namespace optim

namespace detail {

/// The range checks of Adam's and AdamW's options, which have the same names.
template <class Scalar, class Options>
const Options& check_adam(std::string_view owner, const Options& options) {
  require_learning_rate<Scalar>(owner, options.learning_rate);
  require_decay_rate_in<Scalar>(owner, "beta1", options.beta1);
  require_decay_rate_in<Scalar>(owner, "beta2", options.beta2);
  require_epsilon<Scalar>(owner, options.epsilon);
  require_not_negative(owner, "weight_decay", options.weight_decay);
  return options;
}

}  // namespace detail

namespace optim {

template <class Scalar, int Size = Dynamic>
class Adam : public OptimizerBase<Adam<Scalar, Size>, Scalar, AdamOptions, AdamState<Scalar, Size>> {
  using Base = OptimizerBase<Adam, Scalar, AdamOptions, AdamState<Scalar, Size>>;
  friend Base;

 public:
  using typename Base::State;

  /// For models with as many parameters as this one. Throws if an option is out of range.
  template <class Model>
  explicit Adam(const Model& model, const AdamOptions& options = {})
      : Base(checked(options), State(parameter_count(model), options.amsgrad)) {}

 private:
  static constexpr std::string_view name = "Adam";

  static const AdamOptions& checked(const AdamOptions& options, std::string_view owner = name) {
    detail::require_weight_decay<Scalar>(owner, options.weight_decay);
    return detail::check_adam<Scalar>(owner, options);
  }

  template <class Model, class Gradient>
  static void update(const AdamOptions& options, State& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    update_adam(options, options.weight_decay, state, model, gradient, learning_rate);
  }
};

template <class Model>
Adam(const Model&, const AdamOptions& = {})
    -> Adam<detail::ScalarOfModel<Model>, detail::static_parameter_count<Model>()>;
Adam(detail::AnyModel, const detail::ForeignOptions&)->Adam<detail::ForeignNames>;
template <class Model, class Given>
requires(!std::convertible_to<const Given&, const AdamOptions&>) Adam(const Model&, const Given&)
->Adam<detail::WithoutNames>;

}  // namespace optim

}  // namespace ELMAN_ABI
}  // namespace elman
