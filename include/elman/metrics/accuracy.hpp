// SPDX-License-Identifier: MIT
//
// How often a net is right, of softmax outputs and labels (docs/math.md Eq. 61):
//
//   Accuracy             the largest output is the label's; of equal ones the first counts as the largest
//   TopK{{.k = 5}}       the label's is among the k largest; of equal ones the last counts as the largest
//
// Both are weighted means over the columns that are not ignored, and scikit-learn's accuracy_score of argmax and
// top_k_accuracy_score, whose two rules for equal outputs are kept. Outputs are compared by their logits, which differ
// where probabilities have been rounded to the same number. A column with NaN is wrong.
#pragma once

#include <string>
#include <string_view>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/layers/output.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The class of the largest output, the first of equal ones; −1 of a column with NaN.
template <class Column>
Index predicted_class(const Column& column) {
  Index largest = 0;
  for (Index k = 0; k < column.rows(); ++k) {
    if (is_nan(column.o(k))) return -1;
    if (column.o(k) > column.o(largest)) largest = k;
  }
  return largest;
}

/// Whether it is the label: from the largest output, if softmax has kept it in the tape.
template <class Tape, class Column>
bool predicts_label(const Tape& tape, const Column& column) {
  if constexpr (requires { tape.kept(); }) {
    if (!is_nan(column.y(column.label))) {  // then there is none in the column
      const auto largest = tape.kept()(0, column.index);
      bool is_first = column.o(column.label) == largest;
      for (Index k = 0; k < column.label && is_first; ++k) is_first = column.o(k) != largest;
      return is_first;
    }
  }
  return predicted_class(column) == column.label;
}

/// How many outputs are larger than the label's, or equal and behind it; all of a column with NaN.
template <class Column>
Index outputs_above_label(const Column& column) {
  Index above = 0;
  for (Index k = 0; k < column.rows(); ++k) {
    if (is_nan(column.o(k))) return column.rows();
    above += column.o(k) > column.o(column.label) || (column.o(k) == column.o(column.label) && k > column.label);
  }
  return above;
}

}  // namespace detail

namespace metric {

/// Of metrics of labels that have no other option.
struct LabelOptions {
  Index ignored_label = -100;  ///< any; columns with this label do not count
};

/// In [0, 1].
class Accuracy : public detail::MeanMetric {
 public:
  using Output = Softmax;
  using Options = LabelOptions;

  explicit Accuracy(Options options = {}) : options_(options) {}
  const Options& options() const { return options_; }

  /// Counts a batch: targets are labels (batch.hpp), or weighted. No heap. Throws, with nothing counted, if there was
  /// no forward, targets or weights do not fit, a weight is negative or a label is no class.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    labels<Accuracy>("Accuracy", tape, targets, options_.ignored_label).each([&](const auto& column) {
      mean_.add(column.weight, detail::predicts_label(tape, column) ? 1 : 0);
    });
  }

  static std::string_view name() { return "accuracy"; }
  static constexpr bool higher_is_better = true;

 private:
  Options options_;
};

struct TopKOptions {
  Index k = 5;                 ///< from 1 to the number of classes
  Index ignored_label = -100;  ///< any; columns with this label do not count
};

/// In [0, 1].
class TopK : public detail::MeanMetric {
 public:
  using Output = Softmax;
  using Options = TopKOptions;

  /// Throws if k is less than 1.
  explicit TopK(Options options = {}) : options_(options) {
    detail::require_at_least_one("TopK", "k", options_.k);
    name_ = "top_" + std::to_string(options_.k) + "_accuracy";
  }
  const Options& options() const { return options_; }

  /// As Accuracy's. Throws, with nothing counted, if the net has fewer than k classes, too.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const auto batch = labels<TopK>("TopK", tape, targets, options_.ignored_label);
    detail::require_that(options_.k <= batch.outputs(), "TopK: k is ", options_.k,
                         "; expected at most Out = ", batch.outputs());
    batch.each([&](const auto& column) {
      mean_.add(column.weight, detail::outputs_above_label(column) < options_.k ? 1 : 0);
    });
  }

  std::string_view name() const { return name_; }  ///< "top_5_accuracy"; as long as the metric lives
  static constexpr bool higher_is_better = true;

 private:
  Options options_;
  std::string name_;
};

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
