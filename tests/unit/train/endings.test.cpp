// SPDX-License-Identifier: MIT
//
// How a training loop ends: by its epochs, by patience, or because a gradient is not finite; and what it refuses before
// it begins.
#include <cstddef>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "elman/train/loop.hpp"
#include "support/catch.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "unit/train/train_cases.hpp"

namespace loss = elman::loss;
namespace optim = elman::optim;
namespace train = elman::train;
using elman::Index;
using elman::Random;
using train::Moment;
using namespace train_cases;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A loop over 8 examples, 2 updates an epoch, whose validation measures what is given, one after the other.
struct Scripted {
  std::vector<double> script;
  Data data{8};
  Cell cell = make_cell();
  optim::SGD<double> descent{cell, {.learning_rate = 0.1}};
  std::size_t next = 0;
  std::vector<Cell> seen = {};  ///< the net at each validation

  train::Outcome run(const train::LoopOptions& options, const train::ValidationOptions& validation,
                     bool higher_is_better = true) {
    const auto examples = data.examples();
    train::Loop loop{cell, descent, loss::CrossEntropy{}, train::Batches{examples, {.size = 4}}, options};
    const auto measure = [this](const Cell& net) {
      seen.push_back(net);
      return script.at(next++);
    };
    loop.validate({.name = "measured", .of = measure, .higher_is_better = higher_is_better}, validation);
    loop.on([this](train::Event& event) {
      if (event.moment == Moment::batch) rates.push_back(event.learning_rate);
      if (event.moment == Moment::validation) best.push_back(event.is_best);
      if (event.moment != Moment::begin && event.moment != Moment::end) {
        CHECK(event.has_validation == !best.empty());
      }
    });
    return loop.run();
  }
  std::vector<double> rates = {};
  std::vector<bool> best = {};  ///< whether each validation was told to be
};

}  // namespace

TEST_CASE("patience ends a run, and the net ends as it was when it was best") {
  SECTION("two in a row without an improvement") {
    Scripted run{{0.1, 0.5, 0.4, 0.6, 0.6, not_a_number, 0.9}};
    const auto outcome = run.run({.epochs = 7}, {.patience = 2});
    CHECK(outcome.ending == train::Ending::patience);
    CHECK(outcome.epochs == 6);  // an equal one and NaN are no improvement
    CHECK(outcome.steps == 12);
    CHECK(outcome.has_best);
    CHECK(outcome.best == 0.6);
    CHECK(outcome.best_epoch == 4);
    CHECK(run.best == std::vector<bool>{true, true, false, true, false, false});
    CHECK(run.cell.theta() == run.seen[3].theta());
    CHECK(run.cell.theta() != run.seen[5].theta());
  }
  SECTION("of a loss, lower is better, by more than the threshold") {
    Scripted run{{3, 2, 1.9, 1.5, 1.45, 1.41, 1}};
    const auto outcome = run.run({.epochs = 7}, {.patience = 2, .threshold = 0.1}, false);
    CHECK(outcome.epochs == 6);
    CHECK(outcome.best == 1.5);
    CHECK(run.cell.theta() == run.seen[3].theta());
  }
  SECTION("with keep_best = false it stays as it was last") {
    Scripted run{{2, 1, 0}};
    const auto outcome = run.run({.epochs = 3}, {.keep_best = false});
    CHECK(outcome.ending == train::Ending::epochs);
    CHECK(outcome.best == 2);
    CHECK(outcome.best_epoch == 1);
    CHECK(run.cell.theta() == run.seen[2].theta());
  }
  SECTION("within an epoch, every three steps") {
    Scripted run{{1, 2, 1, 1, 5}};
    const auto outcome = run.run({.epochs = 9}, {.every_steps = 3, .patience = 2});
    CHECK(outcome.steps == 12);
    CHECK(outcome.epochs == 6);
    Scripted other{{1, 2, 1, 5}};
    CHECK(other.run({.epochs = 9}, {.every_steps = 3, .patience = 1}).steps == 9);
  }
  SECTION("every two epochs, and after the last") {
    Scripted run{{1, 2, 3}};
    run.run({.epochs = 5}, {.every_epochs = 2});
    CHECK(run.seen.size() == 3);
  }
  SECTION("NaN alone is no best, and the last weights stay") {
    Scripted run{{not_a_number, not_a_number}};
    const auto outcome = run.run({.epochs = 2}, {});
    CHECK_FALSE(outcome.has_best);
    CHECK(run.cell.theta() == run.seen[1].theta());
  }
}

TEST_CASE("a plateau lowers the learning rate by what validation watches, or by the loss of the epochs") {
  const optim::ReduceOnPlateauOptions plateau{.learning_rate = 0.2, .factor = 0.5, .patience = 0, .threshold = 0};
  SECTION("higher is better") {
    Scripted run{{1, 2, 1, 3, 0}};
    run.run({.epochs = 5, .plateau = plateau}, {});
    CHECK(run.rates == std::vector<double>{0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1});
  }
  SECTION("lower is better") {
    Scripted run{{3, 2, 2, 1}};
    run.run({.epochs = 4, .plateau = plateau}, {}, false);
    CHECK(run.rates == std::vector<double>{0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1});
  }
  SECTION("without a validation") {
    const Data data(6);
    const auto examples = data.examples();
    Cell cell = make_cell();
    optim::SGD descent{cell, {.learning_rate = 1}};
    optim::ReduceOnPlateau by_hand{{.learning_rate = 30, .factor = 0.5, .patience = 1}};
    train::Loop loop{
        cell, descent, loss::CrossEntropy{}, train::Batches{examples}, {.epochs = 9, .plateau = by_hand.options()}};
    bool fell = false;
    loop.on([&](train::Event& event) {
      if (event.moment == Moment::batch) CHECK(event.learning_rate == by_hand.learning_rate());
      if (event.moment == Moment::epoch) fell = by_hand(event.training.loss) < 30 || fell;
    });
    loop.run();
    CHECK(fell);
  }
}

TEST_CASE("a gradient that is not finite ends the run, or is left out and counted") {
  const Data data(8);
  const auto examples = data.examples();
  const auto run = [&](Cell& cell, const train::LoopOptions& options, Index bad_step, bool breaks_net = false) {
    optim::Adam adam{cell, {.learning_rate = 0.1}};
    train::Loop loop{cell, adam, loss::CrossEntropy{}, train::Batches{examples, {.size = 4}}, options};
    loop.validate(train::Batches{examples});
    Index step = 0;
    loop.on_gradient([&](const Cell&, auto& gradient) {
      if (step++ != bad_step) return;
      gradient.W()(2, 1) = not_a_number;
      if (breaks_net) cell.V()(1, 3) = -std::numeric_limits<double>::infinity();
    });
    elman::Vector<double, elman::Dynamic> before;
    Index ends = 0;
    loop.on([&](train::Event& event) {
      if (event.moment == Moment::batch) CHECK(event.skipped == (event.step > bad_step ? 1 : 0));
      if (event.moment == Moment::batch && event.step == bad_step) before = cell.theta();
      if (event.moment == Moment::end) ends += event.stopped ? 1 : 100;
    });
    std::string message;
    train::Outcome outcome;
    try {
      outcome = loop.run();
    } catch (const std::runtime_error& error) {
      message = error.what();
      CHECK(ends == 1);  // progress has cleared its line
    }
    return std::tuple(message, outcome, before);
  };
  for (const auto& clip : {std::optional<double>{}, std::optional<double>{1.0}}) {
    Cell stopped = make_cell();
    const auto [message, outcome, before] = run(stopped, {.epochs = 3, .clip_norm = clip}, 3);
    CHECK(message ==
          "train::Loop: the gradient of W(2, 1) is nan in step 3 of epoch 2; the weights are those before it; expected "
          "finite numbers: lower the learning rate, set .clip_norm, or leave such steps out: .non_finite = "
          "NonFinite::skip");
    CHECK(stopped.theta() == before);

    Cell skipping = make_cell();
    const auto [no_message, went_on, unused] =
        run(skipping, {.epochs = 3, .clip_norm = clip, .non_finite = train::NonFinite::skip}, 3);
    CHECK(no_message.empty());
    CHECK(went_on.skipped == 1);
    CHECK(went_on.steps == 6);
    CHECK(skipping.theta().allFinite());
  }
  Cell lost = make_cell();
  const auto [message, outcome, before] =
      run(lost, {.epochs = 3, .non_finite = train::NonFinite::skip}, 3, true);  // no skipping brings it back
  CHECK(message ==
        "train::Loop: V(1, 3) is -inf in step 3 of epoch 2; the weights are the best of the validations, if they kept "
        "any; expected finite numbers: lower the learning rate, set .clip_norm");
  CHECK(lost.theta().allFinite());
}

TEST_CASE("what does not fit is refused before the first step, and names what and its value") {
  Data data(6);
  const auto examples = data.examples();
  Cell cell = make_cell();
  const Cell before = cell;
  optim::Adam adam{cell};
  using train::BatchOptions;
  using train::LoopOptions;
  using train::ValidationOptions;
  const auto error_with = [&](const LoopOptions& options, const ValidationOptions& validation,
                              const BatchOptions& batches) {
    return error_of([&] {
      train::Loop loop{cell, adam, loss::CrossEntropy{}, train::Batches{examples, batches}, options, Right()};
      loop.validate(train::Batches{examples}, validation);
    });
  };
  const auto check = [](const std::string& message, const std::string& beginning) {
    CHECK(message.substr(0, beginning.size()) == beginning);
  };
  CHECK(error_with({}, {}, {}).empty());
  check(error_with({.epochs = 0}, {}, {}), "train::Loop: epochs is 0; expected at least 1");
  check(error_with({.clip_norm = 0}, {}, {}), "train::Loop: clip_norm is 0; expected above 0");
  check(error_with({.clip_value = not_a_number}, {}, {}), "train::Loop: clip_value is nan; expected above 0");
  check(error_with({.plateau = {{.learning_rate = -1}}}, {}, {}), "ReduceOnPlateau: learning_rate is -1; expected");
  check(error_with({.schedule = [](Index) { return 0.1; }, .plateau = {{}}}, {}, {}),
        "train::Loop: a schedule and a plateau both say the learning rate");
  check(error_with({.l2 = {{"X", 1}}}, {}, {}), "L2Penalty: name is \"X\"; expected one of U, W, b, V, c");
  check(error_with({.orthogonal = {{"U", 1}}}, {}, {}), "OrthogonalPenalty: name is \"U\", which fits U, ");
  check(error_with({}, {.every_epochs = 0}, {}), "train::Loop::validate: every_epochs is 0; expected at least 1");
  check(error_with({}, {.every_steps = -3}, {}), "train::Loop::validate: every_steps is -3; expected at least 1");
  check(error_with({}, {.watch = "rigth"}, {}),
        "train::Loop::validate: watch is \"rigth\"; expected one of loss, right");
  check(error_with({}, {.patience = 0}, {}), "train::Loop::validate: patience is 0; expected at least 1");
  check(error_with({}, {.threshold = -1}, {}), "train::Loop::validate: threshold is -1; expected at least 0");
  check(error_with({}, {}, {.size = 7}), "train::Batches: size is 7; expected from 1 to 6, the size of the data");
  check(error_with({}, {}, {.size = -1}), "train::Batches: size is -1; expected from 1 to 6");
  check(error_with({}, {}, {.size = 3, .micro = 4}), "train::Batches: micro is 4; expected from 1 to 3");

  const auto error_of_run = [&](const Data& training, const Data& validation) {
    const auto its_examples = training.examples();
    return error_of([&] {
      train::Loop loop{cell, adam, loss::CrossEntropy{}, train::Batches{its_examples, {.size = 2}}, {}, Right()};
      loop.validate(train::Batches{validation.examples(), {.size = 4}});
      loop.run();
    });
  };
  Data bad_label(6), bad_rows(6);
  bad_label.labels[5] = 4;
  bad_rows.sequences[4].resize(2, 3);
  check(error_of_run(bad_label, data), "train::Loop: a target of batch 2 is 4; expected 0 <= label < Out = 4");
  check(error_of_run(data, bad_label), "train::Loop: a target of batch 1 is 4; expected 0 <= label < Out = 4");
  check(error_of_run(bad_rows, data), "train::Batch::pack: sequence 1 has 3 rows; expected 2 as sequence 0 has");
  for (auto& sequence : bad_rows.sequences) sequence.resize(2, 3);
  check(error_of_run(bad_rows, data), "train::Loop: x has 2 rows; expected In = 3");
  check(error_of_run(data, bad_rows), "train::Loop: x has 2 rows; expected In = 3");
  CHECK(cell.theta() == before.theta());

  const std::vector<Sequence> none;
  CHECK(error_of([&] { train::Batches{train::Examples(none, std::vector<int>())}; }) ==
        "train::Batches: data has no example; expected at least 1");
  CHECK(error_of([&] { train::Examples(data.sequences, std::vector<int>(4)); }) ==
        "train::Examples: targets has 4 entries; expected 6, one a sequence");
  CHECK(error_of([&] { train::Examples(data.sequences, data.labels, std::vector<double>(7)); }) ==
        "train::Examples: weights has 7 entries; expected 6, one a sequence");
  CHECK(error_of([&] {
          train::Subset(examples, std::vector<int>{0, 6});
        }) == "train::Subset: place 1 is 6; expected at least 0 and below 6, the size of the data");

  train::Loop loop{cell, adam, loss::CrossEntropy{}, train::Batches{examples}, {}, Right()};
  loop.validate(train::Batches{examples});
  check(error_of([&] { loop.validate(train::Batches{examples}); }),
        "train::Loop::validate: there is a validation already");
  elman::hook::Omega omega{cell};
  elman::hook::ActivityPenalty small{cell};
  loop.hook(omega);
  loop.hook(omega);  // the same
  CHECK(error_of([&] { loop.hook(small); }) ==
        "train::Loop::hook: there is a hook already; expected one: hook::Join{first, second} is several as one");
  loop.run();
  CHECK(omega.value() > 0);
  check(error_of([&] {
          train::Loop twice{cell, adam, loss::CrossEntropy{}, train::Batches{examples}, {}, Right(), Right()};
        }),
        "train::Loop: there are two metrics of the name \"right\"; expected one; a loop's metrics are of its "
        "validations too");
}
