// SPDX-License-Identifier: MIT
//
// Squared error of y = o (docs/math.md Eq. 16):
//
//   L = Σ (y − t)²,  ∂L/∂o = 2 (y − t);   mean: both divided by Out · R, the number of outputs
//   with weights of columns (loss.hpp): L = Σ w (y − t)²; mean: divided by Out · Σ w
//
// The rule of torch.nn.MSELoss: no factor ½.
#pragma once

#include <utility>

#include "elman/layers/activation.hpp"
#include "elman/loss/loss.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

struct SquaredErrorOptions {
  Reduction reduction = Reduction::mean;
};

class SquaredError {
 public:
  using Output = Identity;
  using Options = SquaredErrorOptions;

  explicit SquaredError(Options options = {}) : options_(options) {}

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: Out × R, or weighted. No heap. Throws, with the tape untouched, if a
  /// shape or a weight does not fit.
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
    detail::check_output<SquaredError, Tape>();
    detail::check_target_shape("SquaredError", targets, std::as_const(tape));
    const auto& y = std::as_const(tape).y();
    const double total =
        detail::check_weights("SquaredError", std::as_const(tape), weight) * static_cast<double>(y.rows());
    const bool mean = options_.reduction == Reduction::mean;
    const R scale = mean ? detail::mean_scale<R>(total) : R(1);
    auto&& d_o = tape.d_o();
    Wide<Scalar> sum(0);  // float would lose digits over many columns
    for (Index column = 0; column < y.cols(); ++column) {
      const auto w = static_cast<R>(weight(column));
      auto d = d_o.col(column);
      if (w == R(0)) {
        d.setZero();
        continue;
      }
      d = y.col(column) - targets.col(column).template cast<Scalar>();
      sum += static_cast<Real<Wide<Scalar>>>(w) * d.template cast<Wide<Scalar>>().array().square().sum();
      d *= Scalar(2 * scale * w);
    }
    return static_cast<Scalar>(mean ? sum / static_cast<Real<Wide<Scalar>>>(total) : sum);
  }

  Options options_;
};

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
