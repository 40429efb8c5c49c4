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

TEST_CASE("rates out of range are refused") {
  expect_error([] { Dropout(Linear(2, 2), {.rate = 1}); }, "Dropout: rate is 1; expected in [0, 1)");
  expect_error([] { Linear(2, 2, {.recurrent_dropout = -0.5}); },
               "Recurrence: recurrent_dropout is -0.5; expected in [0, 1)");
  expect_error([] { Linear(2, 2, {.zoneout = std::numeric_limits<double>::quiet_NaN()}); },
               "Recurrence: zoneout is nan; expected in [0, 1)");
}
