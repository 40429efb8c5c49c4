// SPDX-License-Identifier: MIT
//
// What plain recurrent nets are said not to learn: tasks whose answer depends on what was long ago, with what helps
// (docs/long_range.md).
//
//   long_range adding --length 100 --activation relu --init identity --input-scale 0.001 --steps 6000
//   long_range order --length 60                          temporal order; --symbols 3 has three of them
//   long_range copy --length 100                          5 symbols, behind a delay of 100
//   long_range reber | parity | running-parity | pixels
//   long_range adding --save net.safetensors              keeps the net; --load net.safetensors tests it
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "common/range_gradients.hpp"
#include "common/range_run.hpp"

namespace {

using namespace example;

template <class Map, class Value>
std::string name_in(const Map& map, Value value) {
  return std::ranges::find(map, value, [](const auto& entry) { return entry.second; })->first;
}

template <class Net>
void save_net(const FileOptions& files, const Net& net, const elman::Attachments& attachments) {
  if (!files.save.empty()) elman::io::save(files.save, net, attachments);
}

/// The net of a file, on the task that the options name.
void use_loaded(RangeOptions options, const NetFile& file) {
  options.activation = file.choice("activation", units());
  options.leak = file.choice("leak", leaks());
  options.start = file.choice("start", starts());
  with_problem(options, [&]<class Target>(const Problem<Target>& problem) {
    using Output = typename Kind<Target>::Output;
    with_range_body<Output>(problem.inputs, options, [&]<class Body>(const Body&) {
      const auto net = elman::io::load<RangeNet<Body, Output>>(file.path());
      file.check(net.in() == problem.inputs && net.out() == problem.outputs,
                 "has " + std::to_string(net.in()) + " inputs and " + std::to_string(net.out()) +
                     " outputs; expected " + std::to_string(problem.inputs) + " and " +
                     std::to_string(problem.outputs) + " for " + name_in(tasks(), options.task));
      test_range(net, problem);
      save_net(options.files, net, elman::io::attachments(file.path()));
    });
  });
}

void learn(const RangeOptions& options) {
  if (!options.files.load.empty()) return use_loaded(options, NetFile(options.files));
  check_files(options.files, options.seeds);
  if (!options.gradients.empty()) check_gradients(options);
  std::vector<double> figures;
  with_problem(options, [&]<class Target>(const Problem<Target>& problem) {
    using Output = typename Kind<Target>::Output;
    with_range_body<Output>(problem.inputs, options, [&](const auto& body) {
      for (std::size_t k = 0; k < options.seeds; ++k) {
        elman::Random random{options.seed + k};
        auto net = make_range_net<Output>(body, problem.outputs, options, random);
        std::cout << problem.inputs << " inputs, " << options.hidden << " hidden, " << problem.outputs << " outputs, "
                  << elman::parameter_count(net) << " parameters, " << options.steps << " updates" << std::endl;
        const auto before = gradient_sizes(net, problem, "gradient before:");
        const Training training = train_range(net, problem, options, random);
        const auto after = gradient_sizes(net, problem, "gradient after:");
        figures.push_back(test_range(net, problem));
        if (!options.gradients.empty()) write_gradients(options.gradients, before, after);
        draw_range(options, training.history, before, after);
        save_net(options.files, net,
                 {.strings = {{"program", {options.files.program}},
                              {"task", {name_in(tasks(), options.task)}},
                              {"activation", {name_in(units(), options.activation)}},
                              {"leak", {name_in(leaks(), options.leak)}},
                              {"start", {name_in(starts(), options.start)}}}});
      }
    });
  });
  if (figures.size() < 2) return;
  std::ranges::sort(figures);
  const double median = (figures[(figures.size() - 1) / 2] + figures[figures.size() / 2]) / 2;
  std::cout << "median of " << figures.size() << " runs: " << std::fixed << std::setprecision(5) << median << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains a recurrent net on a task whose answer depends on what was long ago.", "long_range");
  RangeOptions options;
  add_task_options(app, options);
  add_net_options(app, options);
  add_file_options(app, options.files,
                   {.data = {"TASK", "--length", "--test-length", "--symbols", "--data", "--permute", "--test"}});
  app.remove_option(app.get_option("--header"));
  return run_program(app, argc, argv, [&] { learn(options); });
}
