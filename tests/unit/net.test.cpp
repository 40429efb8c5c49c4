// SPDX-License-Identifier: MIT
//
// What every net shares: state that is carried, truncated backpropagation, tokens, names, errors.
#include "elman/net.hpp"

#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Columns;
using elman::Dynamic;
using elman::every_step;
using elman::Index;
using elman::Labels;
using elman::last_step;
using elman::LearnedStart;
using elman::Net;
using elman::Readout;
using elman::Recurrence;
using elman::Stacked;
using laws::draw_columns;
using laws::draw_tokens;

namespace {

using Deep = Net<double, Stacked<LearnedStart<Recurrence<3, 5>>, Recurrence<5, 4>>, Readout<4, 2, elman::Identity>>;
const double round_off = tolerance::round_off<double>(20, 9);

template <class N>
N random_net(std::uint64_t seed) {
  elman::Random random(seed);
  N net{elman::zero};
  laws::randomise_net(net, 1.0, random);
  return net;
}

/// L = ½ Σ ‖o‖² with ∂L/∂o in the tape.
template <class Tape>
auto half_square(Tape& tape) {
  using Scalar = typename Tape::Scalar;
  tape.d_o() = tape.o();
  return Scalar(tape.o().array().square().sum() / Scalar(2));
}

}  // namespace

TEST_CASE("chunks with the state carried over equal the whole, and its step by step run") {
  const auto net = random_net<Deep>(1);
  elman::Random random(2);
  const auto x = draw_columns(random, 3, {17, 17, 17});
  auto whole = net.tape(), part = net.tape();
  net.forward(x, whole);
  auto state = net.initial_state(3);
  CHECK(state.fresh.all());
  for (const Index begin : {0, 5, 10, 15}) {
    const auto chunk = elman::chunk(x, begin, 5);
    net.forward(chunk, part, every_step, state);
    CHECK(relative_error(part.o(), whole.o().middleCols(3 * begin, part.o().cols())) < round_off);
    CHECK(!state.fresh.any());
  }
  CHECK(relative_error(state.h, whole.last_h()) < round_off);

  auto one_by_one = net.initial_state(3);
  for (Index t = 0; t < 17; ++t) {
    const auto& y = net.step(x.columns.middleCols(3 * t, 3), one_by_one);
    CHECK(relative_error(y, whole.y().middleCols(3 * t, 3)) < round_off);
  }
  CHECK(relative_error(one_by_one.h, state.h) < round_off);
  // A stream goes on in chunks where it stopped in steps.
  auto mixed = net.initial_state(3);
  for (Index t = 0; t < 10; ++t) net.step(x.columns.middleCols(3 * t, 3), mixed);
  net.forward(elman::chunk(x, 10, 7), part, every_step, mixed);
  CHECK(relative_error(part.o(), whole.o().rightCols(21)) < round_off);
}

TEST_CASE("a chunk as long as the stream gives the bits of full backpropagation") {
  const auto net = random_net<Deep>(3);
  elman::Random random(4);
  const auto x = draw_columns(random, 3, {9, 9});
  auto full = net.tape(), chunked = net.tape();
  auto expected = net.zero_gradient(), gradient = net.zero_gradient();
  net.forward(x, full);
  half_square(full);
  net.bptt(x, full, expected);
  for (const Index k : {9, 20}) {
    auto state = net.initial_state(2);
    net.forward(elman::chunk(x, 0, k), chunked, every_step, state);
    half_square(chunked);
    gradient.set_zero();
    net.bptt(x, chunked, gradient);
    CHECK(gradient.theta() == expected.theta());
  }
}

TEST_CASE("truncated backpropagation equals the complex step of the graph that is cut between chunks") {
  // Stream 1 starts anew in the third chunk; the first layer's start is learned, and so has a gradient there too.
  const auto net = random_net<Deep>(5);
  elman::Random random(6);
  const auto x = draw_columns(random, 3, {14, 14, 14});
  struct Chunk {
    elman::Sequences<double, Dynamic> x;
    Deep::StateOf<Dynamic> state;
  };
  std::vector<Chunk> chunks;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  auto state = net.initial_state(3);
  for (const Index begin : {0, 4, 8, 12}) {
    if (begin == 8) {
      net.reset(state, 1);
      CHECK(state.fresh(1));
      CHECK(state.h.col(1).head(5) == net.matrix("layer0.h0"));
      CHECK(state.h.col(1).tail(4).isZero(0));
    }
    chunks.push_back({elman::chunk(x, begin, 4), state});
    net.forward(chunks.back().x, tape, every_step, state);
    half_square(tape);
    net.bptt(chunks.back().x, tape, gradient);
  }
  const auto loss = [&](const auto& copy) {
    using Scalar = elman::ScalarOf<decltype(copy)>;
    Scalar L(0);
    auto its_tape = copy.tape();
    for (const Chunk& chunk : chunks) {
      auto its_state = copy.initial_state(3);
      its_state.h = chunk.state.h.template cast<Scalar>();
      its_state.fresh = chunk.state.fresh;
      const elman::Sequences<Scalar, Dynamic> its_x{chunk.x.columns.template cast<Scalar>(), chunk.x.steps};
      copy.forward(its_x, its_tape, every_step, its_state);
      L += half_square(its_tape);
    }
    return L;
  };
  const auto report = elman::gradient_check(net, gradient, loss);
  CHECK(report.entries.size() == 9);
  CHECK(report.worst_error() < tolerance::complex_step);

  // And it is not the gradient of the whole.
  auto whole = net.zero_gradient();
  net.forward(x, tape);
  half_square(tape);
  net.bptt(x, tape, whole);
  CHECK(relative_error(gradient.theta(), whole.theta()) > 0.01);
}

TEST_CASE("streams of a ragged chunk end where they end, and start anew alone") {
  const auto net = random_net<Deep>(7);
  elman::Random random(8);
  std::vector<Eigen::MatrixXd> first, second;
  for (const Index T : {3, 6, 2}) first.push_back(nets::normal<Eigen::MatrixXd>(3, T, random));
  for (const Index T : {5, 1, 4}) second.push_back(nets::normal<Eigen::MatrixXd>(3, T, random));
  auto state = net.initial_state(3);
  auto tape = net.tape(), alone = net.tape();
  net.forward(elman::pack(first), tape, every_step, state);
  net.reset(state, 2);
  net.forward(elman::pack(second), tape, last_step, state);
  for (std::size_t b = 0; b < 3; ++b) {
    Eigen::MatrixXd joined(3, 0);
    if (b < 2) joined = first[b];
    Eigen::MatrixXd both(3, joined.cols() + second[b].cols());
    both << joined, second[b];
    net.forward(both, alone, last_step);
    CHECK(relative_error(tape.o().col(static_cast<Index>(b)), alone.o()) < round_off);
    CHECK(relative_error(state.h.col(static_cast<Index>(b)), alone.last_h()) < round_off);
  }
  net.reset(state);
  CHECK(state.fresh.all());
  CHECK(state.h == net.initial_state(3).h);
}

TEST_CASE("tokens give the numbers of their one-hot columns, and the same bits each time") {
  using Words = Net<double, Stacked<Recurrence<11, 5>, Recurrence<5, 4>>, Readout<4, 11>>;
  const auto net = random_net<Words>(9);
  elman::Random random(10);
  const Labels tokens = draw_tokens(random, 11, {8, 13, 1, 13});
  elman::Sequences<double, 11> one_hot{Columns<double, 11>::Zero(11, tokens.steps.columns()), tokens.steps};
  for (Index k = 0; k < tokens.steps.columns(); ++k)
    one_hot.columns(tokens.columns[static_cast<std::size_t>(k)], k) = 1;
  const auto run = [&](const auto& x) {
    auto tape = net.tape();
    auto gradient = net.zero_gradient();
    net.forward(x, tape);
    elman::loss::CrossEntropy()(tape, tokens);
    net.bptt(x, tape, gradient);
    return std::pair<Eigen::MatrixXd, Eigen::VectorXd>(tape.o(), gradient.theta());
  };
  const auto [o, gradient] = run(tokens);
  const auto [expected_o, expected_gradient] = run(one_hot);
  CHECK(relative_error(o, expected_o) < round_off);
  CHECK(relative_error(gradient, expected_gradient) < round_off);
  const auto [same_o, same_gradient] = run(tokens);
  CHECK(same_o == o);
  CHECK(same_gradient == gradient);

  auto state = net.initial_state();
  const Labels sequence = elman::pack(std::vector<std::vector<int>>{{3, 0, 10, 7}});
  auto tape = net.tape();
  net.forward(sequence, tape);
  for (Index t = 0; t < 4; ++t) {
    const auto& y = net.step(sequence.columns[static_cast<std::size_t>(t)], state);
    CHECK(relative_error(y, tape.y().col(t)) < round_off);
  }
  auto streams = net.initial_state(2);
  const std::vector<Index> both{3, 7};
  net.step(std::span<const Index>(both), streams);
  CHECK(relative_error(streams.y.col(0), tape.y().col(0)) < round_off);
}

TEST_CASE("what a token does not choose, it does not touch") {
  using Words = Net<double, Recurrence<1000, 3>, Readout<3, 2>>;
  const auto net = random_net<Words>(11);
  const Labels tokens = elman::pack(std::vector<std::vector<int>>{{999, 5, 999}});
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(tokens, tape);
  tape.d_o().setOnes();
  net.bptt(tokens, tape, gradient);
  CHECK(gradient.U().col(999).norm() > 0);
  CHECK(gradient.U().col(5).norm() > 0);
  gradient.U().col(999).setZero();
  gradient.U().col(5).setZero();
  CHECK(gradient.U().isZero(0));
}

TEST_CASE("parameters are named by their path, and found by it") {
  auto net = random_net<Deep>(12);
  std::vector<std::string> names;
  Index first = 0;
  net.for_each([&](const std::string& name, const auto& view) {
    names.push_back(name);
    CHECK(view.data() == net.theta().data() + first);
    CHECK(net.matrix(name).data() == view.data());
    CHECK(net.matrix(name).rows() == view.rows());
    first += view.size();
  });
  CHECK(first == net.theta().size());
  CHECK(names == std::vector<std::string>{"layer0.h0", "layer0.U", "layer0.W", "layer0.b", "layer1.U", "layer1.W",
                                          "layer1.b", "V", "c"});
  net.matrix("layer1.W").setConstant(3);
  CHECK(net.theta().segment(5 + 15 + 25 + 5 + 20, 16) == Eigen::VectorXd::Constant(16, 3));
  expect_error([&] { net.matrix("layer2.W"); },
               "Parameters::matrix: name is \"layer2.W\"; expected one of layer0.h0, layer0.U, layer0.W, layer0.b, "
               "layer1.U, layer1.W, layer1.b, V, c");
}

TEST_CASE("a small net of compile-time sizes lies inside its object; run-time sizes give the same numbers") {
  STATIC_REQUIRE(Deep::theta_size == 5 + 45 + 40 + 10);
  STATIC_REQUIRE(sizeof(Deep) >= sizeof(double) * static_cast<std::size_t>(Deep::theta_size));
  const auto net = random_net<Deep>(13);
  using Body = Stacked<LearnedStart<Recurrence<>>, Recurrence<>>;
  Net<double, Body, Readout<Dynamic, Dynamic, elman::Identity>> dynamic(
      Body(LearnedStart(Recurrence(3, 5)), Recurrence(5, 4)), {4, 2}, elman::zero);
  REQUIRE(dynamic.theta().size() == net.theta().size());
  dynamic.theta() = net.theta();
  elman::Random random(14);
  const auto x = draw_columns(random, 3, {4, 9, 1});
  const auto run = [&](const auto& any) {
    auto tape = any.tape();
    auto gradient = any.zero_gradient();
    any.forward(x, tape, last_step);
    half_square(tape);
    any.bptt(x, tape, gradient);
    return Eigen::VectorXd(gradient.theta());
  };
  CHECK(relative_error(run(dynamic), run(net)) < round_off);
}

TEST_CASE("nets refuse what does not fit and leave everything as it was") {
  using Any = Net<double, Stacked<Recurrence<>, Recurrence<>>, Readout<>>;
  const Any net(Stacked(Recurrence(5, 3), Recurrence(3, 4)), {4, 2}, elman::zero);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  elman::Random random(15);
  const auto x = draw_columns(random, 5, {4, 2});
  expect_error([&] { net.forward(draw_columns(random, 6, {4}), tape); }, "Net::forward: x has 6 rows; expected In = 5");
  expect_error([&] { net.forward(x, tape, every_step, Eigen::MatrixXd(4, 2)); },
               "Net::forward: h0 has 4 rows; expected State = 7");
  const auto tokens = [](Index token) { return elman::pack(std::vector<std::vector<Index>>{{0, 4, token}, {1}}); };
  expect_error([&] { net.forward(tokens(5), tape); }, "Net::forward: token 3 of x is 5; expected 0 <= token < In = 5");
  expect_error([&] { net.forward(tokens(-1), tape); },
               "Net::forward: token 3 of x is -1; expected 0 <= token < In = 5");
  expect_error(
      [&] {
        net.forward(Labels{{1, 2}, elman::Steps::even(3, 1)}, tape);
      },
      "Net::forward: x has 2 tokens; expected N = 3 as its steps say");
  auto state = net.initial_state(3);
  const auto before = state.h;
  expect_error([&] { net.forward(x, tape, every_step, state); }, "Net::forward: state has 3 streams; expected B = 2");
  CHECK(state.h == before);
  CHECK(state.fresh.all());
  expect_error([&] { net.reset(state, 3); }, "Net::reset: stream 3; expected less than 3, the state's streams");
  expect_error([&] { net.bptt(x, tape, gradient); }, "Net::bptt: tape is empty; expected forward(x, tape) before");

  const auto good = tokens(2);
  net.forward(good, tape);
  tape.d_o().setOnes();
  Columns<double, Dynamic> d_x = Columns<double, Dynamic>::Constant(1, 1, 7);
  expect_error([&] { net.bptt(good, tape, gradient, {.d_x = &d_x}); },
               "Net::bptt: d_x is asked for; expected none, because x is tokens");
  const Any other(Stacked(Recurrence(5, 4), Recurrence(4, 3)), {3, 2}, elman::zero);
  auto other_gradient = other.zero_gradient();
  expect_error(
      [&] { net.bptt(good, tape, other_gradient); },
      "Net::bptt: gradient has In = 5, State = 7, Out = 2 and 72 parameters; expected the net's shape, In = 5, "
      "State = 7, Out = 2 and 69 parameters");
  CHECK(gradient.theta().isZero(0));
  CHECK(d_x == Columns<double, Dynamic>::Constant(1, 1, 7));
  expect_error(
      [] {
        Any(Stacked(Recurrence(5, 3), Recurrence(4, 4)), {4, 2}, elman::zero);
      },
      "Stacked: layer 1 has 4 inputs; expected 3 as layer 0 has outputs");
  expect_error(
      [] {
        Any(Stacked(Recurrence(5, 3), Recurrence(3, 4)), {5, 2}, elman::zero);
      },
      "Net: the readout reads 5 rows; expected 4 as the body's output has");
}

template class elman::Net<float, Stacked<Recurrence<3, 5>, Recurrence<5, 4>>, Readout<4, 2>>;
template class elman::Net<std::complex<double>, Stacked<LearnedStart<Recurrence<>>, Recurrence<>>, Readout<>>;
