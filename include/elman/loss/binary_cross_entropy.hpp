// SPDX-License-Identifier: MIT
//
// Binary cross-entropy of sigmoid outputs, each row a yes or no of its own, from the logits (docs/math.md Eq. 17):
//
//   L = Σ p t log(1 + exp(−o)) + (1 − t) log(1 + exp(o)),   ∂L/∂o = (1 − t) y − p t (1 − y)
//
// with p the weight of a yes. mean: both divided by Out · R, with weights w of columns (loss.hpp) by Out · Σ w. The
// rule of torch.nn.BCEWithLogitsLoss.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "elman/layers/output.hpp"
#include "elman/loss/loss.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

struct BinaryCrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  std::vector<double> positive_weights = {};  ///< p: one a row, at least 0; none: all 1
};

class BinaryCrossEntropy {
 public:
  using Output = Sigmoid;
  using Options = BinaryCrossEntropyOptions;

  /// Throws if an option is out of range.
  explicit BinaryCrossEntropy(Options options = {}) : options_(std::move(options)) {
    for (std::size_t k = 0; k < options_.positive_weights.size(); ++k) {
      detail::require(detail::within(options_.positive_weights[k], 0.0, (std::numeric_limits<double>::max)()),
                      "BinaryCrossEntropy: positive_weights[", k, "] is ", options_.positive_weights[k],
                      "; expected at least 0 and finite");
    }
  }

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: Out × R, from 0 (no) to 1 (yes), or weighted. No heap. Throws, with the
  /// tape untouched, if a shape, a value or a weight does not fit.
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    return detail::with_weights(targets,
                                [&](const auto& matrix, const auto& weight) { return run(tape, matrix, weight); });
  }

 private:
  template <class Tape, class Targets, class Weight>
  typename Tape::Scalar run(Tape& tape, const Eigen::MatrixBase<Targets>& targets, const Weight& weight) const {
    using Scalar = typename Tape::Scalar;
    using R = Real<Scalar>;
    detail::check_output<BinaryCrossEntropy, Tape>();
    const auto& o = std::as_const(tape).o();
    const auto& y = std::as_const(tape).y();
    detail::check_target_shape("BinaryCrossEntropy", targets, std::as_const(tape));
    const auto weights = static_cast<Index>(options_.positive_weights.size());
    detail::require(weights == 0 || weights == o.rows(), "BinaryCrossEntropy: positive_weights has ", weights,
                    " entries; expected Out = ", o.rows());
    const double total =
        detail::check_weights("BinaryCrossEntropy", std::as_const(tape), weight) * static_cast<double>(o.rows());
    for (Index column = 0; column < o.cols(); ++column) {
      if (weight(column) == 0) continue;
      for (Index row = 0; row < o.rows(); ++row) {
        const auto target = static_cast<double>(real_part(targets(row, column)));
        detail::require(detail::within(target, 0.0, 1.0), "BinaryCrossEntropy: targets(", row, ", ", column, ") is ",
                        target, "; expected in [0, 1]");
      }
    }
    auto&& d_o = tape.d_o();
    const bool mean = options_.reduction == Reduction::mean;
    const R scale = mean ? detail::mean_scale<R>(total) : R(1);
    Wide<Scalar> L(0);  // float would lose digits over many columns
    for (Index column = 0; column < o.cols(); ++column) {
      const auto w = static_cast<R>(weight(column));
      if (w == R(0)) {
        d_o.col(column).setZero();
        continue;
      }
      for (Index row = 0; row < o.rows(); ++row) {
        const Scalar logit = o(row, column);
        const R no = w * (R(1) - static_cast<R>(real_part(targets(row, column))));
        const R yes = w * static_cast<R>(positive_weight(row)) * static_cast<R>(real_part(targets(row, column)));
        const Scalar not_y = Sigmoid::of(Scalar(-logit));  // 1 − y without the loss of digits near y = 1
        if (yes != R(0)) L += Scalar(yes * detail::softplus(Scalar(-logit)));
        if (no != R(0)) L += Scalar(no * detail::softplus(logit));
        d_o(row, column) = scale * (no * y(row, column) - yes * not_y);
      }
    }
    return static_cast<Scalar>(mean ? L / static_cast<Real<Wide<Scalar>>>(total) : L);
  }

  double positive_weight(Index row) const {
    return options_.positive_weights.empty() ? 1 : options_.positive_weights[static_cast<std::size_t>(row)];
  }

  Options options_;
};

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
