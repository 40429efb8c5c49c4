// SPDX-License-Identifier: MIT
//
// Squared error of y = o (docs/math.md Eq. 16):
//
//   L = Σ (y − t)²,  ∂L/∂o = 2 (y − t);   mean: both divided by Out · R, the number of outputs
//   with weights of columns (weighted.hpp): L = Σ w (y − t)²; mean: divided by Out · Σ w
//
// The rule of torch.nn.MSELoss: no factor ½.
#pragma once

#include "elman/layers/activation.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/loss.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

struct SquaredErrorOptions {
  Reduction reduction = Reduction::mean;  ///< what L is divided by
};

class SquaredError : detail::TapeAndTargetsOnly {
 public:
  using detail::TapeAndTargetsOnly::operator();
  using Output = Identity;
  using Options = SquaredErrorOptions;

  explicit SquaredError(Options options = {}) : options_(options) {}

  template <class... Nothing>
  explicit SquaredError(const detail::ForeignLossOptions&, const Nothing&...) {
    static_assert(
        sizeof...(Nothing) > 0,
        "elman::loss::SquaredError: an option by a name that it does not have; elman::loss::SquaredErrorOptions "
        "has .reduction alone");
  }

  const Options& options() const { return options_; }

  /// L, with ∂L/∂o left in the tape. Targets: numbers (target_columns.hpp), Out × R, or weighted. No heap. Throws, with
  /// the tape untouched, if there was no forward or a shape or a weight does not fit.
  template <TapeForLoss Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    const auto add_up = [](const auto& column) {
      using Scalar = typename Tape::Scalar;
      for (Index k = 0; k < column.rows(); ++k) {
        const Wide<Scalar> miss = Wide<Scalar>(column.y(k)) - Wide<Scalar>(column.target(k));
        column.add(k, miss * miss, Real<Wide<Scalar>>(2) * miss);
      }
    };
    return columns<SquaredError>("SquaredError", tape, targets).reduce(options_.reduction, add_up);
  }

  /// What L is divided by: Out · R, or Out · Σ w; 1 for a sum. Throws as the loss does.
  template <class Tape, class Targets>
  double divisor(const Tape& tape, const Targets& targets) const {
    return columns<SquaredError>("SquaredError", tape, targets).divisor(options_.reduction);
  }
  Reduction reduction() const { return options_.reduction; }

 private:
  Options options_;
};

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
