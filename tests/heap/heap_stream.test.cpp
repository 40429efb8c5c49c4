// SPDX-License-Identifier: MIT
//
// No heap in real time: a million steps, a thousand training sequences, of compile-time and of run-time sizes; of 512
// hidden units, which take a thousand times as long, a fiftieth. With compile-time sizes and a fixed tape nothing is
// allocated from the very beginning.
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "elman/elman.hpp"
#include "heap/heap_counter.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"

using namespace elman;

namespace {

constexpr long many_steps(Index hidden) { return hidden < 100 ? 1000000 : 20000; }
constexpr int many_sequences(Index hidden) { return hidden < 100 ? 1000 : 20; }

/// Steps from a state, and from one of narrow weights.
template <class Net>
long calls_of_steps(const Net& net, long steps) {
  auto state = net.initial_state();
  Matrix<float, Dynamic, Dynamic> x = Matrix<float, Dynamic, Dynamic>::Random(net.in(), 16);
  net.step(x.col(0), state);
  return count_heap_calls([&] {
    for (long k = 0; k < steps; ++k) net.step(x.col(k % 16), state);
  });
}

/// Training on sequences of changing length, one at a time, with everything that a training step has.
template <class Cell, class Tape, class Optimizer>
void train_on(Cell& cell, Tape& tape, typename Cell::Gradient& gradient, Optimizer& optimizer, int sequences) {
  const loss::CrossEntropy loss;
  Eigen::Matrix<float, Cell::in_size, Dynamic, Eigen::ColMajor, 3, 20> x;
  Random random(1);
  for (int k = 0; k < sequences; ++k) {
    x.resize(cell.in(), k == 0 ? 20 : 1 + random.below(20));
    for (Index column = 0; column < x.cols(); ++column) {
      for (Index row = 0; row < x.rows(); ++row) x(row, column) = static_cast<float>(random.normal());
    }
    const Index label[] = {random.below(cell.out())};
    cell.forward(x, tape, last_step);
    loss(tape, label);
    gradient.set_zero();
    cell.bptt(x, tape, gradient);
    optim::clip_norm(gradient, 1.0);
    optimizer.step(cell, gradient);
  }
}

template <int Hidden>
void check_fixed() {
  CAPTURE(Hidden);
  using Cell = RNNCell<float, 3, Hidden, 4>;
  static Cell cell{elman::zero};  // θ may be larger than a stack should bear
  static typename Cell::Gradient gradient;
  static typename Cell::template FixedTape<20> tape;
  Random random(2);
  init::standard(random)(cell);
  constexpr int sequences = many_sequences(Hidden);
  CHECK(calls_of_steps(cell, many_steps(Hidden)) == 0);
  CHECK(calls_of_steps(freeze<std::int8_t>(cell).net(), many_steps(Hidden) / 10) == 0);
  optim::Adam adam{cell};
  optim::SGD sgd{cell, {.momentum = 0.9}};
  optim::RMSprop rmsprop{cell};
  optim::Adagrad adagrad{cell};
  optim::AdamW adamw{cell};
  CHECK(count_heap_calls([&] {
          train_on(cell, tape, gradient, adam, sequences);
          train_on(cell, tape, gradient, sgd, sequences / 10);
          train_on(cell, tape, gradient, rmsprop, sequences / 10);
          train_on(cell, tape, gradient, adagrad, sequences / 10);
          train_on(cell, tape, gradient, adamw, sequences / 10);
        }) == 0);
}

}  // namespace

TEST_CASE("a million steps and a thousand training sequences call the heap not once: compile-time sizes") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  check_fixed<1>();
  check_fixed<33>();
  check_fixed<512>();
}

TEST_CASE("a million steps and a thousand training sequences call the heap not once: run-time sizes") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  for (const Index hidden : {1, 16, 512}) {
    CAPTURE(hidden);
    Random random(3);
    RNNCell<float, Dynamic, Dynamic, Dynamic> cell(3, hidden, 4, init::standard(random));
    CHECK(calls_of_steps(cell, many_steps(hidden)) == 0);
    auto tape = cell.tape();
    auto gradient = cell.zero_gradient();
    optim::Adam adam{cell};
    train_on(cell, tape, gradient, adam, 1);
    const auto run = [&](int sequences) {
      return count_heap_calls([&] { train_on(cell, tape, gradient, adam, sequences); });
    };
    CHECK(run(many_sequences(hidden)) == 0);
  }
}

TEST_CASE("online learning on an endless stream: chunks in constant memory") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using Cell = RNNCell<float, 1, 12, 1, Tanh, Identity>;
  Random random(4);
  float first = 0, last = 0;
  CHECK(count_heap_calls([&] {
          Cell cell{init::standard(random)};
          auto gradient = cell.zero_gradient();
          optim::Adam adam{cell, {.learning_rate = 3e-3}};
          Cell::FixedTape<16> tape;
          auto state = cell.initial_state();
          const loss::SquaredError loss;
          float phase = 0;
          for (int chunk = 0; chunk < 3000; ++chunk) {  // the next sample of a sine, from this one
            Matrix<float, 1, 16> x, next;
            for (Index t = 0; t < 16; ++t) {
              x(t) = std::sin(phase);
              phase += 0.3F;
              next(t) = std::sin(phase);
            }
            phase = std::fmod(phase, 6.2831853F);
            cell.forward(x, tape, every_step, state);
            const float L = loss(tape, next);
            (chunk < 100 ? first : last) += chunk < 100 || chunk >= 2900 ? L : 0;
            gradient.set_zero();
            cell.bptt(x, tape, gradient);
            optim::clip_norm(gradient, 1.0);
            adam.step(cell, gradient, 3e-3 * (1 - chunk / 3000.0));  // so that it comes to rest
          }
        }) == 0);
  CHECK(last < first / 10);
}
