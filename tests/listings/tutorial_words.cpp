// SPDX-License-Identifier: MIT

#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace elman;
using Classifier = RNNCell<double, Dynamic, Dynamic, Dynamic>;  // sizes are said when the program runs

std::vector<Index> bytes_of(const std::string& text) {  // a token a byte, 0 to 255: any language, in UTF-8
  std::vector<Index> tokens;
  for (const char letter : text) tokens.push_back(static_cast<unsigned char>(letter));
  return tokens;
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(folder), {});
  std::erase_if(files, [](const auto& file) { return file.filename().string().front() == '.'; });  // hidden ones
  std::sort(files.begin(), files.end());
  return files;
}

int main() {
  // 1. The data. A class is a file, words/english.txt, each line an example; or a folder, each file in it an example.
  std::vector<std::string> classes;
  std::vector<std::vector<Index>> examples;
  std::vector<Index> labels;
  const auto add = [&](std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty()) return;
    examples.push_back(bytes_of(text));
    labels.push_back(std::ssize(classes));
  };
  for (const auto& path : files_of("words")) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& file : files_of(path)) {
        std::ifstream in(file);
        add({std::istreambuf_iterator<char>(in), {}});
      }
    } else {
      std::ifstream in(path);
      for (std::string line; std::getline(in, line);) add(line);
    }
    classes.push_back(path.stem().string());
  }
  const train::Examples data{examples, labels};

  // 2. Three parts: to learn from, to stop by, and to be asked once at the end.
  Random random{1};
  const auto parts = prepare::stratified_split(labels, {.validation = 0.15, .test = 0.15}, random);
  const auto batches = [&](const auto& part) { return train::Batches{train::Subset{data, part}}; };

  // 3. The net and its training.
  Classifier net{256, 32, std::ssize(classes), init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 3e-3}};
  const loss::CrossEntropy loss;
  train::Loop loop{net, adam, loss, batches(parts.training), {.epochs = 30, .clip_norm = 1.0}};
  loop.validate(batches(parts.validation), {.watch = "accuracy", .patience = 5}, metric::Accuracy{});
  const auto outcome = loop.run();
  std::printf("%.0f %% right of validation\n", 100 * outcome.best);

  // 4. The test: how many are right, and what is taken for what.
  metric::ConfusionMatrix confusion;
  train::evaluate(net, batches(parts.test), loss, confusion);
  std::printf("%.0f %% right of %zu test words\n", 100 * confusion.accuracy(), parts.test.size());
  const auto counts = confusion.counts();  // a row a true class, a column a class that was told
  for (Index k = 0; k < counts.rows(); ++k) {
    for (Index j = 0; j < counts.cols(); ++j) std::printf("%4.0f", counts(k, j));
    std::printf("  %s\n", classes[static_cast<std::size_t>(k)].c_str());
  }

  // 5. What was learned, in a file; and used again, as another program would.
  io::save("words.safetensors", net, {.strings = {{"classes", classes}}});
  const auto loaded = io::load<Classifier>("words.safetensors");
  const auto names = io::attachments("words.safetensors").strings_of("classes");
  auto tape = loaded.tape();
  for (const std::string word : {"knowledge", "Freundschaft", "bellezza"}) {
    loaded.forward(pack(std::array{bytes_of(word)}), tape, last_step);
    const Index answer = greedy(tape.o().col(0));
    std::printf("%s: %s, y = %.2f\n", word.c_str(), names[static_cast<std::size_t>(answer)].c_str(),
                tape.y()(answer, 0));
  }
}
