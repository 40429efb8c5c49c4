// SPDX-License-Identifier: MIT
//
// The recipes of docs/cookbook.md for parts of one's own, threads and real time.
#include <cmath>
#include <cstddef>
#include <iostream>
#include <span>
#include <thread>
#include <vector>

#include "elman/elman.hpp"
#include "listings/recipes.hpp"

namespace {

struct InverseRoot {  // h = a / √(1 + a²), σ' = (1 − h²)^{3/2}, told by h
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    using std::sqrt;
    return a / sqrt(Scalar(1) + a * a);
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    using std::sqrt;
    const Scalar rest = Scalar(1) - h * h;
    return rest * sqrt(rest);
  }
};

struct Huber {  // L = mean of m²/2, where |m| > 1 of |m| − ½; m = y − target
  using Output = Identity;
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    using Scalar = typename Tape::Scalar;
    const auto add_up = [](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        const Scalar miss = column.y(k) - column.target(k);
        const Scalar slope = real_part(miss) > 1 ? Scalar(1) : real_part(miss) < -1 ? Scalar(-1) : miss;
        column.add(k, slope * (miss - slope / Scalar(2)), slope);  // what L gains, and ∂L/∂o
      }
    };
    return loss::columns<Huber>("Huber", tape, targets).reduce(loss::Reduction::mean, add_up);
  }
};

struct Gain : StatelessLayer<Gain, 2, 2> {  // y_t = g ∘ x_t, with g learned
  Gain() : Base({"Gain"}, 2, 2) {}
  static constexpr int parameter_size = 2;
  template <class Cursor>
  struct Part {
    typename Cursor::Vector g;
    void for_each(const auto& visit) { visit("g", g); }
    void initialise(Random&) { g.setOnes(); }
  };
  template <class Cursor>
  Part<Cursor> take(Cursor& cursor) const {
    return {cursor.vector(2)};
  }
  void apply(const auto& part, const auto& x, auto y) const { y = part.g.asDiagonal() * x; }
  void apply_bptt(const auto& part, const auto& x, const auto& d_y, auto d_part, auto d_x) const {
    d_part.g += d_y.cwiseProduct(x).rowwise().sum();
    if (d_x.data()) d_x = part.g.asDiagonal() * d_y;
  }
};

struct SignDescent {  // θ ← θ − η sign(∂L/∂θ)
  double learning_rate = 1e-3;
  void step(auto&& model, const auto& gradient) const {
    const auto move = [&](auto theta, const auto& g) { theta.array() -= learning_rate * g.array().sign(); };
    for_each_theta(move, model, gradient);
  }
};

void parts_of_ones_own() {
  std::vector<Matrix<double, 2, Dynamic>> sequences;
  for (const Sequence& sequence : Signals{30, Random{1}}.sequences) sequences.emplace_back(sequence.cast<double>());
  Matrix<double, 1, Dynamic> targets(1, 30);  // the sum of all numbers
  for (Index k = 0; k < 30; ++k) targets(k) = sequences[static_cast<std::size_t>(k)].sum();
  Random random{1};
  Net<double, Stacked<Gain, Recurrence<2, 16, InverseRoot>>, Readout<16, 1, Identity>> net{init::standard(random)};
  const auto check = gradient_check(net, pack(sequences), targets, Huber{}, last_step);
  std::cout << "gradients agree to 12 digits: " << (check.worst_error() < 1e-12 ? "yes" : "no") << '\n';
  const SignDescent descent;
  const train::Batches batches{train::Examples{sequences, targets}, {.size = 10}};
  train::Loop loop{net, descent, Huber{}, batches, {.epochs = 200}};
  const double before = train::evaluate(net, batches, Huber{});
  loop.run();
  std::cout << std::fixed;
  std::cout.precision(1);
  std::cout << "L was " << before << " and is " << train::evaluate(net, batches, Huber{}) << '\n';
}

void in_threads() {
  const Signals signals{100, Random{2}};
  Random random{1};
  const Classifier net{init::standard(random)};
  std::vector<Index> told(100);
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < 4; ++first) {
    threads.emplace_back([&, first] {
      auto state = net.initial_state();  // what is written is each thread's own: a state, or a tape
      const auto start = state;
      for (std::size_t k = first; k < told.size(); k += 4) {
        state = start;
        for (const auto& x_t : signals.sequences[k].colwise()) net.step(x_t, state);
        told[k] = greedy(state.o.col(0));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto tape = net.tape();
  net.forward(pack(signals.sequences), tape, last_step);  // all at once, in one thread
  int same = 0;
  for (Index k = 0; k < 100; ++k) same += told[static_cast<std::size_t>(k)] == greedy(tape.o().col(k));
  std::cout << same << " of 100 are told as in one thread\n";
}

using Filter = RNNCell<float, 1, 16, 1, Tanh, Identity>;

void process(const Filter& net, decltype(net.initial_state())& state, std::span<float> block) {
  const FlushToZero guard;  // silence costs no more than sound
  for (float& sample : block) sample = net.step(Vector<float, 1>(sample), state)(0);
}

void a_step_at_a_time() {
  Random random{1};
  const Filter net{init::standard(random)};  // or io::load<Filter>(path), before the stream begins
  auto state = net.initial_state();
  net.settle(Vector<float, 1>(0.0F), state);  // begins at rest: no click
  std::vector<float> silence(64, 0.0F), pulse(64, 0.0F);
  pulse[0] = 1;
  process(net, state, silence);
  process(net, state, pulse);  // from here on no heap, no lock, no exception, no system call
  std::cout.precision(2);
  std::cout << "silence " << silence[63] << ", a pulse " << pulse[0] << ' ' << pulse[1] << ' ' << pulse[2] << '\n';
}

}  // namespace

int main() {
  run_recipe("How do I write an activation, a loss, a layer, an optimizer of my own?", parts_of_ones_own);
  run_recipe("How do I run a net in many threads?", in_threads);
  run_recipe("How do I run a net in real time?", a_step_at_a_time);
}
