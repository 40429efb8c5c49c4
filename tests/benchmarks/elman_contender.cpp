// SPDX-License-Identifier: MIT
//
// elman as its README shows it: compile-time sizes, one tape, one gradient that is zeroed in every run.
#include <elman/elman.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include "peer.hpp"

namespace benchmarks {

namespace {

/// Copies all of a problem's weights into a cell's views, or the other way round.
template <class Scalar, class Cell>
void load(const Parameters<Scalar>& weights, Cell& cell) {
  std::copy(weights.U.begin(), weights.U.end(), cell.U().data());
  std::copy(weights.W.begin(), weights.W.end(), cell.W().data());
  std::copy(weights.V.begin(), weights.V.end(), cell.V().data());
  std::copy(weights.b.begin(), weights.b.end(), cell.b().data());
  std::copy(weights.c.begin(), weights.c.end(), cell.c().data());
}
template <class Cell, class Scalar>
void save(const Cell& cell, Parameters<Scalar>& weights) {
  std::copy_n(cell.U().data(), weights.U.size(), weights.U.begin());
  std::copy_n(cell.W().data(), weights.W.size(), weights.W.begin());
  std::copy_n(cell.V().data(), weights.V.size(), weights.V.begin());
  std::copy_n(cell.b().data(), weights.b.size(), weights.b.begin());
  std::copy_n(cell.c().data(), weights.c.size(), weights.c.begin());
}

template <class Cell>
class Elman final : public Contender<typename Cell::Scalar> {
  using Scalar = typename Cell::Scalar;

 public:
  Elman(const Problem<Scalar>& problem, Cell cell)
      : work_(problem.work),
        cell_(std::move(cell)),
        gradient_(cell_.zero_gradient()),
        labels_(problem.labels.begin(), problem.labels.end()) {
    load(problem.weights, cell_);
    x_.columns = elman::View<const elman::Columns<Scalar, Cell::in_size>>(problem.x.data(), work_.In, work_.N());
    x_.steps = elman::Steps::even(work_.T, work_.B);
  }

  void forward() override { cell_.forward(x_, tape_, work_.every_step ? elman::every_step : elman::last_step); }

  Scalar train() override {
    forward();
    const Scalar L = loss_(tape_, labels_);
    gradient_.set_zero();
    cell_.bptt(x_, tape_, gradient_);
    return L;
  }

  std::vector<Scalar> outputs() const override { return {tape_.y().data(), tape_.y().data() + tape_.y().size()}; }

  Parameters<Scalar> gradients() const override {
    Parameters<Scalar> result(work_);
    save(gradient_, result);
    return result;
  }

 private:
  Workload work_;
  Cell cell_{elman::zero};
  typename Cell::Gradient gradient_;
  typename Cell::Tape tape_;
  elman::loss::CrossEntropy loss_;
  elman::Sequences<Scalar, Cell::in_size> x_;
  std::vector<elman::Index> labels_;
};

/// The workload of index k, if it has this problem's widths.
template <class Scalar, std::size_t k>
ContenderPointer<Scalar> make_fixed(const Problem<Scalar>& problem) {
  constexpr Workload work = workloads[k];
  if constexpr (std::same_as<Scalar, float> || work.in_double) {
    using Cell = elman::RNNCell<Scalar, work.In, work.H, work.Out>;
    if (work.same_widths(problem.work)) return std::make_unique<Elman<Cell>>(problem, Cell(elman::zero));
  }
  return nullptr;
}

/// Steps a net of compile-time sizes, whole or frozen.
template <int In, int Out, class Net, class State>
void run_steps(const Net& net, State& state, const float* x, int steps, float* y) {
  using x_t = elman::View<const elman::Vector<float, In>>;
  using y_t = elman::View<elman::Vector<float, Out>>;
  for (int t = 0; t < steps; ++t) y_t(y + t * Out) = net.step(x_t(x + t * In), state);
}

template <class Cell>
class ElmanStream final : public Stream {
 public:
  explicit ElmanStream(const Problem<float>& problem) { load(problem.weights, cell_); }

  void reset() override { cell_.reset(state_); }

  void run(const float* x, int steps, float* y) override {
    run_steps<Cell::in_size, Cell::out_size>(cell_, state_, x, steps, y);
  }

 private:
  Cell cell_{elman::zero};
  typename Cell::template StateOf<1> state_ = cell_.initial_state();
};

/// The same with weights of fewer bits.
template <class Cell, class Weight>
class FrozenStream final : public Stream {
 public:
  explicit FrozenStream(const Problem<float>& problem) : arrays_(freeze(problem)), state_(net_.initial_state()) {}

  void reset() override { net_.reset(state_); }

  void run(const float* x, int steps, float* y) override {
    run_steps<Cell::in_size, Cell::out_size>(net_, state_, x, steps, y);
  }

 private:
  static auto freeze(const Problem<float>& problem) {
    Cell cell{elman::zero};
    load(problem.weights, cell);
    return elman::freeze<Weight>(cell);
  }
  using Arrays = decltype(freeze(std::declval<const Problem<float>&>()));
  using Frozen = decltype(std::declval<const Arrays&>().net());

  Arrays arrays_;
  Frozen net_ = arrays_.net();
  typename Frozen::template StateOf<1> state_;
};

/// A stream whose thread takes what is too small for a normal number as zero.
class FlushingStream final : public Stream {
 public:
  explicit FlushingStream(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
  void reset() override { stream_->reset(); }
  void run(const float* x, int steps, float* y) override {
    const elman::FlushToZero guard;
    stream_->run(x, steps, y);
  }

 private:
  std::unique_ptr<Stream> stream_;
};

template <std::size_t k>
std::unique_ptr<Stream> make_fixed_stream(const Problem<float>& problem, StreamWeights weights) {
  constexpr StreamShape shape = stream_shapes[k];
  if (problem.work.In != shape.In || problem.work.H != shape.H || problem.work.Out != shape.Out) return nullptr;
  using Cell = elman::RNNCell<float, shape.In, shape.H, shape.Out, elman::Tanh, elman::Identity>;
  switch (weights) {
    case StreamWeights::bfloat16:
      return std::make_unique<FrozenStream<Cell, elman::BFloat16>>(problem);
    case StreamWeights::int16:
      return std::make_unique<FrozenStream<Cell, std::int16_t>>(problem);
    case StreamWeights::int8:
      return std::make_unique<FrozenStream<Cell, std::int8_t>>(problem);
    default:
      return std::make_unique<ElmanStream<Cell>>(problem);
  }
}

}  // namespace

template <class Scalar>
ContenderPointer<Scalar> make_elman(const Problem<Scalar>& problem) {
  ContenderPointer<Scalar> result;
  [&]<std::size_t... k>(std::index_sequence<k...>) { (void)((result = make_fixed<Scalar, k>(problem)) || ...); }
  (std::make_index_sequence<std::size(workloads)>());
  if (result) return result;
  using Cell = elman::RNNCell<Scalar, elman::Dynamic, elman::Dynamic, elman::Dynamic>;
  return std::make_unique<Elman<Cell>>(problem, Cell(problem.work.In, problem.work.H, problem.work.Out, elman::zero));
}
template ContenderPointer<float> make_elman(const Problem<float>&);
template ContenderPointer<double> make_elman(const Problem<double>&);

std::unique_ptr<Stream> make_elman_stream(const Problem<float>& problem, StreamWeights weights) {
  std::unique_ptr<Stream> result;
  [&]<std::size_t... k>(std::index_sequence<k...>) { (void)((result = make_fixed_stream<k>(problem, weights)) || ...); }
  (std::make_index_sequence<std::size(stream_shapes)>());
  return result;
}
std::unique_ptr<Stream> make_flushing(std::unique_ptr<Stream> stream) {
  return std::make_unique<FlushingStream>(std::move(stream));
}

}  // namespace benchmarks
