// SPDX-License-Identifier: MIT
//
// What a class is read from, a policy of the training loop. `read` gives what a loss reads and writes, o, y and d_o
// with a column a sequence in the caller's order; `write_back` hands its ∂L/∂o on to the cell's tape, for bptt.
#pragma once

#include <elman/elman.hpp>

namespace example {

/// The last step's logits: the tape as it is.
class LastStep {
 public:
  static constexpr elman::ReadSteps steps = elman::last_step;

  template <class Tape>
  Tape& read(Tape& tape) {
    return tape;
  }
  template <class Tape>
  void write_back(Tape&) const {}
};

/// The mean of all steps' logits: ō = 1/T Σ_t o_t,  y = softmax(ō),  and back  ∂L/∂o_t = 1/T ∂L/∂ō.
class MeanOfSteps {
 public:
  static constexpr elman::ReadSteps steps = elman::every_step;
  using Scalar = float;
  using Output = elman::Softmax;
  using Logits = elman::Columns<float, elman::Dynamic>;

  template <class Tape>
  MeanOfSteps& read(const Tape& tape) {
    const elman::Steps& of = tape.steps();
    o_.setZero(tape.o().rows(), of.batch());
    for (elman::Index b = 0; b < of.batch(); ++b) {
      for (elman::Index t = 0; t < of.length(b); ++t) o_.col(b) += tape.o().col(of.column(b, t));
      o_.col(b) /= static_cast<float>(of.length(b));
    }
    y_.resizeLike(o_);
    d_o_.resizeLike(o_);
    Output{}(o_, y_);
    return *this;
  }

  template <class Tape>
  void write_back(Tape& tape) const {
    const elman::Steps& of = tape.steps();
    auto d_o = tape.d_o();
    for (elman::Index b = 0; b < of.batch(); ++b) {
      const float share = 1 / static_cast<float>(of.length(b));
      for (elman::Index t = 0; t < of.length(b); ++t) d_o.col(of.column(b, t)) = share * d_o_.col(b);
    }
  }

  const Logits& o() const { return o_; }
  const Logits& y() const { return y_; }
  Logits& d_o() { return d_o_; }

 private:
  Logits o_, y_, d_o_;
};

}  // namespace example
