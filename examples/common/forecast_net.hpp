// SPDX-License-Identifier: MIT
//
// The net of forecast: it reads a window of a scaled series, less the last value of the window, and tells by how much
// each of the next values will differ from it. So a series that rises is not left behind by what was trained on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <iomanip>
#include <iostream>
#include <span>
#include <vector>

#include "checkpoint.hpp"
#include "forecast_baselines.hpp"
#include "options.hpp"
#include "progress.hpp"

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
  const Changes changes(windows);
  std::vector<Eigen::MatrixXf> sequences;
  for (const elman::Index k : chosen) sequences.push_back(changes.sequence(k));
  auto tape = net.tape();
  net.forward(elman::pack(sequences), tape, elman::last_step);
  Numbers result = tape.y().cast<double>();
  for (elman::Index k = 0; k < result.cols(); ++k) {
    result.col(k).array() += changes.last(chosen[static_cast<std::size_t>(k)]);
  }
  return result;
}
/// What comes behind the series.
inline Eigen::VectorXd told_next(const ForecastNet& net, const Windows& windows) {
  auto tape = net.tape();
  net.forward(elman::pack(std::vector{Changes::changes(windows.last())}), tape, elman::last_step);
  return tape.y().col(0).cast<double>().array() + windows.last().rightCols(1)(0, 0);
}

/// Trains on parts.training until so many epochs are over, or `patience` of them were no better than the best on
/// parts.validation; ends as the net was after that one.
inline void train(ForecastNet& net, const Windows& windows, const elman::prepare::Split& parts, const Options& options,
                  std::size_t patience, elman::Random& random) {
  const Changes data(windows);
  Indices order = parts.training;
  const std::size_t batches = (order.size() + options.batch - 1) / options.batch;
  elman::optim::AdamW optimizer{net, {.weight_decay = options.weight_decay}};
  const elman::loss::SquaredError loss;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  ForecastNet best = net;
  double best_error = -1;
  std::size_t epoch = 0, without_gain = 0;
  const Numbers targets = targets_of(windows, parts.validation);
  TrainingCheckpoint checkpoint(options.files, data_setting(order.size(), targets.reshaped()));
  checkpoint.keep("net", net);
  checkpoint.keep("optimizer", optimizer);
  checkpoint.keep("random", random);
  checkpoint.keep("order", order);
  checkpoint.keep("best", best);
  checkpoint.keep("best_error", best_error);
  checkpoint.keep("epoch", epoch);
  checkpoint.keep("without_gain", without_gain);
  checkpoint.begin();
  std::vector<Eigen::MatrixXf> sequences;
  Eigen::MatrixXf wanted;
  for (; epoch < options.files.end_of(options.epochs) && without_gain < patience; checkpoint.save()) {
    random.shuffle(order);
    double sum = 0;
    for (std::size_t batch = 0; batch < batches; ++batch) {
      const auto part = std::span(order)
                            .subspan(batch * options.batch)
                            .first((std::min)(options.batch, order.size() - batch * options.batch));
      sequences.clear();
      wanted.resize(windows.out(), std::ssize(part));
      for (const elman::Index k : part) {
        wanted.col(std::ssize(sequences)) = data.target(k);
        sequences.push_back(data.sequence(k));
      }
      const auto x = elman::pack(sequences);
      net.forward(x, tape, elman::last_step);
      const auto batch_loss = static_cast<double>(loss(tape, wanted));
      check_loss(batch_loss, epoch);
      sum += batch_loss * static_cast<double>(part.size());
      gradient.set_zero();
      net.bptt(x, tape, gradient);
      elman::optim::clip_norm(gradient, options.clip);
      optimizer.step(net, gradient, options.learning_rate);
    }
    const double error =
        (told_by(net, windows, parts.validation) - targets).squaredNorm() / static_cast<double>(targets.size());
    ++without_gain;
    if (best_error < 0 || error < best_error) {
      best = net;
      best_error = error;
      without_gain = 0;
    }
    ++epoch;
    if (epoch % 20 == 0 || without_gain == patience || epoch == options.epochs) {
      std::cout << "epoch " << epoch << '/' << options.epochs << "  training loss " << std::fixed
                << std::setprecision(4) << sum / static_cast<double>(order.size()) << "  validation loss " << error
                << "  best " << best_error << std::endl;
    }
  }
  net = best;
}

}  // namespace example
