// SPDX-License-Identifier: MIT
//
// Recurrent matrices that stay orthogonal, so that W neither shrinks nor blows up what it carries through time,
// forwards or back: an optimizer after whose step each goes to the orthogonal matrix nearest to it (docs/math.md Eq.
// 84).
//
//   optim::KeepOrthogonal adam{optim::Adam{net, {.learning_rate = 1e-3}}, net, {"W"}};
//   adam.step(net, gradient);        adam.step(net, gradient, schedule(k));
//
// Any optimizer may be in it, one with groups too; a guard goes around it: SkipNonFinite{KeepOrthogonal{…}}. Of the
// ways to stay orthogonal (a QR decomposition, the Cayley transform, an exponential) this one moves W least, and takes
// the least time up to 128 units; of 256 QR takes less (docs/performance.md). What a gradient says of leaving the
// orthogonal matrices is undone behind the step, weight decay of W too.
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/model.hpp"
#include "elman/optim/named_matrices.hpp"
#include "elman/optim/nearest_orthogonal.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

template <class Wrapped, class Scalar>
class KeepOrthogonal {
  static_assert(std::floating_point<Scalar>, "elman: an optimizer needs a real Scalar: float, double or long double");

 public:
  /// Of an optimizer and the net that it was made for, whose matrices of these names (named_matrices.hpp) it makes
  /// orthogonal at once: each goes to the nearest, init::orthogonal's keep their bits. Throws, before anything is
  /// written, if a name fits no matrix, or one that is not square, or is not finite.
  template <class Net>
  KeepOrthogonal(Wrapped optimizer, Net& net, std::vector<std::string> names = {"W"})
      : optimizer_(std::move(optimizer)), names_(std::move(names)), size_(net.theta().size()) {
    static_assert(detail::is_model<Net>());
    static_assert(!std::is_const_v<Net>,
                  "elman::optim::KeepOrthogonal: makes matrices of the net orthogonal, which it writes to");
    Index most = 0;
    const auto matrices = detail::named_matrices(net);
    for (const std::string& name : names_) {
      detail::for_each_square("KeepOrthogonal", matrices, name, [&](const detail::NamedMatrix& matrix) {
        detail::require_that(detail::all_finite(net.theta().data() + matrix.first, matrix.size),
                             "KeepOrthogonal: ", matrix.name,
                             " is not finite; expected finite numbers, as init::orthogonal makes them");
        const Place place{matrix.first, matrix.rows};
        if (std::find(places_.begin(), places_.end(), place) == places_.end()) places_.push_back(place);
        most = (std::max)(most, matrix.rows);
      });
    }
    nearest_.reserve(most);
    make_orthogonal(net);
  }

  /// A step of the optimizer, and back. What else its step takes, a learning rate for ours, goes on to it, and what it
  /// returns comes back. A matrix that its step has left not finite stays so, as data (non_finite.hpp). Throws, before
  /// anything is written, unless the model has as many parameters as the net this was made for. No heap.
  template <class Model, class Gradient, class... Others>
  requires requires(Wrapped& optimizer, Model&& model, const Gradient& gradient, const Others&... others) {
    optimizer.step(model, gradient, others...);
  }
  auto step(Model&& model, const Gradient& gradient, const Others&... others) {
    static_assert(detail::is_model<Model>() && detail::is_gradient_of_model<Gradient>());
    static_assert(detail::HasTheta<Model>,
                  "elman::optim::KeepOrthogonal: a matrix lies in one vector theta(); a tuple of models has several");
    detail::require_that(model.theta().size() == size_, "KeepOrthogonal::step: model has ", model.theta().size(),
                         " parameters; expected ", size_, " as in the net this was made for");
    if constexpr (std::is_void_v<decltype(optimizer_.step(model, gradient, others...))>) {
      optimizer_.step(model, gradient, others...);
      make_orthogonal(model);
    } else {
      auto result = optimizer_.step(model, gradient, others...);
      make_orthogonal(model);
      return result;
    }
  }

  const std::vector<std::string>& names() const { return names_; }
  const Wrapped& optimizer() const { return optimizer_; }
  Wrapped& optimizer() { return optimizer_; }

  /// The optimizer's, where it has them; its state is all there is.
  const auto& options() const requires requires(const Wrapped& wrapped) { wrapped.options(); }
  { return optimizer_.options(); }
  const auto& state() const requires requires(const Wrapped& wrapped) { wrapped.state(); }
  { return optimizer_.state(); }
  template <class State>
  requires requires(Wrapped& wrapped, const State& state) { wrapped.restore(state); }
  void restore(const State& state) { optimizer_.restore(state); }
  template <class Gradient>
  requires requires(const Wrapped& wrapped, Gradient& gradient) { wrapped.clear_fixed(gradient); }
  void clear_fixed(Gradient& gradient) const { optimizer_.clear_fixed(gradient); }

 private:
  struct Place {
    Index first, rows;  ///< of θ; of the matrix
    bool operator==(const Place&) const = default;
  };

  template <class Model>
  void make_orthogonal(Model& model) {
    using Its = std::remove_cvref_t<decltype(model.theta()[0])>;
    static_assert(std::same_as<Its, Scalar>, "elman: model and KeepOrthogonal must have the same Scalar");
    for (const Place& place : places_) {
      nearest_(MatrixView<Scalar>(model.theta().data() + place.first, place.rows, place.rows));
    }
  }

  Wrapped optimizer_;
  std::vector<std::string> names_;
  Index size_;
  std::vector<Place> places_;
  detail::NearestOrthogonal<Scalar> nearest_;
};

template <class Wrapped, class Net>
KeepOrthogonal(Wrapped, Net&, std::vector<std::string> = {}) -> KeepOrthogonal<Wrapped, ScalarOf<Net>>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
