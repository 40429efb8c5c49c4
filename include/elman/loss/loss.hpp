// SPDX-License-Identifier: MIT
//
// What a loss is: it reads the tape's logits o and outputs y, compares them with targets, leaves ∂L/∂o in the tape's
// d_o (Out × R, like o and y) and returns L. One of your own, the quantile loss, with checks, a mean and weights of
// columns from columns.hpp:
//
//   struct Quantile {                  // L = Σ max(q m, (q − 1) m), m = t − y
//     using Output = elman::Identity;  // the output activation of the cells it is made for
//     double q = 0.5;
//
//     template <class Tape, class Targets>
//     typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
//       using Scalar = typename Tape::Scalar;
//       const auto add_up = [&](const auto& column) {
//         for (elman::Index k = 0; k < column.rows(); ++k) {
//           const Scalar miss = column.target(k) - column.y(k);
//           const Scalar slope(elman::real_part(miss) > 0 ? -q : 1 - q);
//           column.add(k, -slope * miss, slope);
//         }
//       };
//       return elman::loss::columns<Quantile>("Quantile", tape, targets).reduce(elman::loss::Reduction::mean, add_up);
//     }
//   };
//
// Written for any Tape::Scalar, it can be checked by the complex step (gradient_check.hpp). A tape is anything that has
// Scalar, Output, o(), y() and a writable d_o(), so that what is compared with targets may itself be made of a cell's
// read-outs, their mean for instance.
#pragma once

#include <concepts>

#include "elman/loss/weighted.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A struct that can be called with a tape and targets, returns the tape's scalar, and names its Output.
template <class L, class Tape, class Targets>
concept Loss = requires(const L loss, Tape& tape, const Targets& targets) {
  typename L::Output;
  { loss(tape, targets) } -> std::convertible_to<typename Tape::Scalar>;
};

namespace loss {

/// The loss of a batch from the losses of its columns: their sum, or PyTorch's mean (each loss says over what). The
/// mean over nothing, where every column is ignored or has weight 0, is NaN as in PyTorch, or 0 with mean_or_zero; its
/// gradient is 0.
enum class Reduction { sum, mean, mean_or_zero };

}  // namespace loss

namespace detail {

/// A loss of another output activation than its own would be given y and pass a wrong ∂L/∂o.
template <class L, class Tape>
constexpr void check_output() {
  static_assert(std::same_as<typename L::Output, typename Tape::Output>,
                "elman: this loss is fused with another output activation than the cell's; make the cell an "
                "RNNCell<Scalar, In, Hidden, Out, Activation, Output> with the loss's Output");
}

/// For what takes any loss.
template <class L, class Tape, class Targets>
constexpr void check_loss() {
  static_assert(Loss<L, Tape, Targets>,
                "elman: a loss names its Output and returns Tape::Scalar from loss(tape, targets); see "
                "elman/loss/loss.hpp");
  if constexpr (Loss<L, Tape, Targets>) check_output<L, Tape>();
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
