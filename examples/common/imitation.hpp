// SPDX-License-Identifier: MIT
//
// Trains a net to sound like the overdriven amplifier, on many signals side by side, and says how well a net does so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <iomanip>
#include <iostream>
#include <string>

#include "data_setting.hpp"
#include "files.hpp"
#include "net_files.hpp"
#include "overdrive.hpp"
#include "train.hpp"

namespace example {

struct ImitationOptions {
  std::string header;      ///< to write
  FileOptions files = {};  ///< the others
  std::size_t passes = 200;
  elman::Index streams = 32;      ///< side by side
  elman::Index samples = 48'000;  ///< of each
  elman::Index chunk = 128;       ///< samples that gradients go back
  double learning_rate = 4e-3;    ///< the highest of the schedule
  double weight_decay = 0.05;     ///< with none many nets end up humming in silence
  std::uint64_t seed = 1;         ///< of the signals and the weights
};

/// Prints the error-to-signal ratio Σ (y − target)² / Σ target² of a net that runs on signals it was not trained on,
/// and what it says in silence.
template <class AnyNet>
void print_score(const AnyNet& net, std::uint64_t seed) {
  elman::Random random{seed + 1'000'000};  // far from the seeds that people train with
  const Signal x = test_signal(static_cast<elman::Index>(10 * sample_rate), random), target = overdriven(x);
  auto state = net.initial_state();
  const bool rests = net.settle(elman::Vector<float, 1>(0.0f), state);
  const float rest = state.y(0);
  double error = 0;
  for (elman::Index t = 0; t < x.cols(); ++t) {
    const auto difference = static_cast<double>(net.step(x.col(t), state)(0)) - static_cast<double>(target(t));
    error += difference * difference;
  }
  std::cout << "error-to-signal ratio: " << std::fixed << std::setprecision(5)
            << error / target.cast<double>().squaredNorm() << "\nin silence: " << (rests ? "rests at " : "hums around ")
            << rest << std::endl;
}

/// Truncated backpropagation through time: streams side by side, whose state goes on from chunk to chunk.
inline void train(const ImitationOptions& options) {
  // It may be the header that the next build includes: it stays as it is until the net is trained.
  check_writable(options.header);
  check_files(options.files, 1);
  elman::Random random{options.seed};
  Signal x(1, options.streams * options.samples), target = x;  // one stream behind the other
  for (elman::Index b = 0; b < options.streams; ++b) {
    const Signal signal = test_signal(options.samples, random);
    x.middleCols(b * options.samples, options.samples) = signal;
    target.middleCols(b * options.samples, options.samples) = overdriven(signal);
  }
  const elman::train::Chunks chunks{x, target, {.streams = options.streams, .steps = options.chunk}};

  elman::RNNCell<float, 1, 16, 1, elman::Tanh, elman::Identity> net{elman::init::standard(random)};
  elman::optim::AdamW optimizer{net, {.weight_decay = options.weight_decay}};
  const elman::optim::OneCycleSchedule one_cycle{
      {.learning_rate = options.learning_rate, .steps = chunks.batches() * static_cast<elman::Index>(options.passes)}};
  elman::train::Loop loop{
      net,
      optimizer,
      elman::loss::SquaredError{},
      chunks,
      {.epochs = static_cast<elman::Index>(options.passes), .clip_norm = 1.0, .schedule = one_cycle}};
  const std::string data = data_setting(static_cast<std::size_t>(options.streams), x.reshaped());
  const Training training = run_loop(loop, {.files = options.files, .data = data, .unit = "samples"});
  write_picture(options.files, training.history);
  print_score(net, options.seed);
  write_file(options.header, "// SPDX-License-Identifier: MIT\n" + elman::cpp_header(net, "model"));
  write_net(options.files, net, {.strings = {{"sample_rate", number_text(sample_rate)}}});
}

}  // namespace example
