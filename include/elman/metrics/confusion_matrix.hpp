// SPDX-License-Identifier: MIT
//
// Which classes a net takes for which, of softmax outputs and labels (docs/math.md Eqs. 61, 62), and what follows:
//
//   elman::metric::ConfusionMatrix matrix{{.average = elman::metric::Average::balanced_accuracy}};  // value() is that
//   matrix.add(tape, labels);
//   matrix.counts()              Out × Out: rows true classes, columns predicted ones, as scikit-learn's
//   matrix.of_class(2).recall    precision, recall, F1 and support of a class
//   matrix.macro().f1            means over the classes that occur or are predicted, each counted once …
//   matrix.weighted().f1         … or as often as it occurs
//
// What is predicted is the largest output, the first of equal ones. Precision of a class that is never predicted,
// recall of one that never occurs and F1 where both are so are 0. A column with NaN predicts no class: it is in the
// support of its true class, and in no column of counts().
#pragma once

#include <string_view>

#include "elman/check.hpp"
#include "elman/layers/output.hpp"
#include "elman/metrics/accuracy.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/metrics/scores.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace metric {

/// Which one number stands for all classes.
enum class Average { macro_f1, weighted_f1, balanced_accuracy, accuracy };

struct ConfusionMatrixOptions {
  Average average = Average::macro_f1;  ///< what value() is
  Index ignored_label = -100;           ///< any; columns with this label do not count
};

class ConfusionMatrix {
 public:
  using Output = Softmax;
  using Options = ConfusionMatrixOptions;

  explicit ConfusionMatrix(Options options = {}) : options_(options) {}
  const Options& options() const { return options_; }

  /// Counts a batch: targets are labels (batch.hpp), or weighted. No heap but for the first batch. Throws, with nothing
  /// counted, if there was no forward, targets or weights do not fit, a weight is negative, a label is no class, or
  /// there were other numbers of classes before.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const auto batch = labels<ConfusionMatrix>("ConfusionMatrix", tape, targets, options_.ignored_label);
    const Index out = batch.outputs();
    detail::fit_outputs("ConfusionMatrix", counts_, out, out + 1, total_ > 0);
    batch.each([&](const auto& column) {
      const Index predicted = detail::predicted_class(column);
      counts_(column.label, predicted < 0 ? out : predicted) += column.weight;
      total_ += column.weight;
    });
  }
  /// The average that was asked for; NaN before anything is counted.
  double value() const {
    switch (options_.average) {
      case Average::weighted_f1:
        return weighted().f1;
      case Average::balanced_accuracy:
        return balanced_accuracy();
      case Average::accuracy:
        return accuracy();
      default:
        return macro().f1;
    }
  }
  void reset() {
    counts_.setZero();
    total_ = 0;
  }

  /// Sums of weights, Out × Out; 0 × 0 before the first batch.
  ConstMatrixView<double> counts() const { return ConstMatrixView<double>(counts_).leftCols(counts_.rows()); }

  /// Throws if there is no such class, or no batch yet.
  Scores of_class(Index k) const {
    detail::require_that(k >= 0 && k < counts_.rows(), "ConfusionMatrix::of_class: k is ", k,
                         "; expected 0 <= k < Out = ", counts_.rows());
    return scores(k);
  }
  Scores macro() const {
    detail::MeanScores mean;
    for (Index k = 0; k < counts_.rows(); ++k) {
      if (support(k) > 0 || said(k) > 0) mean.add(1, scores(k));
    }
    return mean.mean();
  }
  Scores weighted() const {
    detail::MeanScores mean;
    for (Index k = 0; k < counts_.rows(); ++k) mean.add(support(k), scores(k));
    return mean.mean();
  }
  double accuracy() const {
    detail::WeightedMean mean{0, total_};
    for (Index k = 0; k < counts_.rows(); ++k) mean.sum += counts_(k, k);
    return mean.value();
  }
  /// The mean recall of the classes that occur.
  double balanced_accuracy() const {
    detail::WeightedMean mean;
    for (Index k = 0; k < counts_.rows(); ++k) {
      if (support(k) > 0) mean.add(1, scores(k).recall);
    }
    return mean.value();
  }

  std::string_view name() const {
    switch (options_.average) {
      case Average::weighted_f1:
        return "weighted_f1";
      case Average::balanced_accuracy:
        return "balanced_accuracy";
      case Average::accuracy:
        return "accuracy";
      default:
        return "macro_f1";
    }
  }
  static constexpr bool higher_is_better = true;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("counts", counts_);
    keep("total", total_);
  }

 private:
  double support(Index k) const {
    double sum = 0;
    for (Index predicted = 0; predicted < counts_.cols(); ++predicted) sum += counts_(k, predicted);
    return sum;
  }
  double said(Index k) const {
    double sum = 0;
    for (Index label = 0; label < counts_.rows(); ++label) sum += counts_(label, k);
    return sum;
  }
  Scores scores(Index k) const { return detail::scores_of(counts_(k, k), said(k), support(k)); }

  Options options_;
  Matrix<double, Dynamic, Dynamic> counts_;  // Out × (Out + 1): the last column is of those that predict no class
  double total_ = 0;
};

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
