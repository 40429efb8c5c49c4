// SPDX-License-Identifier: MIT
//
// What GradientFlow says of gradients through time, against explicit products of Jacobians and the complex step.
#include <elman/elman.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/nets.hpp"

namespace {

using namespace elman;
using Dense = Eigen::MatrixXd;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const loss::SquaredError squared_error{{.reduction = loss::Reduction::sum}};
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Body>
using NetOf = Net<double, Body, Readout<Dynamic, Dynamic, Identity>>;
using Plain = NetOf<Recurrence<>>;
using Linear = NetOf<Recurrence<Dynamic, Dynamic, Identity>>;

/// A plain recurrence whose policy says nothing of its Jacobian.
struct Silent : NothingBetween {
  template <class Scalar, class Room, int Hidden>
  struct Run : NothingBetween::Run<Scalar, Room, Hidden> {
    void jacobian();
  };
};

bool near(double value, double expected, double tolerance = 1e-12) {
  return std::abs(value - expected) <= tolerance * std::abs(expected);
}

template <class Net>
Net random_net(Net net, double scale, Random& random) {
  for (double& value : net.theta()) value = scale * random.normal();
  return net;
}

std::vector<Dense> draw(Index in, const std::vector<Index>& lengths, Random& random) {
  std::vector<Dense> x;
  for (const Index length : lengths) x.push_back(nets::normal<Dense>(in, length, random));
  return x;
}

/// Forward, a squared error of the outputs that are read, and bptt, watched by `flow`. Returns ∂L/∂h₀.
template <class Net, class X, class Flow>
Dense go_back(const Net& net, const X& x, Flow& flow, const Dense& h0, const ReadSteps& read = last_step,
              const Noise& noise = no_noise) {
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(x, tape, read, {.start = h0, .random = noise});
  squared_error(tape, Dense(Dense::Constant(net.out(), tape.o().cols(), 0.5)));
  typename decltype(Net::InputGradients::d_h0)::Matrix d_h0;
  net.bptt(x, tape, gradient, {.d_h0 = &d_h0, .hook = &flow});
  return d_h0;
}

/// h_t = W h_{t-1} + U x_t, read as it is: its Jacobian is W.
Linear linear(const Dense& W) {
  Linear net{Recurrence<Dynamic, Dynamic, Identity>(1, W.rows()), {W.rows(), 1}, elman::zero};
  net.matrix("W") = W;
  net.matrix("V").setOnes();
  return net;
}
/// The verdict on sequences of so many steps.
template <class Net>
FlowVerdict verdict_on(const Net& net, const std::vector<Index>& lengths, const FlowOptions& options = {},
                       const ReadSteps& read = last_step) {
  Random random(1);
  GradientFlow flow{net, options};
  go_back(net, pack(draw(net.in(), lengths, random)), flow,
          Dense::Zero(net.state(), static_cast<Index>(lengths.size())), read);
  CHECK(flow[0].verdict().text == flow.text());
  return flow[0].verdict();
}

/// Whether A is symmetric positive definite: elimination meets positive pivots alone.
bool is_definite(Dense A) {
  for (Index k = 0; k < A.rows(); ++k) {
    if (!(A(k, k) > 0)) return false;
    for (Index row = k + 1; row < A.rows(); ++row) A.row(row) -= A(row, k) / A(k, k) * A.row(k);
  }
  return true;
}
/// Whether `value` is the largest singular value of J: value² is no smaller than the eigenvalues of JᵀJ, and no larger.
bool is_largest_singular_value(double value, const Dense& J) {
  const Dense gram = J.transpose() * J / (value * value), unit = Dense::Identity(J.cols(), J.cols());
  return is_definite((1 + 1e-9) * unit - gram) && !is_definite((1 - 1e-9) * unit - gram);
}
/// Orthogonal, and its own inverse.
Dense reflection(Index size, Random& random) {
  const Dense v = nets::normal<Dense>(size, 1, random);
  return Dense::Identity(size, size) - 2 / v.squaredNorm() * v * v.transpose();
}

}  // namespace

TEST_CASE("norms, Jacobians and what is left are those of explicit products") {
  Random random(1);
  const Plain net = random_net(Plain{Recurrence<>(2, 5), {5, 3}, elman::zero}, 0.6, random);
  const std::vector<Index> lengths{4, 7, 0, 2, 7, 1};
  const auto sequences = draw(2, lengths, random);
  const auto x = pack(sequences);
  const Dense h0 = nets::normal<Dense>(5, 6, random), W = net.matrix("W"), V = net.matrix("V");
  GradientFlow flow{net};
  for (const bool reads_all : {true, false}) {
    const Dense d_h0 = go_back(net, x, flow, h0, reads_all ? every_step : last_step);
    const auto& seen = flow[0];
    CHECK(seen.steps().count() == 7);
    std::vector<std::vector<double>> norms(8), left(8);
    for (Index b = 0; b < 6; ++b) {
      const Index T = lengths[static_cast<std::size_t>(b)];
      std::vector<Dense> h{h0.col(b)}, J{Dense()};
      for (Index t = 0; t < T; ++t) {
        const Dense a =
            net.matrix("U") * sequences[static_cast<std::size_t>(b)].col(t) + W * h.back() + net.matrix("b");
        h.push_back(a.array().tanh());
        J.push_back(a.array().cosh().square().inverse().matrix().asDiagonal() * W);
      }
      Dense d_h = Dense::Zero(5, 1), transported = d_h;
      for (Index t = T; t >= 0; --t) {  // h_t of the equations is that of step t − 1
        const auto place = static_cast<std::size_t>(t);
        if (t > 0 && (reads_all || t == T))
          d_h += 2 * V.transpose() * (V * h[place] + net.matrix("c") - Dense::Constant(3, 1, 0.5));
        if (t == T) transported = d_h;
        if (T > 0) {
          CHECK(near(seen.norm(t - 1, b), d_h.norm()));
          norms[place].push_back(d_h.norm());
          CHECK(near(seen.left(T - t, b) * seen.norm(T - 1, b), transported.norm()));
          left[static_cast<std::size_t>(T - t)].push_back(transported.norm() / seen.norm(T - 1, b));
          if (!reads_all) CHECK(near(seen.left(T - t, b) * seen.norm(T - 1, b), seen.norm(t - 1, b)));
        }
        Dense product = Dense::Identity(5, 5);
        for (Index before = t - 1; before >= 0; --before) {
          product = product * J[static_cast<std::size_t>(before + 1)];
          const Growth growth = seen.growth(before - 1, t - 1, b);
          CHECK(growth.steps == t - before);
          CHECK(near(growth.frobenius(), product.norm()));
          CHECK(is_largest_singular_value(growth.largest(), product));
          CHECK(near(growth.largest_a_step(), std::pow(growth.largest(), 1.0 / static_cast<double>(t - before))));
          if (before == t - 1) CHECK(seen.growth(t - 1, b).log_largest == growth.log_largest);
        }
        if (t == 0) {
          if (T > 0) CHECK(near(d_h.norm(), d_h0.col(b).norm()));
        } else {
          for (Dense* gradient : {&d_h, &transported}) *gradient = (J[place].transpose() * *gradient).eval();
        }
      }
      for (Index t = T; t < 7; ++t) CHECK(std::isnan(seen.norm(t, b)));
      for (Index k = T + 1; k <= 7; ++k) CHECK(std::isnan(seen.left(k, b)));
    }
    CHECK(std::isnan(seen.norm(-1, 2)));
    CHECK(std::isnan(seen.left(0, 2)));
    for (Index t = 0; t < 8; ++t) {
      for (const bool is_left : {true, false}) {
        auto& expected = (is_left ? left : norms)[static_cast<std::size_t>(t)];
        const Spread spread = is_left ? seen.left(t) : seen.norms(t - 1);
        std::sort(expected.begin(), expected.end());
        CHECK(near(spread.min, expected.front()));
        CHECK(near(spread.max, expected.back()));
        CHECK(near(spread.median, (expected[(expected.size() - 1) / 2] + expected[expected.size() / 2]) / 2));
      }
    }
    CHECK(seen.spectral_radius() == spectral_radius(W));
  }
}

TEST_CASE("norms at every step are those of the complex step") {
  Random random(2);
  const Plain net = random_net(Plain{Recurrence<>(3, 4), {4, 2}, elman::zero}, 0.5, random);
  const auto complex = net.cast<std::complex<double>>();
  const std::vector<Index> lengths{3, 6};
  const auto sequences = draw(3, lengths, random);
  const Dense h0 = nets::normal<Dense>(4, 2, random);
  GradientFlow flow{net};
  go_back(net, pack(sequences), flow, h0);
  auto tape = complex.tape();
  Eigen::MatrixXcd h, states;
  for (Index b = 0; b < 2; ++b) {
    const Index T = lengths[static_cast<std::size_t>(b)];
    const Eigen::MatrixXcd x = sequences[static_cast<std::size_t>(b)].cast<std::complex<double>>();
    states.resize(4, T + 1);
    complex.forward(x, tape, every_step, Eigen::MatrixXcd(h0.col(b).cast<std::complex<double>>()));
    states << h0.col(b).cast<std::complex<double>>(), Eigen::MatrixXcd(tape.h());
    for (Index t = -1; t < T - 1; ++t) {
      h = states.col(t + 1);
      const Eigen::MatrixXcd rest = x.rightCols(T - 1 - t);
      const Dense d_h = detail::differentiate(h, [&] {
        complex.forward(rest, tape, last_step, h);
        return squared_error(tape, Eigen::MatrixXcd(Eigen::MatrixXcd::Constant(2, 1, 0.5)));
      });
      CHECK(near(flow[0].norm(t, b), d_h.norm(), 1e-13));
    }
  }
}

TEST_CASE("where tanh is saturated the Jacobian keeps its digits, and the units are counted") {
  Plain net{Recurrence<>(1, 2), {2, 1}, elman::zero};
  net.matrix("W") << 0, 1, 1, 0;
  net.matrix("b") << 25, 0;
  net.matrix("V").setOnes();
  const auto x = pack(std::vector<Dense>{Dense::Zero(1, 4), Dense::Zero(1, 2)});
  GradientFlow flow{net};
  go_back(net, x, flow, Dense::Zero(2, 2));
  const double h = std::tanh(std::tanh(25.0)), slope = 1 - h * h;  // of unit 1 from step 1 on
  const auto sharp = [](double a) { return 1 / std::cosh(a) / std::cosh(a); };
  // J of step 1: unit 0 sees unit 1, which was 0 at step 0.
  CHECK(near(flow[0].growth(1, 0).frobenius(), std::hypot(sharp(25), slope)));
  const Growth growth = flow[0].growth(-1, 1, 0);  // diagonal: sharp(25) · 1 and slope · sharp(25)
  CHECK(near(growth.largest(), sharp(25)));
  CHECK(near(growth.frobenius(), sharp(25) * std::hypot(1, slope)));
  CHECK(near(flow[0].left(2, 1), sharp(25) * std::hypot(1, slope) / std::sqrt(2)));
  CHECK(flow[0].norm(-1, 1) > 0);
  CHECK(flow[0].saturated() == 0.5);
  CHECK(flow[0].saturated(3) == 0.5);
  GradientFlow strict{net, {.saturated_below = slope + 1e-9}};
  go_back(net, x, strict, Dense::Zero(2, 2));
  CHECK(strict[0].saturated(0) == 0.5);
  CHECK(strict[0].saturated(1) == 1);
  CHECK(strict[0].saturated() == 10.0 / 12);
}

TEST_CASE("every recurrence of a composition has its norms, up to those of its own start") {
  Random random(3);
  const auto x = draw(2, {5, 1, 0, 3}, random);
  const auto check_starts = [&](const auto& net, const auto& input, const std::vector<Index>& hidden) {
    GradientFlow flow{net};
    const Dense d_h0 = go_back(net, input, flow, nets::normal<Dense>(net.state(), 4, random), last_step, &random);
    Index row = 0;
    for (std::size_t k = 0; k < hidden.size(); row += hidden[k++]) {
      const auto& seen = flow[static_cast<Index>(k)];
      for (Index b = 0; b < 4; ++b) {
        if (seen.steps().length(b) == 0) continue;
        CHECK(near(seen.norm(-1, b), d_h0.col(b).segment(row, hidden[k]).norm()));
        CHECK(seen.norm(-1, b) > 0);
      }
    }
    CHECK(row == net.state());
    return flow;
  };
  const Recurrence<> bottom(2, 3), half(3, 2), top(4, 3);
  using Deep = Stacked<Dropout<Recurrence<>>, Bidirectional<Recurrence<>>, Recurrence<>>;
  const auto deep =
      random_net(NetOf<Deep>{Deep(Dropout(bottom), Bidirectional(half), top), {3, 1}, elman::zero}, 0.7, random);
  const auto flow = check_starts(deep, pack(x), {3, 2, 2, 3});
  CHECK(flow.size() == 4);
  CHECK(flow["layer1.backwards"].name() == "layer1.backwards.");
  CHECK(&flow["layer1.backwards."] == &flow[2]);
  // Backwards, step 0 is a sequence's last.
  const auto& backwards = flow[2];
  CHECK(backwards.left(3, 3) < 1);
  const std::string text = flow.text();
  CHECK(text == "layer0: " + flow[0].verdict().text + "\nlayer1.forwards: " + flow[1].verdict().text +
                    "\nlayer1.backwards: " + flow[2].verdict().text + "\nlayer2: " + flow[3].verdict().text);

  // Noise that is drawn, and leaks in both forms: v is the state of the second.
  const auto cures = Stacked(Recurrence(2, 3, {.recurrent_dropout = 0.4, .zoneout = 0.3}),
                             Recurrence(3, 2, LearnedLeak{.alpha = 0.3, .recurrent_dropout = 0.3}),
                             Recurrence(2, 4, LeakyVoltage{.alpha = 0.2}));
  check_starts(random_net(NetOf<std::remove_cvref_t<decltype(cures)>>{cures, {4, 1}, elman::zero}, 0.7, random),
               pack(x), {3, 2, 4});

  using Pair = EncoderDecoder<Recurrence<>, Recurrence<>>;
  const auto pair = random_net(NetOf<Pair>{Pair(bottom, bottom), {3, 1}, elman::zero}, 0.7, random);
  const auto target = draw(2, {2, 3, 4, 1}, random);
  const auto source = pack(x), packed = pack(target);
  GradientFlow seen{pair};
  go_back(pair, SourceTarget{std::cref(source), std::cref(packed)}, seen, nets::normal<Dense>(3, 4, random),
          every_step);
  CHECK(seen["encoder"].steps().count() == 5);
  CHECK(seen["decoder"].steps().count() == 4);
  for (const Index b : {0, 1, 3}) {  // Eq. 45; sequence 2 has no source
    const Index T = seen["encoder"].steps().length(b);
    CHECK(near(seen["encoder"].norm(T - 1, b), seen["decoder"].norm(-1, b)));
    CHECK(seen["encoder"].norm(T - 1, b) > 0);
  }
}

TEST_CASE("noise, tokens, fixed tapes and chunks of a stream are looked at as any other") {
  Random random(4);
  RNNCell<float, 3, 4, 2> cell(elman::zero);
  nets::randomise(cell, 0.8, random);
  const auto tokens = pack(std::vector<std::vector<Index>>{{0, 2, 1, 1}, {2}, {1, 0}});
  GradientFlow flow{cell};
  typename decltype(decltype(cell)::InputGradients::d_h0)::Matrix d_h0;
  const auto run = [&](auto&& tape) {
    auto gradient = cell.zero_gradient();
    auto state = cell.initial_state(3);
    for (int chunk = 0; chunk < 2; ++chunk) {
      cell.forward(tokens, tape, every_step, state);
      loss::CrossEntropy{}(tape, std::vector<Index>{0, 1, 1, 0, 1, 0, 1});
      cell.bptt(tokens, tape, gradient, {.d_h0 = &d_h0, .hook = &flow});
    }
    for (Index b = 0; b < 3; ++b) {
      CHECK(near(flow[0].norm(-1, b), static_cast<double>(d_h0.col(b).norm()), 1e-5));
      CHECK(flow[0].growth(0, b).largest() > 0);
    }
    return flow.text();
  };
  CHECK(run(cell.tape()) == run(decltype(cell)::FixedTape<4, 3>()));

  using Body = Recurrence<Dynamic, Dynamic, Tanh, Silent>;
  const auto silent = random_net(NetOf<Body>{Body(2, 3), {3, 1}, elman::zero}, 0.7, random);
  const auto plain = random_net(Plain{Recurrence<>(2, 3), {3, 1}, elman::zero}, 0, random);
  Plain same = plain;
  same.theta() = silent.theta();
  GradientFlow norms_alone{silent}, all{same};
  const auto x = pack(draw(2, {3, 2}, random));
  go_back(silent, x, norms_alone, Dense::Zero(3, 2));
  go_back(same, x, all, Dense::Zero(3, 2));
  CHECK(!norms_alone[0].has_jacobian());
  CHECK(all[0].has_jacobian());
  for (Index t = 0; t < 3; ++t) CHECK(norms_alone[0].norms(t).max == all[0].norms(t).max);
  CHECK(norms_alone[0].norm(0, 1) > 0);
  CHECK(std::isnan(norms_alone[0].norm(-1, 0)));
  CHECK(norms_alone[0].verdict().text == "cannot be said: the policy between two steps gives no Jacobian");
  CHECK_THROWS_WITH(
      norms_alone[0].left(1),
      "GradientFlow::left: what stands between two steps of recurrence \"\" gives no Jacobian; give its Run "
      "a function jacobian (layers/between.hpp)");
  CHECK_THROWS_WITH(
      norms_alone[0].growth(1, 0),
      "GradientFlow::growth: what stands between two steps of recurrence \"\" gives no Jacobian; give its "
      "Run a function jacobian (layers/between.hpp)");
}

TEST_CASE("Jacobians of any policy: what is kept, what goes through W, and what W sees") {
  Random random(7);
  const Plain net = random_net(Plain{Recurrence<>(1, 3), {3, 1}, elman::zero}, 0.6, random);
  const Dense W = nets::normal<Dense>(3, 3, random), states = Dense::Zero(3, 8);
  const std::vector<Index> lengths{2, 3, 1};
  const Steps steps = Steps::ragged(lengths);
  const auto columns = [&] { return nets::normal<Dense>(3, 6, random); };
  const Dense d_state = columns(), keep = columns(), left = columns(), right = columns(), slopes = columns();
  GradientFlow flow{net};
  const BackwardRun<double> run{0, 1, steps, W, states, states};
  flow.start(1);
  flow.begin(run);
  for (Index t = 2; t >= 0; --t) {
    const auto of = [&](const Dense& all) {
      return ConstMatrixView<double>(all).middleCols(steps.first(t), steps.width(t));
    };
    CHECK_THROWS_WITH(flow[0],
                      "GradientFlow: no bptt has gone through recurrence 0; call net.bptt(x, tape, gradient, "
                      "{.hook = &flow}) first");
    flow.step(run, {{.d_a = of(slopes),
                     .d_state = of(d_state),
                     .keep = of(keep),
                     .left = of(left),
                     .right = of(right),
                     .slopes = of(slopes)},
                    t,
                    steps.width(t)});
  }
  const auto jacobian = [&](Index b, Index t) -> Dense {
    const Index k = steps.column(b, t);
    return Dense(keep.col(k).asDiagonal()) + Dense(left.col(k).asDiagonal()) * W * Dense(right.col(k).asDiagonal());
  };
  for (Index b = 0; b < 3; ++b) {
    const Index T = lengths[static_cast<std::size_t>(b)];
    Dense product = Dense::Identity(3, 3);
    for (Index t = T - 1; t >= 0; --t) {
      const Dense d_h = d_state.col(steps.column(b, t)), d_last = d_state.col(steps.column(b, T - 1));
      CHECK(near(flow[0].norm(t, b), d_h.norm()));
      if (t == 0) CHECK(near(flow[0].norm(-1, b), (jacobian(b, 0).transpose() * d_h).norm()));
      product = product * jacobian(b, t);
      const Growth growth = flow[0].growth(t - 1, T - 1, b);
      CHECK(near(growth.frobenius(), product.norm()));
      CHECK(is_largest_singular_value(growth.largest(), product));
      CHECK(near(flow[0].left(T - t, b), (product.transpose() * d_last).norm() / d_last.norm()));
    }
  }
  CHECK(flow[0].saturated(2) == static_cast<double>((slopes.col(5).array() < 0.05).count()) / 3);
  CHECK(flow[0].saturated() == static_cast<double>((slopes.array() < 0.05).count()) / 18);
}

TEST_CASE("verdicts say in words what becomes of a gradient") {
  const auto scaled = [](double scale) {
    Dense turn(2, 2);
    turn << 0.6, -0.8, 0.8, 0.6;
    return linear(scale * turn);
  };
  const FlowVerdict verdict = verdict_on(scaled(0.71), {41});
  CHECK(verdict.text ==
        "vanishing: a factor 0.71 a step; of the gradient at the last step 1.1e-6 is left 40 steps earlier");
  CHECK(verdict.flow == Flow::vanishing);
  CHECK(verdict.steps == 40);
  CHECK(near(verdict.factor(), 0.71));
  CHECK(near(verdict.left(), std::pow(0.71, 40)));
  CHECK(verdict_on(scaled(1.2), {41}).text ==
        "exploding: a factor 1.2 a step; the gradient at the last step is 1500 times as large 40 steps earlier");
  CHECK(verdict_on(scaled(1.5), {101}).text ==
        "exploding: a factor 1.5 a step; the gradient at the last step is 4.1e17 times as large 100 steps earlier");
  CHECK(verdict_on(scaled(0.99), {41}).text ==
        "healthy: a factor 0.99 a step; of the gradient at the last step 0.67 is left 40 steps earlier");
  CHECK(verdict_on(scaled(1.015), {41}).text ==
        "healthy: a factor 1.02 a step; the gradient at the last step is 1.8 times as large 40 steps earlier");
  CHECK(verdict_on(scaled(0.5), {2}).text ==
        "healthy: a factor 0.5 a step; of the gradient at the last step 0.5 is left 1 step earlier");
  CHECK(verdict_on(scaled(0.5), {2}, {.vanishing_below = 0.6}).flow == Flow::vanishing);
  CHECK(verdict_on(scaled(1.5), {2}, {.exploding_above = 1.4}).flow == Flow::exploding);
  CHECK(verdict_on(scaled(1e-4), {101}).text ==
        "vanishing: a factor 1e-4 a step; of the gradient at the last step 1e-400 is left 100 steps earlier");
  CHECK(verdict_on(scaled(0), {4}).text ==
        "vanishing: a factor 0 a step; of the gradient at the last step nothing is left 3 steps earlier");
  CHECK(verdict_on(scaled(0.06), {3}).text ==
        "vanishing: a factor 0.06 a step; of the gradient at the last step 0.0036 is left 2 steps earlier");
  // As many steps as half of the sequences have to go, or more.
  CHECK(verdict_on(scaled(0.25), {9, 3, 0, 3, 1, 6}).steps == 5);
  CHECK(verdict_on(scaled(0.25), {9, 3, 3}).steps == 2);
  CHECK(near(verdict_on(scaled(0.25), {9, 3, 3}).left(), 0.0625));

  CHECK(verdict_on(scaled(1), {1, 1}).text == "cannot be said: no sequence has two steps");
  CHECK(verdict_on(scaled(1), {1, 3}, {}, at_steps({0})).text ==
        "cannot be said: dL/dh is 0 at the last step of every sequence of two steps or more");
  // One unit: of two, infinity less infinity is NaN or not, as multiply-adds are fused.
  CHECK(
      verdict_on(linear(Dense::Constant(1, 1, 1e200)), {9}).text ==
      "exploding: a factor 1e200 a step; the gradient at the last step is 1e1600 times as large 8 steps earlier; dL/dh "
      "is inf at step 6 (sequence 0)");
}

TEST_CASE("a verdict is on the median of the sequences") {
  const Linear net = linear(Eigen::Vector4d(0.5, 1, 0.1, 0.25).asDiagonal());
  GradientFlow flow{net};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  const Dense last = Dense::Identity(4, 4);
  const auto x = pack(std::vector<Dense>(4, Dense::Zero(1, 2)));
  net.forward(x, tape, last_step, no_noise);
  net.bptt(x, tape, gradient, {.d_last = &last, .hook = &flow});
  CHECK(near(flow[0].verdict().left(), 0.375));
  CHECK(near(flow[0].left(1).median, 0.375));
}

TEST_CASE("what is not finite is named by the step where bptt met it, but where it explodes") {
  const auto x = pack(std::vector<Dense>{Dense::Zero(1, 9), Dense::Zero(1, 4)});
  struct Result {
    std::string text;
    Flow flow;
  };
  const auto with = [&](double w, double d_last, Index b) {
    const Linear net = linear(Dense::Constant(1, 1, w));
    GradientFlow flow{net};
    auto tape = net.tape();
    auto gradient = net.zero_gradient();
    Dense last = Dense::Constant(1, 2, 1);
    last(0, b) = d_last;
    net.forward(x, tape, last_step, no_noise);
    net.bptt(x, tape, gradient, {.d_last = &last, .hook = &flow});
    return Result{flow.text(), flow[0].verdict().flow};
  };
  CHECK(with(1, not_a_number, 1).text == "cannot be said: dL/dh is nan at step 3 (sequence 1)");
  CHECK(with(1, infinity, 0).text == "cannot be said: dL/dh is inf at step 8 (sequence 0)");
  CHECK(
      with(1e200, 1, 0).text ==
      "exploding: a factor 1e200 a step; the gradient at the last step is 1e1600 times as large 8 steps earlier; dL/dh "
      "is inf at step 6 (sequence 0)");
  CHECK(with(infinity, 0, 0).flow == Flow::unknown);
}

TEST_CASE("spectral radius and largest singular value are those that a matrix was made of") {
  Random random(5);
  for (const Index size : {2, 3, 7, 20}) {
    const Dense Q = reflection(size, random);
    Dense D = Dense::Zero(size, size);  // eigenvalues 0.3 ± 2 i √6, and smaller ones
    for (Index k = 1; k < size; ++k) {
      for (Index row = 0; row < k; ++row) D(row, k) = random.normal();
      if (k > 1) D(k, k) = random.uniform(-2, 2);
    }
    D.topLeftCorner(2, 2) << 0.3, 2, -12, 0.3;
    const double radius = std::sqrt(0.09 + 24);
    CHECK(near(spectral_radius(Dense(Q * D * Q)), radius, 1e-8));
    CHECK(near(spectral_radius(Eigen::MatrixXf((Q * D * Q).cast<float>())), radius, 1e-5));
    CHECK(near(spectral_radius(Dense(1e-300 * Q * D * Q)), 1e-300 * radius, 1e-8));
    CHECK(near(spectral_radius(Dense(1e300 * Q * D * Q)), 1e300 * radius, 1e-8));
    D(size - 1, size - 1) = -7;
    if (size > 2) CHECK(near(spectral_radius(Dense(Q * D * Q)), 7, 1e-8));

    const Dense P = reflection(size + 3, random);
    Dense S = Dense::Zero(size, size + 3);
    for (Index k = 0; k < size; ++k) S(k, k) = 1.5 / static_cast<double>(1 + k);
    CHECK(near(largest_singular_value(Dense(Q * S * P)), 1.5));
    CHECK(near(largest_singular_value(Dense((Q * S * P).transpose())), 1.5));
    for (const double gap : {1e-7, 1e-8}) {
      S(1, 1) = 1.5 - gap;
      CHECK(near(largest_singular_value(Dense(Q * S * P)), 1.5, 1e-10));
    }
  }
  CHECK(near(spectral_radius(Dense(Dense::Constant(1, 1, -3))), 3));
  Dense turn(2, 2), block(3, 3), hidden_one(3, 3);
  turn << 0, -2, 3, 0;  // ±i √6
  CHECK(near(spectral_radius(turn), std::sqrt(6.0), 1e-8));
  CHECK(near(largest_singular_value(turn), 3));
  Dense permutation = Dense::Zero(9, 9);  // nine eigenvalues on the unit circle
  for (Index k = 0; k < 9; ++k) permutation(k, (k + 1) % 9) = 1;
  CHECK(near(spectral_radius(permutation), 1));
  CHECK(near(largest_singular_value(permutation), 1));
  block << 0.9, 1, 0, 0, 0.9, 1, 0, 0, 0.9;
  CHECK(near(spectral_radius(block), 0.9, 1e-7));
  block.diagonal().setZero();
  CHECK(spectral_radius(block) == 0);
  CHECK(spectral_radius(Dense::Zero(3, 3)) == 0);
  CHECK(largest_singular_value(Dense::Zero(3, 2)) == 0);
  hidden_one << 1, 0, 0, 0, 0.9, 1e12, 0, 0, 0.9;  // the largest eigenvalue has no part in the first powers
  CHECK(near(spectral_radius(hidden_one), 1, 1e-7));
  for (const double wrong : {not_a_number, infinity, -infinity}) {
    block(1, 2) = wrong;
    CHECK(std::isnan(spectral_radius(block)));
    CHECK(std::isnan(largest_singular_value(block)));
  }
  CHECK_THROWS_WITH(spectral_radius(Dense(2, 3)), "spectral_radius: W is 2 x 3; expected a square matrix");
  CHECK_THROWS_WITH(spectral_radius(Dense(0, 0)), "spectral_radius: W is 0 x 0; expected a square matrix");
  CHECK_THROWS_WITH(largest_singular_value(Dense(0, 3)),
                    "largest_singular_value: J is 0 x 3; expected a matrix that is not empty");
}

TEST_CASE("what GradientFlow cannot say is refused") {
  Random random(6);
  const Plain net = random_net(Plain{Recurrence<>(1, 2), {2, 1}, elman::zero}, 0.5, random);
  CHECK_THROWS_WITH(GradientFlow(net, {.saturated_below = 0}),
                    "GradientFlow: saturated_below is 0; expected in (0, 1)");
  CHECK_THROWS_WITH(GradientFlow(net, {.vanishing_below = not_a_number}),
                    "GradientFlow: vanishing_below is nan; expected in (0, 1)");
  CHECK_THROWS_WITH(GradientFlow(net, {.exploding_above = infinity}),
                    "GradientFlow: exploding_above is inf; expected above 1 and finite");
  GradientFlow flow{net};
  CHECK_THROWS_WITH(flow[0],
                    "GradientFlow: no bptt has gone through recurrence 0; call net.bptt(x, tape, gradient, {.hook = "
                    "&flow}) first");
  CHECK_THROWS_WITH(flow[1], "GradientFlow: recurrence is 1; expected 0 to 0");
  CHECK_THROWS_WITH(flow["layer0"], "GradientFlow: recurrence is \"layer0\"; expected one of \"\"");
  const auto x = pack(draw(1, {3, 0}, random));
  go_back(net, x, flow, Dense::Zero(2, 2));
  const auto& seen = flow[""];
  CHECK_THROWS_WITH(seen.norm(3, 0), "GradientFlow::norm: t is 3; expected -1 to 2");
  CHECK_THROWS_WITH(seen.norm(0, 2), "GradientFlow::norm: b is 2; expected 0 to 1");
  CHECK_THROWS_WITH(seen.norms(-2), "GradientFlow::norms: t is -2; expected -1 to 2");
  CHECK_THROWS_WITH(seen.saturated(-1), "GradientFlow::saturated: t is -1; expected 0 to 2");
  CHECK_THROWS_WITH(seen.left(4), "GradientFlow::left: k is 4; expected 0 to 3");
  CHECK_THROWS_WITH(seen.left(1, -1), "GradientFlow::left: b is -1; expected 0 to 1");
  CHECK_THROWS_WITH(seen.growth(0, 1, 2), "GradientFlow::growth: b is 2; expected 0 to 1");
  CHECK_THROWS_WITH(seen.growth(0, 1), "GradientFlow::growth: sequence 1 has no steps; expected at least 1");
  CHECK_THROWS_WITH(seen.growth(3, 0), "GradientFlow::growth: t1 is 3; expected 0 to 2");
  CHECK_THROWS_WITH(seen.growth(1, 1, 0), "GradientFlow::growth: t0 is 1; expected -1 to 0");

  // Of another net it is refused before anything is written, and the net goes back without it as before.
  using Two = Bidirectional<Recurrence<>>;
  const auto two = random_net(NetOf<Two>{Two(Recurrence<>(1, 2)), {4, 1}, elman::zero}, 0.5, random);
  auto tape = two.tape();
  auto gradient = two.zero_gradient();
  two.forward(x, tape, last_step);
  loss::SquaredError{}(tape, Dense(Dense::Zero(1, 2)));
  CHECK_THROWS_WITH(
      two.bptt(x, tape, gradient, {.hook = &flow}),
      "GradientFlow: bptt is that of a net of 2 recurrences; expected 1, as of the net that it was made for");
  CHECK(gradient.theta().isZero(0));
  CHECK(flow[0].steps().count() == 3);
  two.bptt(x, tape, gradient);
  CHECK(!gradient.theta().isZero(0));
  CHECK(flow[0].steps().count() == 3);
}
