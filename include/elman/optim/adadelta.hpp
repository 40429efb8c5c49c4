// SPDX-License-Identifier: MIT
//
// Adadelta: the gradient in units of its own running root mean square, times that of the changes made so far, so that
// a change has the unit of θ and the learning rate may stay 1.
// Zeiler 2012, arXiv:1212.5701, Algorithm 1. docs/math.md Eq. 55; the rule of torch.optim.Adadelta.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <tuple>

#include "elman/optim/optimizer.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

struct AdadeltaOptions {
  double learning_rate = 1;  ///< what a change is multiplied by; above 0
  double rho = 0.9;          ///< decay rate of both means; in [0, 1)
  double epsilon = 1e-6;     ///< added to both means, under the roots; above 0
  double weight_decay = 0;   ///< added to the gradient, times θ; at least 0
};

template <class Scalar, int Size>
struct AdadeltaState {
  explicit AdadeltaState(Index count)
      : mean_square(make_storage<decltype(mean_square)>(count)),
        mean_square_change(make_storage<decltype(mean_square_change)>(count)) {}
  auto vectors() const { return std::tie(mean_square, mean_square_change); }

  Index steps = 0;
  ParameterStorage<Scalar, Size> mean_square;         ///< running mean of g², from 0
  ParameterStorage<Scalar, Size> mean_square_change;  ///< running mean of Δ², from 0
};

/// v ← ρ v + (1 − ρ) g²
/// Δ = g √(u + ε) / √(v + ε),    u ← ρ u + (1 − ρ) Δ²
/// θ ← θ − learning rate · Δ
template <class Scalar>
struct AdadeltaRule {
  detail::Multiplier<Scalar> rate;
  Scalar rho, share, epsilon;

  std::array<Scalar, 2> under_roots(Scalar g, Scalar& v, Scalar& u) const {
    v = rho * detail::capped(v) + share * g * g;
    return {u + epsilon, v + epsilon};
  }
  void operator()(Scalar& theta, const std::array<Scalar, 2>& roots, Scalar g, Scalar&, Scalar& u) const {
    const Scalar change = g / roots[1] * roots[0];
    u = rho * u + share * change * change;
    theta -= rate * change;
  }
};

template <class Scalar, int Size = Dynamic>
class Adadelta : public OptimizerBase<Adadelta<Scalar, Size>, Scalar, AdadeltaOptions, AdadeltaState<Scalar, Size>> {
  using Base = OptimizerBase<Adadelta, Scalar, AdadeltaOptions, AdadeltaState<Scalar, Size>>;
  friend Base;

 public:
  using typename Base::State;

  /// For models with as many parameters as this one. Throws if an option is out of range.
  template <class Model>
  explicit Adadelta(const Model& model, const AdadeltaOptions& options = {})
      : Base(checked(options), State(parameter_count(model))) {}

 private:
  static constexpr std::string_view name = "Adadelta";

  static const AdadeltaOptions& checked(const AdadeltaOptions& options, std::string_view owner = name) {
    detail::require_learning_rate<Scalar>(owner, options.learning_rate);
    detail::require_decay_rate_in<Scalar>(owner, "rho", options.rho);
    detail::require_positive_in<Scalar>(owner, "epsilon", options.epsilon);
    detail::require_weight_decay<Scalar>(owner, options.weight_decay);
    return options;
  }

  template <class Model, class Gradient>
  static void update(const AdadeltaOptions& options, State& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const AdadeltaRule<Scalar> rule{detail::Multiplier<Scalar>(learning_rate), static_cast<Scalar>(options.rho),
                                    static_cast<Scalar>(1 - options.rho), static_cast<Scalar>(options.epsilon)};
    update_parameters(rule, options.weight_decay, model, gradient, state.mean_square, state.mean_square_change);
  }
};

template <class Model>
Adadelta(const Model&, const AdadeltaOptions& = {})
    -> Adadelta<detail::ScalarOfModel<Model>, detail::static_parameter_count<Model>()>;
Adadelta(detail::AnyModel, const detail::ForeignOptions&)->Adadelta<detail::ForeignNames>;
template <class Model, class Given>
requires(!std::convertible_to<const Given&, const AdadeltaOptions&>) Adadelta(const Model&, const Given&)
->Adadelta<detail::WithoutNames>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
