// SPDX-License-Identifier: MIT

#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>

#include <cstdio>
#include <vector>

using namespace elman;
using Classifier = RNNCell<float, 1, 16, 3>;

int main() {
  Random random{1};
  std::vector<Matrix<float, 1, Dynamic>> curves;  // 10 to 30 measurements each, a column a step
  std::vector<Index> kinds;                       // 0: they fall; 1: they stay, but for noise; 2: they rise
  for (Index k = 0; k < 1000; ++k) {
    kinds.push_back(k % 3);
    curves.emplace_back(1, 10 + random.below(21));
    double level = random.uniform(-1, 1);
    for (float& value : curves.back()) {
      level += 0.15 * static_cast<double>(kinds.back() - 1);
      value = static_cast<float>(level + 0.3 * random.normal());
    }
  }
  const train::Examples data{curves, kinds};
  const auto parts = prepare::stratified_split(kinds, {.validation = 0.2, .test = 0.2}, random);
  const auto batches = [&](const auto& part) { return train::Batches{train::Subset{data, part}}; };
  Classifier net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, batches(parts.training), {.epochs = 30, .clip_norm = 1.0}};
  loop.validate(batches(parts.validation), {.patience = 5});  // ends after 5 epochs in a row that were no better
  loop.run();                                                 // and leaves the best weights in the net
  metric::Accuracy accuracy;
  train::evaluate(net, batches(parts.test), loss::CrossEntropy{}, accuracy);
  std::printf("%.0f %% of %zu curves are told right\n", 100 * accuracy.value(), parts.test.size());
  io::save("curves.safetensors", net, {.strings = {{"classes", {"falling", "level", "rising"}}}});

  const auto loaded = io::load<Classifier>("curves.safetensors");  // in another program, say
  const auto classes = io::attachments("curves.safetensors").strings_of("classes");
  auto tape = loaded.tape();
  loaded.forward(curves[2], tape, last_step);
  const Index answer = greedy(tape.o().col(0));
  std::printf("the third is %s: y = %.2f\n", classes.at(static_cast<std::size_t>(answer)).c_str(), tape.y()(answer, 0));
}
