// SPDX-License-Identifier: MIT
//
// A training that is killed behind any event and goes on from its checkpoint, in objects that are made anew, has the
// bits of one that was not.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/checkpoint.hpp"
#include "elman/train/chunks.hpp"
#include "elman/train/generated.hpp"
#include "elman/train/growing.hpp"
#include "elman/train/loop.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "unit/train/train_cases.hpp"

namespace io = elman::io;
namespace loss = elman::loss;
namespace optim = elman::optim;
namespace train = elman::train;
using elman::Dynamic;
using elman::Index;
using elman::Random;
using train::Moment;
using namespace train_cases;

namespace {

/// All numbers that a run has told, bit by bit.
struct Told {
  std::vector<std::uint64_t> bits;
  void add(double value) {
    std::uint64_t word = 0;
    std::memcpy(&word, &value, sizeof word);
    bits.push_back(word);
  }
  void add(const train::Event& event) {
    for (const double value : {event.training.loss, event.validation.loss, event.learning_rate}) add(value);
    for (const double value : event.training.metrics) add(value);
    for (const double value : event.validation.metrics) add(value);
    for (const Index value : {event.epoch, event.batch, event.step, event.examples, event.skipped}) {
      bits.push_back(static_cast<std::uint64_t>(value));
    }
    bits.push_back(event.is_best ? 1 : 0);
  }
};

/// run(told, kill) makes everything anew, goes on from the checkpoint if there is one, saves behind every event, and
/// stops behind event number `kill`. Returns what all runs together have told; those behind which it was killed once.
template <class Run>
Told told_of(const Run& run, const std::filesystem::path& file, const std::vector<std::size_t>& kills) {
  std::filesystem::remove(file);
  Told told;
  std::size_t events = 0;
  for (const std::size_t kill : kills) run(told, events, kill);
  run(told, events, 0);
  return told;
}

/// The same of a loop that is made, with its net and optimizer.
template <class Loop, class Net>
void go_on(Loop& loop, const Net& net, const std::filesystem::path& file, Told& told, std::size_t& events,
           std::size_t kill) {
  io::Checkpoint checkpoint(file);
  checkpoint.keep("training", loop);
  if (checkpoint.exists()) checkpoint.resume();
  loop.on([&](train::Event& event) {
    if (event.moment == Moment::begin || event.moment == Moment::end) return;
    told.add(event);
    checkpoint.save();
    if (++events == kill) event.stop();
  });
  loop.run();
  if (kill > 0) return;
  for (const double value : net.theta()) told.add(value);
}

template <class Run>
void check_kills(const Run& run, const std::filesystem::path& file, std::size_t events) {
  const Told whole = told_of(run, file, {});
  CHECK(whole.bits.size() > 5 * events);
  std::vector<std::size_t> everywhere;
  for (std::size_t k = 1; k <= events; ++k) everywhere.push_back(k);
  CHECK(told_of(run, file, everywhere).bits == whole.bits);
  for (const std::size_t kill : {std::size_t{1}, events / 2, events}) {
    CHECK(told_of(run, file, {kill}).bits == whole.bits);
  }
}

}  // namespace

TEST_CASE("a loop over examples, with dropout, micro-batches, variations, a plateau and a validation every two steps") {
  const Folder folder("training");
  const auto file = folder.path / "examples.ckpt";
  const Data data(11);
  const auto examples = data.examples();
  const auto run = [&](Told& told, std::size_t& events, std::size_t kill) {
    Random random{3};
    using Body = elman::Dropout<elman::Recurrence<>>;
    const Body body{elman::Recurrence{Index{3}, Index{5}}, {.rate = 0.3}};
    elman::Net<double, Body> net{body, {5, 4}, elman::init::standard(random)};
    optim::SkipNonFinite adam{optim::Adam{net, {.learning_rate = 0.02}}};
    train::Loop loop{net,
                     adam,
                     loss::CrossEntropy{},
                     train::Batches{examples, {.size = 4, .order = train::Order::similar_lengths, .micro = 3}},
                     {.epochs = 3, .clip_norm = 0.7, .plateau = {{.learning_rate = 0.02, .patience = 0}}, .seed = 5},
                     Right()};
    loop.validate(train::Batches{examples}, {.every_steps = 2, .threshold = 0.05});
    loop.vary([](auto& batch, Random& noise) { batch.x.columns(0, 0) += noise.normal(); });
    go_on(loop, net, file, told, events, kill);
  };
  check_kills(run, file, 9 + 4 + 3);
}

TEST_CASE("a loop over chunks of a stream, whose state is carried, ended by patience") {
  const Folder folder("training");
  const auto file = folder.path / "chunks.ckpt";
  std::vector<Index> tokens;
  Random make{5};
  for (int k = 0; k < 50; ++k) tokens.push_back(make.below(4));
  const auto run = [&](Told& told, std::size_t& events, std::size_t kill) {
    Random random{3};
    Cell cell(4, 5, 4, elman::init::standard(random));
    optim::RMSprop descent{cell};
    train::Loop loop{cell,          descent, loss::CrossEntropy{}, train::Chunks{tokens, {.streams = 3, .steps = 7}},
                     {.epochs = 9}, Right()};
    loop.validate({.name = "measure", .of = [](const Cell& net) { return net.W()(0, 0) > 100 ? 1.0 : 0.0; }},
                  {.patience = 3});
    go_on(loop, cell, file, told, events, kill);
  };
  check_kills(run, file, 4 * (3 + 1 + 1));
}

TEST_CASE("a loop over generated examples, of a length that grows") {
  const Folder folder("training");
  const auto file = folder.path / "generated.ckpt";
  const auto run = [&](Told& told, std::size_t& events, std::size_t kill) {
    Cell cell = make_cell();
    optim::SGD descent{cell, {.momentum = 0.9}};
    const train::Growing longest{{.from = 1, .to = 9, .steps = 4}};
    const auto make = [&](Random& random, Index step) {
      return std::pair(nets::normal<Sequence>(3, 1 + random.below(longest(step)), random), random.below(4));
    };
    train::Loop loop{
        cell,          descent, loss::CrossEntropy{}, train::Generated{make, {.examples = 10, .size = 4, .micro = 3}},
        {.epochs = 2}, Right()};
    loop.validate(train::Generated{make, {.examples = 10}});
    go_on(loop, cell, file, told, events, kill);
  };
  check_kills(run, file, 2 * 5);
}

TEST_CASE("a checkpoint of another run is refused, and a run that has ended stays as it was") {
  const Folder folder("training");
  const auto file = folder.path / "run.ckpt";
  const Data data(8), fewer(7);
  const auto run = [&](const Data& given, const train::BatchOptions& batches, std::uint64_t seed) {
    const auto examples = given.examples();
    Cell cell = make_cell();
    optim::Adam adam{cell};
    train::Loop loop{cell,   adam, loss::CrossEntropy{}, train::Batches{examples, batches}, {.epochs = 2, .seed = seed},
                     Right()};
    loop.validate(train::Batches{examples}, {.watch = "right"});
    io::Checkpoint checkpoint(file);
    checkpoint.keep("training", loop);
    if (checkpoint.exists()) checkpoint.resume();
    const std::string error = error_of([&] { loop.run(); });
    if (error.empty()) checkpoint.save();
    return std::pair(error, cell);
  };
  const auto [error, cell] = run(data, {.size = 3}, 1);
  REQUIRE(error.empty());
  const auto [again, same_cell] = run(data, {.size = 3}, 1);
  CHECK(again.empty());
  CHECK(same_cell.theta() == cell.theta());
  for (const auto& message :
       {run(fewer, {.size = 3}, 1).first, run(data, {.size = 4}, 1).first, run(data, {.size = 3}, 2).first}) {
    CHECK(
        message.find("train::Loop: it was resumed from a run of batches of 3 of 8 examples, shuffled, seed 1, metrics "
                     "right; expected batches of") == 0);
  }
}
