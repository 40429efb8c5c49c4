// SPDX-License-Identifier: MIT
//
// Binary cross-entropy of sigmoid outputs, each row a yes or no of its own, from the logits (docs/math.md Eq. 17):
//
//   L = Σ p t log(1 + exp(−o)) + (1 − t) log(1 + exp(o)),   ∂L/∂o = (1 − t) y − p t (1 − y)
//
// with p the weight of a yes. mean: both divided by Out · R, with weights w of columns (weighted.hpp) by Out · Σ w. The
// rule of torch.nn.BCEWithLogitsLoss.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/layers/output.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/loss.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// log(1 + exp(x)), which overflows at no x.
template <class Scalar>
Scalar softplus(const Scalar& x) {
  using std::exp;
  using std::log;
  const bool positive = real_part(x) > 0;
  const Scalar e = exp(positive ? -x : x);
  if constexpr (is_complex<Scalar>) {
    return (positive ? x : Scalar(0)) + log(Scalar(1) + e);
  } else {
    return (positive ? x : Scalar(0)) + std::log1p(e);
  }
}

}  // namespace detail

namespace loss {

struct BinaryCrossEntropyOptions {
  Reduction reduction = Reduction::mean;      ///< what L is divided by
  std::vector<double> positive_weights = {};  ///< p: one a row, at least 0; none: all 1
};

class BinaryCrossEntropy : detail::TapeAndTargetsOnly {
 public:
  using detail::TapeAndTargetsOnly::operator();
  using Output = Sigmoid;
  using Options = BinaryCrossEntropyOptions;

  /// Throws if an option is out of range.
  explicit BinaryCrossEntropy(Options options = {}) : options_(std::move(options)) {
    for (std::size_t k = 0; k < options_.positive_weights.size(); ++k) {
      detail::require_that(detail::within(options_.positive_weights[k], 0.0, (std::numeric_limits<double>::max)()),
                           "BinaryCrossEntropy: positive_weights[", k, "] is ", options_.positive_weights[k],
                           "; expected at least 0 and finite");
    }
  }

  template <class... Nothing>
  explicit BinaryCrossEntropy(const detail::ForeignLossOptions&, const Nothing&...) {
    static_assert(sizeof...(Nothing) > 0,
                  "elman::loss::BinaryCrossEntropy: an option by a name that it does not have; "
                  "elman::loss::BinaryCrossEntropyOptions "
                  "has .reduction and .positive_weights (pos_weight)");
  }

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: numbers (target_columns.hpp) from 0 (no) to 1 (yes), Out × R, or
  /// weighted. No heap. Throws, with the tape untouched, if there was no forward or a shape, a value or a weight does
  /// not fit.
  template <TapeForLoss Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    using Scalar = typename Tape::Scalar;
    const auto batch = columns<BinaryCrossEntropy>("BinaryCrossEntropy", tape, targets);
    check_values<Scalar>(batch.targets, batch.weight);
    return batch.reduce(options_.reduction, [&](const auto& column) {
      using W = typename std::remove_cvref_t<decltype(column)>::W;
      for (Index k = 0; k < column.rows(); ++k) {
        const Scalar logit = column.o(k);
        const W t = real_part(column.target(k));
        const W no = W(1) - t;
        const W yes = static_cast<W>(positive_weight(k)) * t;
        const Wide<Scalar> y(column.y(k));
        const Wide<Scalar> not_y(Sigmoid::of(Scalar(-logit)));  // 1 − y without the loss of digits near y = 1
        if (yes != 0) column.L += column.weight * yes * Wide<Scalar>(detail::softplus(Scalar(-logit)));
        if (no != 0) column.L += column.weight * no * Wide<Scalar>(detail::softplus(logit));
        column.set_slope(k, no * y - yes * not_y);
      }
    });
  }

  /// What L is divided by: Out · R, or Out · Σ w; 1 for a sum. Throws as the loss does, but for values of targets.
  template <class Tape, class Targets>
  double divisor(const Tape& tape, const Targets& targets) const {
    return columns<BinaryCrossEntropy>("BinaryCrossEntropy", tape, targets).divisor(options_.reduction);
  }
  Reduction reduction() const { return options_.reduction; }

 private:
  template <class Scalar, class Targets, class Weight>
  void check_values(const Targets& targets, const Weight& weight) const {
    const auto weights = static_cast<Index>(options_.positive_weights.size());
    detail::require_that(weights == 0 || weights == targets.rows(), "BinaryCrossEntropy: positive_weights has ",
                         weights, " entries; expected Out = ", targets.rows());
    for (Index row = 0; row < weights; ++row) {
      detail::require_that(positive_weight(row) <= detail::most_weight<Scalar>, "BinaryCrossEntropy: positive_weights[",
                           row, "] is ", positive_weight(row), "; expected finite in the net's scalar");
    }
    for (Index column = 0; column < targets.cols(); ++column) {
      if (weight(column) == 0) continue;
      for (Index row = 0; row < targets.rows(); ++row) {
        const auto target = static_cast<double>(real_part(targets(row, column)));
        detail::require_that(detail::within(target, 0.0, 1.0), "BinaryCrossEntropy: targets(", row, ", ", column,
                             ") is ", target, "; expected in [0, 1]");
      }
    }
  }

  double positive_weight(Index row) const {
    return options_.positive_weights.empty() ? 1 : options_.positive_weights[static_cast<std::size_t>(row)];
  }

  Options options_;
};

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
