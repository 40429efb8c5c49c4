// SPDX-License-Identifier: MIT
#include "elman/train/loop.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "unit/train/train_cases.hpp"

using elman::Dynamic;
using elman::Index;
using elman::Random;
namespace loss = elman::loss;
namespace optim = elman::optim;
namespace train = elman::train;
using train::Moment;
using train_cases::Cell;
using train_cases::Data;
using train_cases::make_cell;
using train_cases::Right;
using train_cases::Sequence;

TEST_CASE("a loop is what one would write by hand, bit for bit") {
  const Data data(23), held_out(9, 2);
  const optim::CosineSchedule schedule{{.learning_rate = 2e-2, .steps = 40}};
  const loss::CrossEntropy loss{{.label_smoothing = 0.1}};
  constexpr Index epochs = 4, size = 6;

  Cell by_hand = make_cell();
  std::vector<double> losses, validation_losses;
  {
    optim::AdamW adam{by_hand, {.weight_decay = 0.05}};
    const optim::L2Penalty penalty{by_hand, {{"W", 1e-3}}};
    optim::OrthogonalPenalty orthogonal{by_hand, {{"W", 1e-2}}};
    Random random{11};
    auto tape = by_hand.tape();
    auto gradient = by_hand.zero_gradient();
    Index step = 0;
    for (Index epoch = 0; epoch < epochs; ++epoch) {
      std::vector<std::size_t> order(data.labels.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      random.shuffle(order);
      double sum = 0;
      for (std::size_t begin = 0; begin < order.size(); begin += size) {
        std::vector<Sequence> sequences;
        std::vector<Index> labels;
        for (std::size_t k = begin; k < (std::min)(begin + size, order.size()); ++k) {
          sequences.push_back(data.sequences[order[k]]);
          labels.push_back(data.labels[order[k]]);
        }
        auto x = elman::pack(sequences);
        for (double& value : x.columns.reshaped()) value += 0.1 * random.normal();
        by_hand.forward(x, tape, elman::last_step, random);
        sum += loss(tape, labels) * static_cast<double>(labels.size());
        gradient.set_zero();
        by_hand.bptt(x, tape, gradient);
        penalty(by_hand, gradient);
        orthogonal(by_hand, gradient);
        optim::clip_norm(gradient, 0.5);
        adam.step(by_hand, gradient, schedule(step++));
      }
      losses.push_back(sum / static_cast<double>(order.size()));
      by_hand.forward(elman::pack(held_out.sequences), tape, elman::last_step, elman::no_noise);
      validation_losses.push_back(loss(tape, held_out.labels));
    }
  }

  Cell cell = make_cell();
  optim::AdamW adam{cell, {.weight_decay = 0.05}};
  const auto examples = data.examples();
  train::Loop loop{cell,
                   adam,
                   loss,
                   train::Batches{examples, {.size = size}},
                   {.epochs = epochs,
                    .clip_norm = 0.5,
                    .schedule = schedule,
                    .l2 = {{"W", 1e-3}},
                    .orthogonal = {{"W", 1e-2}},
                    .seed = 11}};
  loop.vary([](auto& batch, Random& random) {
    for (double& value : batch.x.columns.reshaped()) value += 0.1 * random.normal();
  });
  loop.validate(train::Batches{held_out.examples(), {.size = 4}}, {.keep_best = false});
  std::vector<double> told, told_of_validation;
  loop.on([&](train::Event& event) {
    if (event.moment != Moment::epoch) return;
    told.push_back(event.training.loss);
    told_of_validation.push_back(event.validation.loss);
    CHECK(event.learning_rate == schedule(event.step - 1));
  });
  const train::Outcome outcome = loop.run();

  CHECK(cell.theta() == by_hand.theta());
  CHECK(outcome.ending == train::Ending::epochs);
  CHECK(outcome.epochs == epochs);
  CHECK(outcome.steps == 4 * epochs);
  REQUIRE(told.size() == losses.size());
  for (std::size_t k = 0; k < told.size(); ++k) {
    CHECK(told[k] == Approx(losses[k]).epsilon(1e-13));
    CHECK(told_of_validation[k] == Approx(validation_losses[k]).epsilon(1e-13));
  }
}

TEST_CASE("micro-batches have the gradient of the whole batch") {
  Data data(13);
  data.labels[2] = data.labels[5] = data.labels[6] = -1;  // a piece of .micro = 2 of nothing but ignored labels
  const auto plain = data.examples();
  const train::Examples weighted(data.sequences, data.labels, data.weights);
  const auto weights_after = [](const auto& examples, const auto& loss, Index micro) {
    Cell cell = make_cell();
    optim::SGD descent{cell, {.learning_rate = 0.5}};
    train::Loop loop{cell,
                     descent,
                     loss,
                     train::Batches{examples, {.size = 13, .order = train::Order::of_data, .micro = micro}},
                     {.epochs = 2}};
    double told = 0;
    loop.on([&](train::Event& event) { told = event.training.loss; });
    loop.run();
    elman::Vector<double, Dynamic> theta(cell.theta().size() + 1);
    theta << cell.theta(), told;
    return theta;
  };
  const auto check = [&](const auto& examples, const auto& loss) {
    const auto whole = weights_after(examples, loss, 0);
    CHECK((whole.head(whole.size() - 1) - make_cell().theta()).norm() > 0.01);
    for (const Index micro : {1, 2, 5, 12}) {
      CHECK((weights_after(examples, loss, micro) - whole).norm() < 1e-14 * whole.norm());
    }
  };
  for (const loss::Reduction reduction : {loss::Reduction::mean, loss::Reduction::mean_or_zero, loss::Reduction::sum}) {
    const loss::CrossEntropy cross_entropy{
        {.reduction = reduction, .class_weights = {0.5, 2, 0, 1}, .ignored_label = -1}};
    check(plain, cross_entropy);
    check(weighted, cross_entropy);
  }
}

namespace {

/// Mean or sum, who knows.
struct Silent {
  using Output = elman::Softmax;
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    return loss::CrossEntropy{}(tape, targets);
  }
};

}  // namespace

TEST_CASE("a loss that does not say what it divides by is not accumulated") {
  const Data data(6);
  const auto examples = data.examples();
  Cell cell = make_cell();
  optim::Adam adam{cell};
  const auto make = [&](Index micro) {
    train::Loop loop{cell, adam, Silent(), train::Batches{examples, {.size = 4, .micro = micro}}, {.epochs = 1}};
    loop.run();
  };
  CHECK_NOTHROW(make(0));
  CHECK_NOTHROW(make(4));
  const std::string message = error_of([&] { make(2); });
  for (const char* part : {"train::Loop", "micro", "divisor"}) CHECK(message.find(part) != std::string::npos);
}

namespace {

/// Its value takes long.
struct Costly : Right {
  static constexpr bool is_costly = true;
  static std::string_view name() { return "costly"; }
};

}  // namespace

TEST_CASE("a costly metric is asked for at the end of an epoch and of a validation alone") {
  const Data data(10);
  const auto examples = data.examples();
  Cell cell = make_cell();
  optim::Adam adam{cell};
  train::Loop loop{cell,    adam,    loss::CrossEntropy{}, train::Batches{examples, {.size = 4}}, {.epochs = 2},
                   Right(), Costly()};
  loop.on([](train::Event& event) {
    if (event.moment == Moment::batch) {
      CHECK(std::isnan(event.training.metrics[1]));
      CHECK_FALSE(std::isnan(event.training.metrics[0]));
    } else if (event.moment == Moment::epoch) {
      CHECK(event.training.metrics[1] == event.training.metrics[0]);
    }
  });
  loop.run();
}

TEST_CASE("events come in order, and tell where the run is") {
  const Data data(10), held_out(5, 2);
  const auto examples = data.examples();
  Cell cell = make_cell();
  optim::Adam adam{cell};
  train::Loop loop{cell, adam, loss::CrossEntropy{}, train::Batches{examples, {.size = 4}}, {.epochs = 2}, Right()};
  loop.validate(train::Batches{held_out.examples()}, {.watch = "right"});
  std::string moments;
  const auto listen = [&](train::Event& event) {
    moments += "bxve."[static_cast<std::size_t>(event.moment)];
    CHECK(event.epochs == 2);
    CHECK(event.batches == 3);
    CHECK(event.examples_all == 10);
    CHECK(event.metrics.size() == 1);
    CHECK(event.metrics[0] == "right");
    if (event.moment == Moment::batch) {
      CHECK(event.step == event.epoch * 3 + event.batch);
      CHECK(event.examples == (std::min)(event.batch * 4, Index{10}));
      CHECK(event.learning_rate == 1e-3);
    }
    if (event.moment == Moment::epoch) {
      CHECK(event.training.metrics[0] >= 0);
      CHECK(event.validation.metrics[0] <= 1);
    }
  };
  loop.on(listen);
  loop.run();
  CHECK(moments == "bxxxvexxxve.");
}

TEST_CASE("a callback stops a run, which goes on where it was") {
  const Data data(11);
  const auto examples = data.examples();
  const auto run = [&](const std::vector<Index>& stops) {
    Cell cell = make_cell();
    optim::Adam adam{cell, {.learning_rate = 1e-2}};
    train::Loop loop{cell, adam, loss::CrossEntropy{}, train::Batches{examples, {.size = 3}}, {.epochs = 3}, Right()};
    loop.validate(train::Batches{examples}, {.every_steps = 2, .watch = "right"});
    std::vector<double> told;
    loop.on([&](train::Event& event) {
      if (event.moment == Moment::begin || event.moment == Moment::end) return;
      told.push_back(event.training.loss);
      told.push_back(event.validation.loss);
      told.push_back(event.is_best ? 1 : 0);
      if (std::count(stops.begin(), stops.end(), static_cast<Index>(told.size()) / 3) > 0) event.stop();
    });
    std::size_t runs = 1;
    for (; loop.run().ending == train::Ending::callback; ++runs) continue;
    CHECK(runs == stops.size() + 1);
    for (Index k = 0; k < cell.theta().size(); ++k) told.push_back(cell.theta()[k]);
    return told;
  };
  const auto whole = run({});
  std::vector<Index> everywhere(20);
  std::iota(everywhere.begin(), everywhere.end(), Index{1});
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (const auto& stops : {std::vector<Index>{4}, std::vector<Index>{5, 6, 13}, everywhere}) {
    const auto parts = run(stops);
    CHECK(std::equal(whole.begin(), whole.end(), parts.begin(), parts.end(), same));
  }
}

TEST_CASE("what an optimizer holds fixed has no part in the norm that is clipped") {
  const Data data(8);
  const auto examples = data.examples();
  const auto weights_after = [&](const auto& change) {
    Cell cell = make_cell();
    optim::SkipNonFinite descent{
        optim::Grouped{optim::SGD{cell, {.learning_rate = 0.5}}, cell, {{.name = "U", .fixed = true}}}};
    train::Loop loop{cell, descent, loss::CrossEntropy{}, train::Batches{examples}, {.epochs = 3, .clip_norm = 0.01}};
    loop.on_gradient(change);
    loop.run();
    return cell;
  };
  const Cell plain = weights_after([](const Cell&, auto&) {});
  const Cell large_in_U = weights_after([](const Cell&, auto& gradient) { gradient.U().setConstant(100); });
  CHECK(plain.U() == make_cell().U());
  CHECK(plain.W() != make_cell().W());
  CHECK(plain.theta() == large_in_U.theta());
}
