// SPDX-License-Identifier: MIT
//
// Loss and metrics over many batches, as if these were one.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "elman/loss/loss.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// L of a batch, and how much it counts beside other batches.
struct LossPart {
  double L = 0;
  double divisor = 0;  ///< what it was divided by
  bool is_sum = false;
};

/// L, with ∂L/∂o left in the tape. A loss that does not say what it divides by is taken for a mean over columns.
template <class Loss, class Tape, class Targets>
LossPart run_loss(const Loss& loss, Tape& tape, const Targets& targets) {
  check_loss<Loss, Tape, Targets>();
  LossPart part{static_cast<double>(real_part(loss(tape, targets)))};
  if constexpr (LossWithDivisor<Loss, Tape, Targets>) {
    part.is_sum = loss.reduction() == loss::Reduction::sum;
    part.divisor = loss.divisor(std::as_const(tape), targets);
  } else {
    part.divisor = static_cast<double>(std::as_const(tape).o().cols());
  }
  return part;
}

/// The loss of all that was added: a mean over all columns together, or a sum.
class RunningLoss {
 public:
  void add(const LossPart& part) {
    is_sum_ = part.is_sum;
    if (part.divisor == 0) return;  // a mean over nothing
    total_ += part.divisor;
    if (is_sum_) {
      value_ += part.L;
    } else {
      value_ += (part.L - value_) * (part.divisor / total_);
    }
  }
  /// NaN of nothing.
  double value() const { return total_ == 0 ? not_a_number() : value_; }
  void reset() { *this = {}; }
  template <class Keep>
  void keep(const Keep& keep) {
    keep("value", value_);
    keep("total", total_);
    keep("is_sum", is_sum_);
  }

 private:
  double value_ = 0;
  double total_ = 0;
  bool is_sum_ = false;
};

template <class Metric, class Tape, class Targets>
void add_to_metric(Metric& metric, const Tape& tape, const Targets& targets) {
  check_metric<Metric, Tape, Targets>();
  if constexpr (elman::Metric<Metric, Tape, Targets>) metric.add(tape, targets);
}

/// A metric that says that value() takes long.
template <class Metric>
concept IsCostly = Metric::is_costly;

/// A running loss and metrics.
template <class... Metrics>
class Tally {
 public:
  static constexpr std::size_t size = sizeof...(Metrics);

  explicit Tally(const Metrics&... metrics) : metrics_(metrics...) {}

  void reset() {
    loss_.reset();
    std::apply([](auto&... metric) { (metric.reset(), ...); }, metrics_);
  }
  template <class Loss, class Tape, class Targets>
  LossPart add(const Loss& loss, Tape& tape, const Targets& targets) {
    const LossPart part = run_loss(loss, tape, targets);
    loss_.add(part);
    std::apply([&](auto&... metric) { (add_to_metric(metric, std::as_const(tape), targets), ...); }, metrics_);
    return part;
  }

  double loss() const { return loss_.value(); }
  /// The values of the metrics to where `value` points, in their order; unless `all`, NaN of those that are costly.
  void values(double* value, bool all = true) const {
    std::apply([&](const auto&... metric) { ((*value++ = value_of(metric, all)), ...); }, metrics_);
  }
  const std::tuple<Metrics...>& metrics() const { return metrics_; }

  template <class Keep>
  void keep(const Keep& keep) {
    keep("loss", loss_);
    std::size_t k = 0;
    const auto keep_one = [&](auto& metric) { keep("metric" + std::to_string(k++), metric); };
    std::apply([&](auto&... metric) { (keep_one(metric), ...); }, metrics_);
  }

 private:
  template <class Metric>
  static double value_of(const Metric& metric, [[__maybe_unused__]] bool all) {
    if constexpr (IsCostly<Metric>) {
      if (!all) return not_a_number();
    }
    return static_cast<double>(metric.value());
  }

  RunningLoss loss_;
  std::tuple<Metrics...> metrics_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
