// SPDX-License-Identifier: MIT
//
// The C++ of docs/from-pytorch.md and docs/from-keras.md.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/keras.hpp"
#include "elman/io/torch.hpp"
#include "listings/recipes.hpp"

namespace {

using Tagger = Net<float, Stacked<Embedding<5000, 24>, Bidirectional<Recurrence<24, 64>>>, Readout<128, 9>>;

void like_pytorch() {
  std::vector<Matrix<float, 1, Dynamic>> sequences;
  std::vector<Index> labels;
  for (Index k = 0; k < 96; ++k) {
    labels.push_back(k % 3);
    auto& wave = sequences.emplace_back(1, 8 + k % 12);
    for (Index t = 0; t < wave.cols(); ++t) {
      const double pitch = 0.3 + 0.3 * static_cast<double>(k % 3);
      wave(t) = static_cast<float>(std::sin(pitch * static_cast<double>(t) + 0.1 * static_cast<double>(k)));
    }
  }
  Random random{1};
  RNNCell<float, 1, 16, 3> net{init::torch_default(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  const loss::CrossEntropy loss;
  const auto x = pack(sequences);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  for (int step = 0; step <= 200; ++step) {
    gradient.set_zero();
    net.forward(x, tape, last_step);
    const float L = loss(tape, labels);
    net.bptt(x, tape, gradient);
    optim::clip_norm(gradient, 1.0);
    adam.step(net, gradient);
    if (step % 100 == 0) std::printf("step %3d: L = %.1f\n", step, L);
  }
  auto prediction = net.prediction();
  net.predict(x, prediction, last_step);
  metric::Accuracy accuracy;
  accuracy.add(prediction, labels);
  std::printf("%.0f %% right\n", 100 * accuracy.value());
  io::save_torch("waves.safetensors", net, {.rnn = "rnn", .readout = "fc"});
}

void like_keras() {
  std::vector<float> padded(96 * 19, 9.0F);  // an array (B, T, F), 9 where there is no step
  std::vector<Index> labels, lengths;
  for (Index k = 0; k < 96; ++k) {
    labels.push_back(k % 3);
    lengths.push_back(8 + k % 12);
    for (Index t = 0; t < lengths.back(); ++t) {
      const double pitch = 0.3 + 0.3 * static_cast<double>(k % 3);
      padded[static_cast<std::size_t>(19 * k + t)] =
          static_cast<float>(std::sin(pitch * static_cast<double>(t) + 0.1 * static_cast<double>(k)));
    }
  }
  const auto packed = pack_array<1>(padded, {.batch = 96, .steps = 19}, lengths);  // lengths, where Keras has a mask
  const auto sequences = unpack(packed.columns, packed.steps);
  const train::Examples data{sequences, labels};
  Random random{1};
  const auto parts = prepare::shuffled_split(96, {.validation = 0.25}, random);
  RNNCell<float, 1, 16, 3> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2, .epsilon = 1e-7}};
  train::Loop loop{net,
                   adam,
                   loss::CrossEntropy{},
                   train::Batches{train::Subset{data, parts.training}, {.size = 8}},
                   {.epochs = 60, .clip_norm = 1.0},
                   metric::Accuracy{}};
  loop.validate(train::Batches{train::Subset{data, parts.validation}}, {.patience = 10});
  loop.run();
  metric::Accuracy accuracy;
  const double L = train::evaluate(net, train::Batches{data}, loss::CrossEntropy{}, accuracy);
  std::printf("L = %.1f, %.0f %% right\n", L, 100 * accuracy.value());
  io::save_keras("waves.safetensors", net);
}

/// The listings of weights, on files that stand there.
void weights_of_pytorch() {
  io::save_torch("tagger.safetensors", Tagger{zero});
  Net<float, Stacked<Embedding<5000, 24>, Bidirectional<Recurrence<24, 64>>>, Readout<128, 9>> net{zero};
  io::load_torch("tagger.safetensors", net, {.rnn = "rnn", .readout = "fc", .embedding = "embedding"});
  io::save_torch("tagger.safetensors", net, {.rnn = "rnn", .readout = "fc", .embedding = "embedding"});
}
void weights_of_keras() {
  io::save_keras("tagger.safetensors", Tagger{zero}, {.rnn = "both", .readout = "tags", .embedding = "words"});
  Net<float, Stacked<Embedding<5000, 24>, Bidirectional<Recurrence<24, 64>>>, Readout<128, 9>> net{zero};
  io::load_keras("tagger.safetensors", net, {.rnn = "both", .readout = "tags", .embedding = "words"});
  io::save_keras("tagger.safetensors", net, {.rnn = "both", .readout = "tags", .embedding = "words"});
}

}  // namespace

int main() {
  weights_of_pytorch();
  weights_of_keras();
  run_recipe("A training, in both", like_pytorch);
  run_recipe("A training, in both", like_keras);
}
