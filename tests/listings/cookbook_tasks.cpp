// SPDX-License-Identifier: MIT
//
// The recipes of docs/cookbook.md by task.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <vector>

#include "elman/elman.hpp"
#include "listings/recipes.hpp"

namespace {

void one_class_a_sequence() {
  const Signals signals{300, Random{1}}, others{100, Random{2}};
  const train::Examples data{signals.sequences, signals.labels};  // an integer a sequence: the last step is read
  Random random{1};
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  metric::Accuracy accuracy;
  const train::Examples test{others.sequences, others.labels};
  train::evaluate(net, train::Batches{test}, loss::CrossEntropy{}, accuracy);
  std::cout << 100 * accuracy.value() << " % of others are told right\n";
  auto tape = net.tape();
  net.forward(others.sequences[0], tape, last_step);
  std::cout << "the first is of class " << greedy(tape.o().col(0)) << ", truly of " << others.labels[0] << '\n';
}

void a_tag_a_step() {
  const Signals signals{300, Random{1}};
  std::vector<std::vector<Index>> tags;  // of each step: where a peak has been so far
  for (const Sequence& sequence : signals.sequences) {
    auto& tag = tags.emplace_back();
    for (Index t = 0; t < sequence.cols(); ++t) {
      const Index before = t == 0 ? 2 : tag.back();
      tag.push_back(sequence(0, t) > 1 ? 0 : sequence(1, t) > 1 ? 1 : before);
    }
  }
  const train::Examples data{signals.sequences, tags};  // a list of integers a sequence: every step is read
  Random random{1};
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  auto tape = net.tape();
  net.forward(signals.sequences[1], tape, every_step);
  std::cout << "told: ";
  for (Index t = 0; t < tape.o().cols(); ++t) std::cout << greedy(tape.o().col(t)) << ' ';
  std::cout << "\ntrue: ";
  for (const Index tag : tags[1]) std::cout << tag << ' ';
  std::cout << '\n';
}

void a_sequence_of_one_vector() {
  std::vector<Matrix<float, 1, Dynamic>> read, next;  // waves of 16 steps, whose height their first value tells
  for (int k = 1; k <= 40; ++k) {
    Matrix<float, 1, Dynamic> wave(1, 16);
    for (Index t = 0; t < 16; ++t) wave(t) = 0.05F * static_cast<float>(k) * std::cos(0.5F * static_cast<float>(t));
    read.emplace_back(wave.leftCols(15));   // in training each true value is read …
    next.emplace_back(wave.rightCols(15));  // … and the next is to be told
  }
  Random random{1};
  RNNCell<float, 1, 16, 1, Tanh, Identity> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Examples{read, next}, {.size = 8}};
  train::Loop loop{net, adam, loss::SquaredError{}, batches, {.epochs = 100, .clip_norm = 1.0}};
  loop.run();
  auto state = net.initial_state();
  state.y(0) = 1.5F;  // what it begins with; then it reads what it has told
  std::printf("told: ");
  for (int t = 1; t <= 8; ++t) std::printf("%.1f ", net.step(state.y, state)(0));
  std::printf("\ntrue: ");
  for (int t = 1; t <= 8; ++t) std::printf("%.1f ", 1.5 * std::cos(0.5 * t));
  std::printf("\n");
}

void numbers_of_a_sequence() {
  const Signals signals{300, Random{1}};
  Matrix<float, 2, Dynamic> sums(2, 300);  // Out × sequences; one number each may be a std::vector<float>
  for (Index k = 0; k < 300; ++k) sums.col(k) = signals.sequences[static_cast<std::size_t>(k)].rowwise().sum();
  const auto scaling = prepare::Scaling::standard(sums);
  scaling.apply(sums);  // targets near 1, as inputs should be
  Random random{1};
  RNNCell<float, 2, 16, 2, Tanh, Identity> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Examples{signals.sequences, sums}};
  train::Loop loop{net, adam, loss::SquaredError{}, batches, {.epochs = 40, .clip_norm = 1.0}};
  loop.run();
  auto tape = net.tape();
  net.forward(signals.sequences[0], tape, last_step);
  Vector<float, 2> told = tape.y().col(0);
  scaling.invert(told);  // in the targets' own units again
  std::cout << std::fixed;
  std::cout.precision(1);
  std::cout << "told " << told.transpose() << "\ntrue " << signals.sequences[0].rowwise().sum().transpose() << '\n';
}

void the_next_values() {
  Matrix<float, 1, Dynamic> series(1, 606);  // a row a quantity, a column a step
  for (Index t = 0; t < 606; ++t) {
    series(t) = std::sin(0.3F * static_cast<float>(t)) + 0.5F * std::sin(0.11F * static_cast<float>(t));
  }
  const prepare::Windows windows{series.leftCols(600), {.length = 24, .horizon = 6}};  // 24 are read, the next 6 told
  const auto parts = prepare::split_by_time(windows.size(), {.test = 0.2, .gap = windows.target_gap()});
  Random random{1};
  RNNCell<float, 1, 16, 6, Tanh, Identity> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Subset{windows, parts.training}};
  train::Loop loop{net, adam, loss::SquaredError{}, batches, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  metric::MeanAbsoluteError error;
  train::evaluate(net, train::Batches{train::Subset{windows, parts.test}}, loss::SquaredError{}, error);
  std::cout << std::fixed;
  std::cout.precision(1);
  std::cout << "mean error in what came later: " << error.value() << '\n';
  auto tape = net.tape();
  net.forward(windows.last(), tape, last_step);  // the last 24, behind which nothing is known
  std::cout << "told: " << tape.y().transpose() << "\ntrue: " << series.rightCols(6) << '\n';
}

void several_yes_or_no() {
  Signals signals{300, Random{1}};
  Matrix<float, 2, Dynamic> peaks(2, 300);  // Out × sequences: 1 where the row has a peak, in some both have
  for (Index k = 0; k < 300; ++k) {
    Sequence& sequence = signals.sequences[static_cast<std::size_t>(k)];
    if (k % 3 == 0) sequence += sequence.colwise().reverse().eval();
    peaks.col(k) = (sequence.rowwise().maxCoeff().array() > 1).cast<float>();
  }
  Random random{1};
  RNNCell<float, 2, 16, 2, Tanh, Sigmoid> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Examples{signals.sequences, peaks}};
  train::Loop loop{net, adam, loss::BinaryCrossEntropy{}, batches, {.epochs = 30, .clip_norm = 1.0}};
  loop.run();
  metric::BinaryAccuracy accuracy;
  train::evaluate(net, batches, loss::BinaryCrossEntropy{}, accuracy);
  std::cout << std::round(100 * accuracy.value()) << " % of the yes and no are right\n";
}

void a_rare_class() {
  const Signals signals{600, Random{1}};
  std::vector<Index> kept, labels;  // of class 1 one in ten
  for (Index k = 0; k < 600; ++k) {
    labels.push_back(signals.labels[static_cast<std::size_t>(k)]);
    if (labels.back() != 1 || k % 10 == 0) kept.push_back(k);
  }
  const train::Examples all{signals.sequences, labels};
  const train::Batches batches{train::Subset{all, kept}};
  const loss::CrossEntropy loss{{.class_weights = prepare::class_weights(labels, 3, kept)}};
  Random random{1};
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss, batches, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  metric::ConfusionMatrix confusion{{.average = metric::Average::balanced_accuracy}};
  train::evaluate(net, train::Batches{all}, loss, confusion);
  std::cout << "weights " << loss.options().class_weights[0] << ' ' << loss.options().class_weights[1] << '\n';
  std::cout << std::round(100 * confusion.of_class(1).recall) << " % of the rare are found\n";
}

void labels_that_do_not_count() {
  const Signals signals{300, Random{1}};
  const Index unknown = loss::CrossEntropyOptions().ignored_label;  // −100
  std::vector<std::vector<Index>> tags;
  std::vector<std::vector<double>> weights;  // one a step; of every loss, where an ignored label is CrossEntropy's
  for (std::size_t k = 0; k < signals.sequences.size(); ++k) {
    const auto steps = static_cast<std::size_t>(signals.sequences[k].cols());
    tags.emplace_back(steps, unknown).back() = signals.labels[k];
    weights.emplace_back(steps, 1.0).front() = 0;  // a mask
  }
  const train::Examples data{signals.sequences, tags, weights};
  Random random{1};
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, train::Batches{data}, loss::CrossEntropy{}, accuracy);
  std::cout << std::round(100 * accuracy.value()) << " % of the steps that count are right\n";
}

}  // namespace

int main() {
  run_recipe("How do I tell one class of a whole sequence?", one_class_a_sequence);
  run_recipe("How do I give every step a tag?", a_tag_a_step);
  run_recipe("How do I make a sequence of one vector?", a_sequence_of_one_vector);
  run_recipe("How do I tell numbers of a sequence?", numbers_of_a_sequence);
  run_recipe("How do I forecast the next n values?", the_next_values);
  run_recipe("How do I answer several yes-or-no questions at once?", several_yes_or_no);
  run_recipe("What if one class is rare?", a_rare_class);
  run_recipe("What if some labels are unknown, or do not count?", labels_that_do_not_count);
}
