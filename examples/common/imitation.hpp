// SPDX-License-Identifier: MIT
//
// Trains a net to sound like the overdriven amplifier, on many signals side by side, and says how well a net does so.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "checkpoint.hpp"
#include "files.hpp"
#include "net_files.hpp"
#include "overdrive.hpp"

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
  std::vector<Signal> signals, targets;
  for (elman::Index b = 0; b < options.streams; ++b) {
    signals.push_back(test_signal(options.samples, random));
    targets.push_back(overdriven(signals.back()));
  }
  const auto x = elman::pack(signals), target = elman::pack(targets);

  elman::RNNCell<float, 1, 16, 1, elman::Tanh, elman::Identity> net{elman::init::standard(random)};
  elman::optim::AdamW optimizer{net, {.weight_decay = options.weight_decay}};
  const elman::Index chunks = (options.samples + options.chunk - 1) / options.chunk;
  const elman::optim::OneCycleSchedule one_cycle{
      {.learning_rate = options.learning_rate, .steps = chunks * static_cast<elman::Index>(options.passes)}};
  const elman::loss::SquaredError loss;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  auto x_chunk = x, target_chunk = target;
  const std::size_t every = (options.passes + 19) / 20;  // passes to a line: at most 20 lines
  std::size_t pass = 0;
  TrainingCheckpoint checkpoint(options.files, data_setting(signals.size(), x.columns.reshaped()));
  checkpoint.keep("net", net);
  checkpoint.keep("optimizer", optimizer);
  checkpoint.keep("pass", pass);
  checkpoint.begin();
  const auto begin = std::chrono::steady_clock::now();
  for (; pass < options.files.end_of(options.passes); checkpoint.save()) {
    auto update = static_cast<elman::Index>(pass) * chunks;
    auto state = net.initial_state(options.streams);
    double error = 0;
    for (elman::Index t = 0; t < options.samples; t += options.chunk) {
      elman::chunk(x, t, options.chunk, x_chunk);
      elman::chunk(target, t, options.chunk, target_chunk);
      net.forward(x_chunk, tape, elman::every_step, state);
      error += static_cast<double>(loss(tape, target_chunk.columns)) * static_cast<double>(x_chunk.columns.cols());
      gradient.set_zero();
      net.bptt(x_chunk, tape, gradient);
      elman::optim::clip_norm(gradient, 1.0);
      optimizer.step(net, gradient, one_cycle(update++));
    }
    ++pass;
    if (pass % every != 0 && pass != options.passes) continue;
    std::cout << "pass " << pass << '/' << options.passes << "  training error-to-signal ratio " << std::fixed
              << std::setprecision(5) << error / target.columns.cast<double>().squaredNorm() << std::endl;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::cout << "trained in " << std::setprecision(1) << seconds.count() << " s\n";
  print_score(net, options.seed);
  write_file(options.header, "// SPDX-License-Identifier: MIT\n" + elman::cpp_header(net, "model"));
  write_net(options.files, net, {.strings = {{"sample_rate", number_text(sample_rate)}}});
}

}  // namespace example
