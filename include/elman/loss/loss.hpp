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
#include <cstddef>
#include <iterator>
#include <limits>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
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

/// The loss of a batch from the losses of its columns: their sum, or PyTorch's mean (each loss says over what).
enum class Reduction { sum, mean };

/// Targets with a weight w a column of o, at least 0 and finite: L = Σ w L_column, and a mean is divided by Σ w where
/// it would be divided by the number of columns. A mask is a weight of 0 or 1: what a column of weight 0 holds, NaN
/// too, has no part in L or its gradient (docs/math.md Eq. 49). If all weights are 0 the mean is NaN and the gradient
/// 0.
///
///   loss(tape, weighted(labels, mask))
///   loss(tape, weighted(labels, per_sequence(weights, x.steps)))
///
/// Refers to both, which must outlive it. Weights: a range of numbers or an Eigen vector.
template <class Targets, class Weights>
struct Weighted {
  const Targets& targets;
  const Weights& weights;

  Index size() const { return static_cast<Index>(std::size(weights)); }
  double operator()(Index column) const {
    return static_cast<double>(
        weights[static_cast<std::conditional_t<detail::IsMatrix<Weights>, Index, std::size_t>>(column)]);
  }
};
template <class Targets, class Weights>
Weighted<Targets, Weights> weighted(const Targets& targets, const Weights& weights) {
  if constexpr (detail::IsMatrix<Weights>) {
    static_assert(Weights::IsVectorAtCompileTime, "elman::loss::weighted: weights must be a vector, one a column");
  }
  return {targets, weights};
}

/// The weight of each sequence, in the caller's order, at every one of its steps, in packed order. Throws unless there
/// are as many weights as sequences.
template <class Weights>
std::vector<double> per_sequence(const Weights& weights, const Steps& steps) {
  const Weighted<Weights, Weights> of{weights, weights};
  detail::require(of.size() == steps.batch(), "per_sequence: weights has ", of.size(),
                  " entries; expected B = ", steps.batch());
  std::vector<double> result(static_cast<std::size_t>(steps.columns()));
  for (Index b = 0; b < steps.batch(); ++b) {
    for (Index t = 0; t < steps.length(b); ++t) result[static_cast<std::size_t>(steps.column(b, t))] = of(b);
  }
  return result;
}

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

/// The weight of every column where none is given.
struct EqualWeights {
  constexpr double operator()(Index) const { return 1; }
};

/// run(targets, weight of a column), of targets with weights or without.
template <class Targets, class Run>
auto with_weights(const Targets& targets, const Run& run) {
  return run(targets, EqualWeights{});
}
template <class Targets, class Weights, class Run>
auto with_weights(const loss::Weighted<Targets, Weights>& targets, const Run& run) {
  return run(targets.targets, targets);
}

/// Throws unless there is one weight a column of o, each at least 0 and finite. Returns their sum.
template <class Tape, class Weight>
double check_weights(const char* owner, const Tape& tape, const Weight& weight) {
  const Index R = tape.o().cols();
  if constexpr (std::same_as<Weight, EqualWeights>) {
    return static_cast<double>(R);
  } else {
    require(weight.size() == R, owner, ": weights has ", weight.size(), " entries; expected R = ", R,
            " as o has columns");
    double sum = 0;
    for (Index column = 0; column < R; ++column) {
      require(within(weight(column), 0.0, (std::numeric_limits<double>::max)()), owner, ": weight ", column, " is ",
              weight(column), "; expected at least 0 and finite");
      sum += weight(column);
    }
    return sum;
  }
}

/// What the gradient of a mean over `total` is scaled by: 0 of nothing.
template <class R>
R mean_scale(double total) {
  return total > 0 ? static_cast<R>(1 / total) : R(0);
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

}  // namespace ELMAN_ABI
}  // namespace elman
