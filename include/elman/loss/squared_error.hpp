// SPDX-License-Identifier: MIT
//
// Squared error of y = o (docs/math.md Eq. 16):
//
//   L = Σ (y − t)²,  ∂L/∂o = 2 (y − t);   mean: both divided by Out · R, the number of outputs
//
// The rule of torch.nn.MSELoss: no factor ½.
#pragma once

#include <utility>

#include "elman/activation.hpp"
#include "elman/loss/loss.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::loss {

struct SquaredErrorOptions {
  Reduction reduction = Reduction::mean;
};

class SquaredError {
 public:
  using Output = Identity;
  using Options = SquaredErrorOptions;

  explicit SquaredError(Options options = {}) : options_(options) {}

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: Out × R. No heap. Throws, with the tape untouched, if their shape is
  /// another.
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Eigen::MatrixBase<Targets>& targets) const {
    using Scalar = typename Tape::Scalar;
    detail::check_output<SquaredError, Tape>();
    detail::check_target_shape("SquaredError", targets, std::as_const(tape));
    const auto& y = std::as_const(tape).y();
    auto&& d_o = tape.d_o();
    const Real<Scalar> scale =
        options_.reduction == Reduction::mean ? Real<Scalar>(1) / static_cast<Real<Scalar>>(y.size()) : Real<Scalar>(1);
    d_o = y - targets.template cast<Scalar>();
    const Wide<Scalar> sum = d_o.template cast<Wide<Scalar>>().array().square().sum();  // float would lose digits
    const auto L = static_cast<Scalar>(static_cast<Real<Wide<Scalar>>>(scale) * sum);
    d_o *= Scalar(2 * scale);
    return L;
  }

 private:
  Options options_;
};

}  // namespace elman::inline ELMAN_ABI::loss
