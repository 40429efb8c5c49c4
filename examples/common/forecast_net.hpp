// SPDX-License-Identifier: MIT
//
// The net of forecast: it reads a window of a scaled series, less the last value of the window, and tells by how much
// each of the next values will differ from it. So a series that rises is not left behind by what was trained on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <iterator>
#include <vector>

#include "forecast_baselines.hpp"
#include "train.hpp"

namespace example {

using elman::Dynamic;
using ForecastNet =
    elman::Net<float, elman::Recurrence<Dynamic, Dynamic>, elman::Readout<Dynamic, Dynamic, elman::Identity>>;

/// Windows as the net reads them.
class Changes {
 public:
  explicit Changes(const Windows& windows) : windows_(windows) {}

  elman::Index size() const { return windows_.size(); }
  Eigen::MatrixXf sequence(elman::Index k) const { return changes(windows_.sequence(k)); }
  Eigen::VectorXf target(elman::Index k) const { return (windows_.target(k).array() - last(k)).cast<float>(); }
  double last(elman::Index k) const { return windows_.sequence(k).rightCols(1)(0, 0); }

  static Eigen::MatrixXf changes(const elman::ConstMatrixView<double>& window) {
    return (window.array() - window.rightCols(1)(0, 0)).cast<float>();
  }

 private:
  const Windows& windows_;
};

/// What the net tells of these windows, horizon × windows, in the units of the scaled series.
inline Numbers told_by(const ForecastNet& net, const Windows& windows, const Indices& chosen) {
  using elman::train::Batches, elman::train::Subset;
  const Changes changes(windows);
  Numbers result(windows.out(), std::ssize(chosen));
  elman::Index k = 0;
  elman::train::for_each_prediction(net, Batches{Subset{changes, chosen}}, [&](const auto& batch, const auto& told) {
    result.middleCols(k, batch.examples) = told.y().template cast<double>();
    k += batch.examples;
  });
  for (k = 0; k < result.cols(); ++k) result.col(k).array() += changes.last(chosen[static_cast<std::size_t>(k)]);
  return result;
}
/// What comes behind the series.
inline Eigen::VectorXd told_next(const ForecastNet& net, const Windows& windows) {
  auto tape = net.tape();
  net.forward(elman::pack(std::vector{Changes::changes(windows.last())}), tape, elman::last_step);
  return tape.y().col(0).cast<double>().array() + windows.last().rightCols(1)(0, 0);
}

/// Trains on parts.training until all epochs are over, or `patience` of them were no better than the best on
/// parts.validation; ends as the net was after that one.
inline Training train(ForecastNet& net, const Windows& windows, const elman::prepare::Split& parts,
                      const Options& options, elman::Index patience, std::uint64_t seed) {
  using elman::train::Subset;
  const Changes data(windows);
  const elman::Index count = std::ssize(parts.training);
  elman::optim::AdamW optimizer{net, {.learning_rate = options.learning_rate, .weight_decay = options.weight_decay}};
  elman::train::Loop loop{
      net,
      optimizer,
      elman::loss::SquaredError{},
      elman::train::Batches{Subset{data, parts.training},
                            {.size = (std::min)(static_cast<elman::Index>(options.batch), count)}},
      {.epochs = static_cast<elman::Index>(options.epochs), .clip_norm = options.clip, .seed = seed}};
  loop.validate(elman::train::Batches{Subset{data, parts.validation}}, {.patience = patience});
  const Numbers targets = targets_of(windows, parts.validation);
  return run_loop(
      loop,
      {.files = options.files, .data = data_setting(parts.training.size(), targets.reshaped()), .unit = "windows"});
}

}  // namespace example
