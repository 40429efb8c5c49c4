// SPDX-License-Identifier: MIT
//
// A training loop calls the heap for the first batches of a shape, and from then on between no two of its events.
#include <cstddef>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "heap/heap_counter.hpp"
#include "support/catch.hpp"
#include "support/products.hpp"
#include "unit/train/train_cases.hpp"

namespace loss = elman::loss;
namespace metric = elman::metric;
namespace optim = elman::optim;
namespace train = elman::train;
using elman::Index;
using namespace train_cases;

namespace {

/// Heap calls between the batch events of each epoch but the first.
template <class Loop>
std::vector<long> calls_of(Loop& loop) {
  std::vector<long> calls;
  calls.reserve(1000);
  long before = 0;
  loop.on([&](train::Event& event) {
    if (event.moment != train::Moment::batch) return;
    if (event.epoch > 0 && event.batch > 1) calls.push_back(heap_calls - before);
    before = heap_calls;
  });
  loop.run();
  return calls;
}

void check_none(const std::vector<long>& calls) {
  CHECK(calls.size() > 10);
  if (!ELMAN_COUNTS_HEAP) return;
  for (const long count : calls) CHECK(count == 0);
}

}  // namespace

TEST_CASE("training on examples calls no heap after the first epoch") {
  const Data data(30);
  const train::Examples weighted(data.sequences, data.labels, data.weights);
  const std::vector<double> numbers(30, 0.5);
  const loss::CrossEntropy cross_entropy{{.class_weights = {1, 2, 1, 1}}};
  for (const Index micro : {0, 3}) {
    Cell cell = make_cell();
    optim::SkipNonFinite adam{optim::Adam{cell}};
    train::Loop loop{cell,
                     adam,
                     cross_entropy,
                     train::Batches{weighted, {.size = 8, .order = train::Order::of_data, .micro = micro}},
                     {.epochs = 6,
                      .clip_norm = 1.0,
                      .clip_value = 2.0,
                      .schedule = optim::CosineSchedule{{.learning_rate = 1e-2, .steps = 100}},
                      .l2 = {{"W", 1e-4}}},
                     metric::Accuracy{},
                     metric::LogLoss{},
                     metric::ConfusionMatrix{}};
    loop.vary([](auto& batch, elman::Random& random) { batch.x.columns(0, 0) += random.normal(); });
    elman::hook::Omega omega{cell};
    elman::hook::NormPenalty steady{cell};
    elman::hook::Join both{omega, steady};
    loop.hook(both);
    check_none(calls_of(loop));
  }
}

TEST_CASE("training in any order calls no heap once the sequences are equally long, nor do its validations") {
  std::vector<Sequence> sequences(30, Sequence::Random(3, 7));
  std::vector<std::vector<int>> tags(30, std::vector<int>{0, 1, 2, 3, 2, 1, 0});
  const train::Examples examples(sequences, tags);
  Cell cell = make_cell();
  optim::Adam adam{cell};
  train::Loop loop{
      cell, adam, loss::CrossEntropy{}, train::Batches{examples, {.size = 10}}, {.epochs = 8}, metric::Accuracy{}};
  loop.validate(train::Batches{examples, {.size = 12}}, {.every_steps = 2});
  check_none(calls_of(loop));
}

TEST_CASE("training on chunks of a stream calls no heap after the first epoch") {
  std::vector<int> tokens;
  elman::Random random{1};
  for (int k = 0; k < 200; ++k) tokens.push_back(static_cast<int>(random.below(3)));
  Cell cell = make_cell(3);
  optim::RMSprop descent{cell};
  train::Loop loop{cell,
                   descent,
                   loss::CrossEntropy{},
                   train::Chunks{tokens, {.streams = 3, .steps = 9}},
                   {.epochs = 4},
                   metric::BitsPerSymbol{}};
  check_none(calls_of(loop));
}

#if ELMAN_COUNTS_HEAP
TEST_CASE("the counter sees an allocation in a callback") {
  const Data data(30);
  const auto examples = data.examples();
  Cell cell = make_cell();
  optim::Adam adam{cell};
  train::Loop loop{cell,
                   adam,
                   loss::CrossEntropy{},
                   train::Batches{examples, {.size = 8, .order = train::Order::of_data}},
                   {.epochs = 3}};
  std::string kept = "x";
  loop.on_gradient([&kept](const Cell&, auto&) { std::string(100, kept.back()).swap(kept); });
  for (const long count : calls_of(loop)) CHECK(count > 0);
}
#endif
