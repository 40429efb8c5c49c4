// SPDX-License-Identifier: MIT
//
// What a training loop checks before its first step: that every example fits the net and the loss.
#pragma once

#include <concepts>
#include <ranges>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/loss/loss.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/net/input.hpp"
#include "elman/optim/optimizer.hpp"
#include "elman/train/batches.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// That these are what a loop is made of, or a sentence.
template <class Net, class Optimizer, class Loss, class Source, class... Metrics>
constexpr bool are_of_loop() {
  constexpr bool is_net = requires { typename Net::Tape; };
  static_assert(is_net,
                "elman::train::Loop: net, then its optimizer: Loop{net, adam, loss, batches, options, metrics…}");
  static_assert(train::BatchSource<Source>,
                "elman::train::Loop: expected batches: train::Batches{data}, train::Chunks{…}, train::Generated{…}, or "
                "a source of your own (elman/train/batches.hpp)");
  if constexpr (is_net) {
    static_assert(elman::Optimizer<Optimizer, Net>,
                  "elman::train::Loop: the second argument must be an optimizer: step(net, gradient)");
    if constexpr (requires { typename Loss::Output; }) check_output<Loss, typename Net::Tape>();
    const auto check_one = []<class Metric>(std::type_identity<Metric>) {
      constexpr bool is_metric = requires(Metric metric) {
        metric.reset();
        metric.name();
        metric.value();
        metric.higher_is_better;
      };
      static_assert(is_metric,
                    "elman: a metric has add(tape, targets), value(), reset(), name() and higher_is_better; see "
                    "elman/metrics/metric.hpp");
      if constexpr (is_metric) check_metric_output<Metric, typename Net::Tape>();
    };
    (check_one(std::type_identity<Metrics>()), ...);
  }
  return true;
}

template <class Targets>
const auto& labels_in(const Targets& targets) {
  if constexpr (requires { targets.targets; }) {  // weighted
    return labels_in(targets.targets);
  } else if constexpr (requires { targets.columns.size(); }) {
    return targets.columns;
  } else {
    return targets;
  }
}

/// Throws if one of these labels, the targets of batch k, is neither a class nor the one that the loss leaves out.
template <class Loss, class Labels>
void check_labels(const char* owner, const Loss& loss, const Labels& labels, Index out, Index k) {
  if constexpr (std::ranges::range<Labels> && requires { loss.options().ignored_label; }) {
    if constexpr (std::integral<std::ranges::range_value_t<Labels>>) {
      for (const Index label : labels) {
        require_that((label >= 0 && label < out) || label == loss.options().ignored_label, owner,
                     ": a target of batch ", k, " is ", label, "; expected 0 <= label < Out = ", out,
                     ", or .ignored_label of the loss");
      }
    }
  }
}

/// Throws unless all batches, in the order of the data, fit the net and the loss. No forward is run.
template <class Net, class Loss, class Source>
void check_batches(const char* owner, const Net& net, const Loss& loss, Source& source, typename Source::Batch& batch) {
  using Body = std::remove_cvref_t<decltype(net.body())>;
  source.start(nullptr);
  for (Index k = 0; k < source.batches(); ++k) {
    for (Index piece = 0; piece < source.pieces(k); ++piece) {
      source.take(k, piece, nullptr, batch);
      const Input<typename Net::Scalar, Body, std::remove_cvref_t<decltype(batch.x)>> input({"train", "Loop"}, batch.x,
                                                                                            net.body());
      check_read(batch.read, input.steps());
      batch.with_targets([&](const auto& targets) { check_labels(owner, loss, labels_in(targets), net.out(), k); });
    }
  }
}

/// Whether a loss says what its mean over these targets divides by.
template <class Loss, class Tape>
struct SaysDivisor {
  template <class Targets>
  auto operator()(const Targets&) const {
    return std::bool_constant<LossWithDivisor<Loss, Tape, Targets>>{};
  }
};

/// Throws if gradients are added up over pieces of a batch whose loss does not say what its mean divides by.
template <class Loss, class Tape, class Source>
void check_pieces(const char* owner, Source& source) {
  using Batch = typename Source::Batch;
  using Says = decltype(std::declval<const Batch&>().with_targets(SaysDivisor<Loss, Tape>{}));
  if constexpr (!Says::value) {
    source.start(nullptr);
    for (Index k = 0; k < source.batches(); ++k) {
      require_that(
          source.pieces(k) == 1, owner,
          ": batches come in pieces (.micro), and the loss does not say what its mean divides by; expected a loss "
          "with reduction() and divisor(tape, targets) (elman/loss/loss.hpp), or no .micro");
    }
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
