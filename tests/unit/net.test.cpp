// SPDX-License-Identifier: MIT
//
// What every net shares: state that is carried, truncated backpropagation, tokens, names, errors.
#include "elman/net.hpp"

#include <complex>
#include <memory>
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

TEST_CASE("streams that start anew within a chunk: outputs and states of streams that are reset there, step by step") {
  const auto net = random_net<Deep>(21);
  elman::Random random(22);
  const auto x = draw_columns(random, 3, {12, 12, 12});
  Labels starts{std::vector<Index>(36, 0), x.steps};
  for (const auto& [b, t] : std::vector<std::pair<Index, Index>>{{0, 3}, {0, 5}, {1, 0}, {2, 4}, {2, 11}, {1, 8}}) {
    starts.columns[static_cast<std::size_t>(x.steps.column(b, t))] = 1;
  }
  auto state = net.initial_state(3), one_by_one = net.initial_state(3);
  auto tape = net.tape();
  elman::Sequences<double, Dynamic> part;
  for (Index begin = 0; begin < 12; begin += 4) {  // the stream 2 starts anew at a chunk's first step
    elman::chunk(x, starts, begin, 4, part);
    net.forward(part, tape, every_step, state);
    REQUIRE(static_cast<Index>(part.parts.size()) == part.steps.batch());
    for (Index t = 0; t < 4; ++t) {
      for (Index b = 0; b < 3; ++b) {
        if (starts.columns[static_cast<std::size_t>(x.steps.column(b, begin + t))]) net.reset(one_by_one, b);
      }
      net.step(x.columns.middleCols(x.steps.first(begin + t), 3), one_by_one);
      for (Index k = 0; k < part.steps.batch(); ++k) {
        const auto& of = part.parts[static_cast<std::size_t>(k)];
        if (t < of.begin || t >= of.end) continue;
        CHECK(relative_error(tape.y().col(part.steps.column(k, t - of.begin)), one_by_one.y.col(of.stream)) <
              round_off);
      }
    }
    CHECK(relative_error(state.h, one_by_one.h) < round_off);
    CHECK_FALSE(state.fresh.any());
  }
}

TEST_CASE("streams that start anew within a chunk: every gradient is that of the parts by themselves, given one too") {
  const auto net = random_net<Deep>(23);
  elman::Random random(24);
  const auto x = draw_columns(random, 3, {6, 6});
  const Labels starts{{0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0}, x.steps};  // stream 0 at step 2, stream 1 at step 4
  elman::Sequences<double, Dynamic> part;
  elman::chunk(x, starts, 0, 6, part);
  auto state = net.initial_state(2);
  net.forward(elman::chunk(x, 0, 3), *std::make_unique<Deep::Tape>(), every_step, state);  // streams that go on
  const auto h0 = state.h;
  auto tape = net.tape();
  auto gradient = net.zero_gradient(), expected = net.zero_gradient();
  Columns<double, 9> d_h0;
  Columns<double, 3> d_x;
  net.forward(part, tape, every_step, state);
  const double L = half_square(tape);
  const Eigen::MatrixXd d_last = nets::normal<Eigen::MatrixXd>(9, 2, random);  // of where the two streams end
  net.bptt(part, tape, gradient, {.d_last = d_last, .d_x = &d_x, .d_h0 = &d_h0});
  REQUIRE(d_h0.cols() == 2);

  // Each part alone: the first ones from the state, the later ones from the net's own start.
  const auto streams = elman::unpack(x.columns, x.steps);
  const auto parts = elman::unpack(d_x, part.steps);
  double sum = 0;
  Columns<double, 9> d_h0_alone;
  Columns<double, 3> d_x_alone;
  for (std::size_t k = 0; k < part.parts.size(); ++k) {
    const auto& of = part.parts[k];
    const Eigen::MatrixXd alone = streams[static_cast<std::size_t>(of.stream)].middleCols(of.begin, of.end - of.begin);
    const Eigen::MatrixXd start = k < 2 ? Eigen::MatrixXd(h0.col(of.stream)) : Eigen::MatrixXd();
    net.forward(alone, tape, every_step, start);
    sum += half_square(tape);
    const Eigen::MatrixXd d_end = of.end == 6 ? Eigen::MatrixXd(d_last.col(of.stream)) : Eigen::MatrixXd::Zero(9, 1);
    net.bptt(alone, tape, expected, {.d_last = d_end, .d_x = &d_x_alone, .d_h0 = &d_h0_alone});
    CHECK(relative_error(parts[k], d_x_alone) < round_off);
    if (k < 2) CHECK(relative_error(d_h0.col(of.stream), d_h0_alone) < round_off);
  }
  CHECK(L == Approx(sum).epsilon(1e-13));
  CHECK(relative_error(gradient.theta(), expected.theta()) < tolerance::complex_step);
  CHECK(gradient.matrix("layer0.h0").norm() > 0);

  // And by the complex step.
  const Eigen::MatrixXd targets = Eigen::MatrixXd::Ones(2, 12);
  const auto report = elman::gradient_check(net, part, targets, elman::loss::SquaredError(), every_step, h0);
  CHECK(report.worst_error() < tolerance::complex_step);
}

TEST_CASE("a chunk's parts are refused where they do not fit") {
  const auto net = random_net<Deep>(25);
  elman::Random random(26);
  const auto x = draw_columns(random, 3, {4, 4});
  elman::Sequences<double, Dynamic> part;
  expect_error(
      [&] {
        elman::chunk(x, Labels{{0, 0}, elman::Steps::even(1, 2)}, 0, 2, part);
      },
      "chunk: starts has 2 entries of 2 streams; expected 8 of 2, as the streams have");
  elman::chunk(x, Labels{{0, 0, 1, 0, 0, 0, 0, 0}, x.steps}, 0, 4, part);
  auto state = net.initial_state(3);
  auto tape = net.tape();
  expect_error([&] { net.forward(part, tape, every_step, state); },
               "Net::forward: state has 3 streams; expected B = 2, as initial_state(2) has");
  part.parts.pop_back();
  expect_error([&] { net.forward(part, tape); },
               "Net::forward: x has 2 parts of streams; expected none, or one a sequence, B = 3");
  elman::chunk(x, 0, 2, part);
  CHECK(part.parts.empty());
}

TEST_CASE(
    "sequences without steps: last_step reads their start, and the gradient reaches it; a stream stays as it is") {
  const auto net = random_net<Deep>(27);
  elman::Random random(28);
  const auto x = draw_columns(random, 3, {0, 3, 0});
  const Eigen::MatrixXd h0 = nets::normal<Eigen::MatrixXd>(9, 3, random);
  auto tape = net.tape();
  net.forward(x, tape, last_step, h0);
  REQUIRE(tape.o().cols() == 3);
  for (const Index b : {0, 2}) {
    CHECK(relative_error(tape.o().col(b), net.V() * h0.col(b).tail(4) + net.c()) < round_off);
    CHECK(tape.last_h().col(b) == h0.col(b));
  }
  const double L = half_square(tape);
  CHECK(L > 0);
  auto gradient = net.zero_gradient();
  Columns<double, 9> d_h0;
  net.bptt(x, tape, gradient, {.d_h0 = &d_h0});
  for (const Index b : {0, 2}) {  // ∂L/∂h₀ of the top layer = Vᵀ o, of the other 0
    CHECK(relative_error(d_h0.col(b).tail(4), net.V().transpose() * tape.o().col(b)) < round_off);
    CHECK(d_h0.col(b).head(5).isZero(0));
  }
  net.forward(x, tape, every_step);
  CHECK(tape.o().cols() == 3);  // the three steps of sequence 1

  auto state = net.initial_state(3);
  net.forward(x, tape, every_step, state);
  CHECK(state.fresh(0));
  CHECK_FALSE(state.fresh(1));
  CHECK(state.h.col(0) == net.initial_state().h);
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
  expect_error([&] { net.forward(Eigen::MatrixXd(Eigen::MatrixXd::Ones(6, 5)), tape); },
               "Net::forward: x has 6 rows; expected In = 5; a column is a step, so x may be transposed");
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
  expect_error([&] { net.forward(x, tape, every_step, state); },
               "Net::forward: state has 3 streams; expected B = 2, as initial_state(2) has");
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
