// SPDX-License-Identifier: MIT
//
// What of a sequence tells its class, and how that is trained:
//
//   last   o of the last step
//   mean   the mean of o over all steps, Σ o_t / T: what tells the class may stand anywhere
//
// For a loss, the mean is a tape of its own: a column a sequence (elman/loss/loss.hpp).
#pragma once

#include <elman/elman.hpp>

#include "options.hpp"

namespace example {

/// The mean logits of each sequence, in the caller's order, as a loss and a prediction see them.
class MeanPooling {
 public:
  using Scalar = float;
  using Output = elman::Softmax;
  using Matrix = elman::Columns<float, elman::Dynamic>;

  const Matrix& o() const { return o_; }
  const Matrix& y() const { return y_; }
  Matrix& d_o() { return d_o_; }

  /// From the logits of every step.
  template <class Tape>
  void take(const elman::Steps& steps, const Tape& tape) {
    o_.setZero(tape.o().rows(), steps.batch());
    for (elman::Index b = 0; b < steps.batch(); ++b) {
      for (elman::Index t = 0; t < steps.length(b); ++t) o_.col(b) += tape.o().col(steps.column(b, t));
      o_.col(b) /= static_cast<float>(steps.length(b));
    }
    for (Matrix* matrix : {&y_, &d_o_}) matrix->resizeLike(o_);
    Output()(o_, y_);
  }
  /// ∂L/∂o_t = (1 / T) ∂L/∂(mean of o), at every step.
  template <class Tape>
  void give_back(const elman::Steps& steps, Tape& tape) const {
    for (elman::Index b = 0; b < steps.batch(); ++b) {
      for (elman::Index t = 0; t < steps.length(b); ++t) {
        tape.d_o().col(steps.column(b, t)) = d_o_.col(b) / static_cast<float>(steps.length(b));
      }
    }
  }

 private:
  Matrix o_, y_, d_o_;
};

/// Runs `net` on x and calls use(tape) with o, y and d_o of a column a sequence. `random...` is nothing, or the
/// generator that draws the masks of dropout.
template <class Net, class Input, class Tape, class Use, class... Generator>
void read_classes(const Net& net, const Input& x, Tape& tape, Pooling pooling, const Use& use, Generator&... random) {
  if (pooling == Pooling::last) {
    net.forward(x, tape, elman::last_step, random...);
    return use(tape);
  }
  net.forward(x, tape, elman::every_step, random...);
  MeanPooling mean;
  mean.take(x.steps, tape);
  use(mean);
  if constexpr (sizeof...(random) > 0) mean.give_back(x.steps, tape);
}

}  // namespace example
