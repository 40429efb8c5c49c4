// SPDX-License-Identifier: MIT
//
// All headers, and what is instantiated with a net: training with validation, steps, tokens, files. Run, it compares
// what it gets with what must come out, and says what did not. One argument: a folder that is there and may be written
// to.
#include <cmath>
#include <cstdio>
#include <elman/elman.hpp>
#include <elman/io/checkpoint.hpp>
#include <elman/io/csv.hpp>
#include <elman/io/keras.hpp>
#include <elman/io/log.hpp>
#include <elman/io/npy.hpp>
#include <elman/io/progress.hpp>
#include <elman/io/safetensors.hpp>
#include <elman/io/torch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace elman;
using Cell = RNNCell<float, 3, 8, 3>;

namespace {

int faults = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("%s: not so\n", what);
  ++faults;
}

void numbers_as_text(const std::filesystem::path& folder) {
  std::string message;
  Cell cell{zero};
  try {
    optim::Adam{cell, {.learning_rate = -0.1}};
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }
  expect(message.find("-0.1;") != message.npos, "a message says -0.1");
  expect(cpp_literal(0.15625f) == "0x1.4p-3F" && cpp_literal(-3.0) == "-0x1.8p+1", "numbers in hexadecimal");

  const auto path = folder / "numbers.csv";
  std::ofstream(path) << "a;b\n0.1;-1e-300\n+12.50;3.e2\n";
  const auto table = io::read_csv(path).matrix<double>({"a", "b"});
  expect(table(0, 0) == 0.1 && table(1, 0) == -1e-300 && table(0, 1) == 12.5 && table(1, 1) == 300, "a CSV file");
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path folder = count > 1 ? arguments[1] : ".";
  numbers_as_text(folder);

  Random random{1};
  std::vector<std::vector<Index>> sequences(24, std::vector<Index>(4));  // of tokens: which came first?
  std::vector<Index> labels;
  for (auto& sequence : sequences) {
    for (Index& token : sequence) token = random.below(3);
    random.shuffle(sequence);
    labels.push_back(sequence.front());
  }
  Cell net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 2e-2}};
  train::Loop loop{net,
                   adam,
                   loss::CrossEntropy{},
                   train::Batches{train::Examples{sequences, labels}},
                   {.epochs = 30, .clip_norm = 1.0}};
  loop.validate(train::Batches{train::Examples{sequences, labels}});
  std::ostringstream lines;
  loop.on(io::Progress{{.stream = &lines, .unit = "words"}});
  loop.on(io::CsvLog((folder / "run.csv").string(), {.replace = true}));
  io::Checkpoint run((folder / "run.checkpoint").string());
  run.keep("loop", loop);
  loop.run();
  run.save();
  metric::Accuracy accuracy;
  train::evaluate(net, train::Batches{train::Examples{sequences, labels}}, loss::CrossEntropy{}, accuracy);
  expect(accuracy.value() > 0.9, "a net has learned");

  const std::string path = (folder / "net.safetensors").string();
  io::save(path, net);
  expect(io::load<Cell>(path).theta() == net.theta(), "a net is in its file");
  io::write_npy((folder / "W.npy").string(), net.W());
  expect(io::read_npy<float>((folder / "W.npy").string()).matrix() == net.W(), "W is in its file");
  auto state = net.initial_state();
  Sampler sampler{{.top_k = 2}};
  expect(generate(net, state, sequences[0], {.length = 5}, sampler, random).size() == 5, "tokens are drawn");
  expect(!cpp_header<std::int8_t>(net, "model").empty(), "a net is C++");
  if (faults == 0) std::printf("all as it must be\n");
  return faults;
}
