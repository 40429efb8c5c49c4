// SPDX-License-Identifier: MIT
//
// elman's verbs one by one, on the workloads of `peers` and on some widths: forward, bptt, the loss with its softmax, a
// whole step of training, and a step of a stream.
#include <benchmark/benchmark.h>
#include <elman/elman.hpp>

#include <string>
#include <utility>
#include <vector>

#include "workload.hpp"

namespace {

using benchmarks::Workload;
using elman::Dynamic;
using Cell = elman::RNNCell<float, Dynamic, Dynamic, Dynamic>;

constexpr Workload of_width(const char* name, int H) { return {name, 32, 16, 32, H, 32, true, false, false}; }
constexpr Workload widths[] = {of_width("H16", 16), of_width("H64", 64), of_width("H256", 256)};

struct Setting {
  Workload work;
  elman::Random random{1};
  Cell cell{work.In, work.H, work.Out, elman::init::standard(random)};
  elman::Sequences<float, Dynamic> x{elman::Columns<float, Dynamic>(work.In, work.N()),
                                     elman::Steps::even(work.T, work.B)};
  std::vector<elman::Index> labels;
  Cell::Tape tape;
  Cell::Gradient gradient = cell.zero_gradient();
  elman::loss::CrossEntropy loss;

  explicit Setting(const Workload& its_work) : work(its_work) {
    for (float& value : x.columns.reshaped()) value = static_cast<float>(random.uniform(-1, 1));
    for (int k = 0; k < work.R(); ++k) labels.push_back(random.below(work.Out));
    forward();
    loss(tape, labels);
  }
  void forward() { cell.forward(x, tape, work.every_step ? elman::every_step : elman::last_step); }
};

void count_flops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

void forward(benchmark::State& state, const Workload& work) {
  Setting setting(work);
  for (auto _ : state) setting.forward();
  count_flops(state, work.forward_flops());
}

void bptt(benchmark::State& state, const Workload& work) {
  Setting setting(work);
  for (auto _ : state) setting.cell.bptt(setting.x, setting.tape, setting.gradient);
  count_flops(state, work.training_flops() - work.forward_flops());
}

void softmax_cross_entropy(benchmark::State& state, const Workload& work) {
  Setting setting(work);
  elman::Columns<float, Dynamic> y = setting.tape.y();
  for (auto _ : state) {
    elman::Softmax()(std::as_const(setting.tape).o(), y);
    benchmark::DoNotOptimize(setting.loss(setting.tape, setting.labels));
  }
  state.SetItemsProcessed(state.iterations() * work.R());
}

/// All of a step of training.
void training(benchmark::State& state, const Workload& work) {
  Setting setting(work);
  elman::optim::Adam adam{setting.cell};
  for (auto _ : state) {
    setting.forward();
    benchmark::DoNotOptimize(setting.loss(setting.tape, setting.labels));
    setting.gradient.set_zero();
    setting.cell.bptt(setting.x, setting.tape, setting.gradient);
    elman::optim::clip_norm(setting.gradient, 1.0);
    adam.step(setting.cell, setting.gradient);
  }
  count_flops(state, work.training_flops());
}

void step(benchmark::State& state, const Workload& work) {
  Setting setting(work);
  auto stream = setting.cell.initial_state();
  for (auto _ : state) benchmark::DoNotOptimize(setting.cell.step(setting.x.columns.col(0), stream).data());
  count_flops(state, work.forward_flops() / work.N());
}

template <int H>
void fixed_step(benchmark::State& state) {
  elman::Random random{1};
  elman::RNNCell<float, 8, H, 8> cell{elman::init::standard(random)};
  const elman::Vector<float, 8> x = elman::Vector<float, 8>::Constant(0.5f);
  auto stream = cell.initial_state();
  for (auto _ : state) benchmark::DoNotOptimize(cell.step(x, stream).data());
  count_flops(state, 2.0 * (8 * H + H * H + H * 8));
}
BENCHMARK(fixed_step<16>);
BENCHMARK(fixed_step<64>);

void add(const Workload& work) {
  const struct {
    const char* name;
    void (*run)(benchmark::State&, const Workload&);
  } verbs[] = {{"forward", forward},
               {"bptt", bptt},
               {"softmax_cross_entropy", softmax_cross_entropy},
               {"training", training},
               {"step", step}};
  for (const auto& verb : verbs) {
    benchmark::RegisterBenchmark((std::string(verb.name) + "/" + work.name).c_str(), verb.run, work);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const Workload& work : benchmarks::workloads) add(work);
  for (const Workload& work : widths) add(work);
  benchmark::RunSpecifiedBenchmarks();
}
