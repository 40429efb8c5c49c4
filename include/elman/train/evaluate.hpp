// SPDX-License-Identifier: MIT
//
// What a net makes of a whole source of batches, in its order, without noise:
//
//   metric::Accuracy accuracy;
//   const double L = train::evaluate(net, train::Batches{test}, loss, accuracy);       accuracy.value()
//
//   train::for_each_batch(net, train::Batches{test}, [&](const auto& batch, auto& tape) { … tape.y() … });
#pragma once

#include <utility>

#include "elman/net/noise.hpp"
#include "elman/train/batches.hpp"
#include "elman/train/carried_state.hpp"
#include "elman/train/tally.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A source, and the memory that a net needs to run through it.
template <class Net, class Source>
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
        run_forward(net, batch_, tape_, state, no_noise);
        use(std::as_const(batch_), tape_);
      }
    }
  }
  Source& source() { return source_; }
  typename Source::Batch& batch() { return batch_; }

 private:
  Source source_;
  typename Source::Batch batch_;
  typename Net::Tape tape_;
};

}  // namespace detail

namespace train {

/// use(batch, tape) for each batch, behind its forward: o and y of its columns in the order of batch.targets. Of last
/// steps, column b is example b of the batch, and batches come in the order of the data.
template <class Net, class Source, class Use>
void for_each_batch(const Net& net, Source source, const Use& use) {
  detail::Walk<Net, Source> walk(std::move(source));
  walk(net, use);
}

/// The loss of all batches, as if they were one, and adds them to the metrics. Throws as forward, the loss and the
/// metrics do.
template <class Net, class Source, class Loss, class... Metrics>
double evaluate(const Net& net, Source source, const Loss& loss, Metrics&... metrics) {
  detail::RunningLoss running;
  for_each_batch(net, std::move(source), [&](const auto& batch, auto& tape) {
    batch.with_targets([&](const auto& targets) {
      running.add(detail::run_loss(loss, tape, targets));
      (detail::add_to_metric(metrics, std::as_const(tape), targets), ...);
    });
  });
  return running.value();
}

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
