// SPDX-License-Identifier: MIT
//
// AdamW: Adam with weight decay apart from the gradient, so that every parameter decays at the same rate.
// Loshchilov and Hutter, ICLR 2019, Algorithm 2. docs/math.md Eq. 24; the rule of torch.optim.AdamW.
#pragma once

#include <concepts>
#include <limits>
#include <string_view>

#include "elman/optim/adam.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

struct AdamWOptions {
  double learning_rate = 1e-3;  ///< above 0
  double beta1 = 0.9;           ///< decay rate of the mean of g; in [0, 1)
  double beta2 = 0.999;         ///< decay rate of the mean of g²; in [0, 1)
  double epsilon = 1e-8;        ///< added to the root of that mean; from 4.4e-16 in float, 1e-146 in double
  double weight_decay = 1e-2;   ///< a step takes learning rate · this · θ off θ; at least 0
  bool amsgrad = false;         ///< divide by the largest mean of g² so far; one more vector, on the heap
};

template <class Scalar, int Size = Dynamic>
class AdamW : public OptimizerBase<AdamW<Scalar, Size>, Scalar, AdamWOptions, AdamState<Scalar, Size>> {
  using Base = OptimizerBase<AdamW, Scalar, AdamWOptions, AdamState<Scalar, Size>>;
  friend Base;

 public:
  using typename Base::State;

  /// For models with as many parameters as this one. Throws if an option is out of range.
  template <class Model>
  explicit AdamW(const Model& model, const AdamWOptions& options = {})
      : Base(checked(options), State(parameter_count(model), options.amsgrad)) {}

 private:
  static constexpr std::string_view name = "AdamW";

  static const AdamWOptions& checked(const AdamWOptions& options, std::string_view owner = name) {
    return detail::check_adam<Scalar>(owner, options);
  }

  /// What a step leaves of θ beside Adam's step.
  static double kept(const AdamWOptions& options, double learning_rate) {
    return 1 - learning_rate * options.weight_decay;
  }
  static void check_rate(const AdamWOptions& options, double learning_rate, std::string_view owner = "AdamW::step") {
    constexpr auto most = static_cast<double>((std::numeric_limits<Scalar>::max)());
    const double left = kept(options, learning_rate);
    detail::require_that(detail::within(left, -most, most), owner, ": 1 - learning_rate * weight_decay is ", left,
                         "; expected a number of the model's Scalar");
  }

  // θ ← θ − learning rate · weight decay · θ, then Adam's step
  template <class Model, class Gradient>
  static void update(const AdamWOptions& options, State& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const auto factor = static_cast<Scalar>(kept(options, learning_rate));
    for_each_theta(
        [&](auto&& theta) {
          Scalar* const begin = theta.data();
          detail::for_each_chunk(theta.size(), [&](Index first, Index count) {
            detail::for_each_of_chunk(count, [&](Index k) { begin[first + k] *= factor; });
          });
        },
        model);
    update_adam(options, 0, state, model, gradient, learning_rate);
  }
};

template <class Model>
AdamW(const Model&, const AdamWOptions& = {})
    -> AdamW<detail::ScalarOfModel<Model>, detail::static_parameter_count<Model>()>;
AdamW(detail::AnyModel, const detail::ForeignOptions&)->AdamW<detail::ForeignNames>;
template <class Model, class Given>
requires(!std::convertible_to<const Given&, const AdamWOptions&>) AdamW(const Model&, const Given&)
->AdamW<detail::WithoutNames>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
