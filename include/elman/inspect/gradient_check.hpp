// SPDX-License-Identifier: MIT
//
// Is this gradient right? Compares bptt with a derivative that knows nothing of it:
//
//   complex step          ∂L/∂θ_k = Im L(θ + i·s·e_k) / s,  s = 1e-100: exact to round-off (docs/math.md Eq. 36)
//   central differences   (L(θ + s·e_k) − L(θ − s·e_k)) / 2s, for an activation or loss that takes no complex number
//
// for each coefficient of θ, x and h₀, in double (long double of such): a forward each. Gives a GradientReport.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/loss/loss.hpp"
#include "elman/model.hpp"
#include "elman/net/input.hpp"
#include "elman/net/noise.hpp"
#include "elman/random.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// `automatic`: the complex step, unless the loss refuses a complex tape.
enum class Differences { automatic, complex_step, central };

struct GradientReport {
  struct Entry {
    std::string name;  ///< of the parameter ("U", "layer1.forwards.W"), or "x", "source", "h0"
    double error;  ///< ‖g − ĝ‖ / max(‖g‖, ‖ĝ‖) (Eq. 37); infinity if both are zero or one is not finite
    double norm;   ///< max(‖g‖, ‖ĝ‖)
  };
  Differences method = Differences::complex_step;  ///< which it was
  std::vector<Entry> entries;                      ///< an Entry a matrix of θ, then those of x and of h₀

  /// The entry with the largest error. An entry whose gradients are zero on both sides proves nothing and counts as
  /// wrong: the check cannot pass as 0 = 0.
  const Entry& worst() const {
    const Entry* found = &entries.front();
    for (const Entry& entry : entries) {
      if (!(entry.error <= found->error)) found = &entry;
    }
    return *found;
  }
  double worst_error() const { return worst().error; }
};

namespace detail {

/// The sequences of x, of a chunk the streams; of a pair, those of its target.
template <class X>
Index batch_of(const X& x) {
  if constexpr (IsSourceTarget<X>::value) {
    return batch_of(x.target);
  } else if constexpr (IsMatrix<X>) {
    return 1;
  } else {
    return stream_count(x.parts, x.steps);
  }
}

/// The same input with every coefficient in another scalar; tokens are what they are.
template <class Other, class X>
auto cast_input(const X& x) {
  if constexpr (IsSourceTarget<X>::value) {
    return SourceTarget{cast_input<Other>(x.source), cast_input<Other>(x.target)};
  } else if constexpr (std::same_as<X, Labels>) {
    return x;
  } else if constexpr (IsMatrix<X>) {
    return Sequences<Other, X::RowsAtCompileTime>{x.template cast<Other>(), Steps::even(x.cols(), 1)};
  } else {
    constexpr int rows = std::remove_cvref_t<decltype(x.columns)>::RowsAtCompileTime;
    return Sequences<Other, rows>{x.columns.template cast<Other>(), x.steps, x.parts};
  }
}

/// The derivative of loss() by each coefficient of `variables`, which it moves and puts back.
template <class Variables, class Loss>
auto differentiate(Variables&& variables, const Loss& loss) {
  using Scalar = typename std::remove_cvref_t<Variables>::Scalar;
  Matrix<Real<Scalar>, Dynamic, Dynamic> derivative(variables.rows(), variables.cols());
  for (Index column = 0; column < variables.cols(); ++column) {
    for (Index row = 0; row < variables.rows(); ++row) {
      Scalar& variable = variables(row, column);
      const Scalar value = variable;
      if constexpr (is_complex<Scalar>) {
        constexpr Real<Scalar> step = Real<Scalar>(1e-100);
        variable = value + Scalar(0, step);
        derivative(row, column) = loss().imag() / step;
      } else {
        const Scalar step = std::cbrt(std::numeric_limits<Scalar>::epsilon()) * (1 + (std::abs)(value));
        variable = value + step;
        const Scalar above = loss();
        variable = value - step;
        derivative(row, column) = (above - loss()) / (2 * step);
      }
      variable = value;
    }
  }
  return derivative;
}

template <class Given, class Expected>
GradientReport::Entry compare(const std::string& name, const Given& given, const Expected& expected) {
  const Matrix<typename Expected::Scalar, Dynamic, Dynamic> wide = given.template cast<typename Expected::Scalar>();
  const auto norm = static_cast<double>((std::max)(wide.stableNorm(), expected.stableNorm()));
  const auto difference = static_cast<double>((wide - expected).stableNorm());
  const bool usable = norm > 0 && is_finite(norm) && all_finite(wide.data(), wide.size()) &&
                      all_finite(expected.data(), expected.size());  // which the larger of two norms need not tell
  return {name, usable ? difference / norm : infinite(), norm};
}

/// visit(name, view) for every parameter matrix of a model. Those of the k-th of several models are "[k].U" and so on;
/// a model that does not name its matrices has "theta".
template <class Model, class Visit>
void for_each_named(Model& model, const Visit& visit, const std::string& prefix = {}) {
  const auto visit_here = [&](const std::string& name, auto&& view) { visit(prefix + name, view); };
  if constexpr (requires { model.for_each(visit_here); }) {
    model.for_each(visit_here);
  } else if constexpr (is_tuple<Model>) {
    std::size_t place = 0;
    std::apply(
        [&](auto&... parts) { (for_each_named(parts, visit, prefix + "[" + std::to_string(place++) + "]."), ...); },
        model);
  } else {
    for_each_theta([&](auto theta) { visit_here("theta", theta); }, model);
  }
}

/// A copy of a model, or of each of a tuple of models, in another scalar.
template <class Other, class Model>
auto cast_model(const Model& model) {
  if constexpr (is_tuple<Model>) {
    return std::apply([](const auto&... parts) { return std::tuple(cast_model<Other>(parts)...); }, model);
  } else {
    return model.template cast<Other>();
  }
}

/// Adds an entry for every parameter of `reference`, whose loss is loss(), compared with `gradient`.
template <class Gradient, class Model, class Loss>
void compare_parameters(const Gradient& gradient, Model& reference, const Loss& loss, GradientReport& report) {
  std::vector<Matrix<ScalarOf<Gradient>, Dynamic, Dynamic>> given;
  for_each_named(gradient, [&](const std::string&, const auto& g) { given.emplace_back(g); });
  for_each_named(reference, [&](const std::string& name, auto& parameter) {
    report.entries.push_back(compare(name, given.at(report.entries.size()), differentiate(parameter, loss)));
  });
}

/// Everything that bptt can give beside the gradients of the parameters; of tokens there is none.
template <class Cell, class X>
struct AskedGradients {
  using Pointers = typename Cell::InputGradients;
  typename decltype(Pointers::d_x)::Matrix d_x;
  typename decltype(Pointers::d_h0)::Matrix d_h0;

  Pointers pointers() {
    Pointers asked;
    if constexpr (!std::same_as<X, Labels>) asked.d_x = &d_x;
    asked.d_h0 = &d_h0;
    return asked;
  }
};
template <class Cell, class Source, class Target>
struct AskedGradients<Cell, SourceTarget<Source, Target>> {
  using Pointers = typename Cell::InputGradients;
  typename decltype(Pointers::d_source)::Matrix d_source;
  typename decltype(Pointers::d_x)::Matrix d_x;
  typename decltype(Pointers::d_h0)::Matrix d_h0;

  Pointers pointers() {
    Pointers asked;
    if constexpr (!std::same_as<std::remove_cvref_t<Source>, Labels>) asked.d_source = &d_source;
    if constexpr (!std::same_as<std::remove_cvref_t<Target>, Labels>) asked.d_x = &d_x;
    asked.d_h0 = &d_h0;
    return asked;
  }
};

template <class Cell, class X, class Tape, class H0>
void forward_with_masks(const Cell& cell, const X& x, Tape& tape, const ReadSteps& read, const H0& h0,
                        const std::optional<Random>& masks) {
  if (masks) {
    Random random = *masks;
    cell.forward(x, tape, read, {.start = h0, .random = &random});
  } else {
    cell.forward(x, tape, read, {.start = h0, .random = no_noise});
  }
}

/// Whether a net starts from a state that it learns, which is then one of its parameters.
template <class Cell>
inline constexpr bool learns_start = requires(const Cell& cell) {
  requires std::remove_cvref_t<decltype(cell.body())>::learns_start;
};

template <class Cell, class Other>
using CastCell = decltype(std::declval<const Cell&>().template cast<Other>());

template <class Cell, class Targets, class Loss>
concept TakesComplex = requires {
  requires std::invocable<const Loss&, typename CastCell<Cell, std::complex<double>>::Tape&, const Targets&>;
};

}  // namespace detail

/// Checks bptt of `cell` at the given x, targets, loss, read-out and h₀ (State × B; by default zero, or what the net
/// has learned to start from). `cell` is any net, or anything with its verbs. With `masks`, every forward draws the
/// masks of dropout and zoneout from a copy of that generator, so that all have the same; else none has any. The
/// activation and the loss must compile with complex numbers (see activation.hpp), or Method must be
/// Differences::central. Throws as forward, the loss and bptt do.
template <Differences Method = Differences::automatic, class Cell, class X, class Targets, class Loss, class H0>
GradientReport gradient_check(const Cell& cell, const X& x, const Targets& targets, const Loss& loss,
                              const ReadSteps& read, const Eigen::MatrixBase<H0>& h0,
                              const std::optional<Random>& masks = {}) {
  constexpr bool use_complex = Method == Differences::complex_step ||
                               (Method == Differences::automatic && detail::TakesComplex<Cell, Targets, Loss>);
  detail::check_loss<Loss, typename Cell::Tape, Targets>();
  using Scalar = ScalarOf<Cell>;
  using Reference = std::conditional_t<use_complex, std::complex<Wide<Scalar>>, Wide<Scalar>>;
  const Index B = detail::batch_of(x);

  // What bptt says.
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  detail::AskedGradients<Cell, X> asked;
  detail::forward_with_masks(cell, x, tape, read, h0, masks);
  loss(tape, targets);
  cell.bptt(x, tape, gradient, asked.pointers());

  // What L itself says, in a copy whose coefficients may be moved.
  auto reference = cell.template cast<Reference>();
  auto reference_x = detail::cast_input<Reference>(x);
  auto reference_tape = reference.tape();
  Matrix<Reference, Dynamic, Dynamic> reference_h0 = h0.template cast<Reference>();
  const bool own_start = h0.cols() == 0 && detail::learns_start<Cell>;
  if (h0.cols() == 0 && !own_start) reference_h0.setZero(asked.d_h0.rows(), B);
  const auto evaluate = [&]() -> Reference {
    detail::forward_with_masks(reference, reference_x, reference_tape, read, reference_h0, masks);
    return loss(reference_tape, targets);
  };

  GradientReport report;
  report.method = use_complex ? Differences::complex_step : Differences::central;
  detail::compare_parameters(gradient, reference, evaluate, report);
  const auto compare_input = [&](const std::string& name, const auto& given, auto& its_x) {
    if constexpr (!std::same_as<std::remove_cvref_t<decltype(its_x)>, Labels>) {
      report.entries.push_back(detail::compare(name, given, detail::differentiate(its_x.columns, evaluate)));
    }
  };
  if constexpr (detail::IsSourceTarget<X>::value) {
    compare_input("source", asked.d_source, reference_x.source);
    compare_input("x", asked.d_x, reference_x.target);
  } else {
    compare_input("x", asked.d_x, reference_x);
  }
  if (!own_start) {
    report.entries.push_back(detail::compare("h0", asked.d_h0, detail::differentiate(reference_h0, evaluate)));
  }
  return report;
}
template <Differences Method = Differences::automatic, class Cell, class X, class Targets, class Loss>
GradientReport gradient_check(const Cell& cell, const X& x, const Targets& targets, const Loss& loss,
                              const ReadSteps& read = every_step) {
  return gradient_check<Method>(cell, x, targets, loss, read, Matrix<ScalarOf<Cell>, Dynamic, Dynamic>());
}

/// The same for any model (model.hpp; std::tuple of cells) and any function of it: `gradient` is what your code
/// computed at `model`, and loss(m) is L of a copy m in std::complex<double>, or in double with Differences::central.
template <Differences Method = Differences::complex_step, class Model, class Gradient, class Loss>
GradientReport gradient_check(const Model& model, const Gradient& gradient, const Loss& loss) {
  static_assert(detail::is_model<Model>() && detail::is_gradient_of_model<Gradient>());
  using Scalar = Wide<ScalarOf<Model>>;
  using Reference = std::conditional_t<Method == Differences::central, Scalar, std::complex<Scalar>>;
  detail::require_that(parameter_count(gradient) == parameter_count(model), "gradient_check: gradient has ",
                       parameter_count(gradient), " parameters; expected ", parameter_count(model), " as in model");
  GradientReport report;
  report.method = Method == Differences::central ? Differences::central : Differences::complex_step;
  auto reference = detail::cast_model<Reference>(model);
  detail::compare_parameters(
      gradient, reference, [&]() -> Reference { return loss(std::as_const(reference)); }, report);
  return report;
}

}  // namespace ELMAN_ABI
}  // namespace elman
