// SPDX-License-Identifier: MIT
//
// No heap in steady state: once a shape has been seen, a training step calls none of malloc, calloc, realloc, free,
// aligned_alloc, posix_memalign (counting operator new would miss Eigen's own calls).
#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "elman/elman.hpp"
#include "heap/heap_counter.hpp"
#include "heap/random_batches.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"

using elman::Columns;
using elman::Dynamic;
using elman::Index;

namespace {

/// Whole training steps on an even batch, a ragged one and a smaller one, in turn.
template <class Cell>
void check_training(Cell cell) {
  using Scalar = typename Cell::Scalar;
  CAPTURE(cell.in(), cell.hidden(), cell.out(), sizeof(Scalar));
  elman::Random random(5);
  nets::randomise(cell, 0.9, random);
  using Sequence = Columns<Scalar, Cell::in_size>;
  std::vector<elman::Sequences<Scalar, Cell::in_size>> batches;
  std::vector<std::vector<Index>> labels;
  for (const std::vector<Index>& lengths :
       {std::vector<Index>(64, 9), std::vector<Index>{31, 2, 17, 17, 1, 30, 5}, std::vector<Index>{3}}) {
    std::vector<Sequence> sequences;
    labels.emplace_back();
    for (const Index T : lengths) {
      sequences.push_back(nets::normal<Sequence>(cell.in(), T, random));
      labels.back().push_back(random.below(cell.out()));
    }
    batches.push_back(elman::pack(sequences));
  }
  const elman::loss::CrossEntropy loss;
  elman::optim::Adam adam{cell};
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  Sequence d_x;
  Columns<Scalar, Cell::state_size> d_h0, h;
  Scalar sum(0);
  const auto epoch = [&] {
    for (std::size_t k = 0; k < batches.size(); ++k) {
      cell.forward(batches[k], tape, elman::last_step);
      sum += loss(tape, labels[k]);
      gradient.set_zero();
      cell.bptt(batches[k], tape, gradient);
      elman::optim::clip_norm(gradient, 1.0);
      adam.step(cell, gradient);
    }
  };
  CHECK(count_heap_calls(epoch) > 0);  // the tape grows once, and the counter counts
  CHECK(count_heap_calls(epoch) == 0);

  // ∂L/∂x, ∂L/∂h₀ and the carried state too, in matrices that have their shape.
  const auto ask = [&] {
    cell.forward(batches[0], tape, elman::last_step);
    sum += loss(tape, labels[0]);
    cell.bptt(batches[0], tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
    tape.last_h(h);
  };
  ask();
  CHECK(count_heap_calls(ask) == 0);

  auto state = cell.initial_state();
  const auto stream = [&] {
    for (Index t = 0; t < batches[2].columns.cols(); ++t) sum += cell.step(batches[2].columns.col(t), state)(0);
  };
  CHECK(count_heap_calls(stream) == 0);
  CHECK(sum == sum);
}

}  // namespace

TEST_CASE("the counter sees one planted allocation") {
  if (!ELMAN_COUNTS_HEAP) {
    WARN("heap calls are not counted in this build (sanitizer, or not glibc)");
    SUCCEED();
    return;
  }
  void* volatile memory = nullptr;
  CHECK(count_heap_calls([&] { memory = std::malloc(1); }) == 1);
  CHECK(count_heap_calls([&] { std::free(memory); }) == 1);
  CHECK(count_heap_calls([&] { Eigen::VectorXf vector(3); }) == 2);
}

TEST_CASE("a training step allocates nothing once its shapes have been seen") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using Any = elman::RNNCell<float, Dynamic, Dynamic, Dynamic>;
  check_training(elman::RNNCell<float, 26, 64, 5>(elman::zero));
  check_training(elman::RNNCell<float, 3, 8, 2>(elman::zero));
  for (const Index hidden : {1, 2, 7, 33, 64, 100, 128, 256, 511, 1024})
    check_training(Any(28, hidden, 10, elman::zero));
  check_training(Any(128, 128, 128, elman::zero));
  check_training(elman::RNNCell<double, Dynamic, Dynamic, Dynamic>(128, 128, 128, elman::zero));
}

TEST_CASE("random batches allocate nothing once the largest has passed: all that a cell's training may ask for") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  using Cell = RNNCell<float, Dynamic, Dynamic, Dynamic>;
  Random random(11);
  Cell cell(5, 19, 4, init::standard(random));
  std::tuple optimizers{
      optim::Adam{cell, {.amsgrad = true}},
      optim::AdamW{cell},
      optim::Adagrad{cell},
      optim::RMSprop{cell, {.momentum = 0.5}},
      optim::SGD{cell, {.momentum = 0.9}},
      optim::Grouped{
          optim::AdamW{cell},
          cell,
          {{.name = "W", .learning_rate = 1e-4}, {.name = "b", .weight_decay = 0}, {.name = "V", .fixed = true}}},
      optim::KeepOrthogonal{optim::SGD{cell}, cell}};
  const optim::L2Penalty penalty{cell, {{"W", 1e-4}}};
  optim::OrthogonalPenalty orthogonal{cell, {{"W", 1e-4}}};
  const loss::CrossEntropy loss({.class_weights = {1, 2, 1, 2}, .label_smoothing = 0.1});
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  Sequences<float, Dynamic> x;
  Labels labels;
  std::vector<Index> targets;
  std::vector<double> weights, read_weights;
  GrowingColumns<float, Dynamic> d_x, d_h0, last;
  long calls = 0, first_calls = 0;
  double divisors = 0;
  constexpr int batches = 1000;
  for (int run = 0; run < batches; ++run) {
    const auto lengths = random_batches::draw_lengths(random, run == 0);
    const Index T = *std::ranges::max_element(lengths);
    const auto lists = random_batches::draw_lists(random, lengths, 4);
    std::vector<Columns<float, Dynamic>> sequences;
    std::vector<double> of_sequences;
    for (const Index length : lengths) {
      sequences.push_back(nets::normal<Columns<float, Dynamic>>(5, length, random));
      of_sequences.push_back(random.uniform());
    }
    const Columns<float, Dynamic> h0 =
        nets::normal<Columns<float, Dynamic>>(19, static_cast<Index>(lengths.size()), random);
    const ReadSteps read = random_batches::draw_read(random, run == 0, T);
    // A sequence without steps has no label that could be gathered for last_step.
    const bool has_labels = read.kind != ReadSteps::Kind::last || std::ranges::count(lengths, 0) == 0;
    const ReadSteps& reads = has_labels ? read : every_step;
    const long its_calls = count_heap_calls([&] {
      pack(sequences, x);
      pack(lists, labels);
      cell.forward(x, tape, reads, h0);
      loss::per_sequence(of_sequences, x.steps, weights);
      gather(labels, reads, x.steps, targets);
      gather(weights, reads, x.steps, read_weights);
      loss(tape, loss::weighted(targets, read_weights));
      divisors += loss.divisor(tape, loss::weighted(targets, read_weights));
      gradient.set_zero();
      cell.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
      penalty(cell, gradient);
      orthogonal(cell, gradient);
      std::get<5>(optimizers).clear_fixed(gradient);
      optim::clip_norm(gradient, 1.0);
      optim::clip_value(gradient, 0.5);
      std::apply([&](auto&... each) { (each.step(cell, gradient), ...); }, optimizers);
      tape.last_h(last);
    });
    if (run == 0) first_calls = its_calls;
    if (run == 0) continue;
    calls += its_calls;
    if (its_calls > 0) UNSCOPED_INFO("run " << run << " of " << lengths.size() << " sequences: " << its_calls);
  }
  CHECK(first_calls > 0);
  CHECK(calls == 0);
  CHECK(divisors > 0);
}

TEST_CASE("the one-line forms allocate nothing: a few steps that are read, weights and targets with a name") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  Random random(12);
  RNNCell<float, Dynamic, Dynamic, Dynamic> cell(5, 19, 4, init::standard(random));
  const auto x = nets::normal<Columns<float, Dynamic>>(5, 9, random);
  const std::vector<Index> labels{0, 1};
  auto tape = cell.tape();
  float sum = 0;
  const auto run = [&] {
    cell.forward(x, tape, at_steps({0, 8}));
    sum += loss::CrossEntropy()(tape, loss::weighted(labels, Eigen::Vector2f(1, 2)));
    const ReadSteps kept = at_steps({2, 5});
    cell.forward(x, tape, kept);
    sum += loss::CrossEntropy()(tape, loss::weighted(labels, Eigen::Vector2f(1, 2)));
  };
  run();
  CHECK(count_heap_calls(run) == 0);
  CHECK(sum > 0);
}

TEST_CASE("a small compile-time cell, its gradient and its optimizer need no heap at all") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  elman::Random random(6);
  CHECK(count_heap_calls([&] {
          elman::RNNCell<float, 3, 8, 2> cell{elman::init::standard(random)};
          auto gradient = cell.zero_gradient();
          gradient.theta().setConstant(0.1F);
          elman::optim::Adam adam{cell};
          adam.step(cell, gradient);
          auto state = cell.initial_state();
          cell.step(elman::Vector<float, 3>(1, 2, 3), state);
        }) == 0);
}
