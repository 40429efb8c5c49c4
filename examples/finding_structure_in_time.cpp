// SPDX-License-Identifier: MIT
//
// Which letter comes next, and when can one know? The letter prediction of J. L. Elman, "Finding structure in time",
// Cognitive Science 14 (1990): consonants in random order, each with its vowels,
//
//   b → ba    d → dii    g → guuu
//
// A net reads the letters one by one, each as six features, and predicts those of the next. It learns which vowels
// follow which consonant, and how many: its error is low where a vowel comes. Where a consonant comes it cannot know
// which, so that the error is high, but it knows that it is one.
#include <array>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>

#include "common/data_setting.hpp"
#include "common/net_files.hpp"
#include "common/options.hpp"
#include "common/train.hpp"

namespace {

using namespace example;
using elman::Index;

constexpr Index features = 6;
constexpr std::array<const char*, features> names{"consonant", "vowel", "interrupted", "high", "back", "voiced"};
using Letters = elman::Columns<float, features>;  // a column each, as in Table 1 of the paper
using Cell = elman::RNNCell<float, features, 20, features, elman::Tanh, elman::Sigmoid>;

std::string bar(double error) { return std::string(static_cast<std::size_t>(std::lround(100 * error)), '*'); }

/// So many consonants, each with its vowels.
std::string random_letters(std::size_t consonants, elman::Random& random) {
  constexpr std::array<const char*, 3> syllables{"ba", "dii", "guuu"};
  std::string text;
  for (std::size_t k = 0; k < consonants; ++k) text += syllables[static_cast<std::size_t>(random.below(3))];
  return text;
}

Letters encode(std::string_view text) {
  constexpr std::string_view alphabet = "bdgaiu";
  const Eigen::Matrix<float, features, 6> table{{1, 1, 1, 0, 0, 0},   // consonant
                                                {0, 0, 0, 1, 1, 1},   // vowel
                                                {1, 1, 1, 0, 0, 0},   // interrupted
                                                {0, 1, 0, 0, 1, 1},   // high
                                                {0, 0, 1, 1, 0, 1},   // back
                                                {1, 1, 1, 1, 1, 1}};  // voiced
  Letters letters(features, static_cast<Index>(text.size()));
  Index t = 0;
  for (const char letter : text) letters.col(t++) = table.col(static_cast<Index>(alphabet.find(letter)));
  return letters;
}

/// Each letter is to tell the next; the state is carried from chunk to chunk.
void train(Cell& cell, const Letters& letters, Index chunk_steps, const Options& options) {
  const elman::train::Chunks chunks{
      letters.leftCols(letters.cols() - 1), letters.rightCols(letters.cols() - 1), {.steps = chunk_steps}};
  elman::optim::Adam adam{cell, {.learning_rate = options.learning_rate}};
  elman::train::Loop loop{cell,
                          adam,
                          elman::loss::BinaryCrossEntropy{},  // of sigmoid outputs
                          chunks,
                          {.epochs = static_cast<Index>(options.epochs), .clip_norm = options.clip},
                          elman::metric::BinaryAccuracy{}};
  const std::string data = data_setting(static_cast<std::size_t>(letters.cols()), letters.reshaped());
  const Training training = run_loop(loop, {.files = options.files, .data = data, .unit = "letters"});
  write_picture(options.files, training.history);
}

/// Prints the error of each letter but the first (root of the mean square over its features), and what they come to.
void report(const Cell& cell, const std::string& text, std::size_t shown) {
  using Squares = Eigen::Array<double, features, 1>;
  const Letters letters = encode(text);
  const Letters x = letters.leftCols(letters.cols() - 1);
  auto tape = cell.tape();
  cell.forward(x, tape);
  double consonants = 0, vowels = 0;
  Squares of_consonants = Squares::Zero(), of_vowels = Squares::Zero();
  std::cout << std::fixed << std::setprecision(3) << "error of each letter, predicted from those before it:\n";
  for (std::size_t k = 1; k < text.size(); ++k) {
    const auto t = static_cast<Index>(k) - 1;
    const Squares squares = (tape.y().col(t) - letters.col(t + 1)).cast<double>().array().square();
    const double error = std::sqrt(squares.mean());
    if (k <= shown) std::cout << "  " << text[k] << "  " << error << "  " << bar(error) << '\n';
    const bool consonant = text[k] == 'b' || text[k] == 'd' || text[k] == 'g';
    (consonant ? consonants : vowels) += 1;
    (consonant ? of_consonants : of_vowels) += squares;
  }
  std::cout << "error of each feature where a consonant comes:\n";
  for (Index k = 0; k < features; ++k) {
    const double error = std::sqrt(of_consonants(k) / consonants);
    std::cout << "  " << std::left << std::setw(11) << names[static_cast<std::size_t>(k)] << "  " << error << "  "
              << bar(error) << '\n';
  }
  const double consonant_error = std::sqrt(of_consonants.mean() / consonants);
  const double vowel_error = std::sqrt(of_vowels.mean() / vowels);
  // Two features of three consonants at random are best predicted with their probability, 1/3: a mean square of 2/9.
  std::cout << "mean error where a consonant comes: " << consonant_error << " (at best "
            << std::sqrt(2 * (2. / 9) / features) << ")\nmean error where a vowel comes: " << vowel_error
            << "\nratio: " << std::setprecision(1) << consonant_error / vowel_error << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Elman's letter prediction: learns where the next letter can be known.", "finding_structure_in_time");
  Options options{.epochs = 20, .learning_rate = 5e-3};
  std::size_t consonants = 1000, shown = 40;
  Index chunk = 1;
  app.add_option("--consonants", consonants, "Consonants to train on, and as many others to test on")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str();
  app.add_option("--epochs", options.epochs, "Times through the letters")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--chunk", chunk,
                 "Steps that gradients go back; 1, as Elman trained: to the state before and no further")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "Learning rate of Adam")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--shown", shown, "Letters whose errors are printed")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of the letters and the weights")->capture_default_str();
  add_file_options(app, options.files, {.data = {"--consonants", "--seed"}, .use = {"--shown"}});
  return run_program(app, argc, argv, [&] {
    elman::Random random{options.seed};
    Cell cell{elman::init::standard(random)};
    check_files(options.files, 1);
    const std::string training = random_letters(consonants, random), test = random_letters(consonants, random);
    if (options.files.load.empty()) {
      train(cell, encode(training), chunk, options);
      write_net(options.files, cell, {.strings = {{"features", {names.begin(), names.end()}}}});
    } else {
      cell = NetFile(options.files).net<Cell>();
    }
    report(cell, test, shown);
  });
}
