// SPDX-License-Identifier: MIT
//
// The training loop of the classifiers by hand, for any net: shuffled batches, cross-entropy, clipped AdamW, and the
// best epoch by validation.
//
// `Data` is what an example has: `label(k)`, the class of example k, and `batch(indices, x)`, which packs the sequences
// of some examples into x. If it also has `varied_batch(indices, x, random)`, that is what is trained on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <span>
#include <vector>

#include "checkpoint.hpp"
#include "confusion.hpp"
#include "options.hpp"
#include "pooling.hpp"
#include "progress.hpp"
#include "split.hpp"
#include "train.hpp"

namespace example {

using Input = elman::Sequences<float, elman::Dynamic>;

template <class Data>
std::vector<elman::Index> labels_of(const Data& data, std::span<const std::size_t> indices) {
  std::vector<elman::Index> labels;
  for (const std::size_t k : indices) labels.push_back(data.label(k));
  return labels;
}

/// Runs `net` on some examples, many at once, and calls use(first, o, y): their logits and probabilities, a column
/// each from the first on.
template <class Body, class Data, class Use>
void read_all(const Net<Body>& net, const Data& data, std::span<const std::size_t> indices, Pooling pooling,
              const Use& use) {
  constexpr std::size_t at_once = 256;
  auto tape = net.tape();
  Input x;
  for (std::size_t begin = 0; begin < indices.size(); begin += at_once) {
    data.batch(indices.subspan(begin, (std::min)(at_once, indices.size() - begin)), x);
    read_classes(net, x, tape, pooling, [&](const auto& read) { use(begin, read.o(), read.y()); });
  }
}

/// How well `net` tells the classes of some examples.
template <class Body, class Data>
Confusion evaluate(const Net<Body>& net, const Data& data, std::span<const std::size_t> indices,
                   Pooling pooling = Pooling::last) {
  Confusion confusion(net.out());
  read_all(net, data, indices, pooling, [&](std::size_t first, const auto& o, const auto&) {
    confusion.add(o, labels_of(data, indices.subspan(first, static_cast<std::size_t>(o.cols()))));
  });
  return confusion;
}

/// Trains `net` on the examples `split.training`. With a validation split it ends as it was after the epoch that was
/// best on it, the later one of equals; without, as it is after the last.
template <class Body, class Data>
void train(Net<Body>& net, const Data& data, const Split& split, const Options& options, elman::Random& random,
           Progress& progress) {
  Indices order = split.training;
  const std::size_t batches = (order.size() + options.batch - 1) / options.batch;
  elman::optim::AdamW optimizer{net, {.weight_decay = options.weight_decay}};
  const elman::optim::OneCycleSchedule one_cycle{
      {.learning_rate = options.learning_rate,
       .steps = (std::max)(static_cast<elman::Index>(options.epochs * batches), elman::Index{4})}};
  const elman::loss::CrossEntropy loss{{.label_smoothing = options.label_smoothing}};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  Input x;
  Net<Body> best = net;
  double best_accuracy = -1;
  std::size_t epoch = 0;
  data.batch(std::span(order).first((std::min)(order.size(), std::size_t{256})), x);
  TrainingCheckpoint checkpoint(options.files,
                                data_setting(order.size(), labels_of(data, order), x.columns.reshaped()));
  checkpoint.keep("net", net);
  checkpoint.keep("optimizer", optimizer);
  checkpoint.keep("random", random);
  checkpoint.keep("order", order);
  checkpoint.keep("best", best);
  checkpoint.keep("best_accuracy", best_accuracy);
  checkpoint.keep("epoch", epoch);
  checkpoint.begin();
  progress.go_on_from(epoch);
  for (; epoch < options.files.end_of(options.epochs); checkpoint.save()) {
    auto step = static_cast<elman::Index>(epoch * batches);
    random.shuffle(order);
    Confusion right(net.out());
    double loss_sum = 0;
    for (std::size_t begin = 0; begin < order.size(); begin += options.batch, ++step) {
      const auto part = std::span(order).subspan(begin, (std::min)(options.batch, order.size() - begin));
      if constexpr (requires { data.varied_batch(part, x, random); }) {
        data.varied_batch(part, x, random);
      } else {
        data.batch(part, x);
      }
      if (options.noise > 0) {
        for (float& value : x.columns.reshaped()) value += static_cast<float>(options.noise * random.normal());
      }
      const std::vector<elman::Index> labels = labels_of(data, part);

      double batch_loss = 0;
      const auto compare = [&](auto& read) {
        batch_loss = static_cast<double>(loss(read, labels));
        right.add(read.o(), labels);
      };
      read_classes(net, x, tape, options.pooling, compare, random);  // draws the masks of dropout
      check_loss(batch_loss, epoch);
      gradient.set_zero();
      net.bptt(x, tape, gradient);
      elman::optim::clip_norm(gradient, options.clip);
      optimizer.step(net, gradient, options.schedule == Schedule::one_cycle ? one_cycle(step) : options.learning_rate);

      loss_sum += batch_loss * static_cast<double>(part.size());
      const std::size_t done = begin + part.size();
      progress.update(done, loss_sum / static_cast<double>(done), right.accuracy());
    }
    double validation = -1;
    if (!split.validation.empty()) {
      validation = evaluate(net, data, split.validation, options.pooling).accuracy();
      if (validation >= best_accuracy) {
        best = net;
        best_accuracy = validation;
      }
    }
    progress.end_epoch(loss_sum / static_cast<double>(order.size()), right.accuracy(), validation);
    ++epoch;
  }
  if (!split.validation.empty()) net = best;
}

}  // namespace example
