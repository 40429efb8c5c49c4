// SPDX-License-Identifier: MIT
//
// One step of one stream: what a net costs that runs in real time, sample by sample.
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>

#include "problem.hpp"
#include "studies.hpp"
#include "timing.hpp"

namespace benchmarks {

namespace {

constexpr int steps = 1000;  ///< a run, over inputs that are there already
constexpr float tolerance = 1e-4f;

struct NamedStream {
  const char* name;
  std::unique_ptr<Stream> stream;
  std::vector<float> y;
};

/// Throws unless all streams say the same from the same start.
void check(std::vector<NamedStream>& streams, const Problem<float>& problem) {
  for (auto& [name, stream, y] : streams) {
    y.resize(static_cast<std::size_t>(steps * problem.work.Out));
    stream->reset();
    stream->run(problem.x.data(), steps, y.data());
    const std::vector<float>& first = streams.front().y;
    for (std::size_t k = 0; k < y.size(); ++k) {
      if (std::abs(y[k] - first[k]) <= tolerance) continue;  // NaN is not
      throw std::runtime_error(format("streams of H = %d: %s says %g where %s says %g", problem.work.H, name,
                                      static_cast<double>(y[k]), streams.front().name, static_cast<double>(first[k])));
    }
  }
}

}  // namespace

void print_streaming(int rounds) {
  std::printf(
      "\nOne step of one stream, float, sizes known when compiled, the output without softmax. Median of %d "
      "rounds, 10th to 90th percentile; ratios are medians of the rounds' ratios.\n",
      rounds);
  bool first = true;
  for (const StreamShape& shape : stream_shapes) {
    const Workload work{"stream", steps, 1, shape.In, shape.H, shape.Out, true, false, false};
    const auto problem = make_problem<float>(work);
    std::vector<NamedStream> streams;
    streams.push_back({"elman", make_elman_stream(problem), {}});
    streams.push_back({"Eigen, fixed sizes", make_eigen_stream(problem), {}});
#ifdef BENCHMARK_TORCH
    streams.push_back({"libtorch", make_torch_stream(problem), {}});
#endif
    check(streams, problem);
    std::vector<std::function<void()>> runs;
    for (auto& named : streams) {
      runs.emplace_back([&] { named.stream->run(problem.x.data(), steps, named.y.data()); });
    }
    std::vector<Times> times = take_turns(runs, rounds);
    for (Times& of : times) {
      for (double& seconds : of.seconds) seconds /= steps;
    }
    std::vector<std::string> head{"In-H-Out"}, row{format("%d-%d-%d", shape.In, shape.H, shape.Out)};
    for (std::size_t k = 0; k < times.size(); ++k) {
      head.emplace_back(streams[k].name);
      row.push_back(spread(times[k]));
    }
    for (std::size_t k = 1; k < times.size(); ++k) {
      head.push_back(std::string(streams[k].name) + " / elman");
      row.push_back(digits(ratio(times[k], times[0])));
    }
    if (first) print_head(head);
    first = false;
    print_row(row);
  }
}

}  // namespace benchmarks
