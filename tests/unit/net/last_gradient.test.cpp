// SPDX-License-Identifier: MIT
//
// ∂L/∂(last state) that is given to bptt, and nets without a readout: the recurrence as a part of another net.
#include <complex>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "elman/cell.hpp"
#include "elman/deploy/cpp_header.hpp"
#include "elman/inspect/gradient_check.hpp"
#include "elman/layers/bidirectional.hpp"
#include "elman/layers/embedding.hpp"
#include "elman/layers/no_readout.hpp"
#include "elman/layers/stacked.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::at_steps;
using elman::every_step;
using elman::last_step;
using elman::Net;
using elman::NoReadout;
using elman::Recurrence;
using elman::Stacked;
using laws::Dynamic;
using laws::Index;
using M = Eigen::MatrixXd;

namespace {

/// L = ½ Σ ‖o‖² + ½ Σ w ∘ h², of what is read and of the states h in which the sequences end.
template <class N, class X, class Tape, class H0>
auto run(const N& net, const X& x, Tape& tape, const elman::ReadSteps& read, const H0& h0, const M& w) {
  using Scalar = typename N::Scalar;
  net.forward(x, tape, read, h0);
  const auto last = tape.last_h();
  return Scalar(tape.o().array().square().sum() + (w.cast<Scalar>().array() * last.array().square()).sum()) / Scalar(2);
}

/// Every gradient of a net whose L depends on its last states too, against the complex step.
template <class N, class X>
void check_last_gradient(std::uint64_t seed, N net, const X& x, double bound) {
  using Complex = std::complex<double>;
  elman::Random random(seed);
  laws::randomise_net(net, 1, random);
  const Index B = elman::detail::batch_of(x);
  const M h0 = nets::normal<M>(net.state(), B, random), w = nets::normal<M>(net.state(), B, random);
  for (const elman::ReadSteps& read : {elman::ReadSteps(every_step), elman::ReadSteps(last_step)}) {
    auto tape = net.tape();
    auto gradient = net.zero_gradient();
    elman::detail::AskedGradients<N, X> asked;
    run(net, x, tape, read, h0, w);
    tape.d_o() = tape.o();
    const M d_last = w.cwiseProduct(tape.last_h());
    auto pointers = asked.pointers();
    pointers.d_last = d_last;
    net.bptt(x, tape, gradient, pointers);

    auto its_h0 = M(h0).cast<Complex>().eval();
    auto its_x = elman::detail::cast_input<Complex>(x);
    const auto L = [&](const auto& its_net) {
      auto its_tape = its_net.tape();
      return run(its_net, its_x, its_tape, read, its_h0, w);
    };
    auto report = elman::gradient_check(net, gradient, L);
    const auto its_net = net.template cast<Complex>();
    const auto L_of_all = [&] { return L(its_net); };
    report.entries.push_back(elman::detail::compare("h0", asked.d_h0, elman::detail::differentiate(its_h0, L_of_all)));
    if constexpr (!std::same_as<X, elman::Labels>) {
      report.entries.push_back(
          elman::detail::compare("x", asked.d_x, elman::detail::differentiate(its_x.columns, L_of_all)));
    }
    CAPTURE(report.worst().name);
    CHECK(report.worst_error() < bound);
  }
}

}  // namespace

TEST_CASE("d_last adds the last states' gradient: every gradient equals the complex step") {
  elman::Random random(1);
  const std::vector<Index> lengths{3, 7, 1, 7, 4};
  const auto x = laws::draw_columns(random, 3, lengths);
  check_last_gradient(2, elman::RNNCell<double, 3, 5, 2, elman::Tanh, elman::Identity>(elman::zero), x,
                      tolerance::complex_step);
  check_last_gradient(3, elman::RNNCell<double, 3, 5, 2, elman::Tanh, elman::Identity>(elman::zero),
                      laws::draw_columns(random, 3, {6}), tolerance::complex_step);
  const Stacked deep{Recurrence{3, 6}, Recurrence{6, 4}};
  check_last_gradient(4, Net<double, std::remove_const_t<decltype(deep)>, NoReadout<>>(deep, {4}, elman::zero), x,
                      tolerance::complex_step_through(2));
  const Stacked both_ways{elman::Embedding{9, 3}, elman::Bidirectional{Recurrence{3, 4}, Recurrence{3, 5}}};
  check_last_gradient(5,
                      Net<double, std::remove_const_t<decltype(both_ways)>, NoReadout<>>(both_ways, {9}, elman::zero),
                      laws::draw_tokens(random, 9, lengths), tolerance::complex_step_through(2));
}

TEST_CASE("the gradients of chunks, each given what the next sends back, are those of the whole") {
  elman::Random random(6);
  const Stacked body{Recurrence{2, 5}, Recurrence{5, 3}};
  Net<double, std::remove_const_t<decltype(body)>, NoReadout<>> net(body, {3}, elman::zero);
  laws::randomise_net(net, 1, random);
  const auto x = laws::draw_columns(random, 2, {12, 12, 12});
  const M w = M::Zero(8, 3);
  auto whole = net.tape();
  auto expected = net.zero_gradient();
  run(net, x, whole, every_step, M(), w);
  whole.d_o() = whole.o();
  net.bptt(x, whole, expected);

  std::vector<elman::Sequences<double, Dynamic>> chunks(3);
  std::vector<decltype(net.tape())> tapes(3);
  auto state = net.initial_state(3);
  for (std::size_t k = 0; k < 3; ++k) {
    elman::chunk(x, static_cast<Index>(4 * k), 4, chunks[k]);
    net.forward(chunks[k], tapes[k], every_step, state);
    tapes[k].d_o() = tapes[k].o();
  }
  auto gradient = net.zero_gradient();
  elman::Columns<double, Dynamic> d_h = M::Zero(8, 3);
  for (std::size_t k = 3; k-- > 0;) net.bptt(chunks[k], tapes[k], gradient, {.d_last = &d_h, .d_h0 = &d_h});
  CHECK(relative_error(gradient.theta(), expected.theta()) < tolerance::round_off<double>(12, 8));
}

TEST_CASE("a net without a readout under a head of somebody else's is the cell with that readout") {
  elman::Random random(7);
  elman::RNNCell<double, 3, 5, 2, elman::Tanh, elman::Identity> cell(elman::zero);
  nets::randomise(cell, 1, random);
  const M head = cell.V();
  cell.c().setZero();
  Net<double, Recurrence<3, 5>, NoReadout<5>> net(elman::zero);
  net.theta() = cell.theta().head(net.theta().size());
  const auto x = laws::draw_columns(random, 3, {4, 9, 1});
  using Tape = decltype(net)::FixedTape<9, 3>;
  const auto compare = [&](const elman::ReadSteps& read) {
    auto tape = cell.tape();
    auto d_cell = cell.zero_gradient();
    elman::Columns<double, 3> d_x, expected_d_x;
    cell.forward(x, tape, read);
    tape.d_o() = tape.o();
    cell.bptt(x, tape, d_cell, {.d_x = &expected_d_x});

    const auto with = [&](auto& its_tape) {
      auto gradient = net.zero_gradient();
      net.forward(x, its_tape, read);
      const M scores = head * its_tape.y();
      CHECK(relative_error(scores, tape.o()) < 1e-14);
      its_tape.d_o() = head.transpose() * scores;
      CHECK(relative_error(M(scores * its_tape.y().transpose()), d_cell.V()) < 1e-14);
      net.bptt(x, its_tape, gradient, {.d_x = &d_x});
      CHECK(relative_error(gradient.theta(), d_cell.theta().head(gradient.theta().size())) < 1e-14);
      CHECK(relative_error(d_x, expected_d_x) < 1e-14);
      return gradient;
    };
    auto grows = net.tape();
    const auto fixed = std::make_unique<Tape>();
    CHECK(with(grows).theta() == with(*fixed).theta());
  };
  compare(every_step);
  compare(last_step);
  compare(at_steps({0, 3}));
}

TEST_CASE("a net without a readout steps, is frozen and is written as a header") {
  Net<float, Recurrence<3, 5>, NoReadout<5>> net(elman::zero);
  net.theta().setRandom();
  const auto frozen = elman::freeze<float>(net);
  auto state = net.initial_state(), frozen_state = frozen.net().initial_state();
  const Eigen::Vector3f x(1, -2, 0.5F);
  for (int step = 0; step < 3; ++step) {
    const Eigen::VectorXf expected = (net.U() * x + net.W() * state.h + net.b()).array().tanh();
    CHECK(relative_error(net.step(x, state), expected) < 1e-6);
    CHECK(state.y == state.h);
    CHECK(frozen.net().step(x, frozen_state) == state.y);
  }
  CHECK(elman::cpp_header(net, "part").find("using Readout = elman::NoReadout<5>;") != std::string::npos);
}

TEST_CASE("d_last that does not fit is refused; with it a loss may be missing, without it not") {
  elman::RNNCell<double, 2, 3, 4> cell{elman::zero};
  cell.theta().setConstant(0.1);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  const M x = M::Ones(2, 5);
  cell.forward(x, tape);
  const M high(4, 1), wide(3, 2);
  expect_error([&] { cell.bptt(x, tape, gradient, {.d_last = high}); },
               "RNNCell::bptt: d_last has 4 rows; expected Hidden = 3");
  expect_error([&] { cell.bptt(x, tape, gradient, {.d_last = &wide}); },
               "RNNCell::bptt: d_last has 2 columns; expected B = 1");
  CHECK(gradient.theta().isZero(0));
  const M d_last = M::Ones(3, 1);
  cell.bptt(x, tape, gradient, {.d_last = d_last});
  CHECK(gradient.W().norm() > 0);
  CHECK(gradient.V().isZero(0));
  expect_error([&] { cell.bptt(x, tape, gradient); }, "RNNCell::bptt: tape has no d_o; expected a loss after forward");
}
