// SPDX-License-Identifier: MIT
//
// The listings of docs/training.md that are no program of their own, as they are printed there: they compile and do
// what is said of them. (blocks.test.cpp checks that every one of them stands here.)
#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <numeric>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/checkpoint.hpp"
#include "elman/io/csv.hpp"
#include "elman/io/log.hpp"
#include "elman/io/progress.hpp"
#include "listings/documents.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/nets.hpp"

using namespace elman;

namespace {

using Sequence = Matrix<double, 3, Dynamic>;
using Body = Dropout<Recurrence<3, 8>>;
using Model = Net<double, Body, Readout<8, 4>>;

Model make_net() {
  Random random{7};
  return Model{Body{Recurrence<3, 8>{}, {.rate = 0.1}}, {8, 4}, init::standard(random)};
}

Sequence sequence_of(Index label, Random& random) {
  Sequence sequence = nets::normal<Sequence>(3, 2 + random.below(3), random);
  sequence *= 0.3;
  sequence(label % 3, 0) += label < 3 ? 2 : -2;
  return sequence;
}

/// 400 sequences of 2 to 4 steps, whose class, one of 4, their first step tells.
struct Labelled {
  std::vector<Sequence> sequences;
  std::vector<Index> labels;
  prepare::Split parts;

  Labelled() {
    Random random{3};
    for (int k = 0; k < 400; ++k) {
      labels.push_back(random.below(4));
      sequences.push_back(sequence_of(labels.back(), random));
    }
    parts = prepare::stratified_split(labels, {.validation = 0.2, .test = 0.2}, random);
  }
};

/// What is written to standard output while it lives.
class Printed {
 public:
  Printed() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cout.rdbuf(before_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

/// The first batch of a source.
template <class Source>
auto first_batch(Source source) {
  typename Source::Batch batch;
  source.start(nullptr);
  source.take(0, 0, nullptr, batch);
  return batch;
}

}  // namespace

TEST_CASE("a loop, and the same by hand") {
  const Labelled labelled;
  const auto& [sequences, labels, parts] = labelled;
  const Printed printed;
  Model net = make_net();
  {
    const train::Examples data{sequences, labels};
    const train::Subset training{data, parts.training}, held_out{data, parts.validation}, test{data, parts.test};
    optim::Adam adam{net, {.learning_rate = 1e-2}};
    const loss::CrossEntropy loss;
    train::Loop loop{
        net, adam, loss, train::Batches{training, {.size = 16}}, {.epochs = 30, .clip_norm = 1.0, .seed = 1}};
    loop.validate(train::Batches{held_out}, {.watch = "accuracy", .patience = 5}, metric::Accuracy{});
    loop.on([](const train::Event& event) {
      if (event.moment == train::Moment::epoch) std::cout << event.epoch << ": " << event.training.loss << '\n';
    });
    const train::Outcome outcome = loop.run();
    metric::Accuracy accuracy;
    const double L = train::evaluate(net, train::Batches{test}, loss, accuracy);
    CHECK(outcome.ending == train::Ending::patience);
    CHECK(outcome.best > 0.8);
    CHECK(accuracy.value() > 0.8);
    CHECK(L < 0.7);
  }
  const Model of_loop = net;
  net = make_net();
  const train::Examples data{sequences, labels};
  const train::Subset training{data, parts.training}, held_out{data, parts.validation};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const loss::CrossEntropy loss;
  train::Batches batches{training, {.size = 16}};
  decltype(batches)::Batch batch;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  auto best = net;
  double highest = -1;
  Random random{1};
  for (int epoch = 0, without_gain = 0; epoch < 30 && without_gain < 5; ++epoch) {
    batches.start(&random);  // a new order
    for (Index k = 0; k < batches.batches(); ++k) {
      batches.take(k, 0, &random, batch);              // x packed, targets in the order of what is read
      net.forward(batch.x, tape, batch.read, random);  // with noise: masks of dropout
      loss(tape, batch.targets);                       // leaves dL/do in the tape
      gradient.set_zero();
      net.bptt(batch.x, tape, gradient);
      optim::clip_norm(gradient, 1.0);
      adam.step(net, gradient);
    }
    metric::Accuracy accuracy;
    train::evaluate(net, train::Batches{held_out}, loss, accuracy);  // without noise, and no gradient
    const bool is_best = accuracy.value() > highest;
    without_gain = is_best ? 0 : without_gain + 1;
    if (is_best) best = net;
    highest = (std::max)(highest, accuracy.value());
  }
  net = best;
  CHECK(net.theta() == of_loop.theta());
  CHECK(printed.text().substr(0, 5) == "1: 1.");
}

TEST_CASE("targets, and what is read") {
  const Labelled labelled;
  const auto& [sequences, classes, parts] = labelled;
  std::vector<std::vector<int>> tags;
  std::vector<Matrix<double, 2, Dynamic>> tracks;
  for (const Sequence& sequence : sequences) {
    tags.emplace_back(sequence.cols(), 1);
    tracks.push_back(sequence.topRows(2));
  }
  const std::vector<double> numbers(sequences.size(), 0.5);
  const Eigen::MatrixXd matrix = Eigen::MatrixXd::Random(2, 400);
  const train::Examples of_classes{sequences, classes};  // integers, one a sequence: the last step is read
  const train::Examples of_tags{sequences, tags};        // a list of integers a sequence, one a step: every step is
  const train::Examples of_numbers{sequences, numbers};  // numbers, one a sequence: the last step
  const train::Examples of_columns{sequences, matrix};   // Out × sequences, a column a sequence: the last step
  const train::Examples of_tracks{sequences, tracks};    // an Out × T matrix a sequence, a column a step: every step
  const train::Batches batches{of_tags, {.read = last_step}};  // or as it is said
  const auto is_last = [](const auto& batch) { return batch.read.kind == ReadSteps::Kind::last; };
  CHECK(is_last(first_batch(train::Batches{of_classes})));
  CHECK(!is_last(first_batch(train::Batches{of_tags})));
  CHECK(is_last(first_batch(train::Batches{of_numbers})));
  CHECK(is_last(first_batch(train::Batches{of_columns})));
  CHECK(!is_last(first_batch(train::Batches{of_tracks})));
  CHECK(first_batch(train::Batches{of_tracks}).targets.cols() > 32);
  CHECK(first_batch(batches).targets.size() == 32);
}

namespace {

struct Recordings {
  Index size() const { return 40; }
  Sequence sequence(Index k) const {  // read or computed when it is needed; by value, by reference or as a view
    return Sequence::Constant(3, 5 + k % 4, static_cast<double>(k));
  }
  Index target(Index k) const { return k % 4; }
  double weight(Index k) const { return k < 20 ? 1 : 0.5; }  // may be left out
  Sequence varied(Index k, Random& random) const {           // may be left out: what is trained on instead
    return sequence(k) * random.uniform(0.9, 1.1);
  }
};

}  // namespace

TEST_CASE("a data set of one's own, weights, batches") {
  const Labelled labelled;
  const auto& [sequences, labels, parts] = labelled;
  const train::Examples data{sequences, labels};
  auto own = train::Batches{Recordings(), {.size = 40, .order = train::Order::of_data}};
  const auto batch = first_batch(own);
  CHECK(batch.weights[39] == 0.5);
  auto varied = batch;
  Random random{1};
  own.start(&random);
  own.take(0, 0, &random, varied);
  CHECK(varied.x.columns != batch.x.columns);
  train::Batches similar{data, {.size = 16, .order = train::Order::similar_lengths}};  // sequences of about one length
  train::Batches pieces{data, {.size = 64, .micro = 16}};  // 16 at once, an update of the gradient of 64
  similar.start(&random);
  typename decltype(similar)::Batch some;
  similar.take(0, 0, &random, some);
  CHECK(some.x.steps.length(0) - some.x.steps.length(15) < 3);
  pieces.start(&random);
  CHECK(pieces.pieces(0) == 4);
  CHECK(pieces.pieces(1) == 4);
  std::vector<double> importance(sequences.size(), 1.0);  // one a sequence, or a list of them, one a step
  importance[3] = 0;                                      // a mask: this one has no part
  const train::Examples weighted{sequences, labels, importance};
  const loss::CrossEntropy balanced{{.class_weights = prepare::class_weights(labels, 4, parts.training)}};
  CHECK(first_batch(train::Batches{weighted}).weights[3] == 0);
  CHECK(balanced.options().class_weights.size() == 4);
}

TEST_CASE("noise, schedules, callbacks, logs and checkpoints") {
  const Folder folder("training-listings");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path);
  const Labelled labelled;
  const auto& [sequences, labels, parts] = labelled;
  const train::Examples data{sequences, labels};
  const train::Subset training{data, parts.training}, held_out{data, parts.validation}, test{data, parts.test};
  Model net = make_net();
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const loss::CrossEntropy loss;
  const train::Batches batches{training, {.size = 16}};
  const Index steps = 20 * batches.batches();  // updates of 20 epochs
  const optim::LinearSchedule warm_up{{.learning_rate = 1e-2, .steps = 10}};
  const optim::CosineSchedule cosine{{.learning_rate = 1e-2, .steps = steps - 10}};
  const train::LoopOptions falling{.epochs = 20, .schedule = optim::SequentialSchedule{warm_up, 10, cosine}};
  const train::LoopOptions watched{.epochs = 200, .plateau = {{.learning_rate = 1e-2, .factor = 0.5, .patience = 5}}};
  CHECK(falling.schedule(10) == 1e-2);
  CHECK(watched.plateau->factor == 0.5);
  const train::LoopOptions lenient{.epochs = 20, .clip_norm = 1.0, .non_finite = train::NonFinite::skip};
  CHECK(lenient.non_finite == train::NonFinite::skip);
  train::Loop loop{net, adam, loss, batches, falling};
  loop.vary([](auto& batch, Random& random) {
    for (double& value : batch.x.columns.reshaped()) value += 0.05 * random.normal();
  });
  const auto share_right = [&](const Model& trained) {  // anything that can be said of a net
    metric::Accuracy accuracy;
    train::evaluate(trained, train::Batches{held_out}, loss, accuracy);
    return accuracy.value();
  };
  loop.validate({.name = "share right", .of = share_right, .higher_is_better = true}, {.patience = 8});
  loop.on(io::Progress{{.unit = "sequences"}});  // a bar on a terminal, else a line an epoch
  loop.on(io::CsvLog("run.csv"));                // every number of every epoch
  loop.on([](train::Event& event) {
    if (event.moment == train::Moment::epoch && event.training.loss < 0.01) event.stop();
  });
  io::Checkpoint checkpoint("run.checkpoint");
  checkpoint.keep("training", loop);  // net, optimizer, order, best weights: everything
  if (checkpoint.exists()) checkpoint.resume();
  loop.on([&](const train::Event& event) {
    if (event.moment == train::Moment::epoch) checkpoint.save();
  });
  loop.run();
  std::filesystem::current_path(before);
  CHECK(std::filesystem::exists(folder.path / "run.checkpoint"));
  CHECK(content(folder.path / "run.csv").find("share right") != std::string::npos);
  metric::ConfusionMatrix confusion{{.average = metric::Average::balanced_accuracy}};
  metric::TopK top_2{{.k = 2}};
  train::evaluate(net, train::Batches{test}, loss, confusion, top_2);
  const auto counts = confusion.counts();             // true classes in rows, told ones in columns
  const double found = confusion.of_class(2).recall;  // of all of class 2, those that were found
  const double right = confusion.value();             // balanced accuracy, as it is to be
  const double nearly = top_2.value();                // the share whose class is one of the best two
  CHECK(right > 0.5);
  CHECK(found > 0);
  CHECK(nearly >= confusion.accuracy());
  CHECK(counts.sum() == static_cast<double>(parts.test.size()));
  auto tape = net.tape();
  const auto batch = first_batch(train::Batches{test});
  net.forward(batch.x, tape, batch.read, no_noise);
  metric::Accuracy accuracy;
  auto prediction = net.prediction();  // taken by losses and metrics as a tape is
  net.predict(batch.x, prediction, batch.read);
  accuracy.add(prediction, batch.targets);
  CHECK(prediction.y() == tape.y());
  CHECK(accuracy.value() > 0);
  const std::vector<double> each = loss::per_column(loss, tape, batch.targets);             // a number a column of o
  const std::vector<double> of_each = loss::of_sequences(loss, tape, batch.targets);        // summed over its steps
  const auto hardest = std::max_element(of_each.begin(), of_each.end()) - of_each.begin();  // in the batch's order
  CHECK(each == of_each);
  CHECK(of_each[static_cast<std::size_t>(hardest)] >= loss(tape, batch.targets));
}

TEST_CASE("penalties on W and on h") {
  const Labelled labelled;
  const train::Examples data{labelled.sequences, labelled.labels};
  Model net = make_net();
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const loss::CrossEntropy loss;
  hook::Omega omega{net, {.weight = 2}};               // gradients that neither vanish nor explode
  hook::NormPenalty steady{net, {.weight = 0.1}};      // ‖h‖ that stays from step to step
  hook::ActivityPenalty small{net, {.weight = 1e-3}};  // ‖h‖²
  hook::Join penalties{omega, steady, small};
  train::Loop loop{net, adam, loss, train::Batches{data, {.size = 16}}, {.epochs = 3, .clip_norm = 1.0}};
  loop.hook(penalties);  // by hand: net.bptt(x, tape, gradient, {.hook = &penalties})
  loop.run();
  const double last = omega.value();  // Ω of the last batch, without its weight
  CHECK(last > 0);
  CHECK(last < 1);
}

TEST_CASE("groups of parameters") {
  const Labelled labelled;
  const train::Examples data{labelled.sequences, labelled.labels};
  Model net = make_net();
  optim::Grouped adam{
      optim::AdamW{net, {.learning_rate = 1e-3, .weight_decay = 1e-2}},
      net,
      {{.name = "b", .weight_decay = 0}, {.name = "W", .learning_rate = 1e-4}, {.name = "V", .fixed = true}}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 2, .clip_norm = 1.0}};
  loop.run();
  CHECK(net.V() == make_net().V());
  CHECK(net.c() != make_net().c());
}

TEST_CASE("orthogonal recurrent matrices") {
  const Labelled labelled;
  const train::Examples data{labelled.sequences, labelled.labels};
  Model net = make_net();
  optim::KeepOrthogonal adam{optim::Adam{net, {.learning_rate = 3e-3}}, net, {"W"}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 2, .clip_norm = 1.0}};
  loop.run();
  const auto W = net.matrix("W");
  CHECK((W.transpose() * W).eval().isIdentity(1e-14));
  CHECK(W != make_net().matrix("W"));
}

TEST_CASE("long streams") {
  std::vector<Index> letters;
  Random make{2};
  for (int k = 0; k < 900; ++k) letters.push_back(k % 3 == 0 ? make.below(4) : (letters.back() + 1) % 4);
  const std::vector<Index> text(letters.begin(), letters.begin() + 700), held_out(letters.begin() + 700, letters.end());
  Random random{1};
  RNNCell<float, 4, 16, 4> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Chunks{text, {.streams = 4, .steps = 25}}, {.epochs = 30}};
  loop.validate(train::Chunks{held_out, {.steps = 50}}, {.watch = "bits_per_symbol"}, metric::BitsPerSymbol{});
  const double bits = loop.run().best;
  CHECK(bits < 1.2);
  CHECK(bits > 0.5);
}

TEST_CASE("generated data") {
  Model net = make_net();
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const auto make = [](Random& random) {
    const Index label = random.below(4);
    return std::pair(sequence_of(label, random), label);
  };
  train::Loop loop{
      net, adam, loss::CrossEntropy{}, train::Generated{make, {.examples = 512, .size = 32}}, {.epochs = 5}};
  loop.validate(train::Generated{make, {.examples = 100}});  // the same 100 each time, none of which is trained on
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, train::Generated{make, {.examples = 100}}, loss::CrossEntropy{}, accuracy);
  CHECK(accuracy.value() > 0.8);
}

namespace {

/// Its first step tells the label, whatever comes behind.
Sequence followed_by_noise(Index label, Index length, Random& random) {
  Sequence sequence = 0.1 * nets::normal<Sequence>(3, length, random);
  sequence.col(0) = sequence_of(label, random).col(0);
  return sequence;
}

}  // namespace

TEST_CASE("generated data whose length grows") {
  Model net = make_net();
  optim::Adam adam{net};
  const train::Growing length{{.from = 3, .to = 20, .steps = 100}};  // a function of the update, as schedules are
  const auto make = [&](Random& random, Index step) {
    const Index label = random.below(4);
    return std::pair(followed_by_noise(label, length(step), random), label);
  };
  train::Loop loop{
      net,
      adam,
      loss::CrossEntropy{},
      train::Generated{make, {.examples = 512, .size = 32}},
      {.epochs = 10, .clip_norm = 1.0, .schedule = optim::CosineSchedule{{.learning_rate = 2e-2, .steps = 160}}}};
  loop.validate(train::Generated{make, {.examples = 100}}, {.watch = "accuracy"}, metric::Accuracy{});
  const train::Outcome outcome = loop.run();
  CHECK(outcome.best > 0.9);
}

namespace {

struct Pairs {
  std::vector<std::vector<Index>> sources, answers;  // an answer begins with 0 and ends with 1

  Index size() const { return std::ssize(sources); }
  auto sequence(Index k) const {  // the decoder reads each token of the answer …
    const auto& answer = answers[static_cast<std::size_t>(k)];
    return SourceTarget{std::cref(sources[static_cast<std::size_t>(k)]), std::span(answer).first(answer.size() - 1)};
  }
  auto target(Index k) const {  // … and is to tell the next
    return std::span(answers[static_cast<std::size_t>(k)]).subspan(1);
  }
};

}  // namespace

TEST_CASE("an encoder and a decoder") {
  Pairs pairs;
  Random make{4};
  for (int k = 0; k < 60; ++k) {
    const Index a = 2 + make.below(3), b = 2 + make.below(3);
    pairs.sources.push_back({a, b});
    pairs.answers.push_back({0, b, a, 1});
  }
  Random random{1};
  Net<double, EncoderDecoder<Recurrence<5, 24>, Recurrence<5, 24>>, Readout<24, 5>> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{pairs, {.size = 20}}, {.epochs = 80}};
  loop.run();
  auto tape = net.tape();
  auto state = net.encode(pack(std::array{pairs.sources[0]}), tape);  // has read; from here it writes by itself
  std::vector<Index> answer{0};
  while (answer.back() != 1 && answer.size() < 10) {
    net.step(answer.back(), state);
    answer.push_back(greedy(state.o.col(0)));
  }
  CHECK(answer == pairs.answers[0]);
}

TEST_CASE("data before a net sees it") {
  Labelled labelled;
  auto& sequences = labelled.sequences;
  const auto& parts = labelled.parts;
  const auto untouched = sequences;
  const auto scaling = prepare::Scaling::standard(sequences, parts.training);  // measured on what is trained on alone
  for (Sequence& sequence : sequences) scaling.apply(sequence);
  const Attachments with_net{.tensors = scaling.tensors()};     // io::save(path, net, with_net)
  const auto again = prepare::Scaling::from(with_net.tensors);  // io::attachments(path).tensors
  again.invert(sequences[0]);                                   // the way back
  CHECK((sequences[0] - untouched[0]).norm() < 1e-12);
  Random random{5};
  const Columns<float, Dynamic> series = Columns<float, Dynamic>::Random(2, 200);
  const prepare::Windows windows{series, {.length = 48, .horizon = 12, .rows = {0}}};  // 2 × 48 → the next 12 of row 0
  const auto by_time = prepare::split_by_time(windows.size(), {.test = 0.2, .gap = windows.target_gap()});
  const train::Subset training{windows, by_time.training};
  const auto folds = prepare::stratified_folds(labelled.labels, {.count = 5}, random);  // of sequences with classes
  CHECK(training.target(0).size() == 12);
  CHECK(folds.size() == 5);
  const Folder folder("training-listings");
  const auto before = std::filesystem::current_path();
  folder.write("weather.csv", "time;wind;temperature;weather\n1;3.5;20;sun\n2;;21;sun\n3;4.5;15;rain\n");
  std::filesystem::current_path(folder.path);
  const io::CsvTable table = io::read_csv("weather.csv", {.fill = io::CsvFill::linear});
  const auto measured = table.matrix<float>({"temperature", "wind"});  // 2 × lines: a row a column of the file
  const auto [names, labels] = table.classes("weather");               // texts as classes
  std::filesystem::current_path(before);
  CHECK(measured(1, 1) == 4.0F);
  CHECK(names == std::vector<std::string>{"rain", "sun"});
  CHECK(labels == std::vector<Index>{1, 1, 0});
}
