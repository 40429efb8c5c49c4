// SPDX-License-Identifier: MIT
//
// How much probability a net gives to what comes, of softmax outputs and labels (docs/math.md Eq. 64, from Eq. 4):
//
//   LogLoss         −log y[label], the mean over the columns that are not ignored
//   Perplexity      exp of it: among how many equally likely classes the net still chooses
//   BitsPerSymbol   it / log 2
//
// From the logits, as CrossEntropy: exact where y[label] has underflowed to 0.
#pragma once

#include <cmath>
#include <string_view>

#include "elman/layers/output.hpp"
#include "elman/loss/largest_output.hpp"
#include "elman/metrics/accuracy.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace metric {

/// In nats, at least 0.
class LogLoss : public detail::MeanMetric {
 public:
  using Output = Softmax;
  using Options = LabelOptions;

  explicit LogLoss(Options options = {}) : options_(options) {}
  const Options& options() const { return options_; }

  /// Counts a batch: targets are labels (batch.hpp), or weighted. No heap. Throws, with nothing counted, if there was
  /// no forward, targets or weights do not fit, a weight is negative or a label is no class.
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    count<LogLoss>("LogLoss", tape, targets);
  }

  static std::string_view name() { return "log_loss"; }
  static constexpr bool higher_is_better = false;

 protected:
  template <class M, class Tape, class Targets>
  void count(const char* owner, const Tape& tape, const Targets& targets) {
    labels<M>(owner, tape, targets, options_.ignored_label).each([&](const auto& column) {
      const auto largest = detail::largest_output_and_others(tape, column.index);
      using Wider = Wide<typename Tape::Scalar>;
      const Wider below = Wider(largest.o) - Wider(column.o(column.label));
      mean_.add(column.weight, static_cast<double>(below + largest.minus_log()));  // (4)
    });
  }

 private:
  Options options_;
};

class Perplexity : public LogLoss {
 public:
  using LogLoss::LogLoss;
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    count<Perplexity>("Perplexity", tape, targets);
  }
  /// At least 1; NaN before anything is counted.
  double value() const { return std::exp(LogLoss::value()); }
  static std::string_view name() { return "perplexity"; }
};

class BitsPerSymbol : public LogLoss {
 public:
  using LogLoss::LogLoss;
  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    count<BitsPerSymbol>("BitsPerSymbol", tape, targets);
  }
  /// At least 0; NaN before anything is counted.
  double value() const { return LogLoss::value() / std::log(2.0); }
  static std::string_view name() { return "bits_per_symbol"; }
};

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
