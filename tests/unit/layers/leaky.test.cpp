// SPDX-License-Identifier: MIT
//
// Leaks in both forms against their equations written out, and against the plain net that they are at α = 1. Their
// gradients are held to the laws in laws/law_noise.test.cpp.
#include "elman/layers/leaky.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using namespace elman;

namespace {

using M = Eigen::MatrixXd;
using V = Eigen::VectorXd;

template <class Body>
auto net_of(const Body& body, std::uint64_t seed = 1, double scale = 0.9) {
  Random random(seed);
  Net<double, Body, Readout<Body::out_size, 2, Identity>> net{body, {body.out(), 2}, init::standard(random)};
  net.for_each([&](const std::string& name, auto& view) {
    if (name.ends_with("rho")) return;
    for (Index k = 0; k < view.size(); ++k) view.data()[k] = scale / std::sqrt(view.cols()) * random.normal();
  });
  return net;
}

/// T steps of (71) or (72) from a state; the outputs, a column a step.
template <class Net>
M by_hand(const Net& net, LeakForm form, const V& alpha, const M& x, V state) {
  M outputs(state.size(), x.cols());
  for (Index t = 0; t < x.cols(); ++t) {
    const V seen = form == LeakForm::rate ? state : V(state.array().tanh());
    const V a = net.U() * x.col(t) + net.W() * seen + net.b();
    for (Index k = 0; k < state.size(); ++k) {
      state(k) = (1 - alpha(k)) * state(k) + alpha(k) * (form == LeakForm::rate ? std::tanh(a(k)) : a(k));
    }
    outputs.col(t) = form == LeakForm::rate ? state : V(state.array().tanh());
  }
  return outputs;
}

V evenly_in_logarithm(double first, double last, Index hidden) {
  V alpha(hidden);
  for (Index k = 0; k < hidden; ++k) {
    const double way = static_cast<double>(k) / static_cast<double>(hidden - 1);
    alpha(k) = std::exp((1 - way) * std::log(first) + way * std::log(last));
  }
  return alpha;
}

/// forward of a ragged batch, and steps of one stream and of three, are the equation.
template <class Body>
void check_equation(const Body& body, LeakForm form, const V& alpha) {
  const auto net = net_of(body);
  Random random(2);
  const std::vector<Index> lengths{4, 9, 0, 9, 2};
  const auto x = laws::draw_columns(random, net.in(), lengths);
  const auto sequences = unpack(x.columns, x.steps);
  const M h0 = nets::normal<M>(net.hidden(), 5, random);
  auto tape = net.tape();
  net.forward(x, tape, every_step, h0);
  const auto h = unpack(tape.h(), x.steps);
  const auto y = unpack(tape.y(), x.steps);
  const double bound = tolerance::round_off<double>(9, net.hidden());
  for (std::size_t b = 0; b < sequences.size(); ++b) {
    const auto column = static_cast<Index>(b);
    const M expected = by_hand(net, form, alpha, sequences[b], h0.col(column));
    CHECK(relative_error(h[b], expected) < bound);
    auto state = net.initial_state();
    auto three = net.initial_state(3);
    state.h = h0.col(column);
    three.h.colwise() = h0.col(column);
    for (Index t = 0; t < expected.cols(); ++t) {
      CHECK(relative_error(net.step(V(sequences[b].col(t)), state), y[b].col(t)) < bound);
      const M inputs = sequences[b].col(t).replicate(1, 3);
      CHECK(relative_error(net.step(inputs, three), M(y[b].col(t).replicate(1, 3))) < bound);
    }
    if (form == LeakForm::rate && expected.cols() > 0) CHECK(relative_error(state.h, h[b].rightCols(1)) < bound);
  }
}

/// Sizes at run time.
template <class Leak>
void check_equation(const Leak& leak, LeakForm form, double first, double last) {
  check_equation(Recurrence{3, 6, leak}, form, evenly_in_logarithm(first, last, 6));
}

}  // namespace

TEST_CASE("a leak is its equation, in sequences and in steps: one rate, one a unit, and learned ones as they begin") {
  check_equation(Leaky{.alpha = 0.3}, LeakForm::rate, 0.3, 0.3);
  check_equation(Leaky::time_constants(1, 50), LeakForm::rate, 1, 1 / 50.0);
  check_equation(LearnedLeak{.alpha = 0.2, .last_alpha = 0.7}, LeakForm::rate, 0.2, 0.7);
  check_equation(SharedVoltageLeak{}, LeakForm::voltage, 0.1, 0.1);
  check_equation(LeakyVoltage::time_constants(1, 50), LeakForm::voltage, 1, 1 / 50.0);
  const Recurrence<2, 5, Tanh, LearnedVoltageLeak> fixed(LearnedVoltageLeak::time_constants(1.25, 10));
  check_equation(fixed, LeakForm::voltage, evenly_in_logarithm(0.8, 0.1, 5));
}

namespace {

/// forward, bptt and steps of both, from zero states, by ==.
template <class Leak, class Plain>
void check_same(const Leak& leak, const Plain& plain) {
  using Scalar = typename Plain::Scalar;
  using Matrix = elman::Matrix<Scalar, Dynamic, Dynamic>;
  Random random(3);
  std::vector<Matrix> sequences;
  for (const Index T : {7, 3, 0, 9}) sequences.push_back(nets::normal<Matrix>(plain.in(), T, random));
  const auto x = pack(sequences);
  auto tape = leak.tape();
  auto its_tape = plain.tape();
  for (const ReadSteps& read : {every_step, last_step}) {
    auto gradient = leak.zero_gradient();
    auto its_gradient = plain.zero_gradient();
    Columns<Scalar, Plain::in_size> d_x, its_d_x;
    leak.forward(x, tape, read);
    plain.forward(x, its_tape, read);
    CHECK(tape.h() == its_tape.h());
    CHECK(tape.y() == its_tape.y());
    const Matrix targets = Matrix::Ones(tape.o().rows(), tape.o().cols());
    loss::SquaredError()(tape, targets);
    loss::SquaredError()(its_tape, targets);
    leak.bptt(x, tape, gradient, {.d_x = &d_x});
    plain.bptt(x, its_tape, its_gradient, {.d_x = &its_d_x});
    CHECK(gradient.theta() == its_gradient.theta());
    CHECK(gradient.theta().norm() > 0);
    CHECK(d_x == its_d_x);
  }
  auto state = leak.initial_state();
  auto its_state = plain.initial_state();
  auto three = leak.initial_state(3);
  auto its_three = plain.initial_state(3);
  for (Index t = 0; t < 9; ++t) {
    const Matrix inputs = nets::normal<Matrix>(plain.in(), 3, random);
    CHECK(leak.step(Vector<Scalar, Dynamic>(inputs.col(0)), state) ==
          plain.step(Vector<Scalar, Dynamic>(inputs.col(0)), its_state));
    CHECK(leak.step(inputs, three) == plain.step(inputs, its_three));
  }
}

template <class Scalar, int In, int Hidden, class Activation, class Leak>
void check_plain(const Leak& leak) {
  Random random(4);
  using Read = Readout<Hidden, 2, Identity>;
  const Recurrence<In, Hidden, Activation> body(In > 0 ? In : 3, Hidden > 0 ? Hidden : 6);
  const Recurrence<In, Hidden, Activation, Leak> its_body(body.in(), body.out(), leak);
  const Net<Scalar, Recurrence<In, Hidden, Activation>, Read> plain{body, Read{body.out(), 2},
                                                                    init::torch_default(random)};
  Net<Scalar, Recurrence<In, Hidden, Activation, Leak>, Read> net{its_body, Read{body.out(), 2}, zero};
  net.theta() = plain.theta();
  check_same(net, plain);
}

}  // namespace

TEST_CASE("at α = 1 both forms are the plain net from a zero state, bit for bit: outputs, gradients, steps") {
  check_plain<float, 2, 9, Tanh>(Leaky{.alpha = 1});
  check_plain<float, 2, 9, Tanh>(LeakyVoltage{.alpha = 1});
  check_plain<double, Dynamic, Dynamic, Tanh>(Leaky::time_constants(1, 1));
  check_plain<double, Dynamic, Dynamic, Tanh>(LeakyVoltage{.alpha = 1, .last_alpha = 1});
  check_plain<double, Dynamic, Dynamic, ReLU>(LeakyVoltage{.alpha = 1});
}

TEST_CASE("zoneout in expectation is the leak in the rate form, bit for bit") {
  const auto zones = net_of(Recurrence{3, 5, {.zoneout = 0.25}});
  auto leak = net_of(Recurrence{3, 5, Leaky{.alpha = 0.75}});
  leak.theta() = zones.theta();
  Random random(5);
  const auto x = laws::draw_columns(random, 3, {6, 2, 8});
  auto tape = zones.tape();
  auto its_tape = leak.tape();
  zones.forward(x, tape);
  leak.forward(x, its_tape);
  CHECK(its_tape.h() == tape.h());
  const M targets = M::Ones(2, 16);
  loss::SquaredError()(tape, targets);
  loss::SquaredError()(its_tape, targets);
  auto gradient = zones.zero_gradient();
  auto its_gradient = leak.zero_gradient();
  zones.bptt(x, tape, gradient);
  leak.bptt(x, its_tape, its_gradient);
  CHECK(its_gradient.theta() == gradient.theta());
}

TEST_CASE("the state of the voltage form is v: chunks carry it on, and ∂L/∂v goes back over them to the whole's") {
  const auto net = net_of(Recurrence{3, 5, LearnedVoltageLeak{.alpha = 0.3, .last_alpha = 0.6}});
  Random random(6);
  const auto x = laws::draw_columns(random, 3, {8, 8});
  const M h0 = nets::normal<M>(5, 2, random), targets = nets::normal<M>(2, 16, random);
  const loss::SquaredError loss({.reduction = loss::Reduction::sum});
  auto whole = net.tape(), first = net.tape(), second = net.tape();
  auto expected = net.zero_gradient(), gradient = net.zero_gradient();
  Columns<double, Dynamic> expected_d_h0, d_middle, d_h0;
  net.forward(x, whole, every_step, h0);
  loss(whole, targets);
  net.bptt(x, whole, expected, {.d_h0 = &expected_d_h0});

  const Sequences<double, Dynamic> begins{x.columns.leftCols(10), Steps::even(5, 2)};
  const Sequences<double, Dynamic> ends{x.columns.rightCols(6), Steps::even(3, 2)};
  auto state = net.initial_state(2);
  state.h = h0;
  net.forward(begins, first, every_step, state);
  const M middle = state.h;
  CHECK(relative_error(middle.array().tanh().matrix(), first.h().rightCols(2)) < 1e-15);
  net.forward(ends, second, every_step, state);
  CHECK(second.h() == whole.h().rightCols(6));
  loss(first, M(targets.leftCols(10)));
  loss(second, M(targets.rightCols(6)));
  net.bptt(ends, second, gradient, {.d_h0 = &d_middle});
  net.bptt(begins, first, gradient, {.d_last = &d_middle, .d_h0 = &d_h0});
  CHECK(relative_error(gradient.theta(), expected.theta()) < 1e-14);
  CHECK(relative_error(d_h0, expected_d_h0) < 1e-14);
}

namespace {

/// Keeps what a hook sees, from the last step to the first.
struct Watch : BackwardHook<double> {
  struct Step {
    M d_a, d_state, sent_back, slopes_before, keep, left, right;
  };
  std::vector<Step> steps;

  Watch() : BackwardHook<double>({.d_state = true, .sent_back = true, .jacobian = true}) {}
  void step(const BackwardRun<double>&, const BackwardStep<double>& at) override {
    steps.push_back({at.d_a, at.d_state, at.sent_back, at.slopes_before, at.keep, at.left, at.right});
  }
};

/// L depends on the last state alone: ∂L/∂state goes back by the Jacobians, as far as ∂L/∂h₀, which the laws prove.
template <class Between>
Watch watched(const Between& between) {
  const auto net = net_of(Recurrence{3, 5, between});
  Random random(9);
  const auto x = laws::draw_columns(random, 3, {6, 6});
  const M h0 = nets::normal<M>(5, 2, random);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(x, tape, last_step, {.start = h0, .random = &random});
  loss::SquaredError()(tape, M(M::Ones(2, 2)));
  Watch watch;
  Columns<double, Dynamic> d_h0;
  net.bptt(x, tape, gradient, {.d_h0 = &d_h0, .hook = &watch});
  REQUIRE(watch.steps.size() == 6);
  for (std::size_t k = 0; k < 6; ++k) {
    const auto& [d_a, d_state, sent_back, slopes_before, keep, left, right] = watch.steps[k];
    const M through_W = net.W().transpose() * left.cwiseProduct(d_state);
    const M back = keep.cwiseProduct(d_state) + right.cwiseProduct(through_W);
    CHECK(relative_error(back, k + 1 < 6 ? watch.steps[k + 1].d_state : M(d_h0)) < 1e-14);
    CHECK(relative_error(left.cwiseProduct(d_state), d_a) < 1e-14);
    if (k + 1 < 6) CHECK(relative_error(sent_back, M(net.W().transpose() * d_a)) < 1e-14);
  }
  return watch;
}

}  // namespace

TEST_CASE("a hook sees ∂L/∂state and the Jacobians of leaks, of zoneout and of recurrent dropout") {
  const auto rate = watched(Leaky{.alpha = 0.3});
  for (std::size_t k = 0; k + 1 < 6; ++k) {
    CHECK(relative_error(M(0.3 * rate.steps[k].slopes_before), rate.steps[k + 1].left) < 1e-14);
  }
  const auto voltage = watched(LeakyVoltage::time_constants(1, 9));
  for (std::size_t k = 0; k + 1 < 6; ++k) {
    CHECK(relative_error(voltage.steps[k].slopes_before, voltage.steps[k].right) < 1e-14);
  }
  watched(LearnedLeak{.alpha = 0.2, .last_alpha = 0.7, .recurrent_dropout = 0.3});
  watched(SharedVoltageLeak{.recurrent_dropout = 0.3});
  watched(RecurrentNoise{.recurrent_dropout = 0.3, .zoneout = 0.4});
  watched(RecurrentNoise{.recurrent_dropout = 0.3});
  watched(LeakyVoltage{.alpha = 1});
}

TEST_CASE("leaks run on fixed tapes without room for masks, frozen, and are written as C++ with their options") {
  using Body = Stacked<Recurrence<3, 4, Tanh, LearnedVoltageLeak>, Recurrence<4, 5, ReLU, Leaky>>;
  Random random(7);
  const Recurrence<3, 4, Tanh, LearnedVoltageLeak> voltages({.alpha = 0.2, .last_alpha = 0.5});
  const Recurrence<4, 5, ReLU, Leaky> rates(Leaky::time_constants(2, 4));
  Net<float, Body, Readout<5, 2>> net{Body(voltages, rates), {}, init::standard(random)};
  static_assert(decltype(net)::theta_size == 4 * (3 + 4 + 1 + 1) + 5 * (4 + 5 + 1) + 2 * 6);
  const auto rho = net.matrix("layer0.rho");
  for (Index k = 0; k < 4; ++k) {
    const double alpha = evenly_in_logarithm(0.2, 0.5, 4)(k);
    CHECK(std::abs(1 / (1 + std::exp(-static_cast<double>(rho(k, 0)))) - alpha) < 1e-7);
  }
  const auto x = pack(std::vector<Eigen::MatrixXf>{nets::normal<Eigen::MatrixXf>(3, 6, random),
                                                   nets::normal<Eigen::MatrixXf>(3, 2, random)});
  auto tape = net.tape();
  decltype(net)::FixedTape<6, 2> fixed;
  const auto train = [&](auto& its_tape) {
    auto gradient = net.zero_gradient();
    net.forward(x, its_tape);
    loss::CrossEntropy()(its_tape, std::vector<Index>{0, 1, 1, 0, 1, 0, 1, 0});
    net.bptt(x, its_tape, gradient);
    return gradient;
  };
  CHECK(train(fixed).theta() == train(tape).theta());
  CHECK(fixed.h() == tape.h());

  const auto frozen = freeze<float>(net);
  auto state = net.initial_state();
  auto frozen_state = frozen.net().initial_state();
  for (Index t = 0; t < 6; ++t) {
    const Vector<float, 3> x_t = x.columns.col(x.steps.column(0, t));
    CHECK(net.step(x_t, state) == frozen.net().step(x_t, frozen_state));
  }
  CHECK(frozen.net().thaw().theta() == net.theta());
  const std::string header = cpp_header(net, "model");
  CHECK(header.find("elman::Recurrence<3, 4, elman::Tanh, elman::LearnedVoltageLeak>") != std::string::npos);
  CHECK(header.find("elman::Leaky{0x1p-1, 0x1p-2, 0x0p+0}") != std::string::npos);
}

TEST_CASE("rates near 0 and near 1 keep both shares to all digits, given and learned, in float") {
  const auto check = [](const auto& leak, LeakForm form, double alpha) {
    const auto body = Recurrence{1, 3, leak};
    Random random(10);
    Net<float, std::remove_cvref_t<decltype(body)>, Readout<>> net{body, {3, 1}, init::standard(random)};
    net.U().setZero();
    net.W().setZero();
    auto tape = net.tape();
    for (const bool is_new : {true, false}) {  // what becomes of the new, and of the state before
      net.b().setConstant(!is_new ? 0.0F : form == LeakForm::rate ? 20.0F : 1.0F);  // tanh 20 is 1 in a float
      auto carried = net.initial_state(), stepped = net.initial_state();
      carried.h.setConstant(is_new ? 0.0F : 1.0F);
      stepped.h = carried.h;
      net.forward(Matrix<float, 1, Dynamic>::Zero(1, 1), tape, every_step, carried);
      net.step(Vector<float, 1>(0.0F), stepped);
      const double expected = is_new ? alpha : 1 - alpha;
      CAPTURE(alpha, is_new);
      CHECK(relative_error(carried.h.template cast<double>(), V(V::Constant(3, expected))) < 2e-6);
      CHECK(carried.h == stepped.h);
    }
  };
  for (const double alpha : {1e-9, 1 - 1e-9}) {
    check(Leaky{.alpha = alpha}, LeakForm::rate, alpha);
    check(LearnedLeak{.alpha = alpha}, LeakForm::rate, alpha);
    check(SharedVoltageLeak{.alpha = alpha}, LeakForm::voltage, alpha);
  }
}

TEST_CASE("rates that are learned may be given one by one and held fixed") {
  auto net = net_of(Recurrence{3, 4, LearnedLeak{}});
  const V alpha = (V(4) << 0.9, 0.05, 0.5, 0.01).finished();
  for (Index k = 0; k < 4; ++k) net.matrix("rho")(k, 0) = std::log(alpha(k) / (1 - alpha(k)));
  Random random(8);
  const M x = nets::normal<M>(3, 12, random);
  auto tape = net.tape();
  net.forward(x, tape);
  CHECK(relative_error(tape.h(), by_hand(net, LeakForm::rate, alpha, x, V::Zero(4))) < 1e-14);
  loss::SquaredError()(tape, M(M::Ones(2, 12)));
  auto gradient = net.zero_gradient();
  net.bptt(x, tape, gradient);
  CHECK(gradient.matrix("rho").norm() > 0);
  const M before = net.matrix("rho"), W = net.W();
  optim::Grouped adam{optim::Adam{net}, net, {{.name = "rho", .fixed = true}}};
  adam.step(net, gradient);
  CHECK(net.matrix("rho") == before);
  CHECK(net.W() != W);
}

TEST_CASE("rates of leaks out of range are refused") {
  const auto of = [](const auto& leak) { return [leak] { Recurrence(2, 2, leak); }; };
  expect_error(of(Leaky{.alpha = 0}), "Recurrence: alpha is 0; expected in (0, 1]");
  expect_error(of(LeakyVoltage{.alpha = 1.5}), "Recurrence: alpha is 1.5; expected in (0, 1]");
  expect_error(of(Leaky{.alpha = std::numeric_limits<double>::quiet_NaN()}),
               "Recurrence: alpha is nan; expected in (0, 1]");
  expect_error(of(Leaky{.last_alpha = -0.1}),
               "Recurrence: last_alpha is -0.1; expected in (0, 1], or 0 for that of all units");
  expect_error(of(LearnedLeak{.alpha = 1}),
               "Recurrence: alpha is 1; expected in (0, 1): what is learned is its logit (a time constant of above 1 "
               "step)");
  expect_error(of(LearnedVoltageLeak{.last_alpha = 1}),
               "Recurrence: last_alpha is 1; expected in (0, 1), or 0 for that of all units: what is learned is its "
               "logit (a time constant of above 1 step)");
  expect_error(of(SharedLeak{.last_alpha = 0.1}), "Recurrence: last_alpha is 0.1; expected 0: one is that of all");
  expect_error(of(Leaky{.recurrent_dropout = 1}), "Recurrence: recurrent_dropout is 1; expected in [0, 1)");
  expect_error([] { Leaky::time_constants(0.5, 9); },
               "time_constants: first is 0.5; expected at least 1 step, and finite");
  expect_error([] { LearnedLeak::time_constants(2, std::numeric_limits<double>::infinity()); },
               "time_constants: last is inf; expected at least 1 step, and finite");
}
