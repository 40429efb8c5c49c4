// SPDX-License-Identifier: MIT
//
// Chapters 6 and 7 of docs/tutorial.md and docs/zh/tutorial.md: an answer a step, and a language model.
#include <elman/elman.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

using namespace elman;

struct Brackets {                                 // how deep in brackets is each letter?
  std::vector<std::vector<Index>> texts, depths;  // a token a letter, and a tag a letter: 0, 1 or 2

  Brackets(Index count, Random random) {
    for (Index k = 0; k < count; ++k) {
      auto& text = texts.emplace_back();
      auto& tags = depths.emplace_back();
      for (Index depth = 0; text.size() < 30;) {
        Index letter = random.below(4);  // of "()ab"
        if ((letter == 0 && depth == 2) || (letter == 1 && depth == 0)) letter = 2;
        depth += letter == 0 ? 1 : letter == 1 ? -1 : 0;
        text.push_back(letter);
        tags.push_back(depth);
      }
    }
  }
};

namespace {

void a_tag_a_step() {
  const Brackets brackets{300, Random{1}}, others{100, Random{2}};
  const train::Examples data{brackets.texts, brackets.depths};  // a list of integers a text: every step is read
  const train::Examples test{others.texts, others.depths};
  Random random{1};
  RNNCell<double, 4, 16, 3> net{init::standard(random)};  // 4 letters in, 3 tags out
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 30, .clip_norm = 1.0}};
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, train::Batches{test}, loss::CrossEntropy{}, accuracy);
  std::printf("%.1f %% of the steps of others are right\n", 100 * accuracy.value());

  auto tape = net.tape();
  net.forward(pack(std::array{others.texts[0]}), tape, every_step);
  std::string text, told;
  for (const Index letter : others.texts[0]) text += "()ab"[letter];
  for (Index t = 0; t < tape.o().cols(); ++t) told += ".12"[greedy(tape.o().col(t))];
  std::printf("read: %s\ntold: %s\n", text.c_str(), told.c_str());
}

void letters() {
  std::vector<Index> text, held_out;  // 0: the end of a word; 1 to 26: a to z
  std::ifstream words("words/english.txt");
  Index number = 0;
  for (std::string word; std::getline(words, word); ++number) {
    auto& part = number % 10 == 0 ? held_out : text;  // every tenth word is kept for the test
    for (const char letter : word) {
      if (letter >= 'a' && letter <= 'z') part.push_back(letter - 'a' + 1);
    }
    part.push_back(0);
  }
  Random random{1};
  RNNCell<double, 27, 64, 27> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 3e-3}};
  const train::Chunks chunks{text, {.streams = 8, .steps = 20}};  // each letter is to tell the next
  train::Loop loop{net, adam, loss::CrossEntropy{}, chunks, {.epochs = 30, .clip_norm = 1.0}};
  loop.validate(train::Chunks{held_out}, {.watch = "bits_per_symbol"}, metric::BitsPerSymbol{});
  std::printf("%.2f bits a letter; without a net, log2 27 = 4.75\n", loop.run().best);

  Sampler sampler{{.temperature = 0.7}};  // below 1: likely letters become likelier
  auto state = net.initial_state();
  const std::vector<Index> start{0};  // a word begins
  for (const Index letter : generate(net, state, start, {.length = 60}, sampler, random)) {
    std::putchar(letter == 0 ? ' ' : static_cast<char>('a' + letter - 1));
  }
  std::putchar('\n');
}

}  // namespace

int main() {
  std::puts("## 6.");
  a_tag_a_step();
  std::puts("## 7.");
  letters();
}
