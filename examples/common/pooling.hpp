// SPDX-License-Identifier: MIT
//
// What of a sequence tells its class, and how that is trained and measured:
//
//   last   o of the last step
//   mean   the mean of o over all steps, Σ o_t / T: what tells the class may stand anywhere
//
// One loop does both, of batches that are read so (read_of), with a loss and metrics that are told of a column a
// sequence:
//
//   train::Loop loop{net, adam, PooledLoss{pooling, loss::CrossEntropy{}}, batches, options,
//                    PooledMetric{pooling, metric::Accuracy{}}};
#pragma once

#include <elman/elman.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "options.hpp"

namespace example {

/// The mean logits of each sequence, in the caller's order: a tape of its own for a loss or a metric.
class MeanPooling {
 public:
  using Scalar = float;
  using Output = elman::Softmax;
  using Matrix = elman::Columns<float, elman::Dynamic>;

  /// From the logits of every step.
  template <class Tape>
  explicit MeanPooling(const Tape& tape) {
    const elman::Steps& steps = tape.steps();
    o_.setZero(tape.o().rows(), steps.batch());
    for (elman::Index b = 0; b < steps.batch(); ++b) {
      for (elman::Index t = 0; t < steps.length(b); ++t) o_.col(b) += tape.o().col(steps.column(b, t));
      o_.col(b) /= static_cast<float>(steps.length(b));
    }
    for (Matrix* matrix : {&y_, &d_o_}) matrix->resizeLike(o_);
    Output()(o_, y_);
  }

  const Matrix& o() const { return o_; }
  const Matrix& y() const { return y_; }
  Matrix& d_o() { return d_o_; }

  /// ∂L/∂o_t = (1 / T) ∂L/∂(mean of o), at every step.
  template <class Tape>
  void give_back(Tape& tape) const {
    const elman::Steps& steps = std::as_const(tape).steps();
    for (elman::Index b = 0; b < steps.batch(); ++b) {
      for (elman::Index t = 0; t < steps.length(b); ++t) {
        tape.d_o().col(steps.column(b, t)) = d_o_.col(b) / static_cast<float>(steps.length(b));
      }
    }
  }

 private:
  Matrix o_, y_, d_o_;
};

/// What forward is to read.
inline std::optional<elman::ReadSteps> read_of(Pooling pooling) {
  if (pooling == Pooling::last) return {};
  return elman::every_step;
}

/// use(tape) with o and y of a column a sequence.
template <class Tape, class Use>
auto with_pooled(Pooling pooling, const Tape& tape, const Use& use) {
  return pooling == Pooling::last ? use(tape) : use(MeanPooling(tape));
}

template <class Loss>
struct PooledLoss {
  using Output = typename Loss::Output;
  Pooling pooling;
  Loss loss;

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    if (pooling == Pooling::last) return loss(tape, targets);
    MeanPooling mean(tape);
    const float L = loss(mean, targets);
    mean.give_back(tape);
    return L;
  }
  elman::loss::Reduction reduction() const { return loss.reduction(); }
  template <class Tape, class Targets>
  double divisor(const Tape& tape, const Targets& targets) const {
    return with_pooled(pooling, tape, [&](const auto& read) { return loss.divisor(read, targets); });
  }
};
template <class Loss>
PooledLoss(Pooling, Loss) -> PooledLoss<Loss>;

template <class Metric>
struct PooledMetric {
  using Output = typename Metric::Output;
  Pooling pooling;
  Metric metric;

  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    with_pooled(pooling, tape, [&](const auto& read) { metric.add(read, targets); });
  }
  double value() const { return metric.value(); }
  void reset() { metric.reset(); }
  std::string_view name() const { return metric.name(); }
  static constexpr bool higher_is_better = Metric::higher_is_better;
  template <class Keep>
  void keep(Keep&& keep) {
    metric.keep(keep);
  }
};
template <class Metric>
PooledMetric(Pooling, Metric) -> PooledMetric<Metric>;

}  // namespace example
