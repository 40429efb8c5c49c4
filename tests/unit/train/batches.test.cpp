// SPDX-License-Identifier: MIT
//
// Data sets, and what hands them out in batches: what is packed, what is read, in which order.
#include "elman/train/batches.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "unit/train/train_cases.hpp"

namespace loss = elman::loss;
namespace train = elman::train;
using elman::Dynamic;
using elman::Index;
using elman::Random;
using train_cases::Cell;
using train_cases::Data;
using train_cases::Sequence;
using Batches = std::vector<std::vector<Index>>;

namespace {

/// Sequences of these lengths; example k has k in its first row, and the target 10 k.
auto numbered(const std::vector<Index>& lengths) {
  std::vector<Sequence> sequences;
  std::vector<Index> targets;
  for (std::size_t k = 0; k < lengths.size(); ++k) {
    sequences.emplace_back(Sequence::Constant(2, lengths[k], static_cast<double>(k)));
    targets.push_back(static_cast<Index>(10 * k));
  }
  return train::Examples(std::move(sequences), std::move(targets));
}

/// Which examples each batch of an epoch has, and each piece of it.
template <class Source>
Batches epoch_of(Source& source, Random* random) {
  Batches result;
  typename Source::Batch batch;
  source.start(random);
  for (Index k = 0; k < source.batches(); ++k) {
    result.emplace_back();
    for (Index piece = 0; piece < source.pieces(k); ++piece) {
      source.take(k, piece, random, batch);
      CHECK(batch.examples == batch.steps().batch());
      for (Index b = 0; b < batch.examples; ++b) {
        const auto example = static_cast<Index>(batch.x.columns(0, batch.steps().column(b, 0)));
        CHECK(batch.targets[static_cast<std::size_t>(b)] == 10 * example);
        CHECK(batch.steps().length(b) == source.data().sequence(example).cols());
        result.back().push_back(example);
      }
    }
  }
  return result;
}

std::vector<Index> joined(const Batches& batches) {
  std::vector<Index> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

std::vector<Index> up_to(Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

std::vector<Index> lengths_of(Index count, std::uint64_t seed) {
  Random random{seed};
  std::vector<Index> lengths;
  for (Index k = 0; k < count; ++k) lengths.push_back(1 + random.below(9));
  return lengths;
}

}  // namespace

TEST_CASE("every epoch has every example once, in batches of the size that is said") {
  const auto lengths = lengths_of(17, 1);
  const auto data = numbered(lengths);
  for (const train::Order order : {train::Order::shuffled, train::Order::similar_lengths, train::Order::of_data}) {
    for (const Index size : {Index{1}, Index{4}, Index{5}, Index{17}}) {
      for (const Index micro : {Index{0}, Index{1}, (std::min)(size, Index{3})}) {
        train::Batches batches{data, {.size = size, .order = order, .micro = micro}};
        Random random{3};
        CHECK(joined(epoch_of(batches, nullptr)) == up_to(17));  // as the data are, to be evaluated on
        for (int epoch = 0; epoch < 3; ++epoch) {
          const Batches taken = epoch_of(batches, &random);
          CHECK(static_cast<Index>(taken.size()) == (17 + size - 1) / size);
          Index short_ones = 0;
          for (const auto& batch : taken) short_ones += static_cast<Index>(batch.size()) < size ? 1 : 0;
          CHECK(short_ones == (17 % size == 0 ? 0 : 1));
          auto all = joined(taken);
          if (order == train::Order::of_data) CHECK(all == up_to(17));
          std::sort(all.begin(), all.end());
          CHECK(all == up_to(17));
        }
      }
    }
  }
}

TEST_CASE("orders are drawn anew each epoch, and are those of the seed") {
  const auto data = numbered(lengths_of(30, 2));
  for (const train::Order order : {train::Order::shuffled, train::Order::similar_lengths}) {
    train::Batches batches{data, {.size = 4, .order = order}};
    Random random{5}, same{5}, other{6};
    const auto first = epoch_of(batches, &random), second = epoch_of(batches, &random);
    CHECK(first != second);
    CHECK(epoch_of(batches, &same) == first);
    CHECK(epoch_of(batches, &same) == second);
    CHECK(epoch_of(batches, &other) != first);
  }
}

TEST_CASE("similar lengths: no sequence lies between the lengths of another batch, and the batches are shuffled") {
  const auto lengths = lengths_of(41, 3);
  const auto data = numbered(lengths);
  train::Batches batches{data, {.size = 6, .order = train::Order::similar_lengths, .micro = 4}};
  Random random{5};
  std::set<std::size_t> places_of_the_short_one;
  for (int epoch = 0; epoch < 20; ++epoch) {
    std::vector<std::pair<Index, Index>> ranges;
    const Batches taken = epoch_of(batches, &random);
    for (std::size_t k = 0; k < taken.size(); ++k) {
      Index least = 100, most = 0;
      for (const Index example : taken[k]) {
        least = (std::min)(least, lengths[static_cast<std::size_t>(example)]);
        most = (std::max)(most, lengths[static_cast<std::size_t>(example)]);
      }
      ranges.emplace_back(least, most);
      if (taken[k].size() == 5) places_of_the_short_one.insert(k);
    }
    CHECK_FALSE(std::is_sorted(ranges.begin(), ranges.end()));
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t k = 1; k < ranges.size(); ++k) CHECK(ranges[k - 1].second <= ranges[k].first);
  }
  CHECK(places_of_the_short_one.size() > 3);
}

TEST_CASE("a last batch of fewer is left out where that is said, of other examples each epoch, and of training alone") {
  const auto data = numbered(lengths_of(11, 4));
  for (const train::Order order : {train::Order::shuffled, train::Order::similar_lengths, train::Order::of_data}) {
    train::Batches batches{data, {.size = 4, .order = order, .drop_last = true}};
    Random random{5};
    std::set<Index> seen;
    for (int epoch = 0; epoch < 20; ++epoch) {
      const Batches taken = epoch_of(batches, &random);
      REQUIRE(taken.size() == 2);
      for (const auto& batch : taken) CHECK(batch.size() == 4);
      for (const Index example : joined(taken)) seen.insert(example);
    }
    CHECK(seen.size() == (order == train::Order::of_data ? 8U : 11U));
    batches.start(nullptr);
    CHECK(batches.batches() == 3);
    CHECK(joined(epoch_of(batches, nullptr)) == up_to(11));
  }
}

TEST_CASE("targets say what is read: of a whole sequence the last step, of steps every one, unless it is said") {
  const std::vector<Index> lengths{3, 1, 4};
  const auto steps = elman::Steps::ragged(lengths);
  const auto sequences = [&] {
    std::vector<Sequence> result;
    for (const Index T : lengths) result.push_back(Sequence::Constant(2, T, static_cast<double>(T)));
    return result;
  }();
  const auto check = [&](const auto& targets, const elman::ReadSteps& expected_read, const auto& expected,
                         const train::BatchOptions& options = {}) {
    const train::Examples data(sequences, targets);
    train::Batches batches{data, options};
    typename decltype(batches)::Batch batch;
    batches.start(nullptr);
    batches.take(0, 0, nullptr, batch);
    CHECK(batch.read.kind == expected_read.kind);
    CHECK(batch.targets == expected);
    CHECK(batch.steps() == steps);
  };
  const std::vector<Index> classes{7, 5, 6};
  check(classes, elman::last_step, classes);
  check(std::vector<short>{7, 5, 6}, elman::last_step, classes);
  check(classes, elman::every_step, classes, {.read = elman::every_step});  // for losses that pool
  using Row = elman::Matrix<double, 1, Dynamic>;
  check(std::vector<double>{7, 5, 6}, elman::last_step, Row{{7, 5, 6}});
  Sequence columns(2, 3);
  columns << 1, 2, 3, 4, 5, 6;
  check(columns, elman::last_step, columns);
  check(std::vector<Eigen::Vector2d>{columns.col(0), columns.col(1), columns.col(2)}, elman::last_step, columns);
  const std::vector<std::vector<int>> tags{{1, 2, 3}, {4}, {5, 6, 7, 8}};
  check(tags, elman::every_step, elman::pack(tags).columns);
  check(tags, elman::last_step, std::vector<Index>{3, 4, 8}, {.read = elman::last_step});
  std::vector<Sequence> matrices;
  for (const Index T : lengths) matrices.push_back(Sequence::Random(3, T));
  check(matrices, elman::every_step, elman::pack(matrices).columns);
  const elman::at_steps second({1, 3});
  check(tags, second, elman::gather(elman::pack(tags), second, steps), {.read = second});
}

TEST_CASE("weights of examples and of steps go with the columns that are read") {
  const std::vector<Index> lengths{2, 3};
  std::vector<Sequence> sequences;
  for (const Index T : lengths) sequences.push_back(Sequence::Zero(2, T));
  const auto check = [&](const auto& targets, const auto& weights, const std::vector<double>& expected,
                         const train::BatchOptions& options = {}) {
    const train::Examples data(sequences, targets, weights);
    train::Batches batches{data, options};
    typename decltype(batches)::Batch batch;
    batches.start(nullptr);
    batches.take(0, 0, nullptr, batch);
    CHECK(batch.weights == expected);
    batch.with_targets([&](const auto& weighted) { CHECK(weighted.size() == std::ssize(expected)); });
  };
  const std::vector<int> classes{0, 1};
  const std::vector<std::vector<int>> tags{{0, 1}, {1, 0, 1}};
  const std::vector<float> of_examples{0.5F, 2};
  const std::vector<std::vector<double>> of_steps{{1, 2}, {3, 4, 5}};
  check(classes, of_examples, {0.5, 2});
  check(classes, of_examples, {0.5, 2}, {.read = elman::every_step});
  check(tags, of_examples, {2, 0.5, 2, 0.5, 2});  // the longer one first
  check(tags, of_steps, {3, 1, 4, 2, 5});
  check(tags, of_steps, {2, 5}, {.read = elman::last_step});

  const train::Examples wrong(sequences, tags, std::vector<std::vector<double>>{{1, 2}, {3, 4}});
  train::Batches batches{wrong};
  typename decltype(batches)::Batch batch;
  batches.start(nullptr);
  CHECK(error_of([&] { batches.take(0, 0, nullptr, batch); }) ==
        "train::Batch::pack: weights of example 1 has 2 entries; expected 3, one a step");
}

namespace {

/// Examples that are made when they are asked for, and what is trained on is varied.
struct Made {
  mutable Index asked = 0;
  Index size() const { return 5; }
  std::vector<int> sequence(Index k) const {
    ++asked;
    return std::vector<int>(static_cast<std::size_t>(k + 1), static_cast<int>(k));
  }
  Index target(Index k) const { return 10 * k; }
  std::vector<int> varied(Index k, Random& random) const {
    return std::vector<int>(static_cast<std::size_t>(k + 1), 100 + static_cast<int>(random.below(5)));
  }
};

}  // namespace

TEST_CASE("sequences by value are made once, and varied where they are trained on") {
  const Made data;
  train::Batches batches{train::Subset{data, std::vector<std::size_t>{4, 0, 2, 2}}, {.order = train::Order::of_data}};
  typename decltype(batches)::Batch batch;
  batches.start(nullptr);
  batches.take(0, 0, nullptr, batch);
  CHECK(data.asked == 4);
  CHECK(batch.targets == std::vector<Index>{40, 0, 20, 20});
  CHECK(batch.x.columns.front() == 4);
  CHECK(batch.steps().length(0) == 5);
  Random random{1};
  batches.start(&random);
  batches.take(0, 0, &random, batch);
  CHECK(data.asked == 4);
  for (const Index token : batch.x.columns) CHECK(token >= 100);
}

TEST_CASE("chunks: all steps of all streams, in the order of time, each with its target") {
  const auto tokens = up_to(24);
  train::Chunks text{tokens, {.streams = 3, .steps = 4}};
  CHECK(text.size() == 21);  // 7 steps of 3 streams; 2 of 23 are left over
  CHECK(text.batches() == 2);
  typename decltype(text)::Batch batch;
  text.take(1, 0, nullptr, batch);
  CHECK(batch.x.columns == std::vector<Index>{4, 11, 18, 5, 12, 19, 6, 13, 20});
  CHECK(batch.targets.columns == std::vector<Index>{5, 12, 19, 6, 13, 20, 7, 14, 21});
  CHECK(batch.examples == 9);
  CHECK(batch.read.kind == elman::ReadSteps::Kind::every);

  const Sequence x = Sequence::Random(2, 7), y = Sequence::Random(1, 7);
  train::Chunks series{x, y, {.streams = 2, .steps = 2}};
  typename decltype(series)::Batch part;
  series.take(0, 0, nullptr, part);
  CHECK(part.x.columns.col(0) == x.col(0));
  CHECK(part.x.columns.col(1) == x.col(3));
  CHECK(part.x.columns.col(2) == x.col(1));
  CHECK(part.targets.columns.col(1) == y.col(3));
  series.take(1, 0, nullptr, part);
  CHECK(part.x.steps.count() == 1);

  CHECK(error_of([&] {
          train::Chunks{tokens, {.streams = 24}};
        }) == "train::Chunks: streams is 24; expected from 1 to 23, as many as there are steps");
  CHECK(error_of([&] {
          train::Chunks{tokens, {.streams = 0}};
        }) == "train::Chunks: streams is 0; expected from 1 to 23, as many as there are steps");
  CHECK(error_of([&] { train::Chunks{tokens, {.steps = 0}}; }) == "train::Chunks: steps is 0; expected at least 1");
  CHECK(error_of([&] { train::Chunks{std::vector<int>{1}}; }) ==
        "train::Chunks: tokens has 1 of them; expected at least 2, one and the next");
  CHECK(error_of([&] { train::Chunks(x, Sequence(1, 6)); }) ==
        "train::Chunks: targets has 6 steps; expected 7 as x has");
}

TEST_CASE("a loop over chunks carries the state, as by hand, and evaluate goes through a text once") {
  std::vector<Index> tokens;
  Random make{9};
  for (int k = 0; k < 40; ++k) tokens.push_back(make.below(4));
  const auto make_cell = [] {
    Random random{7};
    return Cell(4, 5, 4, elman::init::standard(random));
  };
  const elman::loss::CrossEntropy loss;

  Cell by_hand = make_cell();
  {
    elman::optim::Adam adam{by_hand, {.learning_rate = 0.01}};
    const auto x = elman::streams(std::span(tokens).first(39), 2),
               next = elman::streams(std::span(tokens).subspan(1), 2);
    auto tape = by_hand.tape();
    auto gradient = by_hand.zero_gradient();
    Random random{1};
    for (int epoch = 0; epoch < 2; ++epoch) {
      auto state = by_hand.initial_state(2);
      for (Index begin = 0; begin < x.steps.count(); begin += 8) {
        const auto part = elman::chunk(x, begin, 8);
        by_hand.forward(part, tape, elman::every_step, {.start = state, .random = &random});
        loss(tape, elman::chunk(next, begin, 8));
        gradient.set_zero();
        by_hand.bptt(part, tape, gradient);
        adam.step(by_hand, gradient);
      }
    }
  }
  Cell cell = make_cell();
  elman::optim::Adam adam{cell, {.learning_rate = 0.01}};
  train::Loop loop{cell, adam, loss, train::Chunks{tokens, {.streams = 2, .steps = 8}}, {.epochs = 2}};
  loop.run();
  CHECK(cell.theta() == by_hand.theta());

  auto tape = cell.tape();
  cell.forward(elman::streams(std::span(tokens).first(39), 1), tape);
  const double whole = loss(tape, std::span(tokens).subspan(1));
  CHECK(train::evaluate(cell, train::Chunks{tokens, {.steps = 6}}, loss) == Approx(whole).epsilon(1e-13));
}

TEST_CASE("generated examples: others each time in training, the same for each evaluation") {
  const auto make = [](Random& random) {
    const Index label = random.below(1000);
    return std::pair(std::vector<Index>(static_cast<std::size_t>(1 + label % 3), label), label);
  };
  train::Generated source{make, {.examples = 10, .size = 4, .micro = 3, .seed = 8}};
  CHECK(source.batches() == 3);
  const auto labels = [&](Random* random) {
    std::vector<Index> all;
    typename decltype(source)::Batch batch;
    source.start(random);
    for (Index k = 0; k < source.batches(); ++k) {
      for (Index piece = 0; piece < source.pieces(k); ++piece) {
        source.take(k, piece, random, batch);
        for (Index b = 0; b < batch.examples; ++b) {
          CHECK(batch.x.columns[static_cast<std::size_t>(batch.steps().column(b, 0))] ==
                batch.targets[static_cast<std::size_t>(b)]);
          all.push_back(batch.targets[static_cast<std::size_t>(b)]);
        }
      }
    }
    return all;
  };
  Random random{2};
  const auto first = labels(&random), evaluated = labels(nullptr), second = labels(&random);
  CHECK(first.size() == 10);
  CHECK(first != second);
  CHECK(labels(nullptr) == evaluated);
  CHECK(evaluated != first);
  CHECK(error_of([&] {
          train::Generated{make, {.examples = 0}};
        }) == "train::Generated: examples is 0; expected at least 1");
  CHECK(error_of([&] {
          train::Generated{make, {.examples = 4, .size = 5}};
        }) == "train::Generated: size is 5; expected from 1 to 4, the examples of an epoch");
}

TEST_CASE("a length grows from update to update") {
  const train::Growing length{{.from = 10, .to = 100, .steps = 30}};
  CHECK(length(0) == 10);
  CHECK(length(1) == 13);
  CHECK(length(29) == 97);
  CHECK(length(30) == 100);
  CHECK(length(train::behind_all_updates) == 100);
  const train::Growing slow{{.from = 1, .to = 2, .steps = 7}}, fixed{{.from = 6, .to = 6, .steps = 1}};
  CHECK(slow(6) == 1);
  CHECK(slow(7) == 2);
  CHECK(fixed(0) == 6);
  CHECK(error_of([&] { length(-1); }) == "train::Growing: step is -1; expected at least 0");
  const auto refused = [](Index from, Index to, Index steps) {
    return error_of([&] { train::Growing{{.from = from, .to = to, .steps = steps}}; });
  };
  CHECK(refused(0, 5, 1) == "train::Growing: from is 0; expected at least 1");
  CHECK(refused(5, 4, 1) == "train::Growing: to is 4; expected at least 5, where it grows from");
  CHECK(refused(4, 5, 0) == "train::Growing: steps is 0; expected at least 1");
}

TEST_CASE("generated examples are told the update that they are trained on for, and evaluations one behind all") {
  std::vector<Index> told;
  const auto make = [&](Random& random, Index step) {
    told.push_back(step);
    return std::pair(nets::normal<Sequence>(3, 2, random), random.below(4));
  };
  Cell cell = train_cases::make_cell();
  elman::optim::SGD descent{cell};
  train::Loop loop{cell,
                   descent,
                   loss::CrossEntropy{},
                   train::Generated{make, {.examples = 5, .size = 3, .micro = 2}},
                   {.epochs = 2}};
  loop.on([&](const train::Event& event) {  // behind the look at every batch before the first step
    if (event.moment != train::Moment::begin) return;
    CHECK(told == std::vector<Index>(5, train::behind_all_updates));
    told.clear();
  });
  loop.run();
  CHECK(told == std::vector<Index>{0, 0, 0, 1, 1, 2, 2, 2, 3, 3});
  told.clear();
  train::evaluate(cell, train::Generated{make, {.examples = 3}}, loss::CrossEntropy{});
  CHECK(told == std::vector<Index>(3, train::behind_all_updates));
}

TEST_CASE("an encoder-decoder is trained and evaluated on pairs of sequences") {
  struct Pairs {
    Index size() const { return 6; }
    elman::SourceTarget<std::vector<Index>, std::vector<Index>> sequence(Index k) const {
      return {std::vector<Index>(static_cast<std::size_t>(1 + k % 3), k % 4),
              std::vector<Index>(static_cast<std::size_t>(2 + k % 2), k % 3)};
    }
    std::vector<Index> target(Index k) const { return std::vector<Index>(static_cast<std::size_t>(2 + k % 2), k % 3); }
  };
  Random random{3};
  using Body = elman::EncoderDecoder<elman::Recurrence<>, elman::Recurrence<>>;
  const Body body{elman::Recurrence{Index{4}, Index{5}}, elman::Recurrence{Index{3}, Index{5}}};
  elman::Net<double, Body> net{body, {5, 3}, elman::init::standard(random)};
  elman::optim::Adam adam{net, {.learning_rate = 0.05}};
  const Pairs data;
  const loss::CrossEntropy cross_entropy;
  const double before = train::evaluate(net, train::Batches{data, {.size = 4}}, cross_entropy);
  train::Loop loop{net,
                   adam,
                   cross_entropy,
                   train::Batches{data, {.size = 4, .order = train::Order::similar_lengths}},
                   {.epochs = 30}};
  loop.run();
  CHECK(train::evaluate(net, train::Batches{data, {.size = 5}}, cross_entropy) < before / 4);
}

namespace {

/// The mean of |h| over all steps, which a tape alone has.
struct Activity {
  using Output = elman::Softmax;
  static constexpr bool reads_h = true;
  double sum = 0, all = 0;

  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets&) {
    sum += tape.h().cwiseAbs().sum();
    all += static_cast<double>(tape.h().size());
  }
  double value() const { return sum / all; }
  void reset() { sum = all = 0; }
  static std::string_view name() { return "activity"; }
  static constexpr bool higher_is_better = false;
};

/// A net of a user's own, which has no more than forward.
struct ForwardAlone {
  using Tape = Cell::Tape;
  const Cell& cell;

  template <class X>
  void forward(const X& x, Tape& tape, const elman::ReadSteps& read, const Cell::Options& given) const {
    cell.forward(x, tape, read, given);
  }
};

}  // namespace

TEST_CASE("an evaluation predicts, unless a metric reads h or a net has forward alone; all with the same numbers") {
  const Data data(40);
  const auto examples = data.examples();
  const Cell cell = train_cases::make_cell();
  const train::Batches batches{examples, {.size = 16}};
  using Batch = typename decltype(batches)::Batch;
  using elman::detail::Evaluated, loss::CrossEntropy, elman::metric::Accuracy;
  static_assert(std::same_as<Evaluated<Cell, Batch, CrossEntropy, Accuracy>, Cell::Prediction>);
  static_assert(std::same_as<Evaluated<Cell, Batch, CrossEntropy, Activity>, Cell::Tape>);
  static_assert(std::same_as<Evaluated<ForwardAlone, Batch, CrossEntropy, Accuracy>, Cell::Tape>);

  double sum = 0, all = 0;
  std::vector<Eigen::MatrixXd> outputs;
  train::for_each_batch(cell, batches, [&](const auto&, const auto& tape) {
    sum += tape.h().cwiseAbs().sum();
    all += static_cast<double>(tape.h().size());
    outputs.emplace_back(tape.y());
  });
  std::size_t count = 0;
  train::for_each_prediction(cell, batches, [&](const auto& batch, const auto& told) {
    static_assert(std::same_as<decltype(told), const Cell::Prediction&>);
    CHECK(told.y() == outputs.at(count++));
    CHECK(told.y().cols() == batch.examples);
  });
  CHECK(count == 3);

  const CrossEntropy cross_entropy;
  Activity activity;
  const double expected = train::evaluate(cell, batches, cross_entropy, activity);
  CHECK(activity.value() == Approx(sum / all).epsilon(1e-14));
  CHECK(activity.value() > 0);
  CHECK(train::evaluate(cell, batches, cross_entropy) == expected);
  CHECK(train::evaluate(ForwardAlone{cell}, batches, cross_entropy) == expected);

  Cell trained = train_cases::make_cell();
  elman::optim::Adam adam{trained};
  train::Loop loop{trained, adam, cross_entropy, batches, {.epochs = 1}};
  loop.validate(batches, {.watch = "activity"}, Activity{});
  CHECK(loop.run().best > 0);
}
