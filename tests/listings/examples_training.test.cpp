// SPDX-License-Identifier: MIT
//
// The listings of docs/examples.md about losses, optimizers, training and metrics, as they are printed there: they
// compile and do what is said of them. (blocks.test.cpp checks that every one of them stands here.)
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"

using namespace elman;

namespace {

using Cell = RNNCell<double, 3, 8, 2>;

struct Filled {  // a cell, and a gradient of it
  Random random{1};
  Cell net{init::standard(random)};
  Cell::Gradient gradient = net.zero_gradient();

  Filled() { gradient.theta().setConstant(0.5); }
};

}  // namespace

TEST_CASE("optimizers") {
  auto [random, net, gradient] = Filled();
  const Cell before = net;
  optim::SGD sgd{net, optim::SGDOptions{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}};
  optim::RMSprop rmsprop{net, optim::RMSpropOptions{.learning_rate = 1e-3, .centered = true}};
  optim::Adagrad adagrad{net, optim::AdagradOptions{.learning_rate = 1e-2}};
  optim::Adadelta adadelta{net, optim::AdadeltaOptions{.rho = 0.95}};  // or {.rho = 0.95} alone, as with all of them
  sgd.step(net, gradient);
  rmsprop.step(net, gradient, 1e-4);  // with the learning rate of a schedule
  adagrad.step(net, gradient);
  adadelta.step(net, gradient);
  const auto kept = sgd.state();  // a value; to go on: sgd.restore(kept)
  using Scalar = ScalarOf<decltype(net)>;
  constexpr int size = decltype(net)::theta_size;
  const optim::SGDState<Scalar, size>& velocity = sgd.state();  // .velocity, .steps
  const optim::RMSpropState<Scalar, size>& squares = rmsprop.state();
  const optim::AdagradState<Scalar, size>& sums = adagrad.state();
  const optim::AdadeltaState<Scalar, size>& means = adadelta.state();
  CHECK(net.theta() != before.theta());
  CHECK(kept.steps == 1);
  CHECK(velocity.velocity[0] == 0.5);
  CHECK(squares.mean[0] > 0);
  CHECK(sums.sum_of_squares[0] == 0.25);
  CHECK(means.mean_square[0] > 0);
}

TEST_CASE("clipping, and gradients that are not finite") {
  auto [random, net, gradient] = Filled();
  optim::SkipNonFinite guarded{optim::Adam{net, {.learning_rate = 1e-3}}};
  const double largest = optim::global_norm(gradient, optim::Norm::infinity);  // L1, L2: of all matrices together
  optim::clip_value(gradient, 0.1);                                            // every coefficient into [−0.1, 0.1]
  optim::clip_norm(gradient, 0.5);                                             // ‖∂L/∂θ‖ at most 0.5
  const bool is_whole = optim::is_finite(gradient);
  const bool has_stepped = guarded.step(net, gradient);  // else it counts: guarded.skipped()
  CHECK(largest == 0.5);
  CHECK(is_whole);
  CHECK(has_stepped);
  CHECK(std::abs(optim::global_norm(gradient) - 0.5) < 1e-12);
  gradient.W()(0, 0) = std::numeric_limits<double>::infinity();
  CHECK(!guarded.step(net, gradient));
}

TEST_CASE("learning rates that change") {
  const optim::StepSchedule steps{{.learning_rate = 1e-2, .every = 10, .factor = 0.5}};
  const optim::ExponentialSchedule falling{{.learning_rate = 1e-2, .factor = 0.9}};
  const optim::InverseTimeSchedule inverse{{.learning_rate = 1e-2, .decay = 1, .every = 100}};
  const optim::OneCycleSchedule cycle{{.learning_rate = 1e-2, .steps = 100, .rising_share = 0.3}};
  static_assert(optim::Schedule<optim::StepSchedule>);  // as a lambda of the step is
  optim::ReduceOnPlateau plateau{{.learning_rate = 1e-2, .factor = 0.5, .patience = 1}};
  for (const double loss : {0.9, 0.8, 0.8, 0.8}) plateau(loss);  // adam.step(net, gradient, plateau.learning_rate())
  CHECK(steps(20) == 2.5e-3);
  CHECK(std::abs(falling(2) - 8.1e-3) < 1e-12);
  CHECK(inverse(100) == 5e-3);
  CHECK(std::abs(cycle(29) - 1e-2) < 1e-12);
  CHECK(plateau.learning_rate() == 5e-3);
}

TEST_CASE("options of losses, and weights of classes") {
  Random random{1};
  const Cell softmax{init::standard(random)};
  const RNNCell<double, 3, 8, 2, Tanh, Sigmoid> yes_or_no{init::standard(random)};
  const RNNCell<double, 3, 8, 2, Tanh, Identity> numbers{init::standard(random)};
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 4);
  auto tape = softmax.tape();
  auto sigmoids = yes_or_no.tape();
  auto outputs = numbers.tape();
  softmax.forward(x, tape);
  yes_or_no.forward(x, sigmoids);
  numbers.forward(x, outputs);
  const Columns<double, 2> targets = Columns<double, 2>::Ones(2, 4);
  const std::vector<Index> labels{0, 0, 0, 1};
  const auto weights = prepare::class_weights(labels, 2, prepare::ClassWeightOptions{.ignored_label = -1});
  const loss::CrossEntropy balanced{loss::CrossEntropyOptions{.class_weights = weights, .label_smoothing = 0.1}};
  const loss::BinaryCrossEntropy rare{loss::BinaryCrossEntropyOptions{.positive_weights = {1, 5}}};
  const loss::SquaredError sum{loss::SquaredErrorOptions{.reduction = loss::Reduction::sum}};
  const double L = balanced(tape, labels) + rare(sigmoids, targets) + sum(outputs, targets);  // each of its own net
  CHECK(L > 0);
  CHECK(weights[1] > weights[0]);
}

namespace {

struct Numbers {  // sequences of one number, whose last is to be told
  Index size() const { return 40; }
  Columns<double, 1> sequence(Index k) const { return Columns<double, 1>::Constant(1, 3 + k % 4, double(k) / 40); }
  double target(Index k) const { return double(k) / 40; }
};

}  // namespace

TEST_CASE("data sets, batches and predictions") {
  static_assert(train::DataSet<Numbers> && train::BatchSource<train::Batches<Numbers>>);
  Random random{1};
  const RNNCell<double, 1, 8, 1, Tanh, Identity> net{init::standard(random)};
  train::Batches batches{Numbers{}, {.size = 16}};
  batches.start(nullptr);         // an epoch, in the order of the data
  train::BatchOf<Numbers> batch;  // train::Batch<…>
  batches.take(0, 0, nullptr, batch);
  auto tape = net.tape();
  net.forward(batch.x, tape, batch.read);
  double sum = 0, norm = 0;
  train::for_each_prediction(net, batches, [&](const auto& some, const auto& told) {
    sum += (told.y().transpose() - Eigen::Map<const Eigen::VectorXd>(some.targets.data(), some.examples)).squaredNorm();
  });
  train::for_each_batch(net, batches, [&](const auto&, const auto& its) { norm += its.h().squaredNorm(); });
  CHECK(tape.y().cols() == 16);
  CHECK(sum > 0);
  CHECK(norm > 0);
}

TEST_CASE("a validation of one's own, and examples that become harder") {
  using Net = RNNCell<double, 1, 8, 1, Tanh, Identity>;
  Random random{1};
  Net net{init::standard(random)};
  optim::Adam adam{net};
  const auto make = [](Random& from, Index step) {  // an evaluation asks for examples behind all updates
    const Index length = step == train::behind_all_updates ? 20 : 5 + step / 10;
    const double number = from.uniform(-1, 1);
    return std::pair(Columns<double, 1>::Constant(1, length, number).eval(), number);
  };
  train::Loop loop{
      net, adam, loss::SquaredError{}, train::Generated{make, {.examples = 320, .size = 32}}, {.epochs = 2}};
  loop.validate(train::Measure<Net>{
      .name = "far", .of = [](const Net& its) { return its.W().norm(); }, .higher_is_better = false});
  const train::Outcome outcome = loop.run();
  CHECK(outcome.best > 0);
  CHECK(net.W().norm() == outcome.best);
}

TEST_CASE("metrics") {
  Random random{1};
  const Cell softmax{init::standard(random)};
  const RNNCell<double, 3, 8, 2, Tanh, Sigmoid> yes_or_no{init::standard(random)};
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 4);
  auto tape = softmax.tape();
  auto sigmoids = yes_or_no.tape();
  softmax.forward(x, tape);
  yes_or_no.forward(x, sigmoids);
  const std::vector<Index> labels{0, 1, -1, 1};
  metric::Accuracy accuracy{metric::LabelOptions{.ignored_label = -1}};
  metric::LogLoss log_loss{{.ignored_label = -1}};  // exp of it: metric::Perplexity
  metric::Perplexity perplexity;
  accuracy.add(tape, labels);
  log_loss.add(tape, labels);
  perplexity.add(tape, loss::weighted(std::vector<Index>{0, 1, 0, 1}, std::vector<double>{1, 1, 0, 1}));

  const Columns<double, 2> targets{{0, 1, 1, 0}, {1, 0, 0, 1}};
  metric::BinaryAccuracy right{metric::BinaryAccuracyOptions{.threshold = 0.4}};
  metric::BinaryF1 f1{metric::BinaryF1Options{.macro = true}};
  metric::RocAuc area;
  metric::MeanSquaredError error;  // of any output
  metric::R2 explained;
  right.add(sigmoids, targets), f1.add(sigmoids, targets), area.add(sigmoids, targets);
  error.add(sigmoids, targets), explained.add(sigmoids, targets);
  const double all = right.value() + f1.value() + area.value() + error.value() + explained.value();
  CHECK(std::abs(perplexity.value() - std::exp(log_loss.value())) < 1e-12);
  CHECK(std::abs(3 * accuracy.value() - std::round(3 * accuracy.value())) < 1e-12);  // of three
  CHECK(std::isfinite(all));
}

TEST_CASE("data before a net sees it, by chance and by time") {
  Random random{1};
  std::vector<prepare::Indices> tests;
  for (const prepare::Split& parts : prepare::folds(20, {.count = 5}, random))
    tests.push_back(parts.test);  // 4 places each
  const Columns<float, Dynamic> series = Columns<float, Dynamic>::Random(2, 200);
  const prepare::StepWindows windows{series,
                                     {.length = 48, .horizon = 12, .rows = {0}}};  // at each step the value 12 later
  std::vector<Columns<float, Dynamic>> list{series};
  const auto scaling = prepare::Scaling::range(list, prepare::Indices{0}, prepare::RangeOptions{.low = -1, .high = 1});
  scaling.apply(list[0]);
  CHECK(tests.size() == 5);
  CHECK(tests[4].size() == 4);
  CHECK(windows.target(0).cols() == 48);
  CHECK(list[0].maxCoeff() == 1);
  CHECK(list[0].minCoeff() == -1);
}
