// SPDX-License-Identifier: MIT
//
// The training loop of both examples: shuffled batches, cross-entropy, clipped AdamW, and the best epoch by validation.
//
// `Data` is what an example has: `label(k)`, the class of example k, and `batch(indices, x)`, which packs the sequences
// of some examples into x.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <span>
#include <vector>

#include "confusion.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "split.hpp"

namespace example {

using Cell = elman::RNNCell<float, elman::Dynamic, elman::Dynamic, elman::Dynamic>;
using Input = elman::Sequences<float, elman::Dynamic>;

inline Cell make_cell(elman::Index in, elman::Index out, const Options& options, elman::Random& random) {
  if (options.init == Init::uniform) return {in, options.hidden, out, elman::init::torch_default(random)};
  return {in, options.hidden, out, elman::init::standard(random)};
}

template <class Data>
std::vector<elman::Index> labels_of(const Data& data, std::span<const std::size_t> indices) {
  std::vector<elman::Index> labels;
  for (const std::size_t k : indices) labels.push_back(data.label(k));
  return labels;
}

/// How well `cell` tells the classes of some examples.
template <class Data>
Confusion evaluate(const Cell& cell, const Data& data, std::span<const std::size_t> indices) {
  constexpr std::size_t at_once = 256;
  Confusion confusion(cell.out());
  auto tape = cell.tape();
  Input x;
  for (std::size_t begin = 0; begin < indices.size(); begin += at_once) {
    const auto part = indices.subspan(begin, (std::min)(at_once, indices.size() - begin));
    data.batch(part, x);
    cell.forward(x, tape, elman::last_step);
    confusion.add(tape.o(), labels_of(data, part));
  }
  return confusion;
}

/// Trains `cell` on the examples `split.training`. With a validation split it ends as it was after the epoch that was
/// best on it, the later one of equals; without, as it is after the last.
template <class Data>
void train(Cell& cell, const Data& data, const Split& split, const Options& options, elman::Random& random,
           Progress& progress) {
  Indices order = split.training;
  const std::size_t batches = (order.size() + options.batch - 1) / options.batch;
  elman::optim::AdamW optimizer{cell, {.weight_decay = options.weight_decay}};
  const elman::optim::OneCycleSchedule one_cycle{
      {.learning_rate = options.learning_rate,
       .steps = (std::max)(static_cast<elman::Index>(options.epochs * batches), elman::Index{4})}};
  elman::loss::CrossEntropy loss;
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  Input x;
  Cell best = cell;
  double best_accuracy = -1;
  elman::Index step = 0;
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    random.shuffle(order);
    Confusion right(cell.out());
    double loss_sum = 0;
    for (std::size_t begin = 0; begin < order.size(); begin += options.batch, ++step) {
      const auto part = std::span(order).subspan(begin, (std::min)(options.batch, order.size() - begin));
      data.batch(part, x);
      if (options.noise > 0) {
        for (float& value : x.columns.reshaped()) value += static_cast<float>(options.noise * random.normal());
      }
      const std::vector<elman::Index> labels = labels_of(data, part);

      cell.forward(x, tape, elman::last_step);
      const auto batch_loss = static_cast<double>(loss(tape, labels));
      gradient.set_zero();
      cell.bptt(x, tape, gradient);
      elman::optim::clip_norm(gradient, options.clip);
      optimizer.step(cell, gradient, options.schedule == Schedule::one_cycle ? one_cycle(step) : options.learning_rate);

      right.add(tape.o(), labels);
      loss_sum += batch_loss * static_cast<double>(part.size());
      const std::size_t done = begin + part.size();
      progress.update(done, loss_sum / static_cast<double>(done), right.accuracy());
    }
    double validation = -1;
    if (!split.validation.empty()) {
      validation = evaluate(cell, data, split.validation).accuracy();
      if (validation >= best_accuracy) {
        best = cell;
        best_accuracy = validation;
      }
    }
    progress.end_epoch(loss_sum / static_cast<double>(order.size()), right.accuracy(), validation);
  }
  if (!split.validation.empty()) cell = best;
}

}  // namespace example
