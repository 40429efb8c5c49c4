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

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/layers/output.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/largest_output.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/option_ranges.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/targets.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

struct CrossEntropyOptions {
  /// mean divides by Σ w[label] over the columns that are not ignored, or by R if targets are distributions; where
  /// columns have weights, by the sum of those times that, which must be more than 0 or of zeros alone.
  Reduction reduction = Reduction::mean;
  std::vector<double> class_weights = {};  ///< w: one a class, at least 0; none: all 1
  double label_smoothing = 0;              ///< ε in [0, 1]: q becomes (1 − ε) q + ε / Out
  Index ignored_label = -100;              ///< any; columns with this label have no loss and no gradient
};

class CrossEntropy : detail::TapeAndTargetsOnly {
 public:
  using detail::TapeAndTargetsOnly::operator();
  using Output = Softmax;
  using Options = CrossEntropyOptions;

  /// Throws if an option is out of range.
  explicit CrossEntropy(Options options = {}) : options_(std::move(options)) {
    detail::require_fraction("CrossEntropy", "label_smoothing", options_.label_smoothing);
    double largest = 0;
    for (std::size_t k = 0; k < options_.class_weights.size(); ++k) {
      detail::require_that(detail::within(options_.class_weights[k], 0.0, (std::numeric_limits<double>::max)()),
                           "CrossEntropy: class_weights[", k, "] is ", options_.class_weights[k],
                           "; expected at least 0 and finite");
      largest = (std::max)(largest, options_.class_weights[k]);
    }
    per_class_unit_ = 1 / detail::unit_of(largest);
  }

  template <class... Nothing>
  explicit CrossEntropy(const detail::ForeignLossOptions&, const Nothing&...) {
    static_assert(
        sizeof...(Nothing) > 0,
        "elman::loss::CrossEntropy: an option by a name that it does not have; elman::loss::CrossEntropyOptions "
        "has .reduction, .class_weights (weight), .label_smoothing and .ignored_label (ignore_index)");
  }

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: one class index a column of o (any range of integers, Labels, or an
  /// integer vector), or probabilities (Out × R; any finite numbers, as in PyTorch: a policy gradient has advantages
  /// there); or either, weighted. No heap. Throws, with the tape untouched, if there was no forward, the number of
  /// targets, of weights or of class weights does not fit, a label of a column that has weight is no class, or a mean
  /// is over weights that sum to less than 0.
  template <TapeForLoss Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    return run(std::as_const(tape), targets, [&](double unit, double total, const auto& of_column) {
      constexpr detail::EqualWeights equal;  // the weights of columns are in ω already, and targets in what is called
      return detail::reduce_columns(tape, equal, equal, unit, options_.reduction, total, of_column);
    });
  }

  /// What L is divided by: of labels Σ w[label] over the columns that are counted, of distributions R, each times the
  /// columns' weights where there are any; 1 for a sum. Throws as the loss does.
  template <class Tape, class Targets>
  double divisor(const Tape& tape, const Targets& targets) const {
    return run(tape, targets, [&](double unit, double total, const auto&) {
      return detail::divisor(options_.reduction, total, unit);
    });
  }
  Reduction reduction() const { return options_.reduction; }

 private:
  /// then(unit, total, of_column), with all checked: the unit that ω is counted in, the number of units that a mean
  /// divides by, and what a column of o adds to L.
  template <class Tape, class Targets, class Then>
  auto run(const Tape& tape, const Targets& targets, const Then& then) const {
    detail::check_output<CrossEntropy, Tape>();
    detail::check_steps_of_targets("CrossEntropy", targets, tape);
    return detail::with_weights(
        targets, [&](const auto& plain, const auto& weight) { return by_kind(tape, plain, weight, then); });
  }

  template <class Tape, class Targets, class Weight, class Then>
  auto by_kind(const Tape& tape, const Targets& targets, const Weight& weight, const Then& then) const {
    detail::check_filled("CrossEntropy", tape);
    const Index out = tape.o().rows();
    const auto classes = static_cast<Index>(options_.class_weights.size());
    detail::require_that(classes == 0 || classes == out, "CrossEntropy: class_weights has ", classes,
                         " entries; expected Out = ", out);
    for (Index k = 0; k < classes; ++k) {
      detail::require_that(
          options_.class_weights[static_cast<std::size_t>(k)] <= detail::most_weight<typename Tape::Scalar>,
          "CrossEntropy: class_weights[", k, "] is ", options_.class_weights[static_cast<std::size_t>(k)],
          "; expected finite in the net's scalar");
    }
    if constexpr (std::same_as<Targets, Labels>) {
      return by_label(tape, targets.columns, static_cast<Index>(targets.columns.size()), weight, then);
    } else if constexpr (detail::IsMatrix<Targets>) {
      if constexpr (std::integral<typename Targets::Scalar>) {
        static_assert(Targets::IsVectorAtCompileTime,
                      "elman::loss::CrossEntropy: labels must be a vector, one a column");
        return by_label(tape, targets, targets.size(), weight, then);
      } else {
        return by_distribution(tape, targets, weight, then);
      }
    } else {
      static_assert(
          std::ranges::random_access_range<const Targets> &&
              std::integral<std::remove_cvref_t<std::ranges::range_reference_t<const Targets>>>,
          "elman::loss::CrossEntropy: targets must be class indices, one a column (a list, or elman::pack(lists)), "
          "or an Out x R matrix");
      return by_label(tape, targets, static_cast<Index>(std::ranges::size(targets)), weight, then);
    }
  }

  template <class Tape, class LabelList, class Weight, class Then>
  auto by_label(const Tape& tape, const LabelList& labels, Index count, const Weight& column_weight,
                const Then& then) const {
    const Index out = tape.o().rows();
    const auto label_of = [&](Index column) {
      return static_cast<Index>(
          labels[static_cast<std::conditional_t<detail::IsMatrix<LabelList>, Index, std::size_t>>(column)]);
    };
    detail::require_that(count == tape.o().cols(), "CrossEntropy: targets has ", count,
                         " labels; expected R = ", tape.o().cols(), " as o has columns", detail::other_reads(tape));
    const double unit = detail::check_weights("CrossEntropy", tape, column_weight);
    const double in_unit = 1 / unit;
    const auto is_counted = [&](Index column) {
      return label_of(column) != options_.ignored_label && column_weight(column) != 0;
    };
    detail::WeightTotal total;
    const auto check_label = [&](Index column, Index label) {
      detail::require_that(label >= 0 && label < out, "CrossEntropy: label ", column, " is ", label,
                           "; expected 0 <= label < Out = ", out,
                           label < 0 ? "; .ignored_label names one that is left out" : "");
    };
    if (std::same_as<Weight, detail::EqualWeights> &&
        options_.class_weights.empty()) {  // counting is faster than adding
      Index counted = 0;
      for (Index column = 0; column < count; ++column) {
        const Index label = label_of(column);
        if (label == options_.ignored_label) continue;
        check_label(column, label);
        ++counted;
      }
      total = {static_cast<double>(counted), counted == 0};
    } else {
      for (Index column = 0; column < count; ++column) {
        if (!is_counted(column)) continue;
        check_label(column, label_of(column));
        total.add(column_weight(column) * in_unit * weight(label_of(column)));
      }
    }
    total.check_mean("CrossEntropy", options_.reduction, unit / per_class_unit_);
    using W = Real<Wide<typename Tape::Scalar>>;
    const W spread = static_cast<W>(options_.label_smoothing) / static_cast<W>(out);
    return then(unit / per_class_unit_, total.sum, [&](const auto& column) {
      if (!is_counted(column.index)) return column.leave_out();
      const Index label = label_of(column.index);
      const W of_column = static_cast<W>(column_weight(column.index) * in_unit);
      if (spread == 0) return add_label(tape, column, label, of_column * static_cast<W>(weight(label)));
      add_all(tape, column,
              [&](Index k) { return of_column * static_cast<W>(weight(k)) * smooth(W(k == label), spread); });
    });
  }

  template <class Tape, class Distributions, class Weight, class Then>
  auto by_distribution(const Tape& tape, const Distributions& q, const Weight& column_weight, const Then& then) const {
    detail::check_target_shape("CrossEntropy", q, tape);
    const double unit = detail::check_weights("CrossEntropy", tape, column_weight);
    const double in_unit = 1 / unit;
    detail::WeightTotal total;
    for (Index column = 0; column < q.cols(); ++column) total.add(column_weight(column) * in_unit);
    total.check_mean("CrossEntropy", options_.reduction, unit);
    using W = Real<Wide<typename Tape::Scalar>>;
    const W spread = static_cast<W>(options_.label_smoothing) / static_cast<W>(q.rows());
    return then(unit / per_class_unit_, total.sum * per_class_unit_, [&](const auto& column) {
      if (column_weight(column.index) == 0) return column.leave_out();  // whatever is in q
      const W of_column = static_cast<W>(column_weight(column.index) * in_unit);
      add_all(tape, column, [&](Index k) {
        const auto q_k = static_cast<W>(real_part(q(k, column.index)));
        return of_column * static_cast<W>(weight(k)) * smooth(q_k, spread);
      });
    });
  }

  /// (1 − ε) q + ε / Out.
  template <class W>
  W smooth(W q, W spread) const {
    return (W(1) - static_cast<W>(options_.label_smoothing)) * q + spread;
  }

  /// ω is `omega` at the label, elsewhere 0.
  template <class Tape, class Column>
  static void add_label(const Tape& tape, const Column& column, Index label, typename Column::W omega) {
    using Scalar = typename Column::Scalar;
    using R = Real<Scalar>;
    if (omega == 0) return column.leave_out();
    const auto factor = static_cast<R>(column.factor * omega);
    const auto largest = detail::scale_outputs(tape, column, factor);  // (5), (18)
    column.d_o(label) = -factor * largest.without(column.o(label), column.y(label));
    column.L += omega * ((Wide<Scalar>(largest.o) - Wide<Scalar>(column.o(label))) + largest.minus_log());  // (4)
  }

  /// ω_k = omega(k).
  template <class Tape, class Column, class Omega>
  static void add_all(const Tape& tape, const Column& column, const Omega& omega) {
    using Scalar = typename Column::Scalar;
    using W = typename Column::W;
    W omegas(0);
    bool all_zero = true;
    for (Index k = 0; k < column.rows(); ++k) {
      omegas += omega(k);
      all_zero = all_zero && omega(k) == 0;
    }
    if (all_zero) return column.leave_out();
    const auto largest = detail::scale_outputs(tape, column, Real<Scalar>(0));
    const auto minus_log = largest.minus_log();
    Wide<Scalar> L(0);
    for (Index k = 0; k < column.rows(); ++k) {
      const W omega_k = omega(k);
      const Wide<Scalar> y(column.y(k));
      const Wide<Scalar> not_y(largest.without(column.o(k), column.y(k)));
      column.set_slope(k, (omegas - omega_k) * y - omega_k * not_y);  // (5), (18)
      if (omega_k != 0) L += omega_k * ((Wide<Scalar>(largest.o) - Wide<Scalar>(column.o(k))) + minus_log);  // (4)
    }
    column.L += L;
  }

  /// The weight of a class, in its unit.
  double weight(Index k) const {
    return options_.class_weights.empty() ? 1 : options_.class_weights[static_cast<std::size_t>(k)] * per_class_unit_;
  }

  Options options_;
  double per_class_unit_ = 1;  ///< 1 / the unit that weights of classes are counted in
};

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
