// SPDX-License-Identifier: MIT
//
// One training of long_range, and what is said of its test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <functional>
#include <iomanip>
#include <iostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "net_files.hpp"
#include "range_net.hpp"
#include "tasks/problem.hpp"
#include "train.hpp"

namespace example {

/// How a kind of problem is trained and measured.
template <class Target>
struct Kind;
template <>
struct Kind<float> {
  using Output = elman::Identity;
  using Loss = elman::loss::SquaredError;
  using Metric = elman::metric::MeanSquaredError;
  static Metric metric(const Problem<float>&) { return {}; }
};
template <>
struct Kind<Tokens> {
  using Output = elman::Softmax;
  using Loss = elman::loss::CrossEntropy;
  using Metric = elman::metric::Accuracy;
  static Metric metric(const Problem<Tokens>& problem) { return Metric{{.ignored_label = problem.ignored_label}}; }
};

/// The learning rate of each update; none, if it is the optimizer's own all the time.
inline std::function<double(elman::Index)> schedule_of(const RangeOptions& options) {
  if (options.rate == Rate::constant) return {};
  return elman::optim::CosineSchedule{{.learning_rate = options.learning_rate, .steps = options.steps}};
}

inline std::vector<std::pair<std::string, double>> penalty_of(const RangeOptions& options) {
  if (options.orthogonal_penalty == 0) return {};
  return {{"W", options.orthogonal_penalty}};
}

/// Behind so many updates stands an evaluation.
inline elman::Index updates_of_evaluation(const RangeOptions& options) {
  return (std::max)(options.steps / options.evaluations, elman::Index{1});
}

/// Trains with an evaluation in place of an epoch's end. The net ends as it was when it was best.
template <class Net, class Target>
Training train_range(Net& net, const Problem<Target>& problem, const RangeOptions& options, elman::Random& random) {
  using elman::train::Generated;
  const elman::Index each = updates_of_evaluation(options);
  const elman::optim::Adam adam{net, {.learning_rate = options.learning_rate}};
  const std::vector<std::string> kept(options.keep_orthogonal ? 1 : 0, "W");
  elman::optim::KeepOrthogonal optimizer{adam, net, kept};
  elman::train::Loop loop{
      net,
      optimizer,
      typename Kind<Target>::Loss{},
      Generated{problem.training, {.examples = each * options.batch, .size = options.batch, .read = problem.read}},
      {.epochs = options.steps / each,
       .clip_norm = options.clip > 0 ? std::optional(options.clip) : std::nullopt,
       .schedule = schedule_of(options),
       .orthogonal = penalty_of(options),
       .seed = random()},
      Kind<Target>::metric(problem)};
  loop.validate(Generated{problem.validation,
                          {.examples = options.validation,
                           .size = (std::min)(options.validation, elman::Index{250}),
                           .read = problem.asked}});
  elman::hook::Omega<float> omega{net, {.weight = options.omega}};
  if (options.omega > 0) loop.hook(omega);
  return run_loop(loop, {.files = options.files, .unit = "sequences"});
}

/// Says, and returns, how good the net is on what it was not trained on.
template <class Net, class Target>
double test_range(const Net& net, const Problem<Target>& problem) {
  typename Kind<Target>::Metric metric = Kind<Target>::metric(problem);
  const double loss =
      elman::train::evaluate(net,
                             elman::train::Generated{problem.test,
                                                     {.examples = problem.tests,
                                                      .size = (std::min)(problem.tests, elman::Index{250}),
                                                      .read = problem.asked,
                                                      .seed = 0x7e57}},
                             typename Kind<Target>::Loss{}, metric);
  std::cout << std::fixed << std::setprecision(5);
  if (problem.baseline_loss)
    std::cout << "test loss: " << loss << " (without memory " << *problem.baseline_loss << ")\n";
  std::cout << "test " << (std::is_same_v<Target, float> ? "error" : "accuracy") << ": " << metric.value() << " ("
            << problem.baseline_name << ' ' << problem.baseline << ")\n"
            << std::defaultfloat;
  return metric.value();
}

}  // namespace example
