// SPDX-License-Identifier: MIT
#include "elman/cell.hpp"

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "elman/random.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/reference.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::at_steps;
using elman::Columns;
using elman::Dynamic;
using elman::every_step;
using elman::Index;
using elman::last_step;
using elman::Matrix;
using elman::RNNCell;

TEST_CASE("forward and bptt give the numbers worked out by hand for a 2-2-2 net over two steps") {
  RNNCell<double, 2, 2, 2, elman::Identity, elman::Identity> cell{elman::zero};
  cell.U() << 1, 2, 0, 1;
  cell.W() << 0, 1, 2, 0;
  cell.b() << 1, 0;
  cell.V() << 1, 0, 1, 1;
  cell.c() << 0, 1;
  Matrix<double, 2, 2> x;
  x << 1, 0, 1, 2;  // x_1 = (1, 1), x_2 = (0, 2)
  const elman::Vector<double, 2> h0(1, 0);

  auto tape = cell.tape();
  cell.forward(x, tape, every_step, h0);
  Matrix<double, 2, 2> h, o;
  h << 4, 8, 3, 10;
  o << 4, 8, 8, 19;
  CHECK(tape.h() == h);
  CHECK(tape.o() == o);
  CHECK(tape.y() == o);

  auto gradient = cell.zero_gradient();
  Columns<double, 2> d_x, d_h0;
  tape.d_o() << 1, 0, 0, 1;  // ∂L/∂o_1 = (1, 0), ∂L/∂o_2 = (0, 1)
  cell.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
  Matrix<double, 2, 2> d_U, d_W, d_V, expected_d_x;
  d_U << 3, 5, 1, 3;
  d_W << 7, 3, 5, 3;
  d_V << 4, 3, 8, 10;
  expected_d_x << 3, 1, 7, 3;
  CHECK(gradient.U() == d_U);
  CHECK(gradient.W() == d_W);
  CHECK(gradient.b() == elman::Vector<double, 2>(4, 2));
  CHECK(gradient.V() == d_V);
  CHECK(gradient.c() == elman::Vector<double, 2>(1, 1));
  CHECK(d_x == expected_d_x);
  CHECK(d_h0 == elman::Vector<double, 2>(2, 3));
}

namespace {

using Cell = RNNCell<double, 3, 7, 4>;
const double round_off = tolerance::round_off<double>(9, 7);

/// A ragged batch, a cell, h₀ and a ∂L/∂o for every step of every sequence; all random, from one seed.
struct Problem {
  explicit Problem(std::uint64_t seed, const std::vector<Index>& lengths) : random(seed) {
    nets::randomise(cell, 1.0, random);
    for (const Index T : lengths) {
      x.push_back(nets::normal<Columns<double, 3>>(3, T, random));
      d_o.push_back(nets::normal<Columns<double, 4>>(4, T, random));
    }
    h0 = nets::normal<Columns<double, 7>>(7, static_cast<Index>(lengths.size()), random);
  }
  elman::Random random;
  Cell cell{elman::zero};
  std::vector<Columns<double, 3>> x;
  std::vector<Columns<double, 4>> d_o;
  Columns<double, 7> h0;
};

}  // namespace

TEST_CASE("a ragged batch equals its sequences one at a time") {
  for (const std::vector<Index>& lengths : {std::vector<Index>{4, 9, 1, 4}, {6, 6, 6}, {1, 1}, {1, 2, 3, 4, 5}, {8}}) {
    const Problem problem(11, lengths);
    const Cell& cell = problem.cell;
    auto tape = cell.tape();
    auto gradient = cell.zero_gradient();
    Columns<double, 3> d_x;
    Columns<double, 7> d_h0;
    const auto x = elman::pack(problem.x);
    cell.forward(x, tape, every_step, problem.h0);
    const auto y = elman::unpack(tape.y(), x.steps);
    const auto h = elman::unpack(tape.h(), x.steps);
    tape.d_o() = elman::pack(problem.d_o).columns;
    cell.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
    const auto d_x_each = elman::unpack(d_x, x.steps);

    auto sum = cell.zero_gradient();
    for (std::size_t b = 0; b < lengths.size(); ++b) {
      auto alone = cell.tape();
      Columns<double, 3> d_x_alone;
      Columns<double, 7> d_h0_alone;
      const auto h0 = problem.h0.col(static_cast<Index>(b));
      cell.forward(problem.x[b], alone, every_step, h0);
      CHECK(relative_error(h[b], alone.h()) < round_off);
      CHECK(relative_error(y[b], alone.y()) < round_off);
      CHECK(relative_error(tape.last_h().col(static_cast<Index>(b)), alone.last_h()) < round_off);
      alone.d_o() = problem.d_o[b];
      cell.bptt(problem.x[b], alone, sum, {.d_x = &d_x_alone, .d_h0 = &d_h0_alone});
      CHECK(relative_error(d_x_each[b], d_x_alone) < round_off);
      CHECK(relative_error(d_h0.col(static_cast<Index>(b)), d_h0_alone) < round_off);
    }
    CHECK(relative_error(gradient.theta(), sum.theta()) < round_off);
  }
}

TEST_CASE("forward over T steps equals T calls of step") {
  const Problem problem(12, {9, 9, 9, 9, 9});
  const auto x = elman::pack(problem.x);
  auto tape = problem.cell.tape();
  problem.cell.forward(x, tape, every_step, problem.h0);

  SECTION("one stream") {
    auto state = problem.cell.initial_state();
    CHECK(state.h.isZero(0));
    state.h = problem.h0.col(2);
    for (Index t = 0; t < 9; ++t) {
      const auto& y = problem.cell.step(problem.x[2].col(t), state);
      CHECK(relative_error(y, tape.y().col(x.steps.column(2, t))) < round_off);
      CHECK(relative_error(state.h, tape.h().col(x.steps.column(2, t))) < round_off);
    }
  }
  SECTION("streams side by side") {
    auto state = problem.cell.initial_state(5);
    state.h = problem.h0;
    for (Index t = 0; t < 9; ++t) {
      const auto& y = problem.cell.step(x.columns.middleCols(5 * t, 5), state);
      CHECK(relative_error(y, tape.y().middleCols(5 * t, 5)) < round_off);
    }
    CHECK(relative_error(state.h, tape.last_h()) < round_off);
  }
}

TEST_CASE("two chunks with the state carried over equal the whole") {
  const Problem problem(13, {8});
  auto whole = problem.cell.tape();
  problem.cell.forward(problem.x[0], whole);
  auto chunk = problem.cell.tape();
  problem.cell.forward(problem.x[0].leftCols(3), chunk);
  // h₀ may be a view into the very tape that forward fills.
  problem.cell.forward(problem.x[0].rightCols(5), chunk, every_step, chunk.h().rightCols(1));
  CHECK(relative_error(chunk.y(), whole.y().rightCols(5)) < round_off);
}

TEST_CASE("what a read-out leaves out has no part in y or the gradient, and what it reads is the same") {
  const std::vector<Index> lengths{4, 9, 1, 4};
  const Problem problem(14, lengths);
  const auto x = elman::pack(problem.x);
  auto all = problem.cell.tape();
  problem.cell.forward(x, all, every_step, problem.h0);

  const at_steps scattered({1, 3, 7});
  const at_steps adjacent({2, 3});
  for (const elman::ReadSteps& read : {last_step, elman::ReadSteps(scattered), elman::ReadSteps(adjacent)}) {
    auto tape = problem.cell.tape();
    problem.cell.forward(x, tape, read, problem.h0);
    const auto& selection = tape.selection();
    REQUIRE(tape.y().cols() == selection.count());
    CHECK(tape.y().cols() < all.y().cols());
    all.d_o().setZero();
    for (Index k = 0; k < selection.count(); ++k) {
      CHECK(relative_error(tape.y().col(k), all.y().col(selection[k])) < round_off);
      tape.d_o().col(k).setConstant(static_cast<double>(k + 1));
      all.d_o().col(selection[k]) = tape.d_o().col(k);
    }
    auto gradient = problem.cell.zero_gradient();
    auto expected = problem.cell.zero_gradient();
    Columns<double, 3> d_x, expected_d_x;
    problem.cell.bptt(x, tape, gradient, {.d_x = &d_x});
    problem.cell.bptt(x, all, expected, {.d_x = &expected_d_x});
    CHECK(relative_error(gradient.theta(), expected.theta()) < round_off);
    CHECK(relative_error(d_x, expected_d_x) < round_off);
  }
}

TEST_CASE("bptt adds to the gradient, with and without the gradients of x and h0 alike") {
  const Problem problem(15, {4, 9, 1});
  const auto x = elman::pack(problem.x);
  auto tape = problem.cell.tape();
  problem.cell.forward(x, tape);
  tape.d_o().setOnes();
  auto once = problem.cell.zero_gradient();
  problem.cell.bptt(x, tape, once);
  auto twice = problem.cell.zero_gradient();
  Columns<double, 3> d_x;
  Columns<double, 7> d_h0;
  problem.cell.bptt(x, tape, twice, {.d_x = &d_x, .d_h0 = &d_h0});
  CHECK(twice.theta() == once.theta());
  problem.cell.bptt(x, tape, twice);
  CHECK(relative_error(twice.theta(), 2 * once.theta()) < round_off);
}

TEST_CASE("a tape that has seen other shapes gives the bits of a new one") {
  const Problem large(16, {9, 9, 5, 3});
  const Problem small(17, {2, 4});
  auto used = large.cell.tape();
  auto fresh = small.cell.tape();
  auto gradient_used = small.cell.zero_gradient();
  auto gradient_fresh = small.cell.zero_gradient();
  const auto x_large = elman::pack(large.x);
  const auto x_small = elman::pack(small.x);
  large.cell.forward(x_large, used, last_step, large.h0);
  used.d_o().setOnes();
  large.cell.bptt(x_large, used, gradient_used);
  gradient_used.set_zero();
  const auto run = [&](auto& tape, auto& gradient) {
    small.cell.forward(x_small, tape);
    tape.d_o().setOnes();
    small.cell.bptt(x_small, tape, gradient);
  };
  run(used, gradient_used);
  run(fresh, gradient_fresh);
  CHECK(used.y() == fresh.y());
  CHECK(gradient_used.theta() == gradient_fresh.theta());
}

TEST_CASE("blocks of steps leave no seam: long sequences equal the scalar-loop oracle") {
  elman::Random random(18);
  RNNCell<double, 2, 5, 3> cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  // More columns than a block of steps holds, several times over, with sequences that end inside and between blocks.
  const std::vector<Index> lengths{400, 128, 127, 300, 1};
  std::vector<Columns<double, 2>> xs;
  for (const Index T : lengths) xs.push_back(nets::normal<Columns<double, 2>>(2, T, random));
  const auto x = elman::pack(xs);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  Columns<double, 2> d_x;
  Columns<double, 5> d_h0;
  cell.forward(x, tape);
  tape.d_o() = tape.o();
  cell.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});

  const reference::Net<double> net(cell);
  reference::Net<double> sum(2, 5, 3);
  const auto d_x_each = elman::unpack(d_x, x.steps);
  for (std::size_t b = 0; b < xs.size(); ++b) {
    const auto run = reference::forward<double>(net, elman::Tanh{}, xs[b], Eigen::MatrixXd::Zero(5, 1));
    Eigen::MatrixXd d_x_alone, d_h0_alone;
    reference::bptt<double>(net, elman::Tanh{}, xs[b], run, run.o, sum, d_x_alone, d_h0_alone);
    CHECK(relative_error(d_x_each[b], d_x_alone) < 1e-12);
    CHECK(relative_error(d_h0.col(static_cast<Index>(b)), d_h0_alone) < 1e-12);
  }
  CHECK(relative_error(gradient.U(), sum.U) < 1e-12);
  CHECK(relative_error(gradient.W(), sum.W) < 1e-12);
  CHECK(relative_error(gradient.b(), sum.b) < 1e-12);
  CHECK(relative_error(gradient.V(), sum.V) < 1e-12);
  CHECK(relative_error(gradient.c(), sum.c) < 1e-12);
}

TEST_CASE("compile-time and run-time sizes give the same numbers") {
  const Problem problem(19, {4, 9, 1, 4});
  const auto x = elman::pack(problem.x);
  RNNCell<double, Dynamic, Dynamic, Dynamic> dynamic(3, 7, 4, elman::zero);
  dynamic.theta() = problem.cell.theta();
  RNNCell<double, Dynamic, 7, Dynamic> mixed(3, 7, 4, elman::zero);
  mixed.theta() = problem.cell.theta();
  const auto run = [&](const auto& cell) {
    auto tape = cell.tape();
    auto gradient = cell.zero_gradient();
    cell.forward(x, tape, last_step, problem.h0);
    tape.d_o().setOnes();
    cell.bptt(x, tape, gradient);
    return Eigen::VectorXd(gradient.theta());
  };
  const Eigen::VectorXd expected = run(problem.cell);
  CHECK(relative_error(run(dynamic), expected) < round_off);
  CHECK(relative_error(run(mixed), expected) < round_off);
}

TEST_CASE("a 512 x 512 W works with compile-time sizes") {
  elman::Random random(20);
  RNNCell<float, 3, 512, 2> cell{elman::zero};
  nets::randomise(cell, 0.5, random);
  const auto x = nets::normal<Columns<float, 3>>(3, 4, random);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  cell.forward(x, tape, last_step);
  const reference::Net<float> net(cell);
  const auto run = reference::forward<float>(net, elman::Tanh{}, x, Eigen::MatrixXf::Zero(512, 1));
  CHECK(relative_error(tape.o(), run.o.rightCols(1)) < 1e-5);
  tape.d_o().setOnes();
  cell.bptt(x, tape, gradient);
  CHECK(gradient.W().norm() > 0);
}

namespace {

struct Leaky {
  double leak = 0;
  auto value(const auto& a) const { return a * leak; }
  auto slope(const auto&) const { return leak; }
};

}  // namespace

TEST_CASE("a cell made with an initialiser has its parameters; copies and casts keep them and the activation") {
  const RNNCell<double, 2, 3, 1, Leaky, elman::Identity> cell(
      elman::Recurrence<2, 3, Leaky>(Leaky{0.25}), {}, [](auto& parameters) { parameters.theta().setConstant(2); });
  CHECK(cell.theta() == Eigen::VectorXd::Constant(22, 2));
  const auto copy = cell;
  CHECK(copy.activation().leak == 0.25);
  CHECK(copy.theta() == cell.theta());
  const auto wide = cell.cast<long double>();
  CHECK(wide.activation().leak == 0.25);
  CHECK(wide.c()(0) == 2);
  RNNCell<double, Dynamic, Dynamic, Dynamic> dynamic(2, 3, 1, [](auto& parameters) { parameters.c().setOnes(); });
  CHECK(dynamic.theta().sum() == 1);
}

TEST_CASE("NaN in x reaches y: it is neither hidden nor repaired") {
  Problem problem(21, {3});
  problem.x[0](1, 1) = std::numeric_limits<double>::quiet_NaN();
  auto tape = problem.cell.tape();
  problem.cell.forward(problem.x[0], tape);
  CHECK(std::abs(tape.y().col(0).sum() - 1) < round_off);
  CHECK(std::isnan(tape.y()(0, 1)));
  CHECK(std::isnan(tape.y()(3, 2)));
}

TEST_CASE("forward and bptt refuse what does not fit and leave everything as it was") {
  using Any = RNNCell<double, Dynamic, Dynamic, Dynamic>;
  Any cell(5, 3, 2, elman::zero);
  cell.theta().setConstant(0.1);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  using X = Columns<double, Dynamic>;
  const X good = X::Ones(5, 4);

  expect_error([&] { cell.bptt(good, tape, gradient); },
               "RNNCell::bptt: tape is empty; expected forward(x, tape) before");
  cell.forward(good, tape);
  const X y = tape.y();
  expect_error([&] { cell.bptt(good, tape, gradient); },
               "RNNCell::bptt: tape has no d_o; expected a loss after forward");
  tape.d_o().setOnes();

  expect_error([&] { cell.forward(X(X::Ones(6, 4)), tape); }, "RNNCell::forward: x has 6 rows; expected In = 5");
  expect_error([&] { cell.forward(X(5, 0), tape); }, "RNNCell::forward: x has 0 steps; expected at least 1");
  expect_error([&] { cell.forward(elman::Sequences<double, Dynamic>{}, tape); },
               "RNNCell::forward: x has 0 steps; expected at least 1");
  expect_error(
      [&] {
        cell.forward(elman::Sequences<double, Dynamic>{good, elman::Steps::even(2, 3)}, tape);
      },
      "RNNCell::forward: x has 4 columns; expected N = 6 as its steps say");
  expect_error([&] { cell.forward(good, tape, every_step, X(X::Ones(4, 1))); },
               "RNNCell::forward: h0 has 4 rows; expected Hidden = 3");
  expect_error([&] { cell.forward(good, tape, every_step, X(X::Ones(3, 2))); },
               "RNNCell::forward: h0 has 2 columns; expected B = 1");
  expect_error([&] { cell.forward(good, tape, at_steps({0, 4})); }, "at_steps: step 4; expected less than T = 4");
  CHECK(tape.y() == y);
  CHECK(tape.has_d_o());

  X d_x = X::Constant(1, 1, 7);
  expect_error([&] { cell.bptt(X(X::Ones(5, 3)), tape, gradient, {.d_x = &d_x}); },
               "RNNCell::bptt: tape holds a forward of T = 4, N = 4; expected the steps of x, T = 3, N = 3");
  const Any other(5, 4, 2, elman::zero);
  auto other_gradient = other.zero_gradient();
  expect_error(
      [&] { other.bptt(good, tape, other_gradient, {.d_x = &d_x}); },
      "RNNCell::bptt: tape holds a forward of a net with In = 5, State = 3, Out = 2 and 35 parameters; expected "
      "In = 5, State = 4, Out = 2 and 50 parameters");
  expect_error([&] { cell.bptt(good, tape, other_gradient, {.d_x = &d_x}); },
               "RNNCell::bptt: gradient has In = 5, State = 4, Out = 2 and 50 parameters; expected the net's shape, "
               "In = 5, State = 3, Out = 2 and 35 parameters");
  CHECK(gradient.theta().isZero(0));
  CHECK(other_gradient.theta().isZero(0));
  CHECK(d_x == X::Constant(1, 1, 7));
  expect_error([&] { cell.initial_state(0); }, "RNNCell::initial_state: batch is 0; expected at least 1");
}

// Every member of every kind of cell compiles.
template class elman::Net<float, elman::Recurrence<26, 64>, elman::Readout<64, 5>>;
template class elman::RNNCell<float, 26, 64, 5>;
template class elman::RNNCell<double, 1, 1, 1>;
template class elman::RNNCell<long double, Dynamic, 3, 2, elman::ReLU, elman::Sigmoid>;
template class elman::RNNCell<std::complex<double>, 2, Dynamic, 1, elman::Identity, elman::Identity>;

TEST_CASE("h0 of no columns is the cell's own start, also where it is a part of a larger matrix") {
  elman::Random random(31);
  RNNCell<double, 2, 3, 2> cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  const Columns<double, 2> x = nets::normal<Columns<double, 2>>(2, 4, random);
  const Eigen::MatrixXd larger = Eigen::MatrixXd::Constant(3, 5, 7);
  auto own = cell.tape(), part = cell.tape();
  cell.forward(x, own);
  cell.forward(x, part, every_step, larger.leftCols(0));
  CHECK(part.y() == own.y());
  cell.forward(x, part, every_step, {.start = larger.leftCols(0)});
  CHECK(part.y() == own.y());
}

TEST_CASE("options that are kept own an h0 that was a temporary") {
  elman::Random random(31);
  elman::RNNCell<double, 2, 3, 2> cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  const Eigen::MatrixXd x = nets::normal<Eigen::MatrixXd>(2, 4, random),
                        h0 = nets::normal<Eigen::MatrixXd>(3, 1, random);
  auto tape = cell.tape(), expected = cell.tape();
  cell.forward(x, expected, every_step, h0);
  using Options = decltype(cell)::Options;
  const Options of_a_matrix{.start = Eigen::MatrixXd(h0)};
  const Options of_fixed_size{.start = Eigen::Vector3d(h0)};
  const Options of_an_expression{.start = 0.5 * (h0 + h0)};
  const Options of_a_name{.start = h0};
  const std::vector<Eigen::MatrixXd> elsewhere(9, Eigen::MatrixXd::Zero(3, 1));  // where freed memory would be
  for (const Options* options : {&of_a_matrix, &of_fixed_size, &of_an_expression, &of_a_name}) {
    cell.forward(x, tape, every_step, *options);
    CHECK(tape.o() == expected.o());
  }
  CHECK(elsewhere[0].isZero());
}
