// SPDX-License-Identifier: MIT
//
// What comes back to each step of a net's recurrence before and after its training: the size of ∂L/∂h_t, which falls
// from the last step to the first by a factor a step where it vanishes, and rises so where it explodes.
#pragma once

#include <elman/elman.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "files.hpp"
#include "plot.hpp"
#include "range_run.hpp"

namespace example {

/// ‖∂L/∂h_t‖ of every step, the median over 64 sequences of the full length, and prints what they come to; `when`
/// stands in front.
template <class Net, class Target>
std::vector<double> gradient_sizes(const Net& net, const Problem<Target>& problem, const std::string& when) {
  elman::train::Generated source{problem.training, {.examples = 64, .size = 64, .read = problem.read}};
  typename decltype(source)::Batch batch;
  source.take(0, 0, nullptr, batch);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(batch.x, tape, batch.read, elman::no_noise);
  typename Kind<Target>::Loss{}(tape, batch.targets);
  elman::GradientFlow flow{net};
  net.bptt(batch.x, tape, gradient, {.hook = &flow});
  std::cout << when << ' ' << flow.text() << std::endl;
  std::vector<double> sizes;
  for (elman::Index t = 0; t < flow[0].steps().count(); ++t) sizes.push_back(flow[0].norms(t).median);
  return sizes;
}

/// Throws std::runtime_error unless the file of --gradients can be written, of one run.
inline void check_gradients(const RangeOptions& options) {
  if (options.seeds > 1) {
    throw std::runtime_error("--gradients shows one training; expected one run, not " + std::to_string(options.seeds));
  }
  check_writable(options.gradients);
}

/// Both as CSV. Throws std::runtime_error if the file cannot be written.
inline void write_gradients(const std::string& path, const std::vector<double>& before,
                            const std::vector<double>& after) {
  std::string text = "step,before,after\n";
  for (std::size_t t = 0; t < before.size(); ++t) {
    text += std::to_string(t + 1) + ',' + number_for_gnuplot(before[t]) + ',' + number_for_gnuplot(after[t]) + '\n';
  }
  write_file(path, text);
}

/// What --plot asks for: loss and metric over the updates, and both.
inline void draw_range(const RangeOptions& options, const History& history, const std::vector<double>& before,
                       const std::vector<double>& after) {
  if (options.files.plot.empty()) return;
  Picture picture(options.files.plot, {.columns = 3});
  picture.curves(history, updates_of_evaluation(options));
  picture.gradients(before, after);
  picture.write();
}

}  // namespace example
