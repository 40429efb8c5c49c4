// SPDX-License-Identifier: MIT
//
// What long_range lets the user choose: the task and its lengths, the net, how it begins and what helps it, and the
// training.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <map>
#include <string>
#include <vector>

#include "file_options.hpp"

namespace example {

enum class Task { adding, order, copy, reber, parity, running_parity, pixels };
enum class Unit { tanh, relu, leaky_relu, hard_tanh, mod_relu, identity };
/// What is kept of a state from step to step (elman/layers/leaky.hpp), in the rate or the voltage form.
enum class Leak { none, rate, voltage, learned_rate, learned_voltage };
/// W at the start: orthogonal, or the identity, times a gain; or all weights uniform in ±1/√Hidden. A latch is the
/// identity times a gain above 1, with a learned h₀ that it keeps at first.
enum class Start { orthogonal, identity, uniform, latch };
enum class Rate { constant, cosine };

inline const std::map<std::string, Task>& tasks() {
  static const std::map<std::string, Task> all{{"adding", Task::adding}, {"order", Task::order},
                                               {"copy", Task::copy},     {"reber", Task::reber},
                                               {"parity", Task::parity}, {"running-parity", Task::running_parity},
                                               {"pixels", Task::pixels}};
  return all;
}
inline const std::map<std::string, Unit>& units() {
  static const std::map<std::string, Unit> all{
      {"tanh", Unit::tanh},           {"relu", Unit::relu},        {"leaky-relu", Unit::leaky_relu},
      {"hard-tanh", Unit::hard_tanh}, {"modrelu", Unit::mod_relu}, {"identity", Unit::identity}};
  return all;
}
inline const std::map<std::string, Leak>& leaks() {
  static const std::map<std::string, Leak> all{{"none", Leak::none},
                                               {"rate", Leak::rate},
                                               {"voltage", Leak::voltage},
                                               {"learned-rate", Leak::learned_rate},
                                               {"learned-voltage", Leak::learned_voltage}};
  return all;
}
inline const std::map<std::string, Start>& starts() {
  static const std::map<std::string, Start> all{{"orthogonal", Start::orthogonal},
                                                {"identity", Start::identity},
                                                {"uniform", Start::uniform},
                                                {"latch", Start::latch}};
  return all;
}

struct RangeOptions {
  Task task = Task::adding;
  std::vector<elman::Index> length = {};  ///< the shortest and the longest; or both in one; none: the task's own
  std::vector<elman::Index> validation_length = {};        ///< the same of a validation; none: as `length`
  std::vector<elman::Index> test_length = {};              ///< the same of the test; none: as `length`
  elman::Index symbols = 0;                                ///< of temporal order and copy memory; 0: their own
  std::string data = "/usr/share/datasets/fashion-mnist";  ///< of pixels
  std::uint64_t permute = 0;                               ///< seed of another order of the pixels; 0: their own

  elman::Index hidden = 100;
  Unit activation = Unit::tanh;
  double negative_slope = 0.01;  ///< of leaky ReLU
  Leak leak = Leak::none;
  double alpha = 0.1;  ///< of a leak: of the first unit, or of all
  double longest = 0;  ///< time constants of a leak from 1/alpha to this, in steps; 0: 1/alpha for all
  Start start = Start::orthogonal;
  double gain = 1;         ///< of W at the start
  double input_scale = 0;  ///< standard deviation of U at the start; 0: Glorot's

  elman::Index steps = 2000;  ///< updates
  elman::Index batch = 64;
  double learning_rate = 1e-3;
  Rate rate = Rate::constant;
  double clip = 1;                ///< the largest norm of a gradient; 0: any
  double omega = 0;               ///< weight of Pascanu's regulariser
  double orthogonal_penalty = 0;  ///< weight of ‖WᵀW − I‖²
  bool keep_orthogonal = false;   ///< W goes back to the nearest orthogonal matrix after every update
  elman::Index grow_from = 0;     ///< the longest at the start; 0: lengths do not grow
  double grow_share = 0.5;        ///< of the updates, in which they grow
  elman::Index evaluations = 20;
  elman::Index validation = 500;  ///< sequences of an evaluation
  elman::Index test = 2000;       ///< sequences of the test
  std::uint64_t seed = 1;
  std::size_t seeds = 1;
  std::string gradients = {};  ///< a path, or empty
  FileOptions files = {};
};

/// Behind the options that the task is made of: those of the net and its training.
inline void add_net_options(CLI::App& app, RangeOptions& options) {
  static const std::map<std::string, Rate> rates{{"constant", Rate::constant}, {"cosine", Rate::cosine}};
  app.add_option("--hidden", options.hidden, "Hidden units")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--activation", options.activation, "Of the hidden units")
      ->transform(CLI::CheckedTransformer(units()))
      ->option_text("tanh|relu|leaky-relu|hard-tanh|modrelu|identity=tanh")
      ->default_str("tanh");
  app.add_option("--negative-slope", options.negative_slope, "Of leaky-relu, below 0")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  CLI::Option* const leak = app.add_option("--leak", options.leak,
                                           "Units that keep 1 - alpha of their state at each step, in one of two forms")
                                ->transform(CLI::CheckedTransformer(leaks()))
                                ->option_text("none|rate|voltage|learned-rate|learned-voltage=none")
                                ->default_str("none");
  app.add_option("--alpha", options.alpha, "Share of the new in a step, of leaky units; 1/alpha is the time constant")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str()
      ->needs(leak);
  app.add_option(
         "--longest", options.longest,
         "Time constants from 1/alpha to so many steps, evenly in the logarithm; 0: that of alpha for all units")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->needs(leak);
  app.add_option("--init", options.start,
                 "W at the start, with Glorot U and V and zero biases: orthogonal or identity; all uniform in "
                 "±1/√hidden; or latch: the identity, with a learned h0 that it keeps at first (--gain above 1)")
      ->transform(CLI::CheckedTransformer(starts()))
      ->option_text("orthogonal|identity|uniform|latch=orthogonal")
      ->default_str("orthogonal");
  app.add_option("--gain", options.gain, "W at the start is multiplied by it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--input-scale", options.input_scale,
                 "U at the start: normal, of this standard deviation; 0: Glorot's")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--steps", options.steps, "Updates, as many as are whole evaluations")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch", options.batch, "Sequences per update")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "Of Adam; with --schedule cosine at the start")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--schedule", options.rate, "The learning rate: constant, or cosine, which falls to 0")
      ->transform(CLI::CheckedTransformer(rates))
      ->option_text("constant|cosine=constant")
      ->default_str("constant");
  app.add_option("--clip", options.clip, "Largest norm of a gradient; 0: any")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--omega", options.omega, "Weight of the regulariser of Pascanu, Mikolov and Bengio (2013)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--orthogonal-penalty", options.orthogonal_penalty, "Weight of |W^T W - I|^2")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--keep-orthogonal", options.keep_orthogonal,
               "W goes to the nearest orthogonal matrix after each update");
  app.add_option("--grow-from", options.grow_from,
                 "Longest length at the start, from which it grows to that of --length; 0: it does not grow")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--grow-share", options.grow_share, "Share of the updates in which it grows")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--evaluations", options.evaluations,
                 "Validations in the course of the training, the best of which stays")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--validation", options.validation, "Sequences of a validation")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--gradients", options.gradients,
                 "Write the size of the gradient at each step, before and after the training, to this file, as CSV");
  app.add_option("--seed", options.seed, "Seed of the weights and the sequences")->capture_default_str();
  app.add_option("--seeds", options.seeds, "Runs, with the seeds --seed, --seed + 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

inline void add_task_options(CLI::App& app, RangeOptions& options) {
  app.add_option("TASK", options.task,
                 "adding, order (temporal order), copy (copy memory), reber (embedded Reber grammar), parity, "
                 "running-parity (told at every step) or pixels (images of Fashion-MNIST)")
      ->transform(CLI::CheckedTransformer(tasks()))
      ->option_text("adding|order|copy|reber|parity|running-parity|pixels")
      ->required();
  app.add_option("--length", options.length,
                 "Steps of a sequence, or the fewest and the most; of copy the delay. Default: 50; of reber as the "
                 "grammar has it")
      ->check(CLI::PositiveNumber)
      ->expected(1, 2);
  app.add_option("--validation-length", options.validation_length, "The same of a validation. Default: as --length")
      ->check(CLI::PositiveNumber)
      ->expected(1, 2);
  app.add_option("--test-length", options.test_length, "The same of the test. Default: as --length")
      ->check(CLI::PositiveNumber)
      ->expected(1, 2);
  app.add_option("--symbols", options.symbols, "Of order, 2 or 3, and of copy. Default: 2, and 5")
      ->check(CLI::PositiveNumber);
  app.add_option("--data", options.data, "Folder of the images of pixels, as classify_images has it")
      ->capture_default_str();
  app.add_option("--permute", options.permute, "Of pixels: in another order, the same for all images, of this seed")
      ->check(CLI::PositiveNumber);
  app.add_option("--test", options.test, "Sequences of the test; of pixels all images are tested")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

}  // namespace example
