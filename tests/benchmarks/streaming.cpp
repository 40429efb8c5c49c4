// SPDX-License-Identifier: MIT
//
// One step of one stream: what a net costs that runs in real time, sample by sample.
#include <algorithm>
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
constexpr float round_off = 1e-4f;
constexpr float rounded_weights = 0.1f;

struct NamedStream {
  const char* name;
  std::unique_ptr<Stream> stream;
  std::vector<float> y;
  const float* x = nullptr;  ///< if it reads another x than all
};

/// Throws unless all streams say the same from the same start.
void check(std::vector<NamedStream>& streams, const Problem<float>& problem, float tolerance) {
  for (auto& [name, stream, y, x] : streams) {
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

/// Times the streams over `x` in turn and prints a row; ratios are to the first.
void print_times(std::vector<NamedStream>& streams, const float* x, int rounds, const std::string& name, bool head) {
  std::vector<std::function<void()>> runs;
  for (auto& named : streams) {
    runs.emplace_back([&named, x] { named.stream->run(named.x ? named.x : x, steps, named.y.data()); });
  }
  std::vector<Times> times = take_turns(runs, rounds);
  for (Times& of : times) {
    for (double& seconds : of.seconds) seconds /= steps;
  }
  std::vector<std::string> titles{"In-H-Out"}, row{name};
  for (std::size_t k = 0; k < times.size(); ++k) {
    titles.emplace_back(streams[k].name);
    row.push_back(spread(times[k]));
  }
  for (std::size_t k = 1; k < times.size(); ++k) {
    titles.push_back(std::string(streams[k].name) + " / " + streams[0].name);
    row.push_back(digits(ratio(times[k], times[0])));
  }
  if (head) print_head(titles);
  print_row(row);
}

Problem<float> problem_of(const StreamShape& shape) {
  return make_problem<float>(Workload{"stream", steps, 1, shape.In, shape.H, shape.Out, true, false, false});
}
std::string name_of(const StreamShape& shape) { return format("%d-%d-%d", shape.In, shape.H, shape.Out); }

/// Weights of fewer bits.
void print_narrow(int rounds) {
  std::printf("\nThe same with weights of fewer bits.\n");
  bool first = true;
  for (const StreamShape& shape : stream_shapes) {
    const auto problem = problem_of(shape);
    std::vector<NamedStream> streams;
    streams.push_back({"float", make_elman_stream(problem), {}});
    streams.push_back({"bfloat16", make_elman_stream(problem, StreamWeights::bfloat16), {}});
    streams.push_back({"16 bits", make_elman_stream(problem, StreamWeights::int16), {}});
    streams.push_back({"8 bits", make_elman_stream(problem, StreamWeights::int8), {}});
    check(streams, problem, rounded_weights);
    print_times(streams, problem.x.data(), rounds, name_of(shape), first);
    first = false;
  }
}

/// Steps on sound, and on silence that has lasted for 10,000 samples, with and without a FlushToZero. Without biases
/// and with W = 0.99 I the state decays to numbers too small for a normal one, and stays there.
void print_silence(int rounds) {
  std::printf("\nAfter 10,000 samples of silence, W = 0.99 I, without biases.\n");
  bool first = true;
  for (const StreamShape& shape : stream_shapes) {
    auto problem = problem_of(shape);
    std::fill(problem.weights.b.begin(), problem.weights.b.end(), 0.0f);
    for (int k = 0; k < shape.H * shape.H; ++k)
      problem.weights.W[static_cast<std::size_t>(k)] = k % (shape.H + 1) == 0 ? 0.99f : 0.0f;
    const std::vector<float> silence(static_cast<std::size_t>(steps * shape.In), 0.0f);
    std::vector<NamedStream> streams;
    streams.push_back({"sound", make_elman_stream(problem), {}});
    streams.push_back({"silence", make_elman_stream(problem), {}});
    streams.push_back({"silence, flushed", make_flushing(make_elman_stream(problem)), {}});
    for (auto& [name, stream, y, x] : streams) {
      y.resize(static_cast<std::size_t>(steps * shape.Out));
      stream->run(problem.x.data(), steps, y.data());
      for (int k = 0; k < 10; ++k) stream->run(silence.data(), steps, y.data());
    }
    streams.front().x = problem.x.data();
    print_times(streams, silence.data(), rounds, name_of(shape), first);
    first = false;
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
    const auto problem = problem_of(shape);
    std::vector<NamedStream> streams;
    streams.push_back({"elman", make_elman_stream(problem), {}});
    streams.push_back({"Eigen, fixed sizes", make_eigen_stream(problem), {}});
    streams.push_back({"Eigen, layers", make_layers_stream(problem), {}});
#ifdef BENCHMARK_TORCH
    streams.push_back({"libtorch", make_torch_stream(problem), {}});
#endif
    check(streams, problem, round_off);
    print_times(streams, problem.x.data(), rounds, name_of(shape), first);
    first = false;
  }
  print_narrow(rounds);
  print_silence(rounds);
}

}  // namespace benchmarks
