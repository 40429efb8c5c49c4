// SPDX-License-Identifier: MIT

#include <elman/elman.hpp>
#include <elman/io/csv.hpp>
#include <elman/io/progress.hpp>
#include <elman/io/safetensors.hpp>

#include <cstdio>

using namespace elman;
using Forecaster = RNNCell<float, 1, 16, 6, Tanh, Identity>;  // the next 6 hours of 1 temperature

int main() {
  auto series = io::read_csv("temperatures.csv").matrix<float>({"temperature"});  // 1 × T
  const auto scaling = prepare::Scaling::standard(series.leftCols(series.cols() * 7 / 10));
  scaling.apply(series);
  const prepare::Windows windows{series, {.length = 24, .horizon = 6}};  // 24 hours, and the 6 behind them
  const auto parts = prepare::split_by_time(windows.size(), {.validation = 0.15, .test = 0.15, .gap = 5});
  const auto batches = [&](const auto& part) { return train::Batches{train::Subset{windows, part}}; };

  Random random{1};
  Forecaster net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 3e-3}};
  train::Loop loop{net, adam, loss::SquaredError{}, batches(parts.training), {.epochs = 80, .clip_norm = 1.0}};
  loop.validate(batches(parts.validation), {.patience = 10});
  loop.on(io::Progress{{.unit = "windows"}});
  loop.run();
  metric::MeanAbsoluteError error;
  train::evaluate(net, batches(parts.test), loss::SquaredError{}, error);
  std::printf("mean error: %.1f degrees\n", error.value() * scaling.unit()(0));
  io::save("temperatures.safetensors", net, {.tensors = scaling.tensors()});

  const auto loaded = io::load<Forecaster>("temperatures.safetensors");  // tomorrow, in another program
  const auto units = prepare::Scaling::from(io::attachments("temperatures.safetensors").tensors);
  auto latest = io::read_csv("temperatures.csv").matrix<float>({"temperature"});
  units.apply(latest);
  auto tape = loaded.tape();
  loaded.forward(latest.rightCols(24), tape, last_step);
  Vector<float, 6> next = tape.y().col(0);
  units.invert(next, {0});  // in degrees again
  std::printf("the next hours: %.0f %.0f %.0f …\n", next(0), next(1), next(2));
}
