// SPDX-License-Identifier: MIT
//
// Compositions equal the same nets built by hand from separate cells, whose gradients are passed on by the caller. A
// cell whose V is the identity and c zero, with the output o, hands its hidden states out.
#include <algorithm>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Bidirectional;
using elman::Dynamic;
using elman::EncoderDecoder;
using elman::every_step;
using elman::Index;
using elman::last_step;
using elman::LearnedStart;
using elman::Net;
using elman::Readout;
using elman::Recurrence;
using elman::Stacked;
using laws::draw_columns;

namespace {

using M = Eigen::MatrixXd;
using Any = elman::Columns<double, Dynamic>;
using Cell = elman::RNNCell<double, Dynamic, Dynamic, Dynamic, elman::Tanh, elman::Identity>;
const double round_off = tolerance::round_off<double>(12, 12);

template <class N>
void randomise(N& net, std::uint64_t seed) {
  elman::Random random(seed);
  laws::randomise_net(net, 1.0, random);
}

/// A cell that hands out its h, with the parameters named path + "U" and so on.
template <class N>
Cell cell_of(const N& net, const std::string& path) {
  const auto U = net.matrix(path + "U");
  Cell cell(U.cols(), U.rows(), U.rows(), elman::zero);
  cell.U() = U;
  cell.W() = net.matrix(path + "W");
  cell.b() = net.matrix(path + "b");
  cell.V().setIdentity();
  return cell;
}

/// A cell that hands out the net's o, with the net's readout.
template <class N>
Cell cell_with_readout(const N& net, const std::string& path) {
  const auto U = net.matrix(path + "U");
  Cell cell(U.cols(), U.rows(), net.V().rows(), elman::zero);
  cell.U() = U;
  cell.W() = net.matrix(path + "W");
  cell.b() = net.matrix(path + "b");
  cell.V() = net.V();
  cell.c() = net.c();
  return cell;
}

template <class Gradient, class Expected>
void check_gradient(const Gradient& gradient, const std::string& path, const Expected& expected) {
  CAPTURE(path);
  CHECK(relative_error(gradient.matrix(path + "U"), expected.U()) < round_off);
  CHECK(relative_error(gradient.matrix(path + "W"), expected.W()) < round_off);
  CHECK(relative_error(gradient.matrix(path + "b"), expected.b()) < round_off);
}

}  // namespace

TEST_CASE("stacked layers equal two cells, the second reading the states of the first") {
  Net<double, Stacked<Recurrence<3, 6>, Recurrence<6, 4>>, Readout<4, 2, elman::Identity>> net{elman::zero};
  randomise(net, 1);
  elman::Random random(2);
  const auto x = draw_columns(random, 3, {5, 12, 1, 7});
  const M h0 = nets::normal<M>(10, 4, random);
  for (const elman::ReadSteps& read : {every_step, last_step}) {
    auto tape = net.tape();
    auto gradient = net.zero_gradient();
    elman::Columns<double, 3> d_x;
    elman::Columns<double, 10> d_h0;
    net.forward(x, tape, read, h0);
    tape.d_o() = tape.o();
    net.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});

    const Cell first = cell_of(net, "layer0.");
    const Cell second = cell_with_readout(net, "layer1.");
    auto first_tape = first.tape(), second_tape = second.tape();
    auto first_gradient = first.zero_gradient(), second_gradient = second.zero_gradient();
    Any d_first_x, d_h, d_first_h0, d_second_h0;
    first.forward(x, first_tape, every_step, h0.topRows(6));
    const elman::Sequences<double, Dynamic> h{first_tape.h(), x.steps};
    second.forward(h, second_tape, read, h0.bottomRows(4));
    CHECK(relative_error(tape.o(), second_tape.o()) < round_off);
    M last(10, 4);
    last << first_tape.last_h(), second_tape.last_h();
    CHECK(relative_error(tape.last_h(), last) < round_off);
    second_tape.d_o() = second_tape.o();
    second.bptt(h, second_tape, second_gradient, {.d_x = &d_h, .d_h0 = &d_second_h0});
    first_tape.d_o() = d_h;
    first.bptt(x, first_tape, first_gradient, {.d_x = &d_first_x, .d_h0 = &d_first_h0});

    check_gradient(gradient, "layer0.", first_gradient);
    check_gradient(gradient, "layer1.", second_gradient);
    CHECK(relative_error(gradient.V(), second_gradient.V()) < round_off);
    CHECK(relative_error(gradient.c(), second_gradient.c()) < round_off);
    CHECK(relative_error(d_x, d_first_x) < round_off);
    CHECK(relative_error(d_h0.topRows(6), d_first_h0) < round_off);
    CHECK(relative_error(d_h0.bottomRows(4), d_second_h0) < round_off);
  }
}

TEST_CASE("a bidirectional layer equals a cell on the sequences and a cell on the reversed sequences") {
  Net<double, Bidirectional<Recurrence<3, 6>, Recurrence<3, 4>>, Readout<10, 2, elman::Identity>> net{elman::zero};
  randomise(net, 3);
  elman::Random random(4);
  const std::vector<Index> lengths{5, 12, 1, 7};
  std::vector<M> sequences;
  for (const Index T : lengths) sequences.push_back(nets::normal<M>(3, T, random));
  const auto x = elman::pack(sequences);
  const M h0 = nets::normal<M>(10, 4, random);
  for (const elman::ReadSteps& read : {every_step, last_step}) {
    auto tape = net.tape();
    auto gradient = net.zero_gradient();
    elman::Columns<double, 3> d_x;
    elman::Columns<double, 10> d_h0;
    net.forward(x, tape, read, h0);
    tape.d_o() = tape.o();
    net.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
    const auto d_x_each = elman::unpack(d_x, x.steps);
    const auto o_each =
        elman::unpack(read.kind == last_step.kind ? M(M::Zero(2, x.steps.columns())) : M(tape.o()), x.steps);

    const Cell forwards = cell_of(net, "forwards."), backwards = cell_of(net, "backwards.");
    auto d_forwards = forwards.zero_gradient(), d_backwards = backwards.zero_gradient();
    M d_V = M::Zero(2, 10), d_c = M::Zero(2, 1);
    for (std::size_t b = 0; b < sequences.size(); ++b) {
      const auto column = static_cast<Index>(b);
      const Index T = lengths[b];
      const M reversed = sequences[b].rowwise().reverse();
      auto tape_f = forwards.tape(), tape_b = backwards.tape();
      forwards.forward(sequences[b], tape_f, every_step, h0.col(column).head(6));
      backwards.forward(reversed, tape_b, every_step, h0.col(column).tail(4));
      // Every step reads both at that step; the last step reads the last state of both.
      M both(10, T);
      both << tape_f.h(), tape_b.h().rowwise().reverse();
      if (read.kind == last_step.kind) {
        M last(10, 1);
        last << tape_f.h().rightCols(1), tape_b.h().rightCols(1);
        both = last;
      }
      const M o = (net.V() * both).colwise() + net.c();
      if (read.kind == last_step.kind) {
        CHECK(relative_error(tape.o().col(column), o) < round_off);
      } else {
        CHECK(relative_error(o_each[b], o) < round_off);
      }
      d_V += o * both.transpose();
      d_c += o.rowwise().sum();
      const M d_both = net.V().transpose() * o;
      tape_f.d_o().setZero();
      tape_b.d_o().setZero();
      tape_f.d_o().rightCols(o.cols()) = d_both.topRows(6);
      tape_b.d_o().rightCols(o.cols()) = d_both.bottomRows(4).rowwise().reverse();
      Any d_x_f, d_x_b, d_h0_f, d_h0_b;
      forwards.bptt(sequences[b], tape_f, d_forwards, {.d_x = &d_x_f, .d_h0 = &d_h0_f});
      backwards.bptt(reversed, tape_b, d_backwards, {.d_x = &d_x_b, .d_h0 = &d_h0_b});
      CHECK(relative_error(d_x_each[b], d_x_f + d_x_b.rowwise().reverse()) < round_off);
      CHECK(relative_error(d_h0.col(column).head(6), d_h0_f) < round_off);
      CHECK(relative_error(d_h0.col(column).tail(4), d_h0_b) < round_off);
    }
    check_gradient(gradient, "forwards.", d_forwards);
    check_gradient(gradient, "backwards.", d_backwards);
    CHECK(relative_error(gradient.V(), d_V) < round_off);
    CHECK(relative_error(gradient.c(), d_c) < round_off);
  }
}

TEST_CASE("an encoder-decoder equals two cells, the second starting from the last states of the first") {
  Net<double, EncoderDecoder<Recurrence<3, 6>, Recurrence<2, 6>>, Readout<6, 4, elman::Identity>> net{elman::zero};
  randomise(net, 5);
  elman::Random random(6);
  const elman::SourceTarget x{draw_columns(random, 3, {5, 12, 1, 7}), draw_columns(random, 2, {2, 3, 9, 1})};
  const M h0 = nets::normal<M>(6, 4, random);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  elman::Columns<double, 3> d_source;
  elman::Columns<double, 2> d_x;
  elman::Columns<double, 6> d_h0;
  net.forward(x, tape, every_step, h0);
  tape.d_o() = tape.o();
  net.bptt(x, tape, gradient, {.d_source = &d_source, .d_x = &d_x, .d_h0 = &d_h0});

  const Cell encoder = cell_of(net, "encoder.");
  const Cell decoder = cell_with_readout(net, "decoder.");
  auto encoder_tape = encoder.tape(), decoder_tape = decoder.tape();
  auto d_encoder = encoder.zero_gradient(), d_decoder = decoder.zero_gradient();
  Any d_between, d_target, d_read, d_start;
  encoder.forward(x.source, encoder_tape, last_step, h0);
  decoder.forward(x.target, decoder_tape, every_step, encoder_tape.o());
  CHECK(relative_error(tape.o(), decoder_tape.o()) < round_off);
  decoder_tape.d_o() = decoder_tape.o();
  decoder.bptt(x.target, decoder_tape, d_decoder, {.d_x = &d_target, .d_h0 = &d_between});
  encoder_tape.d_o() = d_between;
  encoder.bptt(x.source, encoder_tape, d_encoder, {.d_x = &d_read, .d_h0 = &d_start});
  check_gradient(gradient, "encoder.", d_encoder);
  check_gradient(gradient, "decoder.", d_decoder);
  CHECK(relative_error(gradient.V(), d_decoder.V()) < round_off);
  CHECK(relative_error(d_source, d_read) < round_off);
  CHECK(relative_error(d_x, d_target) < round_off);
  CHECK(relative_error(d_h0, d_start) < round_off);

  // Running free from the encoded source, fed the same target, it says the same.
  auto free_tape = net.tape();
  net.forward(x, tape);
  auto state = net.encode(x.source, free_tape);
  const auto o_each = elman::unpack(tape.o(), x.target.steps);
  const auto target_each = elman::unpack(x.target.columns, x.target.steps);
  M inputs(2, 4);
  for (Index b = 0; b < 4; ++b) inputs.col(b) = target_each[static_cast<std::size_t>(b)].col(0);
  net.step(inputs, state);
  for (Index b = 0; b < 4; ++b) {
    CHECK(relative_error(state.o.col(b), o_each[static_cast<std::size_t>(b)].col(0)) < round_off);
  }
}

TEST_CASE("an encoder-decoder refuses batches that do not belong together") {
  const Net<double, EncoderDecoder<Recurrence<>, Recurrence<>>, Readout<>> net(
      EncoderDecoder(Recurrence(3, 6), Recurrence(2, 6)), {6, 4}, elman::zero);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  elman::Random random(7);
  using Batch = elman::Sequences<double, Dynamic>;
  using Pair = elman::SourceTarget<Batch, Batch>;
  const Pair x{draw_columns(random, 3, {5, 2}), draw_columns(random, 2, {2, 3})};
  expect_error(
      [&] {
        net.forward(Pair{x.source, draw_columns(random, 2, {2})}, tape);
      },
      "Net::forward: x.target has 1 sequences; expected 2 as x.source has");
  expect_error(
      [&] {
        net.forward(Pair{x.target, x.target}, tape);
      },
      "Net::forward: x.source has 2 rows; expected In = 3");
  expect_error(
      [&] {
        net.forward(Pair{x.source, Batch{}}, tape);
      },
      "Net::forward: x.target has 0 steps; expected at least 1");
  net.forward(x, tape);
  tape.d_o().setOnes();
  expect_error(
      [&] {
        net.bptt(Pair{draw_columns(random, 3, {5, 3}), x.target}, tape, gradient);
      },
      "Net::bptt: tape holds a forward of another x.source; expected its steps");
  CHECK(gradient.theta().isZero(0));
  expect_error([] { EncoderDecoder(Recurrence(3, 6), Recurrence(2, 5)); },
               "EncoderDecoder: the decoder's state has 5 rows; expected 6 as the encoder's has");
  expect_error([] { Bidirectional(Recurrence(3, 6), Recurrence(2, 6)); },
               "Bidirectional: the backwards layer has 2 inputs; expected 3 as the forwards layer has");
}

TEST_CASE("a learned start is h0 of every sequence, and its gradient the sum of theirs") {
  Net<double, LearnedStart<Recurrence<3, 6>>, Readout<6, 2, elman::Identity>> net{elman::zero};
  randomise(net, 8);
  Cell cell(3, 6, 2, elman::zero);
  cell.theta() = net.theta().tail(cell.theta().size());
  elman::Random random(9);
  const auto x = draw_columns(random, 3, {5, 12, 1});
  auto tape = net.tape();
  auto cell_tape = cell.tape();
  auto gradient = net.zero_gradient();
  auto cell_gradient = cell.zero_gradient();
  Any d_h0;
  net.forward(x, tape);
  cell.forward(x, cell_tape, every_step, net.matrix("h0").replicate(1, 3));
  CHECK(tape.o() == cell_tape.o());
  tape.d_o() = tape.o();
  cell_tape.d_o() = tape.o();
  net.bptt(x, tape, gradient);
  cell.bptt(x, cell_tape, cell_gradient, {.d_h0 = &d_h0});
  CHECK(relative_error(gradient.matrix("h0"), d_h0.rowwise().sum()) < round_off);
  CHECK(gradient.theta().tail(cell_gradient.theta().size()) == cell_gradient.theta());

  // A state that is given has no part in it.
  gradient.set_zero();
  net.forward(x, tape, every_step, M(M::Ones(6, 3)));
  tape.d_o().setOnes();
  net.bptt(x, tape, gradient);
  CHECK(gradient.matrix("h0").isZero(0));
  CHECK(gradient.matrix("U").norm() > 0);
}

TEST_CASE("an embedding equals a cell on the columns it picks") {
  Net<double, Stacked<elman::Embedding<9, 3>, Recurrence<3, 6>>, Readout<6, 2, elman::Identity>> net{elman::zero};
  randomise(net, 10);
  Cell cell(3, 6, 2, elman::zero);
  cell.theta() = net.theta().tail(cell.theta().size());
  elman::Random random(11);
  const elman::Labels tokens = laws::draw_tokens(random, 9, {5, 12, 1});
  elman::Sequences<double, Dynamic> x{Any(3, tokens.steps.columns()), tokens.steps};
  const auto E = net.matrix("layer0.E");
  for (Index k = 0; k < x.columns.cols(); ++k) x.columns.col(k) = E.col(tokens.columns[static_cast<std::size_t>(k)]);
  auto tape = net.tape();
  auto cell_tape = cell.tape();
  auto gradient = net.zero_gradient();
  auto cell_gradient = cell.zero_gradient();
  Any d_x;
  net.forward(tokens, tape);
  cell.forward(x, cell_tape);
  CHECK(tape.o() == cell_tape.o());
  tape.d_o() = tape.o();
  cell_tape.d_o() = tape.o();
  net.bptt(tokens, tape, gradient);
  cell.bptt(x, cell_tape, cell_gradient, {.d_x = &d_x});
  M d_E = M::Zero(3, 9);
  for (Index k = 0; k < d_x.cols(); ++k) d_E.col(tokens.columns[static_cast<std::size_t>(k)]) += d_x.col(k);
  CHECK(relative_error(gradient.matrix("layer0.E"), d_E) < round_off);
  CHECK(gradient.theta().tail(cell_gradient.theta().size()) == cell_gradient.theta());
}

TEST_CASE("initialisers fill every part of a net") {
  elman::Random random(12);
  using Body = Stacked<elman::Embedding<50, 20>, Bidirectional<LearnedStart<Recurrence<20, 30>>>>;
  Net<double, Body, Readout<60, 4>> net{elman::init::standard(random)};
  for (const char* path : {"layer1.forwards.", "layer1.backwards."}) {
    const M W = net.matrix(path + std::string("W"));
    CHECK((W * W.transpose() - M::Identity(30, 30)).norm() < 1e-12);
    CHECK(net.matrix(path + std::string("U")).cwiseAbs().maxCoeff() <= std::sqrt(6.0 / 50));
    CHECK(net.matrix(path + std::string("b")).isZero(0));
    CHECK(net.matrix(path + std::string("h0")).isZero(0));
  }
  CHECK(net.matrix("layer1.forwards.W") != net.matrix("layer1.backwards.W"));
  const M E = net.matrix("layer0.E");
  CHECK(std::abs(std::sqrt(E.squaredNorm() / 1000) - 1) < 0.1);
  CHECK(net.V().cwiseAbs().maxCoeff() > 0);
  elman::init::torch_default(random)(net);
  CHECK(net.V().cwiseAbs().maxCoeff() <= 1 / std::sqrt(60.0));
  CHECK(net.matrix("layer1.backwards.b").cwiseAbs().maxCoeff() <= 1 / std::sqrt(30.0));
  CHECK(net.matrix("layer1.backwards.b").norm() > 0);
}
