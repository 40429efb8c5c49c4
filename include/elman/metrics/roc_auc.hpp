// SPDX-License-Identifier: MIT
//
// The area under the ROC curve of sigmoid outputs against targets of 0 and 1 (docs/math.md Eq. 65): how likely it is
// that an output is larger where the answer is yes than where it is no, equal ones counted half. Exact, from the ranks
// of all scores: it keeps two numbers an output and column, so it grows until reset(), which keeps the memory. Scores
// are logits, which differ where y has been rounded to 1.
//
// The value is the mean of the outputs' areas. That of an output whose targets are all yes or all no, or that has been
// NaN, is NaN, and so is the mean then.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/layers/output.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A score and a weight, negative where the answer is no.
using Scored = std::pair<double, double>;

/// Of scores in rising order.
inline double area_under_curve(const std::vector<Scored>& scored) {
  double no_below = 0, all_yes = 0, area = 0;
  for (std::size_t k = 0; k < scored.size();) {
    double yes = 0, no = 0;
    for (const double score = scored[k].first; k < scored.size() && scored[k].first == score; ++k) {
      (scored[k].second > 0 ? yes : no) += (std::abs)(scored[k].second);
    }
    area += yes * (no_below + no / 2);
    no_below += no;
    all_yes += yes;
  }
  return all_yes > 0 && no_below > 0 ? area / all_yes / no_below : not_a_number();
}

}  // namespace detail

namespace metric {

class RocAuc {
 public:
  using Output = Sigmoid;
  static constexpr bool is_costly = true;

  /// Counts a batch: targets are numbers (loss/target_columns.hpp), Out × R, or weighted. Throws, with nothing counted,
  /// if there was no forward, a shape does not fit, a weight is negative, a target is neither 0 nor 1, or there were
  /// other numbers of outputs before.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const auto batch = yes_or_no<RocAuc>("RocAuc", tape, targets);
    detail::require_that(scores_.empty() || outputs_ == batch.outputs(), "RocAuc: tape has Out = ", batch.outputs(),
                         "; expected ", outputs_, " as in the batches before; reset() forgets them");
    outputs_ = batch.outputs();
    batch.each([&](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        scores_.push_back(static_cast<double>(column.o(k)));
        weights_.push_back(column.target(k) != 0 ? column.weight : -column.weight);
      }
    });
  }
  /// In [0, 1]: the mean over outputs; NaN before anything is counted. Sorts all scores, in memory of its own.
  double value() const {
    detail::WeightedMean mean;
    for (Index k = 0; k < outputs_; ++k) mean.add(1, of_output(k));
    return mean.value();
  }
  void reset() {
    scores_.clear();
    weights_.clear();
  }

  /// Throws if there is no such output, or no batch yet.
  double of_output(Index k) const {
    detail::require_that(k >= 0 && k < outputs_, "RocAuc::of_output: k is ", k, "; expected 0 <= k < Out = ", outputs_);
    std::vector<detail::Scored> scored;
    scored.reserve(scores_.size() / static_cast<std::size_t>(outputs_));
    for (auto at = static_cast<std::size_t>(k); at < scores_.size(); at += static_cast<std::size_t>(outputs_)) {
      if (detail::is_nan(scores_[at])) return detail::not_a_number();
      scored.emplace_back(scores_[at], weights_[at]);
    }
    std::sort(scored.begin(), scored.end());
    return detail::area_under_curve(scored);
  }

  static std::string_view name() { return "roc_auc"; }
  static constexpr bool higher_is_better = true;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("scores", scores_);
    keep("weights", weights_);
    keep("outputs", outputs_);
  }

 private:
  std::vector<double> scores_;   // column by column
  std::vector<double> weights_;  // of each score, negative where the answer is no
  Index outputs_ = 0;
};

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
