// SPDX-License-Identifier: MIT
//
// What a loss is: it reads the tape's logits o and outputs y, compares them with targets, leaves ∂L/∂o in the tape's
// d_o (Out × R, like o and y) and returns L:
//
//   struct MyLoss {
//     using Output = elman::Identity;  // the output activation of the cells it is made for
//     template <class Tape>
//     typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const;
//   };
//
// Written for any Tape::Scalar, it can be checked by the complex step (gradient_check.hpp). A tape is anything that has
// Scalar, Output, o(), y() and a writable d_o(), so that what is compared with targets may itself be made of a cell's
// read-outs, their mean for instance.
#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

/// A struct that can be called with a tape and targets, returns the tape's scalar, and names its Output.
template <class L, class Tape, class Targets>
concept Loss = requires(const L loss, Tape& tape, const Targets& targets) {
  typename L::Output;
  { loss(tape, targets) } -> std::convertible_to<typename Tape::Scalar>;
};

namespace loss {

/// The loss of a batch from the losses of its columns: their sum, or PyTorch's mean (each loss says over what).
enum class Reduction { sum, mean };

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

/// Throws unless targets have a row an output and a column a read-out.
template <class Targets, class Tape>
void check_target_shape(const char* owner, const Targets& targets, const Tape& tape) {
  require(targets.rows() == tape.o().rows(), owner, ": targets has ", targets.rows(),
          " rows; expected Out = ", tape.o().rows());
  require(targets.cols() == tape.o().cols(), owner, ": targets has ", targets.cols(),
          " columns; expected R = ", tape.o().cols(), " as o has");
}

}  // namespace detail

}  // namespace elman::inline ELMAN_ABI
