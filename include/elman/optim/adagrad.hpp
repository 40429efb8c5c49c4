// SPDX-License-Identifier: MIT
//
// Adagrad: each coordinate's steps shrink with the gradients it has seen.
// Duchi, Hazan and Singer, JMLR 12, 2011. docs/math.md Eq. 21; the rule of torch.optim.Adagrad.
#pragma once

#include <concepts>
#include <string_view>
#include <tuple>

#include "elman/optim/optimizer.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

struct AdagradOptions {
  double learning_rate = 1e-2;        ///< above 0
  double learning_rate_decay = 0;     ///< step k, from 0, has the learning rate divided by 1 + k · this; at least 0
  double weight_decay = 0;            ///< added to the gradient, times θ; at least 0
  double initial_sum_of_squares = 0;  ///< what the sums of g² begin with; at least 0
  double epsilon = 1e-10;             ///< added to the root of the sum; from 4.4e-16 in float, 1e-146 in double
};

template <class Scalar, int Size>
struct AdagradState {
  AdagradState(Index count, double initial)
      : sum_of_squares(make_storage<decltype(sum_of_squares)>(count, static_cast<Scalar>(initial))) {}
  auto vectors() const { return std::tie(sum_of_squares); }

  Index steps = 0;
  ParameterStorage<Scalar, Size> sum_of_squares;  ///< Σ g²
};

/// s ← s + g²,    θ ← θ − learning rate / (1 + k · decay) · g / (√s + ε)
template <class Scalar>
struct AdagradRule {
  detail::Multiplier<Scalar> rate;
  Scalar epsilon;

  Scalar under_root(Scalar g, Scalar& s) const { return s += g * g; }
  void operator()(Scalar& theta, Scalar root, Scalar g, Scalar&) const { theta -= rate * (g / (root + epsilon)); }
};

template <class Scalar, int Size = Dynamic>
class Adagrad : public OptimizerBase<Adagrad<Scalar, Size>, Scalar, AdagradOptions, AdagradState<Scalar, Size>> {
  using Base = OptimizerBase<Adagrad, Scalar, AdagradOptions, AdagradState<Scalar, Size>>;
  friend Base;

 public:
  using typename Base::State;

  /// For models with as many parameters as this one. Throws if an option is out of range.
  template <class Model>
  explicit Adagrad(const Model& model, const AdagradOptions& options = {})
      : Base(checked(options), State(parameter_count(model), options.initial_sum_of_squares)) {}

 private:
  static constexpr std::string_view name = "Adagrad";

  static const AdagradOptions& checked(const AdagradOptions& options, std::string_view owner = name) {
    detail::require_learning_rate<Scalar>(owner, options.learning_rate);
    detail::require_not_negative(owner, "learning_rate_decay", options.learning_rate_decay);
    detail::require_weight_decay<Scalar>(owner, options.weight_decay);
    detail::require_not_negative(owner, "initial_sum_of_squares", options.initial_sum_of_squares);
    detail::require_representable<Scalar>(owner, "initial_sum_of_squares", options.initial_sum_of_squares);
    detail::require_epsilon<Scalar>(owner, options.epsilon);
    return options;
  }

  template <class Model, class Gradient>
  static void update(const AdagradOptions& options, State& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const auto k = static_cast<double>(state.steps - 1);
    const AdagradRule<Scalar> rule{detail::Multiplier<Scalar>(learning_rate / (1 + k * options.learning_rate_decay)),
                                   static_cast<Scalar>(options.epsilon)};
    update_parameters(rule, options.weight_decay, model, gradient, state.sum_of_squares);
  }
};

template <class Model>
Adagrad(const Model&, const AdagradOptions& = {})
    -> Adagrad<detail::ScalarOfModel<Model>, detail::static_parameter_count<Model>()>;
Adagrad(detail::AnyModel, const detail::ForeignOptions&)->Adagrad<detail::ForeignNames>;
template <class Model, class Given>
requires(!std::convertible_to<const Given&, const AdagradOptions&>) Adagrad(const Model&, const Given&)
->Adagrad<detail::WithoutNames>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
