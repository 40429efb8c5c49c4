// SPDX-License-Identifier: MIT
//
// Training of a language model by truncated backpropagation through time, and what it reaches in bits per character.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <numbers>
#include <span>

#include "checkpoint.hpp"
#include "confusion.hpp"
#include "corpus.hpp"
#include "options.hpp"
#include "progress.hpp"

namespace example {

/// The mean of −log₂ y[next] over a text that is run through once, from the net's own start. Each character but the
/// first is predicted from those before.
template <class Net>
double bits_per_character(const Net& net, const Tokens& text) {
  constexpr elman::Index at_once = 256;
  const elman::Labels x = elman::streams(std::span(text).first(text.size() - 1), 1);
  const elman::Labels next = elman::streams(std::span(text).subspan(1), 1);
  const elman::loss::CrossEntropy loss{{.reduction = elman::loss::Reduction::sum}};
  auto tape = net.tape();
  auto state = net.initial_state(1);
  double sum = 0;
  for (elman::Index begin = 0; begin < x.steps.count(); begin += at_once) {
    net.forward(elman::chunk(x, begin, at_once), tape, elman::every_step, state);
    sum += static_cast<double>(loss(tape, elman::chunk(next, begin, at_once)));
  }
  return sum / std::numbers::ln2 / static_cast<double>(x.columns.size());
}

/// Trains `net` on a text as options.batch streams side by side, an update a chunk of so many steps. The state is
/// carried from chunk to chunk and starts anew with every epoch.
template <class Net>
void train(Net& net, const Tokens& text, elman::Index chunk_steps, const Options& options, elman::Random& random,
           Progress& progress) {
  const auto B = static_cast<elman::Index>(options.batch);
  const elman::Labels x = elman::streams(std::span(text).first(text.size() - 1), B);
  const elman::Labels next = elman::streams(std::span(text).subspan(1), B);
  const elman::Index chunks = (x.steps.count() + chunk_steps - 1) / chunk_steps;
  elman::optim::AdamW optimizer{net, {.weight_decay = options.weight_decay}};
  const elman::optim::OneCycleSchedule one_cycle{
      {.learning_rate = options.learning_rate,
       .steps = (std::max)(static_cast<elman::Index>(options.epochs) * chunks, elman::Index{4})}};
  const elman::loss::CrossEntropy loss{{.label_smoothing = options.label_smoothing}};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  auto state = net.initial_state(B);
  elman::Labels x_chunk, next_chunk;
  std::size_t epoch = 0;
  TrainingCheckpoint checkpoint(options.files, data_setting(text.size(), text));
  checkpoint.keep("net", net);
  checkpoint.keep("optimizer", optimizer);
  checkpoint.keep("random", random);
  checkpoint.keep("epoch", epoch);
  checkpoint.begin();
  progress.go_on_from(epoch);
  for (; epoch < options.files.end_of(options.epochs); checkpoint.save()) {
    auto step = static_cast<elman::Index>(epoch) * chunks;
    net.reset(state);
    Confusion right(net.out());
    double bits = 0, mean_bits = 0;
    for (elman::Index begin = 0; begin < x.steps.count(); begin += chunk_steps, ++step) {
      elman::chunk(x, begin, chunk_steps, x_chunk);
      elman::chunk(next, begin, chunk_steps, next_chunk);

      net.forward(x_chunk, tape, elman::every_step,
                  {.start = state, .random = &random});  // draws the masks of dropout and zoneout
      const auto chunk_loss = static_cast<double>(loss(tape, next_chunk));
      check_loss(chunk_loss, epoch);
      gradient.set_zero();
      net.bptt(x_chunk, tape, gradient);
      elman::optim::clip_norm(gradient, options.clip);
      optimizer.step(net, gradient, options.schedule == Schedule::one_cycle ? one_cycle(step) : options.learning_rate);

      right.add(tape.o(), next_chunk.columns);
      bits += chunk_loss / std::numbers::ln2 * static_cast<double>(x_chunk.columns.size());
      mean_bits = bits / static_cast<double>(right.examples());
      progress.update(static_cast<std::size_t>(right.examples()), mean_bits, right.accuracy());
    }
    progress.end_epoch(mean_bits, right.accuracy(), -1);
    ++epoch;
  }
}

}  // namespace example
