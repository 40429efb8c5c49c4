// SPDX-License-Identifier: MIT
//
// A penalty on the outputs h of recurrences, Σ_t p(h_t, h_{t-1}) of each sequence, h₀ being the h_{t-1} of its first
// step: L + weight · (the mean of p over all steps of all sequences). Its gradient goes into h_t and h_{t-1}, from
// there back through time, and into h₀. One of your own is p and its two derivatives:
//
//   class Jumps : public hook::OutputPenalty<double> {  // p = ‖h_t − h_{t-1}‖⁴
//    public:
//     Jumps(const auto& net, double weight) : OutputPenalty("Jumps", net, {.weight = weight}) {}
//     double term(const ConstVectorView<double>& h, const ConstVectorView<double>& h_prev, VectorView<double> d_h,
//                 VectorView<double> d_h_prev) const override {
//       const double square = (h - h_prev).squaredNorm();
//       d_h += 4 * square * (h - h_prev);
//       d_h_prev -= 4 * square * (h - h_prev);
//       return square * square;
//     }
//   };
#pragma once

#include <utility>

#include "elman/hooks/penalty.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace hook {

/// h is what the layer above sees: σ(v) of a recurrence whose state is v. A mean is over the N steps of the batch, of
/// all its sequences. h₀ is what the sequence starts from, in a chunk of a stream the state of the chunk before.
template <class Scalar>
class OutputPenalty : public Penalty<Scalar> {
 public:
  using Penalty<Scalar>::Penalty;

  /// Returns p and adds ∂p/∂h_t and ∂p/∂h_{t-1} to d_h and d_h_prev, all of Hidden rows, without weight or mean.
  virtual double term(const ConstVectorView<Scalar>& h, const ConstVectorView<Scalar>& h_prev, VectorView<Scalar> d_h,
                      VectorView<Scalar> d_h_prev) const = 0;

  void begin(const BackwardRun<Scalar>& run) override {
    if (!this->applies(run)) return;
    for (auto* buffer : {&d_h_, &d_h_prev_}) {
      buffer->reshape(run.outputs.rows(), run.steps.batch());
      set_zero(buffer->view());
    }
    next_ = run.steps.count() - 1;
  }

  void above(const BackwardRun<Scalar>& run, Index first, const MatrixView<Scalar>& d_h) override {
    if (!this->applies(run)) return;
    const Steps& steps = run.steps;
    double sum = 0;
    for (; next_ >= 0 && steps.first(next_) >= first; --next_) {
      const Index width = steps.width(next_);
      sum += add_terms(run.at(run.outputs, next_, width), run.at(run.outputs, next_ - 1, width));
      add_scaled(run, d_h.middleCols(steps.first(next_) - first, width));
      std::swap(d_h_, d_h_prev_);
    }
    this->add_value(run, sum, steps.columns());
  }

  void initial(const BackwardRun<Scalar>& run, const MatrixView<Scalar>& d_h0) override {
    if (this->applies(run)) add_scaled(run, d_h0.leftCols(run.steps.width(0)));
  }

 private:
  /// Of one step; d_h_ has ∂/∂h_t of the step behind it, d_h_prev_ is for the step before it.
  double add_terms(const ConstMatrixView<Scalar>& h, const ConstMatrixView<Scalar>& h_prev) {
    double sum = 0;
    set_zero(d_h_prev_.view());
    for (Index k = 0; k < h.cols(); ++k) {
      sum += term(h.col(k), h_prev.col(k), d_h_.view().col(k), d_h_prev_.view().col(k));
    }
    return sum;
  }
  void add_scaled(const BackwardRun<Scalar>& run, const MatrixView<Scalar>& d) const {
    const auto scale = static_cast<Scalar>(this->scale(run, run.steps.columns()));
    const auto from = d_h_.view();
    for (Index k = 0; k < d.cols(); ++k) {
      for (Index row = 0; row < d.rows(); ++row) d(row, k) += scale * from(row, k);
    }
  }

  Index next_ = 0;                       ///< the step that bptt goes back through next
  ColumnBuffer<Scalar> d_h_, d_h_prev_;  ///< Hidden × B in the order of slots
};

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
