// SPDX-License-Identifier: MIT
//
// What an optimizer is: it changes the parameters of a model by a gradient of the same structure (model.hpp). Yours may
// be a struct with that one function:
//
//   struct SignDescent {                                                        // θ ← θ − η sign(g)
//     float learning_rate = 1e-3F;
//     void step(auto&& model, const auto& gradient) const {
//       const auto move = [&](auto theta, const auto& g) { theta.array() -= learning_rate * g.array().sign(); };
//       elman::for_each_theta(move, model, gradient);
//     }
//   };
//
// One with a state, whose arguments are checked and which can be kept and restored, is written as ours are, on
// OptimizerBase; sgd.hpp is the shortest. Its state is one flat vector per quantity, in the order of the model's
// vectors; it knows sizes, never addresses. Its rule is a struct that is called for one parameter at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/storage.hpp"
#include "elman/model.hpp"
#include "elman/optim/foreign_options.hpp"
#include "elman/optim/parameter_range.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Steps a model by its gradient.
template <class O, class Model, class Gradient = GradientOf<Model>>
concept Optimizer = requires(O& optimizer, Model& model, const Gradient& gradient) {
  optimizer.step(model, gradient);
};

namespace detail {

/// The scalar of a model, and no match for anything else, so that `Adam copy{adam}` makes a copy.
template <IsModel Model>
using ScalarOfModel = std::enable_if_t<is_model<Model>(), ScalarOf<Model>>;

template <class Scalar>
void require_learning_rate(std::string_view owner, const double& value) {
  require_positive(owner, "learning_rate", value);
  require_no_overflow<Scalar>(owner, "learning_rate", value);
}

template <class Scalar>
void require_weight_decay(std::string_view owner, const double& value) {
  require_not_negative(owner, "weight_decay", value);
  require_representable<Scalar>(owner, "weight_decay", value);
}

/// The least ε that may stand beside a root: the square of a gradient far below it is lost to the scalar, and so is its
/// root, which must not matter then (docs/math.md Eq. 59). 4.4e-16 in float, 1e-146 in double.
template <class Scalar>
void require_epsilon(std::string_view owner, const double& value) {
  using Limits = std::numeric_limits<Scalar>;
  require_positive_in<Scalar>(owner, "epsilon", value);
  const double least = std::ldexp(1.0, (Limits::min_exponent - Limits::digits) / 2 + Limits::digits - 1);
  require_that(value >= least, owner, ": epsilon is ", value, "; expected at least ", least,
               ", since the squares of smaller gradients vanish");
}

/// Throws, in the name of `owner...`, unless a learning rate that step is given is a number from 0 up to the largest of
/// the scalar.
template <class Scalar, class... Owner>
void require_rate_of_step(const double& learning_rate, const Owner&... owner) {
  require_that(within(learning_rate, 0.0, (std::numeric_limits<double>::max)()), owner..., ": learning_rate is ",
               learning_rate, "; expected at least 0 and finite");
  constexpr auto most = (std::numeric_limits<Scalar>::max)();
  require_that(learning_rate <= most, owner..., ": learning_rate is ", learning_rate, "; expected at most ",
               static_cast<double>(most), ", the largest of the model's Scalar");
}

/// Throws unless model and gradient have the same vectors, `count` parameters in all, and learning_rate is one.
template <class Scalar, class Model, class Gradient>
void check_step(std::string_view owner, Model& model, Gradient& gradient, Index count, const double& learning_rate) {
  Index vector = 0;
  Index got = 0;
  for_each_theta(
      [&](const auto& theta, const auto& g) {
        static_assert(std::same_as<typename std::remove_cvref_t<decltype(theta)>::Scalar, Scalar> &&
                          std::same_as<typename std::remove_cvref_t<decltype(g)>::Scalar, Scalar>,
                      "elman: model, gradient and optimizer must have the same Scalar; make the optimizer from the "
                      "model, as in `Adam adam{model}`");
        require_that(g.size() == theta.size(), owner, "::step: vector ", vector, " of gradient has ", g.size(),
                     " parameters; expected ", theta.size(), " as in model");
        ++vector;
        got += theta.size();
      },
      model, gradient);
  require_that(got == count, owner, "::step: model has ", got, " parameters; expected ", count,
               " as in the model this was made for");
  const Index got_gradient = elman::parameter_count(gradient);
  require_that(got_gradient == count, owner, "::step: gradient has ", got_gradient, " parameters; expected ", count,
               " as in model");
  require_rate_of_step<Scalar>(learning_rate, owner, "::step");
}

}  // namespace detail

namespace optim {

/// rule(θ, g, s…) for every parameter of the model, with g = gradient + weight_decay · θ (that of ½ · weight_decay ·
/// ‖θ‖² added) and the coefficient at the same place in every state vector. A rule that divides by a root says in
/// under_root(g, s…), which is called first, what of, and is called with the root: rule(θ, root, g, s…). One of two
/// roots says so in under_roots(g, s…), two numbers, and is called with an array of two. No heap.
template <class Rule, class Model, class Gradient, class... State>
void update_parameters(const Rule& rule, double weight_decay, Model& model, const Gradient& gradient, State&... state) {
  auto begin = static_cast<std::size_t>(detail::first_parameter(model));
  for_each_theta(
      [&](auto&& whole_theta, const auto& whole_gradient) {
        using Scalar = typename std::remove_cvref_t<decltype(whole_theta)>::Scalar;
        const auto decay = static_cast<Scalar>(weight_decay);
        detail::for_each_chunk(whole_theta.size(), [&](Index first, Index count) {
          Scalar* const theta = whole_theta.data() + first;
          const Scalar* const given = whole_gradient.data() + first;
          Scalar g[detail::chunk_size];
          if (weight_decay != 0) {
            detail::for_each_of_chunk(count, [&](Index k) { g[k] = given[k] + decay * theta[k]; });
          } else {
            std::copy_n(given, count, g);
          }
          const auto run = [&](auto*... s) {
            if constexpr (requires { rule.under_root(g[0], s[0]...); }) {
              Scalar root[detail::chunk_size];
              detail::for_each_of_chunk(count, [&](Index k) { root[k] = rule.under_root(g[k], s[k]...); });
              detail::take_roots(root, count);
              detail::for_each_of_chunk(count, [&](Index k) { rule(theta[k], root[k], g[k], s[k]...); });
            } else if constexpr (requires { rule.under_roots(g[0], s[0]...); }) {
              Scalar upper[detail::chunk_size], lower[detail::chunk_size];
              detail::for_each_of_chunk(count, [&](Index k) {
                const std::array<Scalar, 2> under = rule.under_roots(g[k], s[k]...);
                upper[k] = under[0];
                lower[k] = under[1];
              });
              detail::take_roots(upper, count);
              detail::take_roots(lower, count);
              detail::for_each_of_chunk(count, [&](Index k) {
                rule(theta[k], std::array<Scalar, 2>{upper[k], lower[k]}, g[k], s[k]...);
              });
            } else {
              detail::for_each_of_chunk(count, [&](Index k) { rule(theta[k], g[k], s[k]...); });
            }
          };
          run(state.data() + begin + first...);
        });
        begin += static_cast<std::size_t>(whole_theta.size());
      },
      model, gradient);
}

template <class Wrapped>
class Grouped;

/// The part of an optimizer that is not its rule. `Derived` has a name for messages and a static
/// `update(options, state, model, gradient, learning_rate)`, and may have `check_rate(options, learning_rate)` for what
/// is wrong with both together; `State` has `steps` and `vectors()`, a std::tuple of references to its vectors, the
/// first of them never empty.
///
/// With groups (grouped.hpp) a step calls update for one range of θ after the other, each with options of its group: so
/// it goes through the state by update_parameters alone. `check_rate`, and a static `checked(options)` that throws if
/// one is out of range, may take as their last argument the name to throw in.
template <class Derived, class Scalar, class Options_, class State_>
class OptimizerBase {
  static_assert(
      !std::same_as<Scalar, detail::ForeignNames>,
      "elman::optim: an option by a name that is not elman's: they are .learning_rate (lr), .beta1 and .beta2 "
      "(betas), .epsilon (eps), .weight_decay; what else an optimizer has, its Options say");
  static_assert(!std::same_as<Scalar, detail::WithoutNames>,
                "elman::optim: options come by name: Adam{model, {.learning_rate = 3e-3}}");
  static_assert(std::floating_point<Scalar>, "elman: an optimizer needs a real Scalar: float, double or long double");

 public:
  using Options = Options_;
  using State = State_;

  /// θ ← θ − learning rate · (what the rule makes of the gradient). Model and gradient may be temporaries:
  /// `step(std::tie(encoder, decoder), std::tie(d_encoder, d_decoder))`. Throws, before anything is written, unless
  /// the model has as many parameters as the one this was made for and the gradient has the same vectors. What is a
  /// gradient and what is a model does not compile in the other's place. What is not finite in the gradient reaches its
  /// own parameters, for good: see finite.hpp.
  template <class Model, class Gradient>
  void step(Model&& model, const Gradient& gradient) {
    step(model, gradient, options_.learning_rate);
  }

  /// With the learning rate of a schedule instead of the options', at least 0 and a number of the Scalar's range, which
  /// may be below the smallest: `step(model, gradient, schedule(k))`.
  template <class Model, class Gradient>
  void step(Model&& model, const Gradient& gradient, const double& learning_rate) {
    static_assert(detail::is_model<Model>() && detail::is_gradient_of_model<Gradient>());
    check_arguments(Derived::name, model, gradient, learning_rate);
    if constexpr (requires { Derived::check_rate(options_, learning_rate); }) {
      Derived::check_rate(options_, learning_rate);
    }
    count_step();
    Derived::update(options_, state_, model, gradient, learning_rate);
  }

  /// What the user chose.
  const Options& options() const { return options_; }

  /// What the run has made, all of it: keep a copy and `restore` it to go on bit for bit.
  const State& state() const { return state_; }

  /// Throws, before anything is written, if the state is one of another number of parameters or of other options.
  void restore(const State& state) {
    detail::require_that(state.steps >= 0, Derived::name, "::restore: steps is ", state.steps, "; expected at least 0");
    check_sizes(state.vectors(), state_.vectors(), std::make_index_sequence<std::tuple_size_v<Vectors>>{});
    state_ = state;
  }

 protected:
  OptimizerBase(const Options& options, State state) : options_(options), state_(std::move(state)) {}

 private:
  template <class Wrapped>
  friend class Grouped;
  using Vectors = decltype(std::declval<const State&>().vectors());

  Index parameter_count() const { return static_cast<Index>(std::get<0>(state_.vectors()).size()); }
  template <class Model, class Gradient>
  void check_arguments(std::string_view owner, Model& model, const Gradient& gradient,
                       const double& learning_rate) const {
    detail::check_step<Scalar>(owner, model, gradient, parameter_count(), learning_rate);
  }
  void count_step() { ++state_.steps; }

  template <std::size_t... Place>
  static void check_sizes(const Vectors& got, const Vectors& expected, std::index_sequence<Place...>) {
    (detail::require_that(std::get<Place>(got).size() == std::get<Place>(expected).size(), Derived::name,
                          "::restore: vector ", Place, " of state has ", std::get<Place>(got).size(),
                          " entries; expected ", std::get<Place>(expected).size()),
     ...);
  }

  // The rest is called by Grouped alone.

  /// Throws unless a group's options are such as an optimizer of this kind may have.
  static void check_options(const Options& options, std::string_view owner) {
    if constexpr (requires { Derived::checked(options, owner); }) {
      Derived::checked(options, owner);
    } else {
      detail::require_learning_rate<Scalar>(owner, options.learning_rate);
      if constexpr (requires { options.weight_decay; }) {
        detail::require_weight_decay<Scalar>(owner, options.weight_decay);
      }
    }
  }

  static void check_rate_of(const Options& options, const double& learning_rate, std::string_view owner) {
    detail::require_rate_of_step<Scalar>(learning_rate, owner);
    if constexpr (requires { Derived::check_rate(options, learning_rate, owner); }) {
      Derived::check_rate(options, learning_rate, owner);
    } else if constexpr (requires { Derived::check_rate(options, learning_rate); }) {
      Derived::check_rate(options, learning_rate);
    }
  }

  /// The step of `size` parameters from `first` on, of which the count of steps knows already.
  template <class Model, class Gradient>
  void update_range(const Options& options, Model& model, const Gradient& gradient, Index first, Index size,
                    double learning_rate) {
    detail::ParameterRange<Scalar> range{model.theta().data() + first, size, first};
    const detail::ParameterRange<const Scalar> of_gradient{gradient.theta().data() + first, size, first};
    Derived::update(options, state_, range, of_gradient, learning_rate);
  }

  Options options_;
  State state_;
};

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
