// SPDX-License-Identifier: MIT
//
// Dropout and zoneout: linear nets whose states show the masks.
#include "elman/layers/dropout.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Dropout;
using elman::Dynamic;
using elman::every_step;
using elman::Index;
using elman::Net;
using elman::Random;
using elman::Readout;
using elman::Recurrence;
using elman::Steps;

namespace {

using M = Eigen::MatrixXd;
using Linear = Recurrence<Dynamic, Dynamic, elman::Identity, elman::RecurrentNoise>;
constexpr Index units = 40;

template <class Body>
auto net_of(Body body) {
  return Net<double, Body, Readout<Dynamic, Dynamic, elman::Identity>>(body, {body.out(), 1}, elman::zero);
}

/// T steps of B sequences of ones.
elman::Sequences<double, Dynamic> ones(Index T, Index B) { return {M::Ones(units, T * B), Steps::even(T, B)}; }

/// The share of zeros, which may be off by five standard deviations of as many independent draws.
void check_share_of_zeros(const M& mask, double rate) {
  const double share = static_cast<double>((mask.array() == 0).count()) / static_cast<double>(mask.size());
  CHECK(std::abs(share - rate) < 5 * std::sqrt(rate * (1 - rate) / static_cast<double>(mask.size())));
  CHECK(((mask.array() == 0) || ((mask.array() - 1 / (1 - rate)).abs() < 1e-15)).all());
}

}  // namespace

TEST_CASE("dropout draws a mask for every step, or one for all steps of a sequence") {
  for (const bool variational : {false, true}) {
    auto net = net_of(Dropout(Linear(units, units), {.rate = 0.3, .variational = variational}));
    net.matrix("U").setIdentity();  // h_t = m ∘ x_t
    auto tape = net.tape();
    Random random(1);
    const auto x = ones(20, 6);
    net.forward(x, tape, every_step, random);
    const M h = tape.h();
    for (Index t = 1; t < 20; ++t) CHECK((h.middleCols(6 * t, 6) == h.leftCols(6)) == variational);
    check_share_of_zeros(variational ? M(h.leftCols(6)) : h, 0.3);
    for (Index b = 1; b < 6; ++b) CHECK(h.col(b) != h.col(0));

    Random same(1), other(2);
    net.forward(x, tape, every_step, same);
    CHECK(tape.h() == h);
    CHECK(same == random);
    net.forward(x, tape, every_step, other);
    CHECK(tape.h() != h);
    net.forward(x, tape);  // without a generator: off
    CHECK(tape.h() == x.columns);
  }
}

TEST_CASE("recurrent dropout hides the same part of h from W at every step") {
  auto net = net_of(Linear(1, units, {.recurrent_dropout = 0.4}));
  net.matrix("W").setIdentity();  // h_t = m ∘ h_{t-1}
  auto tape = net.tape();
  const elman::Sequences<double, Dynamic> x{M::Zero(1, 30), Steps::even(3, 10)};
  const M h0 = M::Ones(units, 10);
  Random random(3);
  net.forward(x, tape, every_step, {.start = h0, .random = &random});
  const M mask = tape.h().leftCols(10);
  check_share_of_zeros(mask, 0.4);
  CHECK((tape.h().rightCols(10).array() - mask.array().cube()).abs().maxCoeff() < 1e-14);
  for (Index b = 1; b < 10; ++b) CHECK(mask.col(b) != mask.col(0));
  net.forward(x, tape, every_step, h0);
  CHECK(tape.h() == M::Ones(units, 30));
}

TEST_CASE("zoneout keeps units as they were, or mixes both in inference") {
  auto net = net_of(Linear(1, units, {.zoneout = 0.25}));
  net.matrix("U").setOnes();  // σ(a_t) = x_t
  auto tape = net.tape();
  const Index T = 40;
  elman::Sequences<double, Dynamic> x{M(1, T), Steps::even(T, 1)};
  for (Index t = 0; t < T; ++t) x.columns(0, t) = static_cast<double>(t + 1);
  Random random(4);
  net.forward(x, tape, every_step, random);
  Index kept = 0;
  for (Index t = 0; t < T; ++t) {
    for (Index unit = 0; unit < units; ++unit) {
      const double before = t == 0 ? 0 : tape.h()(unit, t - 1);
      const double now = tape.h()(unit, t);
      CHECK((now == before || now == x.columns(0, t)));
      kept += now == before;
    }
  }
  const auto draws = static_cast<double>(units * T);
  CHECK(std::abs(static_cast<double>(kept) / draws - 0.25) < 5 * std::sqrt(0.25 * 0.75 / draws));

  net.forward(x, tape);
  auto state = net.initial_state();
  double h = 0;
  for (Index t = 0; t < T; ++t) {
    h = 0.25 * h + 0.75 * x.columns(0, t);
    CHECK(std::abs(tape.h()(7, t) - h) < 1e-13);
    net.step(x.columns.col(t), state);
    CHECK(std::abs(state.h(7) - h) < 1e-13);
  }
}

TEST_CASE("a sequence has the same dropout masks alone and as the first of a batch") {
  auto net = net_of(elman::Stacked(Dropout(Linear(units, units, {.recurrent_dropout = 0.3}), {.rate = 0.3})));
  Random random(5);
  laws::randomise_net(net, 0.5, random);
  std::vector<M> sequences;
  for (const Index T : {3, 8, 5}) sequences.push_back(nets::normal<M>(units, T, random));
  auto alone = net.tape(), batch = net.tape();
  Random same = random;
  const std::vector<M> first{sequences[0]};
  const auto x = elman::pack(sequences);
  // All masks of `Dropout` are drawn before those of the recurrence: compare what does not depend on the second.
  net.matrix("layer0.W").setZero();
  net.forward(elman::pack(first), alone, every_step, random);
  net.forward(x, batch, every_step, same);
  const auto h = elman::unpack(batch.h(), x.steps);
  CHECK(relative_error(h[0], alone.h()) < tolerance::round_off<double>(3, units));
}

TEST_CASE("nothing is dropped or kept at a rate of 0, whatever the generator") {
  Random random(6);
  auto noisy = net_of(Dropout(Linear(units, units, {.recurrent_dropout = 0, .zoneout = 0}), {.rate = 0}));
  auto plain = net_of(Linear(units, units));
  laws::randomise_net(plain, 0.5, random);
  noisy.theta() = plain.theta();
  const auto x = laws::draw_columns(random, units, {4, 2});
  auto tape = noisy.tape();
  auto expected = plain.tape();
  const Random before = random;
  noisy.forward(x, tape, every_step, random);
  plain.forward(x, expected);
  CHECK(tape.h() == expected.h());
  CHECK(random == before);
}

namespace {

const std::string neither_said =
    "Net::bptt: tape holds a forward without dropout, which the net has; expected forward(x, tape, read, random), "
    "which "
    "draws its masks, or forward(x, tape, read, elman::no_noise) to go without";

std::string said_by(std::string owner) { return owner + neither_said.substr(3); }

/// Whether bptt asks for the choice that a forward did not make: never after one of the two, and as `asks` else. What
/// is refused leaves the gradient as it was.
template <class Net, class X, class Tape>
void check_choice(const Net& net, const X& x, Tape& tape, bool asks, const std::string& owner = "Net") {
  Random random(8);
  const elman::loss::SquaredError loss;
  auto gradient = net.zero_gradient();
  const auto run = [&](const auto& forward) {
    forward();
    loss(tape, M(M::Ones(tape.o().rows(), tape.o().cols())));
    gradient.set_zero();
    const std::string error = error_of([&] { net.bptt(x, tape, gradient); });
    CHECK((gradient.theta().norm() > 0) == error.empty());
    return error;
  };
  const std::string refused = asks ? said_by(owner) : "";
  const M h0 = M::Constant(net.state(), tape.last_h().cols() ? tape.last_h().cols() : 2, 0.1);
  Random* const nobody = nullptr;
  for (const auto& read : {every_step, elman::last_step}) {
    CHECK(run([&] { net.forward(x, tape, read); }) == refused);
    CHECK(run([&] { net.forward(x, tape, read, random); }).empty());
    CHECK(run([&] { net.forward(x, tape, read, elman::no_noise); }).empty());
    const M without = tape.h();
    CHECK(run([&] { net.forward(x, tape, read, {.random = nobody}); }) == refused);
    CHECK(tape.h() == without);  // as evaluation it is the same
    CHECK(run([&] { net.forward(x, tape, read, h0); }) == refused);
    CHECK(run([&] { net.forward(x, tape, read, {.start = h0, .random = elman::no_noise}); }).empty());
    CHECK(run([&] { net.forward(x, tape, read, {.start = h0, .random = &random}); }).empty());
  }
}

template <class Body>
void check_choice(Body body, bool asks, const std::string& owner = "Net") {
  Random random(9);
  auto net = net_of(body);
  laws::randomise_net(net, 0.5, random);
  auto tape = net.tape();
  check_choice(net, laws::draw_columns(random, net.in(), {3, 5}), tape, asks, owner);
}

/// x times noise of one's own, which is 1 where none is drawn.
struct Jitter : elman::StatelessLayer<Jitter, 3, 3> {
  Jitter() : Base({"Jitter"}, 3, 3) {}
  static constexpr int parameter_size = 0;
  template <class Cursor>
  static elman::NoParameters take(Cursor&) {
    return {};
  }
  static bool needs_masks(bool draws) { return draws; }
  static void apply(const auto&, const auto& x, auto y) { y = x; }
  static void apply_bptt(const auto&, const auto&, const auto& d_y, auto, auto d_x) {
    if (d_x.data()) d_x = d_y;
  }
};

/// Zoneout as ours, said to leave out something where nothing is drawn.
struct OwnNoise : elman::RecurrentNoise {
  bool has_dropout() const { return true; }
};
template <class L>
struct OwnWrapper : elman::LearnedStart<L> {
  using elman::LearnedStart<L>::LearnedStart;
  bool needs_masks(bool draws) const { return draws || this->layer().needs_masks(draws); }
};

}  // namespace

TEST_CASE("bptt of a net with dropout refuses a forward that was told neither a generator nor to go without") {
  const auto drops = [](Index in, Index out) { return Dropout(Recurrence(in, out), {.rate = 0.2}); };
  const auto recurrent = [](Index in, Index out) { return Linear(in, out, {.recurrent_dropout = 0.2}); };
  check_choice(drops(3, 4), true);
  check_choice(Dropout(Recurrence(3, 4), {.rate = 0.2, .variational = true}), true);
  check_choice(recurrent(3, 4), true, "RNNCell");
  check_choice(Linear(3, 4, {.recurrent_dropout = 0.2, .zoneout = 0.2}), true, "RNNCell");
  check_choice(elman::Stacked(Recurrence(3, 4), drops(4, 5)), true);
  check_choice(elman::Stacked(recurrent(3, 4), Recurrence(4, 5)), true);
  check_choice(elman::Bidirectional(Recurrence(3, 4), Linear(3, 2, {.recurrent_dropout = 0.1, .zoneout = 0.3})), true);
  check_choice(elman::LearnedStart(Dropout(recurrent(3, 4), {.rate = 0})), true);
  check_choice(Dropout(elman::Stacked(Recurrence(3, 4), elman::Bidirectional(recurrent(4, 2))), {.rate = 0}), true);

  check_choice(Linear(3, 4, {.zoneout = 0.3}), false, "RNNCell");  // in expectation: a leak
  check_choice(Dropout(Linear(3, 4, {.recurrent_dropout = 0, .zoneout = 0.3}), {.rate = 0}), false);
  check_choice(elman::Stacked(Recurrence(3, 4), elman::Bidirectional(Recurrence(4, 2))), false);
}

TEST_CASE("the choice of noise is asked for of an encoder and of a decoder, of tokens, and of a carried state") {
  Random random(10);
  const auto pair = elman::SourceTarget{laws::draw_columns(random, 3, {3, 5}), laws::draw_columns(random, 2, {4, 1})};
  const auto translate = [&](const auto& encoder, const auto& decoder, bool asks) {
    auto net = net_of(elman::EncoderDecoder(encoder, decoder));
    laws::randomise_net(net, 0.5, random);
    auto tape = net.tape();
    check_choice(net, pair, tape, asks);
  };
  translate(Dropout(Recurrence(3, 4), {.rate = 0.2}), Recurrence(2, 4), true);
  translate(Recurrence(3, 4), Linear(2, 4, {.recurrent_dropout = 0.2}), true);
  translate(Recurrence(3, 4), Linear(2, 4, {.zoneout = 0.2}), false);

  auto net = net_of(elman::Stacked(elman::Embedding(6, 3), Dropout(Recurrence(3, 4), {.rate = 0.2})));
  laws::randomise_net(net, 0.5, random);
  const auto tokens = laws::draw_tokens(random, 6, {4, 4});
  auto tape = net.tape();
  check_choice(net, tokens, tape, true);
  auto state = net.initial_state(2);
  auto gradient = net.zero_gradient();
  const auto train = [&] {
    elman::loss::SquaredError()(tape, M(M::Ones(1, 8)));
    net.bptt(tokens, tape, gradient);
  };
  net.forward(tokens, tape, every_step, state);
  expect_error(train, neither_said);
  net.forward(tokens, tape, every_step, {.start = state, .random = elman::no_noise});
  train();
  net.forward(tokens, tape, every_step, {.start = state, .random = &random});
  train();
  net.forward(tokens, tape);
  expect_error(train, neither_said);
}

TEST_CASE("the choice of noise is asked for on fixed tapes, with masks and without") {
  Random random(11);
  using Body = elman::Stacked<Dropout<Recurrence<3, 4>>, Recurrence<4, 2>>;
  Net<double, Body, Readout<2, 1, elman::Identity>> net{elman::init::standard(random)};
  const auto x = laws::draw_columns(random, 3, {3, 5});
  decltype(net)::FixedTape<5, 2, true> tape;
  check_choice(net, x, tape, true);
  decltype(net)::FixedTape<5, 2> no_masks;
  auto gradient = net.zero_gradient();
  const auto train = [&] {
    elman::loss::SquaredError()(no_masks, M(M::Ones(1, 8)));
    net.bptt(x, no_masks, gradient);
  };
  net.forward(x, no_masks);
  expect_error(train, neither_said);
  net.forward(x, no_masks, every_step, elman::no_noise);
  train();
}

TEST_CASE("the choice of noise is asked for of layers, wrappers and policies of one's own") {
  check_choice(elman::Stacked(Jitter(), Recurrence(3, 4)), true);
  check_choice(Recurrence<Dynamic, Dynamic, elman::Tanh, OwnNoise>(3, 4, {{.zoneout = 0.1}}), true, "RNNCell");
  check_choice(elman::Stacked(OwnWrapper<Recurrence<>>(Recurrence(3, 4)), Recurrence(4, 2)), true);
}

TEST_CASE("rates out of range are refused") {
  expect_error([] { Dropout(Linear(2, 2), {.rate = 1}); }, "Dropout: rate is 1; expected in [0, 1)");
  expect_error([] { Linear(2, 2, {.recurrent_dropout = -0.5}); },
               "Recurrence: recurrent_dropout is -0.5; expected in [0, 1)");
  expect_error([] { Linear(2, 2, {.zoneout = std::numeric_limits<double>::quiet_NaN()}); },
               "Recurrence: zoneout is nan; expected in [0, 1)");
}
