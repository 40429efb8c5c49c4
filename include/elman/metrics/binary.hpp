// SPDX-License-Identifier: MIT
//
// Sigmoid outputs, each a yes or no of its own, against targets of 0 and 1 (docs/math.md Eqs. 62, 63). An output says
// yes where y is above the threshold, not where it is equal to it; NaN is wrong whatever the target is.
//
//   BinaryAccuracy   the part of all outputs that are right, Out · R of them a batch
//   BinaryF1         precision, recall and F1 of the yes, all outputs counted together, or output by output
#pragma once

#include <string_view>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/layers/output.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/metrics/scores.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Whether an output says yes; of NaN what is wrong.
inline bool says_yes(const double& y, double threshold, bool target) { return is_nan(y) ? !target : y > threshold; }

}  // namespace detail

namespace metric {

struct BinaryAccuracyOptions {
  double threshold = 0.5;  ///< y above it says yes; in [0, 1]
};

/// In [0, 1].
class BinaryAccuracy : public detail::MeanMetric {
 public:
  using Output = Sigmoid;
  using Options = BinaryAccuracyOptions;

  /// Throws if the threshold is out of range.
  explicit BinaryAccuracy(Options options = {}) : options_(options) {
    detail::require_fraction("BinaryAccuracy", "threshold", options_.threshold);
  }
  const Options& options() const { return options_; }

  /// Counts a batch: targets are numbers (loss/target_columns.hpp), Out × R, or weighted. No heap. Throws, with nothing
  /// counted, if there was no forward, a shape does not fit, a weight is negative, or a target is neither 0 nor 1.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    yes_or_no<BinaryAccuracy>("BinaryAccuracy", tape, targets).each([&](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        const bool target = column.target(k) != 0;
        mean_.add(column.weight, detail::says_yes(column.y(k), options_.threshold, target) == target ? 1 : 0);
      }
    });
  }

  static std::string_view name() { return "binary_accuracy"; }
  static constexpr bool higher_is_better = true;

 private:
  Options options_;
};

struct BinaryF1Options {
  double threshold = 0.5;  ///< y above it says yes; in [0, 1]
  bool macro = false;      ///< whether value() is the mean of the outputs' F1, each counted once
};

class BinaryF1 {
 public:
  using Output = Sigmoid;
  using Options = BinaryF1Options;

  /// Throws if the threshold is out of range.
  explicit BinaryF1(Options options = {}) : options_(options) {
    detail::require_fraction("BinaryF1", "threshold", options_.threshold);
  }
  const Options& options() const { return options_; }

  /// As BinaryAccuracy's; no heap but for the first batch. Throws, with nothing counted, if there were other numbers of
  /// outputs before, too.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const auto batch = yes_or_no<BinaryF1>("BinaryF1", tape, targets);
    detail::fit_outputs("BinaryF1", counts_, batch.outputs(), 3, total_ > 0);
    batch.each([&](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        const bool target = column.target(k) != 0;
        const bool said = detail::says_yes(column.y(k), options_.threshold, target);
        if (said && target) counts_(k, 0) += column.weight;
        if (said) counts_(k, 1) += column.weight;
        if (target) counts_(k, 2) += column.weight;
      }
      total_ += column.weight;
    });
  }
  /// F1 of all outputs together, or the mean of theirs; NaN before anything is counted.
  double value() const { return options_.macro ? macro().f1 : together().f1; }
  void reset() {
    counts_.setZero();
    total_ = 0;
  }

  /// All outputs counted together, scikit-learn's "micro" average; NaN before anything is counted.
  Scores together() const {
    double sums[3]{};
    for (Index k = 0; k < counts_.rows(); ++k) {
      for (Index of = 0; of < 3; ++of) sums[of] += counts_(k, of);
    }
    detail::MeanScores mean;
    if (total_ > 0) mean.add(1, detail::scores_of(sums[0], sums[1], sums[2]));
    return mean.mean();
  }
  /// Means over the outputs; NaN before anything is counted.
  Scores macro() const {
    detail::MeanScores mean;
    for (Index k = 0; total_ > 0 && k < counts_.rows(); ++k) mean.add(1, of_output(k));
    return mean.mean();
  }
  /// Throws if there is no such output, or no batch yet. What would be 0/0 is 0.
  Scores of_output(Index k) const {
    detail::require_that(k >= 0 && k < counts_.rows(), "BinaryF1::of_output: k is ", k,
                         "; expected 0 <= k < Out = ", counts_.rows());
    return detail::scores_of(counts_(k, 0), counts_(k, 1), counts_(k, 2));
  }

  static std::string_view name() { return "binary_f1"; }
  static constexpr bool higher_is_better = true;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("counts", counts_);
    keep("total", total_);
  }

 private:
  Options options_;
  Matrix<double, Dynamic, Dynamic> counts_;  // Out × 3: rightly yes, said yes, is yes
  double total_ = 0;
};

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
