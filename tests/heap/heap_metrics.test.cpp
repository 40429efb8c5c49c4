// SPDX-License-Identifier: MIT
//
// No heap in steady state: metrics call none of malloc and its kin after the first batch, whatever size batches have,
// nor behind reset().
#include <vector>

#include "elman/elman.hpp"
#include "heap/heap_counter.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/metric_data.hpp"

namespace {

/// The heap calls of two batches and a value, behind a first batch and a reset.
template <class M, class Tape, class Targets>
long heap_calls_of(M metric, const Tape& tape, const Targets& targets) {
  metric.add(tape, targets);
  return count_heap_calls([&] {
    metric.reset();
    metric.add(tape, elman::loss::weighted(targets, metric_data::unit_weights));
    metric.add(tape, targets);
    static_cast<void>(metric.value());
    static_cast<void>(metric.name());
  });
}

}  // namespace

TEST_CASE("Metrics need no heap in steady state") {
  using namespace elman::metric;
  const LossTape<double, elman::Softmax> softmax(metric_data::logits());
  const auto labels = metric_data::labels();
  CHECK(heap_calls_of(Accuracy(), softmax, labels) == 0);
  CHECK(heap_calls_of(TopK({.k = 3}), softmax, labels) == 0);
  CHECK(heap_calls_of(ConfusionMatrix(), softmax, labels) == 0);
  CHECK(heap_calls_of(Perplexity(), softmax, labels) == 0);
  const LossTape<double, elman::Sigmoid> sigmoid(metric_data::scores());
  const Eigen::MatrixXd yes = metric_data::yes();
  CHECK(heap_calls_of(BinaryAccuracy(), sigmoid, yes) == 0);
  CHECK(heap_calls_of(BinaryF1(), sigmoid, yes) == 0);
  const LossTape<double, elman::Identity> identity(metric_data::outputs());
  const Eigen::MatrixXd numbers = metric_data::numbers();
  CHECK(heap_calls_of(MeanSquaredError(), identity, numbers) == 0);
  CHECK(heap_calls_of(R2(), identity, numbers) == 0);

  RocAuc area;  // which keeps its scores
  area.add(sigmoid, yes);
#if ELMAN_COUNTS_HEAP
  CHECK(count_heap_calls([&] { area.add(sigmoid, yes); }) > 0);
#endif
  area.reset();
  CHECK(count_heap_calls([&] { area.add(sigmoid, yes); }) == 0);
}
