// SPDX-License-Identifier: MIT
//
// What every optimizer does beside its rule: hold options and state, check a step's arguments, and walk through the
// parameter vectors of a model with its gradient and state in lockstep. The state is one flat vector per quantity, in
// the order of the model's vectors; it knows sizes, never addresses.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/storage.hpp"
#include "elman/model.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The scalar of a model, and no match for anything else, so that `Adam copy{adam}` makes a copy.
template <IsModel Model>
using ScalarOfModel = ScalarOf<Model>;

/// A state vector that only some options need: empty without them, on the heap with them.
template <class Scalar>
using OptionalStorage = Vector<Scalar, Dynamic>;

/// Throws unless model and gradient have the same vectors, `count` parameters in all, and learning_rate is a number
/// from 0 up.
template <class Scalar, class Model, class Gradient>
void check_step(std::string_view owner, Model& model, Gradient& gradient, Index count, double learning_rate) {
  Index vector = 0;
  Index got = 0;
  for_each_theta(
      [&](const auto& theta, const auto& g) {
        static_assert(std::same_as<typename std::remove_cvref_t<decltype(theta)>::Scalar, Scalar> &&
                          std::same_as<typename std::remove_cvref_t<decltype(g)>::Scalar, Scalar>,
                      "elman: model, gradient and optimizer must have the same Scalar; make the optimizer from the "
                      "model, as in `Adam adam{model}`");
        require(g.size() == theta.size(), owner, "::step: vector ", vector, " of gradient has ", g.size(),
                " parameters; expected ", theta.size(), " as in model");
        ++vector;
        got += theta.size();
      },
      model, gradient);
  require(got == count, owner, "::step: model has ", got, " parameters; expected ", count,
          " as in the model this was made for");
  const Index got_gradient = elman::parameter_count(gradient);
  require(got_gradient == count, owner, "::step: gradient has ", got_gradient, " parameters; expected ", count,
          " as in model");
  require(within(learning_rate, 0.0, (std::numeric_limits<double>::max)()), owner, "::step: learning_rate is ",
          learning_rate, "; expected at least 0 and finite");
}

/// The part [first, first + size) of a state vector; of an OptionalStorage that is not in use, nothing.
template <class Storage>
auto slice(Storage& storage, Index first, Index size) {
  return storage.size() == 0 ? storage.segment(0, 0).array() : storage.segment(first, size).array();
}

/// update(θ, g, s…) on arrays of the same few hundred coefficients of the model, of g = gradient + weight_decay · θ
/// (the gradient with that of ½ · weight_decay · ‖θ‖² added) and of every state vector: so few that an update of
/// several lines reads memory once. g is a copy, which the update may overwrite. No heap.
template <class Update, class Model, class Gradient, class... Storage>
void update_parameters(Update&& update, double weight_decay, Model& model, Gradient& gradient, Storage&... storage) {
  constexpr Index chunk = 256;
  Index start = 0;
  for_each_theta(
      [&](auto&& theta, const auto& whole_gradient) {
        using Scalar = typename std::remove_cvref_t<decltype(theta)>::Scalar;
        for (Index first = 0; first < theta.size(); first += chunk) {
          const Index size = (std::min)(chunk, theta.size() - first);
          const auto part = theta.segment(first, size).array();
          Eigen::Array<Scalar, Dynamic, 1, Eigen::ColMajor, chunk, 1> g = whole_gradient.segment(first, size);
          if (weight_decay != 0) g += static_cast<Scalar>(weight_decay) * part;
          update(part, g, slice(storage, start + first, size)...);
        }
        start += theta.size();
      },
      model, gradient);
}

/// The part of an optimizer that is not its rule. `Derived` has a name for messages and a static
/// `update(options, state, model, gradient, learning_rate)`; `State` has `steps` and `vectors()`, a std::tuple of
/// references to its vectors, the first of them never empty.
template <class Derived, class Scalar, class Options_, class State_>
class Optimizer {
  static_assert(std::floating_point<Scalar>, "elman: an optimizer needs a real Scalar: float, double or long double");

 public:
  using Options = Options_;
  using State = State_;

  /// θ ← θ − learning rate · (what the rule makes of the gradient). Model and gradient may be temporaries:
  /// `step(std::tie(encoder, decoder), std::tie(d_encoder, d_decoder))`. Throws, before anything is written, unless
  /// the model has as many parameters as the one this was made for and the gradient has the same vectors.
  template <class Model, class Gradient>
  void step(Model&& model, const Gradient& gradient) {
    step(model, gradient, options_.learning_rate);
  }

  /// With the learning rate of a schedule instead of the options', at least 0: `step(model, gradient, schedule(k))`.
  template <class Model, class Gradient>
  void step(Model&& model, const Gradient& gradient, double learning_rate) {
    check_step<Scalar>(Derived::name, model, gradient, std::get<0>(state_.vectors()).size(), learning_rate);
    ++state_.steps;
    Derived::update(options_, state_, model, gradient, learning_rate);
  }

  /// What the user chose.
  const Options& options() const { return options_; }

  /// What the run has made, all of it: keep a copy and `restore` it to go on bit for bit.
  const State& state() const { return state_; }

  /// Throws, before anything is written, if the state is one of another number of parameters or of other options.
  void restore(const State& state) {
    require(state.steps >= 0, Derived::name, "::restore: steps is ", state.steps, "; expected at least 0");
    check_sizes(state.vectors(), state_.vectors(), std::make_index_sequence<std::tuple_size_v<Vectors>>{});
    state_ = state;
  }

 protected:
  Optimizer(const Options& options, State state) : options_(options), state_(std::move(state)) {}

 private:
  using Vectors = decltype(std::declval<const State&>().vectors());

  template <std::size_t... Place>
  static void check_sizes(const Vectors& got, const Vectors& expected, std::index_sequence<Place...>) {
    (require(std::get<Place>(got).size() == std::get<Place>(expected).size(), Derived::name, "::restore: vector ",
             Place, " of state has ", std::get<Place>(got).size(), " entries; expected ",
             std::get<Place>(expected).size()),
     ...);
  }

  Options options_;
  State state_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
