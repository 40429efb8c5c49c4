// SPDX-License-Identifier: MIT
//
// The recipes of docs/cookbook.md for data as they are, and for trainings.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/checkpoint.hpp"
#include "listings/recipes.hpp"

namespace {

void own_text_files() {
  const std::set<std::filesystem::path> files(std::filesystem::directory_iterator("words"), {});  // class 0, 1, …
  std::vector<std::u8string> lines;  // a token a byte: any language, any script
  std::vector<Index> labels;
  for (Index label = 0; const auto& path : files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.emplace_back(line.begin(), line.end());
    std::erase_if(lines, [](const auto& line) { return line.empty(); });
    labels.resize(lines.size(), label++);
  }
  Random random{1};
  const auto parts = prepare::stratified_split(labels, {.validation = 0.15, .test = 0.15}, random);
  const train::Examples data{lines, labels};
  const auto batches = [&](const auto& part) { return train::Batches{train::Subset{data, part}}; };
  RNNCell<float, Dynamic, Dynamic, Dynamic> net{256, 32, std::ssize(files), init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 3e-3}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, batches(parts.training), {.epochs = 30, .clip_norm = 1.0}};
  loop.validate(batches(parts.validation), {.watch = "accuracy", .patience = 5}, metric::Accuracy{});
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, batches(parts.test), loss::CrossEntropy{}, accuracy);
  std::cout << std::setprecision(1) << accuracy.value() << " of test lines are right\n";
  auto prediction = net.prediction();
  net.predict(pack(std::array{std::u8string(u8"knowledge")}), prediction, last_step);
  std::cout << "knowledge: " << std::next(files.begin(), greedy(prediction.o().col(0)))->stem().string() << '\n';
}

void any_lengths() {
  const Signals signals{3, Random{1}};
  Random random{1};
  const Classifier net{init::standard(random)};
  const auto x = pack(signals.sequences);  // 2 × N, the steps of all; no padding
  auto tape = net.tape();
  net.forward(x, tape, every_step);
  const auto y = unpack(tape.y(), x.steps);  // a matrix a sequence, in the order of signals.sequences
  std::cout << "N = " << x.columns.cols() << ", T = " << x.steps.count() << ", B = " << x.steps.batch() << '\n';
  std::cout << "y of the second: " << y[1].rows() << " x " << y[1].cols() << '\n';
  const std::vector<float> padded(3 * 20 * 2, 0.5F);  // an array (B, T, F) with padding, as Python has it
  const auto same = pack_array<2>(padded, {.batch = 3, .steps = 20, .rows = 2}, std::vector{5, 20, 8});
  std::cout << "of the array: N = " << same.columns.cols() << '\n';
}

void thousands_of_steps() {
  Matrix<float, 1, Dynamic> x(1, 6000), wanted(1, 6000);  // at each step a mean of what has been, the latest most
  Random random{1};
  for (Index t = 0; t < 6000; ++t) {
    x(t) = static_cast<float>(random.uniform(-1, 1));
    wanted(t) = 0.3F * x(t) + (t > 0 ? 0.9F * wanted(t - 1) : 0);
  }
  RNNCell<float, 1, 16, 1, Tanh, Identity> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Chunks chunks{x.leftCols(5000), wanted.leftCols(5000), {.streams = 10, .steps = 50}};
  train::Loop loop{net, adam, loss::SquaredError{}, chunks, {.epochs = 30, .clip_norm = 1.0}};
  loop.run();  // 10 parts side by side, an update each 50 steps; the state goes on, gradients end there
  auto state = net.initial_state();
  auto tape = net.tape();
  float error = 0;
  for (Index first = 5000; first < 6000; first += 100) {  // in use too: as much at once as there is memory for
    net.forward(x.middleCols(first, 100), tape, every_step, state);
    error += (tape.y() - wanted.middleCols(first, 100)).squaredNorm() / 1000;
  }
  std::cout << std::fixed;
  std::cout.precision(1);
  std::cout << "error " << std::sqrt(error) << " of numbers of " << std::sqrt(wanted.squaredNorm() / 6000) << '\n';
}

void frames() {
  std::vector<Sequence> sequences;  // tones of 40 samples, of one of three pitches
  std::vector<Index> labels;
  Random random{1};
  for (Index k = 0; k < 300; ++k) {
    labels.push_back(k % 3);
    Matrix<float, 1, Dynamic> samples(1, 40);
    const double pitch = 0.5 + 0.3 * static_cast<double>(k % 3), phase = random.uniform(0, 6);
    for (Index t = 0; t < 40; ++t) samples(t) = static_cast<float>(std::sin(pitch * static_cast<double>(t) + phase));
    sequences.emplace_back(samples.reshaped(2, 20));  // 2 samples a step; of rows × T: reshaped(rows * n, T / n)
  }
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Examples{sequences, labels}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, batches, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, batches, loss::CrossEntropy{}, accuracy);
  std::cout << std::round(100 * accuracy.value()) << " % of the tones are told right\n";
}

/// A level that falls, stays or rises, with every third value missing.
std::pair<std::vector<std::vector<double>>, std::vector<Index>> with_gaps() {
  std::vector<std::vector<double>> curves;
  std::vector<Index> labels;
  Random random{1};
  for (Index k = 0; k < 300; ++k) {
    labels.push_back(k % 3);
    auto& curve = curves.emplace_back();
    for (int t = 0; t < 12; ++t) {
      curve.push_back(0.2 * static_cast<double>(k % 3 - 1) * t + 0.2 * random.normal());
      if (random.below(3) == 0) curve.back() = std::nan("");
    }
  }
  return {curves, labels};
}

void missing_values() {
  const auto [curves, labels] = with_gaps();  // lists of numbers, of which every third is NaN
  std::vector<Sequence> sequences;            // row 0: the value, or the latest there was; row 1: whether it is there
  for (const std::vector<double>& curve : curves) {
    Sequence& x = sequences.emplace_back(2, std::ssize(curve));
    float latest = 0;
    for (Index t = 0; t < x.cols(); ++t) {
      const double value = curve[static_cast<std::size_t>(t)];
      const bool is_there = !std::isnan(value);
      if (is_there) latest = static_cast<float>(value);
      x.col(t) << latest, is_there ? 1.0F : 0.0F;
    }
  }
  Random random{1};
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Examples{sequences, labels}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, batches, {.epochs = 20, .clip_norm = 1.0}};
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, batches, loss::CrossEntropy{}, accuracy);
  std::cout << std::round(100 * accuracy.value()) << " % of the curves are told right\n";
}

void when_to_stop() {
  const Signals signals{60, Random{1}}, others{60, Random{2}};
  const train::Examples data{signals.sequences, signals.labels}, held_out{others.sequences, others.labels};
  Random random{1};
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 3e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 200, .clip_norm = 1.0}};
  loop.validate(train::Batches{held_out}, {.patience = 10, .threshold = 1e-3});
  const train::Outcome outcome = loop.run();  // leaves in the net the weights that were best
  const bool is_patience = outcome.ending == train::Ending::patience;
  std::cout << "ended by " << (is_patience ? "patience, " : "epochs, ") << outcome.epochs - outcome.best_epoch
            << " epochs behind the best\n";
  const double L = train::evaluate(net, train::Batches{held_out}, loss::CrossEntropy{});
  std::cout << "the net has the best loss: " << (std::abs(L - outcome.best) < 1e-6 ? "yes" : "no") << '\n';
}

void several_seeds() {
  const Signals signals{300, Random{1}}, others{100, Random{2}};
  const train::Batches batches{train::Examples{signals.sequences, signals.labels}};
  std::vector<Classifier> nets;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Random random{seed};
    Classifier& net = nets.emplace_back(init::standard(random));
    optim::Adam adam{net, {.learning_rate = 1e-2}};
    train::Loop loop{
        net, adam, loss::CrossEntropy{}, batches, {.epochs = 15, .clip_norm = 1.0, .seed = seed}};  // another order too
    loop.run();
  }
  Matrix<float, 3, Dynamic> y = Matrix<float, 3, Dynamic>::Zero(3, 100);
  for (const Classifier& net : nets) {
    auto prediction = net.prediction();
    net.predict(pack(others.sequences), prediction, last_step);
    y += prediction.y() / 5;  // the mean of what all of them hold likely
  }
  Index right = 0;
  for (Index k = 0; k < 100; ++k) right += greedy(y.col(k)) == others.labels[static_cast<std::size_t>(k)];
  std::cout << "five nets tell " << right << " of 100 right\n";
}

void on_top_of_a_trained_net() {
  const Signals signals{300, Random{1}}, few{60, Random{2}}, others{100, Random{3}};
  const auto renamed = [](std::vector<Index> labels) {  // the new task: the same signals, other classes
    for (Index& label : labels) label = (label + 1) % 3;
    return labels;
  };
  Random random{1};
  Classifier net{init::standard(random)};  // or io::load<Classifier>("signals.safetensors")
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const train::Batches batches{train::Examples{signals.sequences, signals.labels}};
  train::Loop{net, adam, loss::CrossEntropy{}, batches, {.epochs = 20, .clip_norm = 1.0}}.run();

  Classifier tuned{init::standard(random)};  // with a readout that has yet to learn; its Out may be another
  tuned.U() = net.U();
  tuned.W() = net.W();
  tuned.b() = net.b();
  optim::Grouped readout{optim::Adam{tuned, {.learning_rate = 1e-1}},
                         tuned,
                         {{.name = "U", .fixed = true}, {.name = "W", .fixed = true}, {.name = "b", .fixed = true}}};
  const train::Batches new_task{train::Examples{few.sequences, renamed(few.labels)}};
  train::Loop{tuned, readout, loss::CrossEntropy{}, new_task, {.epochs = 60}}.run();
  metric::Accuracy accuracy;
  const train::Examples test{others.sequences, renamed(others.labels)};
  train::evaluate(tuned, train::Batches{test}, loss::CrossEntropy{}, accuracy);
  std::cout << 100 * accuracy.value() << " % right, U as it was: " << (tuned.U() == net.U() ? "yes" : "no") << '\n';
}

void after_an_interruption() {
  const Signals signals{300, Random{1}};
  const train::Batches batches{train::Examples{signals.sequences, signals.labels}};
  const auto train_until = [&](Index epoch) {  // a program that is killed behind this epoch
    Random random{1};
    Classifier net{init::standard(random)};
    optim::Adam adam{net, {.learning_rate = 1e-2}};
    train::Loop loop{net, adam, loss::CrossEntropy{}, batches, {.epochs = 10, .clip_norm = 1.0}};
    io::Checkpoint checkpoint("run.checkpoint");
    checkpoint.keep("training", loop);  // the net, Adam's means, the order of the data
    if (checkpoint.exists()) checkpoint.resume();
    loop.on([&](train::Event& event) {
      if (event.moment != train::Moment::epoch) return;
      checkpoint.save();
      if (event.epoch == epoch) event.stop();
    });
    loop.run();
    return net;
  };
  train_until(4);
  const Classifier resumed = train_until(10);
  std::filesystem::remove("run.checkpoint");
  std::cout << "the same bits: " << (resumed.theta() == train_until(10).theta() ? "yes" : "no") << '\n';
}

}  // namespace

int main() {
  run_recipe("How do I tell the class of my own text files?", own_text_files);
  run_recipe("What if sequences have different lengths?", any_lengths);
  run_recipe("What if a sequence has thousands of steps?", thousands_of_steps);
  run_recipe("How do I read several steps at once?", frames);
  run_recipe("What if values are missing?", missing_values);
  run_recipe("When do I stop?", when_to_stop);
  run_recipe("How do I average nets of several seeds?", several_seeds);
  run_recipe("How do I go on from a trained net, with parts fixed?", on_top_of_a_trained_net);
  run_recipe("How do I go on after an interruption?", after_an_interruption);
}
