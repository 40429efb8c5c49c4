// SPDX-License-Identifier: MIT
//
// Layers repeated as often as a number at run time says are Stacked of as many, bit for bit.
#include "elman/layers/repeated.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using namespace elman;

namespace {

using M = Eigen::MatrixXd;
using Linear = Readout<Dynamic, Dynamic, Identity>;

template <class Body>
auto net_of(const Body& body) {
  return Net<double, Body, Linear>(body, Linear(body.out(), 2), elman::zero);
}

template <class Net>
std::vector<std::string> names_of(const Net& net) {
  std::vector<std::string> names;
  net.for_each([&](const std::string& name, const auto&) { names.push_back(name); });
  return names;
}

/// All that one run leaves, forwards and back.
struct Run {
  M h, o, last, d_theta, d_x, d_h0;
  bool operator==(const Run&) const = default;
};

template <class Net, class X>
Run run(const Net& net, const X& x, typename Net::Tape& tape, const ReadSteps& read, const M& h0, Noise noise) {
  net.forward(x, tape, read, {.start = h0, .random = noise});
  loss::SquaredError()(tape, M(M::Ones(tape.o().rows(), tape.o().cols())));
  auto gradient = net.zero_gradient();
  typename Net::InputGradients asked;
  Columns<double, Net::Gradient::in_size> d_x;
  Columns<double, Net::Gradient::state_size> d_h0;
  if constexpr (!std::is_same_v<X, Labels>) asked.d_x = &d_x;
  asked.d_h0 = &d_h0;
  net.bptt(x, tape, gradient, asked);
  return {tape.h(), tape.o(), tape.last_h(), gradient.theta(), d_x, d_h0};
}

/// `repeated` and `stacked` of the same layers: everything that a net does.
template <class Repeated, class Stacked, class X>
void check_same(const Repeated& repeated, const Stacked& stacked, const X& x) {
  auto net = net_of(repeated);
  auto expected = net_of(stacked);
  CHECK(net.in() == expected.in());
  CHECK(net.state() == expected.state());
  CHECK(names_of(net) == names_of(expected));
  Random random(1), same(1);
  init::torch_default(random)(net);
  init::torch_default(same)(expected);
  REQUIRE(net.theta() == expected.theta());

  auto tape = net.tape();
  auto its_tape = expected.tape();
  const M h0 = nets::normal<M>(net.state(), 3, random);
  for (const ReadSteps& read : {every_step, last_step}) {
    for (const M& start : {M(), h0}) {
      CHECK(run(net, x, tape, read, start, no_noise) == run(expected, x, its_tape, read, start, no_noise));
      Random masks(2), same_masks(2);
      CHECK(run(net, x, tape, read, start, &masks) == run(expected, x, its_tape, read, start, &same_masks));
      CHECK(masks == same_masks);
    }
  }
  CHECK(run(net, x, tape, every_step, M(), no_noise).d_theta.norm() > 0);

  const auto complex = net.template cast<std::complex<double>>();
  CHECK(complex.theta().real() == net.theta());
  if constexpr (Repeated::can_step) {
    const auto frozen = freeze<double>(net);
    const auto its_frozen = freeze<double>(expected);
    auto state = net.initial_state(3), frozen_state = state;
    auto its_state = expected.initial_state(3), its_frozen_state = its_state;
    for (int t = 0; t < 4; ++t) {
      const M x_t = nets::normal<M>(net.in(), 3, random);
      CHECK(net.step(x_t, state) == expected.step(x_t, its_state));
      CHECK(frozen.net().step(x_t, frozen_state) == its_frozen.net().step(x_t, its_frozen_state));
      CHECK(state.h == its_state.h);
    }
    net.forward(x, tape, every_step, state);
    expected.forward(x, its_tape, every_step, its_state);
    CHECK(state.h == its_state.h);
    CHECK(frozen.net().thaw().theta() == net.theta());
  }
}

}  // namespace

TEST_CASE("a layer repeated three times, twice and once is Stacked of as many, bit for bit") {
  Random random(3);
  const auto x = laws::draw_columns(random, 3, {7, 2, 9});
  const Recurrence first{3, 5}, other{5, 5};
  check_same(Repeated{first, other, 3}, Stacked{first, other, other}, x);
  check_same(Repeated{first, other, 2}, Stacked{first, other}, x);
  check_same(Repeated{first, other, 1}, Stacked{first}, x);
  check_same(Repeated{first, other, 3}, Stacked{first, other, other}, laws::draw_tokens(random, 3, {7, 2, 9}));
  check_same(Repeated{other, 3}, Stacked{other, other, other}, laws::draw_columns(random, 5, {7, 2, 9}));
}

TEST_CASE("layers of any kind are repeated: both ways, with noise, without a bias, learned starts, in each other") {
  Random random(4);
  const auto x = laws::draw_columns(random, 3, {6, 8, 1});
  {
    const Bidirectional first{Recurrence{3, 4}}, other{Recurrence{8, 4}};
    check_same(Repeated{first, other, 3}, Stacked{first, other, other}, x);
  }
  {
    const Recurrence first{3, 4, {.recurrent_dropout = 0.2}};
    const Dropout other{Recurrence{4, 4, {.zoneout = 0.3}, no_bias}, {.rate = 0.3}};
    check_same(Repeated{first, other, 3}, Stacked{first, other, other}, x);
  }
  {
    const LearnedStart first{Recurrence<3, 4>()};
    const LearnedStart other{Recurrence<4, 4, ReLU>()};
    check_same(Repeated{first, other, 2}, Stacked{first, other}, x);
  }
  {
    const Recurrence first{3, 4}, other{4, 4};
    check_same(Repeated{Repeated{first, other, 2}, Dropout{Repeated{other, 2}, {.rate = 0.1}}, 2},
               Stacked{Stacked{first, other}, Dropout{Stacked{other, other}, {.rate = 0.1}}}, x);
  }
}

TEST_CASE("repeated layers stand in an encoder and a decoder") {
  Random random(5);
  const Recurrence reads{3, 4}, writes{2, 4}, other{4, 4};
  auto net = net_of(EncoderDecoder{Repeated{reads, other, 2}, Repeated{writes, other, 2}});
  auto expected = net_of(EncoderDecoder{Stacked{reads, other}, Stacked{writes, other}});
  laws::randomise_net(net, 0.7, random);
  expected.theta() = net.theta();
  const SourceTarget x{laws::draw_columns(random, 3, {4, 6}), laws::draw_columns(random, 2, {5, 2})};
  auto tape = net.tape();
  auto its_tape = expected.tape();
  for (const ReadSteps& read : {every_step, last_step}) {
    CHECK(run(net, x, tape, read, M(), no_noise).d_theta == run(expected, x, its_tape, read, M(), no_noise).d_theta);
  }
}

TEST_CASE("a tape of repeated layers serves nets of other depths") {
  Random random(6);
  const auto x = laws::draw_columns(random, 3, {5, 8, 2});
  const auto of_depth = [&](Index depth) {
    auto net = net_of(Repeated{Recurrence{3, 4}, Recurrence{4, 4}, depth});
    Random same(7);
    init::standard(same)(net);
    return net;
  };
  auto used = of_depth(1).tape();
  for (const Index depth : {3, 1, 5, 2}) {
    const auto net = of_depth(depth);
    auto fresh = net.tape();
    CHECK(net.state() == 4 * depth);
    CHECK(run(net, x, used, last_step, M(), no_noise) == run(net, x, fresh, last_step, M(), no_noise));
  }
  const auto deep = of_depth(2000);  // no recursion
  CHECK(run(deep, x, used, last_step, M(), no_noise).d_theta.allFinite());
}

TEST_CASE("a net of repeated layers is written as C++ with its depth") {
  const auto body = Repeated{Recurrence<3, 4>(), Dropout<Recurrence<4, 4>>(), 3};
  const Net<float, std::remove_cvref_t<decltype(body)>, Readout<4, 2, Identity>> net(body, {}, elman::zero);
  const std::string text = cpp_header(net, "model");
  CHECK(text.find("using Body = elman::Repeated<elman::Recurrence<3, 4, elman::Tanh>, "
                  "elman::Dropout<elman::Recurrence<4, 4, elman::Tanh>>>;") != std::string::npos);
  CHECK(text.find("Body(elman::Recurrence<3, 4, elman::Tanh>(), "
                  "elman::Dropout<elman::Recurrence<4, 4, elman::Tanh>>(elman::Recurrence<4, 4, elman::Tanh>(), "
                  "elman::DropoutOptions{0x1p-1, false}), 3)") != std::string::npos);
  CHECK(text.find("\"layer2.W\", 4, 4") != std::string::npos);
}

TEST_CASE("a depth below 1, and widths that do not fit, are refused") {
  const Recurrence first{3, 5}, other{5, 5};
  expect_error([&] { Repeated(first, other, 0); }, "Repeated: depth is 0; expected at least 1");
  expect_error([&] { Repeated(other, -2); }, "Repeated: depth is -2; expected at least 1");
  expect_error([&] { Repeated(first, first, 1); },
               "Repeated: the layers above the first have 3 inputs and 5 outputs; expected 5 of both, as the first has "
               "outputs");
  expect_error([&] { Repeated(Recurrence(3, 4), other, 2); },
               "Repeated: the layers above the first have 5 inputs and 5 outputs; expected 4 of both, as the first has "
               "outputs");
}
