// SPDX-License-Identifier: MIT
//
// What the classifiers let the user choose about the net and its training, and how programs turn what goes wrong into a
// message and exit code 1.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "file_options.hpp"

namespace example {

/// standard: orthogonal W, Glorot U and V, zero b and c. uniform: all of them uniform in ±1/√Hidden.
enum class Init { standard, uniform };
/// The learning rate of each update: rising, then falling to nearly nothing; or the same all the time.
enum class Schedule { one_cycle, constant };
/// What of a sequence tells its class: o of its last step, or the mean of o over all steps.
enum class Pooling { last, mean };

struct Options {
  elman::Index hidden = 96;    ///< units of each layer, and each way
  int layers = 1;              ///< 1 or 2, one upon the other
  bool bidirectional = false;  ///< every layer reads both ways
  double dropout = 0;          ///< share of the outputs of one layer that the next does not see
  Pooling pooling = Pooling::last;
  double input_dropout = 0;      ///< share of the inputs that the first layer does not see
  double recurrent_dropout = 0;  ///< share of the last state that a layer does not see
  Init init = Init::standard;
  std::size_t epochs = 20;
  std::size_t batch = 64;
  double learning_rate = 3e-3;  ///< the highest of the schedule
  Schedule schedule = Schedule::one_cycle;
  double clip = 1;          ///< the largest norm of a gradient
  double weight_decay = 0;  ///< AdamW's; with 0 it is Adam
  double label_smoothing = 0;
  double noise = 0;         ///< standard deviation of the normal noise on the inputs while training
  double validation = 0.1;  ///< share of the examples that chooses the best epoch
  std::uint64_t seed = 1;   ///< of the split, the weights and the batches
  std::size_t seeds = 1;    ///< runs, with seed, seed + 1, …
  FileOptions files = {};   ///< where the trained net is written, and read; of one run alone
};

/// One option per field, with the field's value as the default that --help shows.
inline void add_options(CLI::App& app, Options& options) {
  static const std::map<std::string, Init> inits{{"standard", Init::standard}, {"uniform", Init::uniform}};
  static const std::map<std::string, Schedule> schedules{{"one-cycle", Schedule::one_cycle},
                                                         {"constant", Schedule::constant}};
  app.add_option("--hidden", options.hidden, "Hidden units")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--init", options.init,
                 "Initial weights: standard (orthogonal W, Glorot U and V, zero b and c) or uniform (±1/√hidden)")
      ->transform(CLI::CheckedTransformer(inits))
      ->option_text("standard|uniform=standard")
      ->default_str("standard");
  app.add_option("--batch", options.batch, "Sequences per update")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "Learning rate of AdamW, the highest of the schedule")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--schedule", options.schedule, "one-cycle (rises, then falls to nearly nothing) or constant")
      ->transform(CLI::CheckedTransformer(schedules))
      ->option_text("one-cycle|constant=one-cycle")
      ->default_str("one-cycle");
  app.add_option("--clip", options.clip, "Largest norm of a gradient")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--weight-decay", options.weight_decay, "Weight decay of AdamW; with 0 it is Adam")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--label-smoothing", options.label_smoothing, "Share of the target that all classes get alike")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--validation", options.validation,
                 "Share of the examples that chooses the best epoch; with 0 the last one stays")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of the split, the weights and the batches")->capture_default_str();
  app.add_option("--seeds", options.seeds, "Runs, with the seeds --seed, --seed + 1, …")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

/// The same for nets of several layers: what body.hpp makes them of.
inline void add_layer_options(CLI::App& app, Options& options) {
  app.add_option("--layers", options.layers, "Recurrent layers")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_flag("--bidirectional,!--one-way", options.bidirectional,
               options.bidirectional ? "--one-way: no layer reads the sequence backwards too, with as many units"
                                     : "Every layer reads the sequence both ways, with --hidden units each");
  app.add_option("--dropout", options.dropout, "Share of the outputs of each layer that the next does not see")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--input-dropout", options.input_dropout, "Share of the inputs that the first layer does not see")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--recurrent-dropout", options.recurrent_dropout,
                 "Share of its last state that a layer does not see, the same units during a sequence")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
}

/// Throws std::runtime_error if there is nothing that --dropout could drop.
inline void check_layer_options(const Options& options) {
  if (options.dropout > 0 && options.layers == 1) {
    throw std::runtime_error("--dropout drops between layers; expected --layers 2 or more");
  }
}

/// Parses the command line and calls run(). Returns the exit code: 0, or 1 with the reason on standard error.
template <class Run>
int run_program(CLI::App& app, int argc, char** argv, Run run) {
  try {
    app.parse(argc, argv);
    run();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;  // 0: --help
  } catch (const std::exception& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace example
