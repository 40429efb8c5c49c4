// SPDX-License-Identifier: MIT
//
// How far outputs are from targets that are numbers (docs/math.md Eq. 66), of nets of any output activation: of sigmoid
// outputs and targets of 0 and 1 the first is Brier's score.
//
//   MeanSquaredError    (y − t)², the mean over all outputs
//   MeanAbsoluteError   |y − t|, likewise
//   R2                  1 − Σ (y − t)² / Σ (t − mean of t)² of each output, the mean over outputs
//
// R2 is scikit-learn's r2_score: of an output whose targets are all equal it is 1 if all are met, else 0, and of fewer
// than two columns NaN. It needs one pass, and as many digits far from 0 as near it.
#pragma once

#include <cmath>
#include <string_view>

#include "elman/check.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace metric {

/// At least 0.
class MeanSquaredError : public detail::MeanMetric {
 public:
  template <class Tape>
  static constexpr bool fits = true;

  /// Counts a batch: targets are numbers (loss/target_columns.hpp), Out × R, or weighted. No heap. Throws, with nothing
  /// counted, if there was no forward, a shape does not fit or a weight is negative.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    numbers<MeanSquaredError>("MeanSquaredError", tape, targets).each([&](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        const double miss = column.y(k) - column.target(k);
        mean_.add(column.weight, miss * miss);
      }
    });
  }

  static std::string_view name() { return "mean_squared_error"; }
  static constexpr bool higher_is_better = false;
};

/// At least 0.
class MeanAbsoluteError : public detail::MeanMetric {
 public:
  template <class Tape>
  static constexpr bool fits = true;

  /// As MeanSquaredError's.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    numbers<MeanAbsoluteError>("MeanAbsoluteError", tape, targets).each([&](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) mean_.add(column.weight, (std::abs)(column.y(k) - column.target(k)));
    });
  }

  static std::string_view name() { return "mean_absolute_error"; }
  static constexpr bool higher_is_better = false;
};

class R2 {
 public:
  template <class Tape>
  static constexpr bool fits = true;

  /// As MeanSquaredError's; no heap but for the first batch. Throws, with nothing counted, if there were other numbers
  /// of outputs before, too.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const auto batch = numbers<R2>("R2", tape, targets);
    detail::fit_outputs("R2", sums_, batch.outputs(), 4, columns_ > 0);
    batch.each([&](const auto& column) {
      weights_ += column.weight;
      for (Index k = 0; k < column.rows(); ++k) count(k, column.y(k), column.target(k), column.weight);
      ++columns_;
    });
  }
  /// At most 1; NaN of fewer than two columns.
  double value() const {
    detail::WeightedMean mean;
    for (Index k = 0; columns_ > 0 && k < sums_.rows(); ++k) mean.add(1, of_output(k));
    return mean.value();
  }
  void reset() {
    weights_ = 0;
    columns_ = 0;
  }

  /// Throws if there is no such output, or no batch yet.
  double of_output(Index k) const {
    detail::require_that(k >= 0 && k < sums_.rows(), "R2::of_output: k is ", k,
                         "; expected 0 <= k < Out = ", sums_.rows());
    if (columns_ < 2) return detail::not_a_number();
    if (sums_(k, missed) == 0) return 1;
    return sums_(k, spread) == 0 ? 0 : 1 - sums_(k, missed) / sums_(k, spread);
  }

  static std::string_view name() { return "r2"; }
  static constexpr bool higher_is_better = true;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("sums", sums_);
    keep("all", weights_);
    keep("columns", columns_);
  }

 private:
  static constexpr Index first = 0, middle = 1, spread = 2, missed = 3;

  void count(Index k, double y, double target, double weight) {
    if (columns_ == 0) sums_(k, first) = target;
    const double from_first = target - sums_(k, first);
    const double from_mean = from_first - sums_(k, middle);
    sums_(k, middle) += weight / weights_ * from_mean;
    sums_(k, spread) += weight * from_mean * (from_first - sums_(k, middle));  // (66)
    sums_(k, missed) += weight * (y - target) * (y - target);
  }

  // Out × 4: the first target; the mean of the others' distances from it; Σ w (t − mean)²; Σ w (y − t)².
  Matrix<double, Dynamic, Dynamic> sums_;
  double weights_ = 0;
  Index columns_ = 0;
};

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
