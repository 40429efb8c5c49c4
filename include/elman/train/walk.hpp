// SPDX-License-Identifier: MIT
//
// A source of batches that a net runs through in its order, without noise, and what each run fills: a prediction, whose
// memory does not grow with the steps (net/predicting.hpp), or a tape for who reads h of all steps.
#pragma once

#include <type_traits>
#include <utility>

#include "elman/loss/loss.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/train/batches.hpp"
#include "elman/train/carried_state.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A loss or a metric that says that it reads h of all steps in a tape.
template <class Type>
inline constexpr bool reads_h = false;
template <class Type>
requires requires { Type::reads_h; }
inline constexpr bool reads_h<Type> = Type::reads_h;

/// Whether a loss and metrics take a Result with these targets.
template <class Result, class Loss, class... Metrics>
struct Take {
  template <class Targets>
  constexpr auto operator()(const Targets&) const {
    return std::bool_constant < elman::Loss<Loss, Result, Targets> &&
           (elman::Metric<Metrics, Result, Targets> && ...) > ();
  }
};

template <class Net>
concept Predicts = requires {
  typename Net::Prediction;
};

template <class Net, class Batch, class Loss, class... Metrics>
constexpr auto result_of_evaluation() {
  if constexpr (Predicts<Net> && !reads_h<Loss> && !(reads_h<Metrics> || ...)) {
    using Taken =
        decltype(std::declval<const Batch&>().with_targets(Take<typename Net::Prediction, Loss, Metrics...>()));
    if constexpr (Taken::value) {
      return std::type_identity<typename Net::Prediction>();
    } else {
      return std::type_identity<typename Net::Tape>();
    }
  } else {
    return std::type_identity<typename Net::Tape>();
  }
}

/// What a net is evaluated into: a prediction; or a tape, if the net has only forward, or the loss or a metric takes no
/// prediction or reads h.
template <class Net, class Batch, class Loss, class... Metrics>
using Evaluated = typename decltype(result_of_evaluation<Net, Batch, Loss, Metrics...>())::type;

/// The same for who reads o and y alone.
template <class Net>
struct ReadOutOf {
  using type = typename Net::Tape;
};
template <Predicts Net>
struct ReadOutOf<Net> {
  using type = typename Net::Prediction;
};

/// A source, and the memory that a net needs to run through it. Result: a tape or a prediction.
template <class Net, class Source, class Result>
class Walk {
 public:
  explicit Walk(Source source) : source_(std::move(source)) {
    static_assert(train::BatchSource<Source>,
                  "elman::train: expected batches: train::Batches{data}, train::Chunks{…}, train::Generated{…}, or a "
                  "source of your own (elman/train/batches.hpp)");
  }

  template <class Use>
  void operator()(const Net& net, const Use& use) {
    source_.start(nullptr);
    auto state = initial_state(net, source_);
    for (Index k = 0; k < source_.batches(); ++k) {
      for (Index piece = 0; piece < source_.pieces(k); ++piece) {
        source_.take(k, piece, nullptr, batch_);
        run_evaluation(net, batch_, result_, state);
        use(std::as_const(batch_), result_);
      }
    }
  }
  Source& source() { return source_; }
  typename Source::Batch& batch() { return batch_; }

 private:
  Source source_;
  typename Source::Batch batch_;
  Result result_;
};

/// Of an evaluation by a loss and metrics.
template <class Net, class Source, class Loss, class... Metrics>
using EvaluationWalk = Walk<Net, Source, Evaluated<Net, typename Source::Batch, Loss, Metrics...>>;

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
