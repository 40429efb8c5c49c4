// SPDX-License-Identifier: MIT
//
// Cross-entropy of softmax outputs, from the logits (docs/math.md Eqs. 4, 5, 18):
//
//   L = Σ_k ω_k (log Σ exp(o) − o_k),   ∂L/∂o_k = y_k (Σ ω − ω_k) − ω_k (1 − y_k)
//
// with ω_k = w_k q_k: class weight times target probability (times the column's weight, where there is one;
// weighted.hpp). With a label, q is one-hot: L = −w log y[label]. The rule of torch.nn.CrossEntropyLoss: options,
// reductions and all.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/elementwise.hpp"
#include "elman/layers/output.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/option_ranges.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/targets.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The largest output of a column, and what a loss takes from it.
template <class Scalar>
struct LargestOutput {
  Scalar y;
  Scalar o;       ///< its logit
  Scalar others;  ///< 1 − y: summed from the others, because near 1 the difference would have lost all its digits
  Scalar log_y;   ///< taken from the others too; no other y exceeds 1/2

  /// 1 − y_k.
  Scalar without(const Scalar& y_k) const { return y_k == y ? others : Scalar(1) - y_k; }
};

/// log(1 − x) for 0 ≤ x < 1, to the precision of x.
inline double log_one_minus(double x) { return std::log1p(-x); }
inline long double log_one_minus(long double x) { return std::log1p(-x); }
inline float log_one_minus(float x) {
  return x < 0x1p-28F ? -x : static_cast<float>(std::log(1.0 - static_cast<double>(x)));
}

template <class Column>
LargestOutput<typename Column::Scalar> largest_output(const Column& column) {
  using Scalar = typename Column::Scalar;
  if constexpr (has_kernels<Scalar>) {
    LargestOutput<Scalar> result{};
    largest_of_column(column.o(), column.y(), column.rows(), result.o, result.y, result.others);
    result.log_y = log_one_minus(result.others);
    return result;
  } else {
    Index j = 0;
    for (Index k = 1; k < column.rows(); ++k) {
      if (real_part(column.y(k)) > real_part(column.y(j))) j = k;
    }
    Scalar others(0);
    for (Index k = 0; k < column.rows(); ++k) {
      if (k != j) others += column.y(k);
    }
    if constexpr (is_complex<Scalar>) {
      using std::log;
      return {column.y(j), column.o(j), others, log(column.y(j))};
    } else {
      return {column.y(j), column.o(j), others, log_one_minus(others)};
    }
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

struct CrossEntropyOptions {
  /// mean divides by Σ w[label] over the columns that are not ignored, or by R if targets are distributions; where
  /// columns have weights, by the sum of those times that.
  Reduction reduction = Reduction::mean;
  std::vector<double> class_weights = {};  ///< w: one a class, at least 0; none: all 1
  double label_smoothing = 0;              ///< ε in [0, 1]: q becomes (1 − ε) q + ε / Out
  Index ignored_label = -100;              ///< columns with this label have no loss and no gradient
};

class CrossEntropy {
 public:
  using Output = Softmax;
  using Options = CrossEntropyOptions;

  /// Throws if an option is out of range.
  explicit CrossEntropy(Options options = {}) : options_(std::move(options)) {
    detail::require_fraction("CrossEntropy", "label_smoothing", options_.label_smoothing);
    for (std::size_t k = 0; k < options_.class_weights.size(); ++k) {
      detail::require(detail::within(options_.class_weights[k], 0.0, (std::numeric_limits<double>::max)()),
                      "CrossEntropy: class_weights[", k, "] is ", options_.class_weights[k],
                      "; expected at least 0 and finite");
    }
  }

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: one class index a column of o (any range of integers, Labels, or an
  /// integer vector), or probabilities (Out × R, not checked to sum to 1, as in PyTorch); or either, weighted. If every
  /// column is ignored, the mean is NaN (0/0, as in PyTorch) and the gradient 0. No heap. Throws, with the tape
  /// untouched, if the number of targets, of weights or of class weights does not fit, or a label is no class.
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    detail::check_steps_of_targets("CrossEntropy", targets, std::as_const(tape));
    return detail::with_weights(targets,
                                [&](const auto& plain, const auto& weight) { return run(tape, plain, weight); });
  }

 private:
  template <class Tape, class Targets, class Weight>
  typename Tape::Scalar run(Tape& tape, const Targets& targets, const Weight& weight) const {
    detail::check_output<CrossEntropy, Tape>();
    const Index out = std::as_const(tape).o().rows();
    const auto classes = static_cast<Index>(options_.class_weights.size());
    detail::require(classes == 0 || classes == out, "CrossEntropy: class_weights has ", classes,
                    " entries; expected Out = ", out);
    detail::check_weights("CrossEntropy", std::as_const(tape), weight);
    if constexpr (std::same_as<Targets, Labels>) {
      return by_label(tape, targets.columns, static_cast<Index>(targets.columns.size()), weight);
    } else if constexpr (detail::IsMatrix<Targets>) {
      if constexpr (std::integral<typename Targets::Scalar>) {
        static_assert(Targets::IsVectorAtCompileTime,
                      "elman::loss::CrossEntropy: labels must be a vector, one a column");
        return by_label(tape, targets, targets.size(), weight);
      } else {
        return by_distribution(tape, targets, weight);
      }
    } else {
      static_assert(std::ranges::random_access_range<const Targets> &&
                        std::integral<std::remove_cvref_t<std::ranges::range_reference_t<const Targets>>>,
                    "elman::loss::CrossEntropy: targets must be class indices, one a column, or an Out x R matrix");
      return by_label(tape, targets, static_cast<Index>(std::ranges::size(targets)), weight);
    }
  }

  template <class Tape, class LabelList, class Weight>
  typename Tape::Scalar by_label(Tape& tape, const LabelList& labels, Index count, const Weight& column_weight) const {
    using R = Real<typename Tape::Scalar>;
    const Index out = std::as_const(tape).o().rows();
    const auto label_of = [&](Index column) {
      return static_cast<Index>(
          labels[static_cast<std::conditional_t<detail::IsMatrix<LabelList>, Index, std::size_t>>(column)]);
    };
    detail::require(count == std::as_const(tape).o().cols(), "CrossEntropy: targets has ", count,
                    " labels; expected R = ", std::as_const(tape).o().cols(), " as o has columns");
    double total = 0;
    for (Index column = 0; column < count; ++column) {
      const Index label = label_of(column);
      if (label == options_.ignored_label) continue;
      detail::require(label >= 0 && label < out, "CrossEntropy: label ", column, " is ", label,
                      "; expected 0 <= label < Out = ", out);
      total += column_weight(column) * weight(label);
    }
    if (options_.label_smoothing == 0) {
      return reduce(tape, total, [&](const auto& column) {
        const Index label = label_of(column.index);
        if (label == options_.ignored_label) return column.leave_out();
        add_label(column, label, static_cast<R>(column_weight(column.index) * weight(label)));
      });
    }
    const R spread = static_cast<R>(options_.label_smoothing) / static_cast<R>(out);
    const R kept = R(1) - static_cast<R>(options_.label_smoothing);
    return reduce(tape, total, [&](const auto& column) {
      const Index label = label_of(column.index);
      if (label == options_.ignored_label) return column.leave_out();
      add_all(column, [&](Index k) -> R {
        return static_cast<R>(column_weight(column.index) * weight(k)) * ((k == label ? kept : R(0)) + spread);
      });
    });
  }

  template <class Tape, class Distributions, class Weight>
  typename Tape::Scalar by_distribution(Tape& tape, const Distributions& q, const Weight& column_weight) const {
    using R = Real<typename Tape::Scalar>;
    detail::check_target_shape("CrossEntropy", q, std::as_const(tape));
    const R spread = static_cast<R>(options_.label_smoothing) / static_cast<R>(q.rows());
    const R kept = R(1) - static_cast<R>(options_.label_smoothing);
    const double total = detail::check_weights("CrossEntropy", std::as_const(tape), column_weight);
    return reduce(tape, total, [&](const auto& column) {
      if (column_weight(column.index) == 0) return column.leave_out();  // whatever is in q
      add_all(column, [&](Index k) -> R {
        return static_cast<R>(column_weight(column.index) * weight(k)) *
               (kept * static_cast<R>(real_part(q(k, column.index))) + spread);
      });
    });
  }

  /// The weights of columns are in ω already, and targets in what calls this.
  template <class Tape, class OfColumn>
  typename Tape::Scalar reduce(Tape& tape, double total, const OfColumn& of_column) const {
    constexpr detail::EqualWeights equal;
    return detail::reduce_columns(tape, equal, equal, options_.reduction, total, of_column);
  }

  /// ω is `omega` at the label, elsewhere 0.
  template <class Column, class R>
  static void add_label(const Column& column, Index label, R omega) {
    using Scalar = typename Column::Scalar;
    if (omega == R(0)) return column.leave_out();
    const auto largest = detail::largest_output(column);
    const Scalar not_y = largest.without(column.y(label));
    const R factor = column.scale * omega;
    for (Index k = 0; k < column.rows(); ++k) column.d_o(k) = factor * column.y(k);  // (5), (18)
    column.d_o(label) = column.scale * (R(-1) * omega) * not_y;
    column.L += Scalar(omega * ((largest.o - column.o(label)) - largest.log_y));  // (4)
  }

  /// ω_k = omega(k).
  template <class Column, class Omega>
  static void add_all(const Column& column, const Omega& omega) {
    using Scalar = typename Column::Scalar;
    using R = Real<Scalar>;
    R omegas(0);
    for (Index k = 0; k < column.rows(); ++k) omegas += omega(k);
    if (omegas == R(0)) return column.leave_out();
    const auto largest = detail::largest_output(column);
    Wide<Scalar> L(0);
    for (Index k = 0; k < column.rows(); ++k) {
      const R omega_k = omega(k);
      const Scalar not_y = largest.without(column.y(k));
      column.d_o(k) = column.scale * ((omegas - omega_k) * column.y(k) - omega_k * not_y);      // (5), (18)
      if (omega_k != R(0)) L += Scalar(omega_k * ((largest.o - column.o(k)) - largest.log_y));  // (4)
    }
    column.L += L;
  }

  double weight(Index k) const {
    return options_.class_weights.empty() ? 1 : options_.class_weights[static_cast<std::size_t>(k)];
  }

  Options options_;
};

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
