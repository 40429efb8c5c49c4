// SPDX-License-Identifier: MIT
//
// Nets that tell the classes of sequences, in whole steps: how one is trained and what it then gets right. A data set
// is one of elman/train/data_set.hpp whose targets are classes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>

#include "options.hpp"
#include "pooling.hpp"
#include "train.hpp"

namespace example {

using Split = elman::prepare::Split;
using Indices = elman::prepare::Indices;

/// At most so many at a time.
template <class Data>
auto in_batches(const Data& data, std::size_t size, Pooling pooling = Pooling::last) {
  return elman::train::Batches{
      data, {.size = (std::min)(static_cast<elman::Index>(size), data.size()), .read = read_of(pooling)}};
}

/// Which classes `net` takes these examples for.
template <class Net, class Data>
elman::metric::ConfusionMatrix tested(const Net& net, const Data& data, Pooling pooling = Pooling::last) {
  elman::metric::ConfusionMatrix matrix;
  elman::train::for_each_prediction(net, in_batches(data, 256, pooling), [&](const auto& batch, const auto& told) {
    with_pooled(pooling, told, [&](const auto& read) { matrix.add(read, batch.targets); });
  });
  return matrix;
}

/// Trains `net` on the examples parts.training. With a validation it ends as it was after the epoch that was best on
/// it; without, as it is after the last.
template <class Net, class Data>
Training train_classifier(Net& net, const Data& data, const Split& parts, const Options& options, elman::Random& random,
                          const RunOptions& run) {
  const elman::train::Subset training{data, parts.training}, validation{data, parts.validation};
  const auto batches = in_batches(training, options.batch, options.pooling);
  elman::optim::AdamW adam{net, {.learning_rate = options.learning_rate, .weight_decay = options.weight_decay}};
  elman::train::Loop loop{
      net,
      adam,
      PooledLoss{options.pooling, elman::loss::CrossEntropy{{.label_smoothing = options.label_smoothing}}},
      batches,
      {.epochs = static_cast<elman::Index>(options.epochs),
       .clip_norm = options.clip,
       .schedule = schedule_of(options, batches.batches()),
       .seed = random()},
      PooledMetric{options.pooling, elman::metric::Accuracy{}}};
  if (options.noise > 0) {
    loop.vary([&](auto& batch, elman::Random& noise) {
      for (float& value : batch.x.columns.reshaped()) value += static_cast<float>(options.noise * noise.normal());
    });
  }
  if (!parts.validation.empty()) {
    loop.validate(in_batches(validation, 256, options.pooling), {.watch = "accuracy"});
  }
  return run_loop(loop, run);
}

}  // namespace example
