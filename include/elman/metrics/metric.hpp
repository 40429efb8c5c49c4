// SPDX-License-Identifier: MIT
//
// What a metric is: a small struct that is told of one batch after another and has one number to say of all of them.
//
//   elman::metric::Accuracy accuracy;
//   for (const auto& batch : batches) {
//     net.forward(batch.x, tape, elman::last_step);
//     accuracy.add(tape, batch.labels);  // targets as losses take them, loss::weighted too
//   }
//   std::cout << accuracy.value();
//
// One of your own, the mean of y − t, with checks and weights of columns from batch.hpp:
//
//   class Bias {
//    public:
//     using Output = elman::Identity;  // the output activation of the nets it is made for
//
//     template <class Tape, class Targets>
//     void add(const Tape& tape, const Targets& targets) {
//       elman::metric::numbers<Bias>("Bias", tape, targets).each([&](const auto& column) {
//         for (elman::Index k = 0; k < column.rows(); ++k) {
//           sum_ += column.weight * (column.y(k) - column.target(k));
//           all_ += column.weight;
//         }
//       });
//     }
//     double value() const { return sum_ / all_; }  // NaN before anything is counted
//     void reset() { sum_ = all_ = 0; }
//
//     static std::string_view name() { return "bias"; }  // what logs call it; no static one if it depends on options
//     static constexpr bool higher_is_better = false;
//     template <class Keep>
//     void keep(Keep&& keep) {  // its parts, for checkpoints
//       keep("sum", sum_);
//       keep("all", all_);
//     }
//
//    private:
//     double sum_ = 0, all_ = 0;
//   };
//
// One whose value() takes long says `static constexpr bool is_costly = true`; a training loop then asks for it at the
// end of an epoch alone. One that fits several outputs has, in place of Output, `template <class Tape> static constexpr
// bool fits`. A tape is anything that has Scalar, Output, o() and y().
#pragma once

#include <concepts>
#include <string_view>

#include "elman/layers/output.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// What a metric reads.
template <class Type>
concept TapeForMetric = requires(const Type& tape) {
  typename Type::Scalar;
  typename Type::Output;
  tape.o();
  tape.y();
};

/// What counts batches of this tape and these targets, and has a number to say of them.
template <class M, class Tape, class Targets>
concept Metric = requires(M metric, const M& counted, const Tape& tape, const Targets& targets) {
  metric.add(tape, targets);
  metric.reset();
  { counted.value() } -> std::convertible_to<double>;
  { counted.name() } -> std::convertible_to<std::string_view>;
  { M::higher_is_better } -> std::convertible_to<bool>;
};

namespace detail {

/// A metric of another output activation than its own would be given numbers that are none of its kind.
template <class M, class Tape>
constexpr void check_metric_output() {
  if constexpr (requires { M::template fits<Tape>; }) {
    static_assert(M::template fits<Tape>, "elman: this metric is not made for the net's Output, as its fits says");
  } else {
    using Output = typename M::Output;
    constexpr bool fits = std::same_as<Output, typename Tape::Output>;
    if constexpr (std::same_as<Output, Softmax>) {
      static_assert(fits,
                    "elman: this metric needs a net whose Output is elman::Softmax, as it is unless another is named");
    } else if constexpr (std::same_as<Output, Sigmoid>) {
      static_assert(fits,
                    "elman: this metric needs a net whose Output is elman::Sigmoid: RNNCell<Scalar, In, Hidden, Out, "
                    "elman::Tanh, elman::Sigmoid>, or a Readout<Hidden, Out, elman::Sigmoid>");
    } else {
      static_assert(fits, "elman: this metric is made for another Output than the net's; see the metric's Output");
    }
  }
}

/// For what takes any metric.
template <class M, class Tape, class Targets>
constexpr void check_metric() {
  static_assert(Metric<M, Tape, Targets>,
                "elman: a metric has add(tape, targets), value(), reset(), name() and higher_is_better; see "
                "elman/metrics/metric.hpp");
  if constexpr (Metric<M, Tape, Targets>) check_metric_output<M, Tape>();
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
