// SPDX-License-Identifier: MIT
//
// What a net makes of a whole source of batches, in its order, without noise:
//
//   metric::Accuracy accuracy;
//   const double L = train::evaluate(net, train::Batches{test}, loss, accuracy);       accuracy.value()
//
//   train::for_each_prediction(net, train::Batches{test}, [&](const auto& batch, auto& told) { … told.y() … });
//   train::for_each_batch(net, train::Batches{test}, [&](const auto& batch, auto& tape) { … tape.h() … });
//
// evaluate, a loop's validation and for_each_prediction run predict, whose memory does not grow with the steps
// (net/predicting.hpp); for_each_batch runs forward.
#pragma once

#include <utility>

#include "elman/train/tally.hpp"
#include "elman/train/walk.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

/// use(batch, tape) for each batch, behind its forward: o and y of its columns in the order of batch.targets. Of last
/// steps, column b is example b of the batch, and batches come in the order of the data.
template <class Net, class Source, class Use>
void for_each_batch(const Net& net, Source source, const Use& use) {
  detail::Walk<Net, Source, typename Net::Tape> walk(std::move(source));
  walk(net, use);
}
/// use(batch, prediction), the same behind its predict: h of all steps is not kept. (Of a net of your own that has only
/// forward it is the tape.)
template <class Net, class Source, class Use>
void for_each_prediction(const Net& net, Source source, const Use& use) {
  detail::Walk<Net, Source, typename detail::ReadOutOf<Net>::type> walk(std::move(source));
  walk(net, use);
}

/// The loss of all batches, as if they were one, and adds them to the metrics. Throws as predict, the loss and the
/// metrics do. A loss or a metric that reads tape.h() says so, `static constexpr bool reads_h = true`; it is then given
/// the tape of a forward.
template <class Net, class Source, class Loss, class... Metrics>
double evaluate(const Net& net, Source source, const Loss& loss, Metrics&... metrics) {
  detail::EvaluationWalk<Net, Source, Loss, Metrics...> walk(std::move(source));
  detail::RunningLoss running;
  walk(net, [&](const auto& batch, auto& result) {
    batch.with_targets([&](const auto& targets) {
      running.add(detail::run_loss(loss, result, targets));
      (detail::add_to_metric(metrics, std::as_const(result), targets), ...);
    });
  });
  return running.value();
}

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
