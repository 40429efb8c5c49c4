// SPDX-License-Identifier: MIT
//
// Penalties that hooks add: each is what its equation says, and what it adds to gradients is its derivative, by every
// parameter, x and h₀ (81), (82), or by W alone (79), (80), against the complex step.
#include <elman/elman.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/tolerance.hpp"

namespace {

using namespace elman;
using Dense = Eigen::MatrixXd;
using Complex = std::complex<double>;
using Cell = RNNCell<double, 2, 5, 3, Tanh, Identity>;

enum class Kind { activity, norm, change };

template <class Scalar>
Scalar square(const Eigen::Matrix<Scalar, Dynamic, 1>& v) {
  return (v.transpose() * v)(0);  // without conjugates
}

/// p of (81), (82).
template <class Scalar>
Scalar term(Kind kind, const Eigen::Matrix<Scalar, Dynamic, 1>& h, const Eigen::Matrix<Scalar, Dynamic, 1>& h_prev) {
  using std::sqrt;
  if (kind == Kind::activity) return square(h);
  if (kind == Kind::change) return square<Scalar>(h - h_prev);
  const Scalar change = sqrt(square(h)) - sqrt(square(h_prev));
  return change * change;
}

/// Σ p of one recurrence.
template <class Tape>
auto sum_of_terms(Kind kind, const Tape& tape) {
  const auto outputs = tape.between.outputs(tape.states());
  using Scalar = std::remove_cvref_t<decltype(outputs(0, 0))>;
  Scalar sum(0);
  for (Index t = 0; t < tape.steps().count(); ++t) {
    for (Index k = 0; k < tape.steps().width(t); ++k) {
      sum += term<Scalar>(kind, outputs.col(tape.block(t) + k), outputs.col(tape.block(t - 1) + k));
    }
  }
  return sum;
}

/// A squared error of what is read, and a penalty on all recurrences or on one.
template <class Body>
struct PenalisedError {
  using Output = Identity;
  const Body* body;
  Kind kind;
  double weight;
  bool is_mean;
  Index only;  ///< −1: all

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    auto L = loss::SquaredError{}(tape, targets);
    Index number = 0;
    detail::for_each_recurrence(*body, detail::NoPath{}, tape.body, [&](detail::NoPath, const auto&, auto& its_tape) {
      if (const Index its = number++; only >= 0 && its != only) return;
      const double share = is_mean ? weight / static_cast<double>(its_tape.steps().columns()) : weight;
      L += share * sum_of_terms(kind, std::as_const(its_tape));
    });
    return L;
  }
};

/// A net whose bptt has a hook.
template <class Net_>
struct Hooked : Net_ {
  Hooked(const Net_& net, BackwardHook<double>* its_hook) : Net_(net), hook(its_hook) {}
  template <class X, class Tape, class Asked>
  void bptt(const X& x, Tape& tape, typename Net_::Gradient& gradient, Asked asked) const {
    asked.hook = hook;
    Net_::bptt(x, tape, gradient, asked);
  }
  BackwardHook<double>* hook;
};

template <class Net>
std::unique_ptr<hook::Penalty<double>> make_penalty(Kind kind, const Net& net, const hook::PenaltyOptions& options) {
  if (kind == Kind::activity) return std::make_unique<hook::ActivityPenalty<double>>(net, options);
  if (kind == Kind::norm) return std::make_unique<hook::NormPenalty<double>>(net, options);
  return std::make_unique<hook::ChangePenalty<double>>(net, options);
}

template <class Net>
void randomise(Net& net, Random& random) {
  net.for_each([&](const std::string&, auto& view) {
    for (Index k = 0; k < view.size(); ++k) view.data()[k] = 0.6 * random.normal();
  });
}

Sequences<double, Dynamic> columns_of(Index in, const std::vector<Index>& lengths, Random& random) {
  std::vector<Dense> x;
  for (const Index length : lengths) x.push_back(nets::normal<Dense>(in, length, random));
  return pack(x);
}
Labels tokens_of(Index vocabulary, const std::vector<Index>& lengths, Random& random) {
  std::vector<std::vector<Index>> lists;
  for (const Index length : lengths) {
    for (lists.emplace_back(); std::ssize(lists.back()) < length;) lists.back().push_back(random.below(vocabulary));
  }
  return pack(lists);
}

template <class Net, class X>
void check_penalty(Kind kind, const Net& net, const X& x, Index read_columns, const ReadSteps& read, Random& random,
                   const Dense& h0, const hook::PenaltyOptions& options, Index only = -1) {
  const auto penalty = make_penalty(kind, net, options);
  const Hooked<Net> hooked(net, penalty.get());
  const PenalisedError<std::remove_cvref_t<decltype(net.body())>> L{&net.body(), kind, options.weight,
                                                                    options.reduction == hook::Reduction::mean, only};
  const Dense targets = nets::normal<Dense>(net.out(), read_columns, random);
  const auto report = gradient_check(hooked, x, targets, L, read, h0, std::optional<Random>(Random(5)));
  CHECK(report.entries.size() > 5);
  for (const auto& entry : report.entries) {
    if (entry.name == "layer0.h0" && h0.size() > 0) continue;  // what is learned is not used
    CAPTURE(entry.name, entry.norm, static_cast<int>(kind));
    CHECK(entry.error <= tolerance::complex_step_through(4));
  }
  auto tape = net.tape();
  Random masks(5);
  net.forward(x, tape, read, {.start = h0, .random = &masks});
  const double error = loss::SquaredError{}(tape, targets);
  CHECK(penalty->value() * options.weight == Approx(L(tape, targets) - error));
}

/// A learned start, both directions, noise between steps and layers.
using Noisy =
    Stacked<LearnedStart<Recurrence<>>,
            Dropout<Bidirectional<Recurrence<>, Recurrence<Dynamic, Dynamic, Tanh, RecurrentNoise>>>, Recurrence<>>;
using NoisyNet = Net<double, Noisy, Readout<Dynamic, Dynamic, Identity>>;
NoisyNet noisy_net(Random& random) {
  NoisyNet net{
      Noisy{LearnedStart{Recurrence{2, 3}},
            Dropout{Bidirectional{Recurrence{3, 4}, Recurrence{3, 1, {.recurrent_dropout = 0.3, .zoneout = 0.2}}},
                    {.rate = 0.2}},
            Recurrence{5, 6}},
      Readout<Dynamic, Dynamic, Identity>{6, 2}, zero};
  randomise(net, random);
  return net;
}

/// From tokens to tokens, a stack that writes from what has been read both ways.
using Writer = EncoderDecoder<Stacked<Embedding<>, Bidirectional<Recurrence<>, Recurrence<>>>,
                              Stacked<Recurrence<>, Recurrence<>>>;
using WriterNet = Net<double, Writer, Readout<Dynamic, Dynamic, Identity>>;
WriterNet writer_net(Random& random) {
  WriterNet net{Writer{Stacked{Embedding{7, 2}, Bidirectional{Recurrence{2, 3}, Recurrence{2, 4}}},
                       Stacked{Recurrence{6, 3}, Recurrence{3, 4}}},
                Readout<Dynamic, Dynamic, Identity>{4, 5}, zero};
  randomise(net, random);
  return net;
}

/// Keeps what Ω is made of.
struct Parts : BackwardHook<double> {
  Parts() : BackwardHook<double>({.sent_back = true}) {}
  struct Step {
    Index recurrence;
    Dense W, d_a, slopes_before;
  };
  void step(const BackwardRun<double>& run, const BackwardStep<double>& step) override {
    if (step.t > 0) steps.push_back({run.recurrence, run.W, step.d_a, step.slopes_before});
  }
  std::vector<Step> steps;
};

/// (79), of a W that may be complex.
template <class Matrix>
typename Matrix::Scalar omega_of(const Matrix& W, Index recurrence, const std::vector<Parts::Step>& steps) {
  using Scalar = typename Matrix::Scalar;
  using std::sqrt;
  Scalar sum(0);
  for (const auto& step : steps) {
    if (step.recurrence != recurrence) continue;
    for (Index k = 0; k < step.d_a.cols(); ++k) {
      const Eigen::Matrix<Scalar, Dynamic, 1> delta = step.d_a.col(k).cast<Scalar>();
      if (step.d_a.col(k).squaredNorm() == 0) continue;
      Eigen::Matrix<Scalar, Dynamic, 1> q = (W.transpose() * delta).cwiseProduct(step.slopes_before.col(k));
      const Scalar miss = sqrt(square(q) / square(delta)) - Scalar(1);
      sum += miss * miss;
    }
  }
  return sum;
}

/// What Ω adds to ∂L/∂W of each recurrence is (80), to all else nothing.
template <class Net, class X>
void check_omega(const Net& net, const X& x, Index read_columns, const ReadSteps& read, Random& random,
                 const hook::PenaltyOptions& options, const std::vector<Index>& chosen) {
  const double batch = static_cast<double>(detail::batch_of(x));
  auto tape = net.tape();
  auto plain = net.zero_gradient(), penalised = net.zero_gradient();
  Random masks(5);
  net.forward(x, tape, read, {.random = &masks});
  loss::SquaredError{}(tape, nets::normal<Dense>(net.out(), read_columns, random));
  Parts parts;
  net.bptt(x, tape, plain, {.hook = &parts});
  hook::Omega omega{net, options};
  net.bptt(x, tape, penalised, {.hook = &omega});
  const bool is_sum = options.reduction == hook::Reduction::sum;
  Index recurrence = 0;
  double all = 0;
  std::vector<Dense> added;
  plain.for_each([&](const std::string&, const auto& matrix) { added.emplace_back(-matrix); });
  std::size_t place = 0;
  penalised.for_each([&](const std::string& name, const auto& matrix) {
    added[place] += matrix;
    const Dense& difference = added[place++];
    CAPTURE(name);
    if (name != "W" && !name.ends_with(".W")) {
      CHECK(difference.norm() == 0);
      return;
    }
    const auto its = recurrence++;
    if (std::find(chosen.begin(), chosen.end(), its) == chosen.end()) {
      CHECK(difference.norm() == 0);
      CHECK(omega.value(its) == 0);
      return;
    }
    Eigen::MatrixXcd W;
    for (const auto& step : parts.steps) {
      if (step.recurrence == its) W = step.W.cast<Complex>();
    }
    const double part = is_sum ? 1 : 1 / batch;
    const double value = part * omega_of(W, its, parts.steps).real();
    const Dense expected =
        options.weight * part * detail::differentiate(W, [&] { return omega_of(W, its, parts.steps); });
    CHECK(expected.norm() > 1e-3);
    CHECK((difference - expected).norm() <= tolerance::complex_step_through(2) * expected.norm());
    CHECK(omega.value(its) == Approx(value).epsilon(1e-12));
    all += value;
  });
  CHECK(omega.value() == Approx(all).epsilon(1e-12));
}

}  // namespace

TEST_CASE("the gradients of penalties on h equal the complex step, of every composition") {
  Random random(1);
  const NoisyNet net = noisy_net(random);
  const std::vector<Index> lengths{3, 7, 1, 0, 7};
  const auto x = columns_of(2, lengths, random);
  const WriterNet writer = writer_net(random);
  const SourceTarget pair{tokens_of(7, {4, 1, 6}, random), columns_of(6, {2, 5, 3}, random)};
  using hook::Reduction;
  for (const Kind kind : {Kind::activity, Kind::norm, Kind::change}) {
    check_penalty(kind, net, x, 18, every_step, random, nets::normal<Dense>(net.state(), 5, random), {.weight = 3});
    check_penalty(kind, writer, pair, 3, last_step, random, nets::normal<Dense>(writer.state(), 3, random),
                  {.weight = 0.5, .reduction = Reduction::sum});
  }
  // Only one, and the start that is learned.
  check_penalty(Kind::change, net, x, 18, every_step, random, Dense(),
                {.weight = 2, .recurrences = {"layer1.backwards."}}, 2);
  check_penalty(Kind::norm, net, columns_of(2, lengths, random), 18, every_step, random, Dense(),
                {.weight = 2, .recurrences = {"layer0"}}, 0);
}

TEST_CASE("penalties on h go from block to block of steps") {
  Random random(2);
  Cell cell(zero);
  nets::randomise(cell, 0.9, random);
  const auto x = columns_of(2, {90, 3, 70, 90}, random);
  for (const Kind kind : {Kind::activity, Kind::norm, Kind::change}) {
    check_penalty(kind, cell, x, 4, last_step, random, nets::normal<Dense>(5, 4, random), {.weight = 5});
  }
}

TEST_CASE("what Omega adds to dL/dW equals the complex step with a and dL/da held constant") {
  Random random(3);
  const NoisyNet net = noisy_net(random);
  const auto x = columns_of(2, {3, 7, 1, 0, 7}, random);
  check_omega(net, x, 18, every_step, random, {.weight = 100}, {0, 1, 2, 3});
  check_omega(net, x, 18, every_step, random,
              {.weight = 50, .reduction = hook::Reduction::sum, .recurrences = {"layer1"}}, {1, 2});
  const WriterNet writer = writer_net(random);
  const SourceTarget pair{tokens_of(7, {4, 1, 6}, random), columns_of(6, {2, 5, 3}, random)};
  check_omega(writer, pair, 3, last_step, random, {.weight = 100}, {0, 1, 2, 3});
}

TEST_CASE("Omega of one sequence by hand, where the gradient is 0 and where it is tiny") {
  // δ_1 = (3, 4)/5, W = 2·1, σ' = 1 at h = 0: r = 2, Ω = 1, g = 2 δ, ∂Ω/∂W = 2 δ δᵀ.
  const auto check = [](auto scalar, double size, double expected_omega) {
    using Scalar = decltype(scalar);
    RNNCell<Scalar, 1, 2, 2, Tanh, Identity> cell(zero);
    cell.W().setIdentity();
    cell.W() *= Scalar(2);
    cell.V().setIdentity();
    auto tape = cell.tape();
    auto gradient = cell.zero_gradient();
    const Matrix<Scalar, 1, 2> x = Matrix<Scalar, 1, 2>::Zero();
    cell.forward(x, tape, last_step);
    tape.d_o() = Vector<Scalar, 2>(static_cast<Scalar>(0.6 * size), static_cast<Scalar>(0.8 * size));
    hook::Omega omega{cell, {.weight = 3}};
    cell.bptt(x, tape, gradient, {.hook = &omega});
    const double g = 3 * 2 * expected_omega;
    Dense expected(2, 2);
    expected << 0.36, 0.48, 0.48, 0.64;
    CAPTURE(size);
    CHECK(omega.value() == Approx(expected_omega).epsilon(1e-5));
    CHECK((gradient.W().template cast<double>() - g * expected).norm() <= 1e-5);
  };
  for (const double size : {1.0, 1e-10, 1e-30, 1e30}) check(0.0F, size, 1);
  for (const double size : {1e-300, 1e-160, 1e160, 1e300}) check(0.0, size, 1);
  for (const double size : {0.0, 1e-36, 1e-44}) check(0.0F, size, 0);

  // σ' = 0: r = 0, Ω = 1, and no gradient.
  RNNCell<double, 1, 2, 2, ReLU, Identity> cell(zero);
  cell.W().setIdentity();
  cell.V().setIdentity();
  cell.b() << -1, -1;
  cell.U() << 3, 3;
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  const Matrix<double, 1, 2> x(0, 1);  // a = −1, then 2
  cell.forward(x, tape, last_step);
  tape.d_o() = Vector<double, 2>(1, 1);
  hook::Omega omega{cell};
  cell.bptt(x, tape, gradient, {.hook = &omega});
  CHECK(omega.value() == 1);
  CHECK(gradient.W().norm() == 0);
}

TEST_CASE("Omega of gradients that vanish on the way, from block to block of steps") {
  // h = 0, W = 1/2: δ is half as large with each step back, r = 1/2, and each step adds 1/4 to Ω and −δ δᵀ/‖δ‖² to
  // ∂Ω/∂W, until δ is below 2^−116 of a float, or q of the gradient: 1.3 · 2^−k is not for k ≤ 116, half of it for k ≤
  // 115.
  const Index B = 16, T = 150;
  RNNCell<float, 1, 2, 2, Tanh, Identity> cell(zero);
  cell.W().setIdentity();
  cell.W() *= 0.5F;
  cell.V().setIdentity();
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  const std::vector<Matrix<float, 1, Dynamic>> sequences(static_cast<std::size_t>(B), Matrix<float, 1, T>::Zero());
  const auto x = pack(sequences);
  cell.forward(x, tape, last_step);
  tape.d_o().colwise() = Vector<float, 2>(0.6F * 1.3F, 0.8F * 1.3F);
  hook::Omega omega{cell};
  cell.bptt(x, tape, gradient, {.hook = &omega});
  CHECK(omega.value() == Approx(117 * 0.25).epsilon(1e-5));
  Dense expected(2, 2);
  expected << 0.36, 0.48, 0.48, 0.64;
  CHECK((gradient.W().cast<double>() + 116 * expected).norm() <= 1e-2);
}

TEST_CASE("norms whose squares no scalar holds") {
  for (const double size : {1.0, 1e-170, 1e170, 1e-310}) {
    const std::array<double, 3> x{3 * size, 0, -4 * size};
    CHECK(detail::column_norm(x.data(), 3) / size == Approx(size < 1e-300 ? 4 : 5));
  }
  const std::array<float, 2> tiny{3e-30F, 4e-30F}, infinite{1, std::numeric_limits<float>::infinity()};
  CHECK(detail::column_norm(tiny.data(), 2) == Approx(5e-30));
  CHECK(detail::column_norm(infinite.data(), 2) == std::numeric_limits<double>::infinity());
}

TEST_CASE("a penalty of a norm that is 0 has no gradient there") {
  RNNCell<double, 1, 2, 2, Tanh, Identity> cell(zero);
  const Matrix<double, 1, 3> x = Matrix<double, 1, 3>::Zero();
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  Dense h0(2, 1);
  h0 << 0.3, 0.4;
  cell.forward(x, tape, last_step, h0);
  loss::SquaredError{}(tape, Dense(Dense::Zero(2, 1)));
  hook::NormPenalty steady{cell, {.weight = 6}};
  Matrix<double, 2, Dynamic> d_h0;
  cell.bptt(x, tape, gradient, {.d_h0 = &d_h0, .hook = &steady});
  CHECK(steady.value() == Approx(0.25 / 3));
  CHECK((d_h0 - 6 * 2 * h0 / 3).norm() < 1e-14);
  CHECK(gradient.theta().norm() == 0);
}

TEST_CASE("a run in chunks has the penalties of the whole, and fixed tapes have the bits of growing ones") {
  Random random(4);
  Cell cell(zero);
  nets::randomise(cell, 0.9, random);
  const Matrix<double, 2, Dynamic> x = nets::normal<Dense>(2, 9, random);
  const Dense targets = nets::normal<Dense>(3, 9, random);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  hook::ChangePenalty change{cell, {.reduction = hook::Reduction::sum}};
  const auto run = [&](auto& its_tape, Index first, Index count, auto& state) {
    const Matrix<double, 2, Dynamic> part = x.middleCols(first, count);
    cell.forward(part, its_tape, every_step, state);
    loss::SquaredError{{.reduction = loss::Reduction::sum}}(its_tape, Dense(targets.middleCols(first, count)));
    cell.bptt(part, its_tape, gradient, {.hook = &change});
    return change.value();
  };
  auto whole = cell.initial_state(), chunks = cell.initial_state();
  const double all = run(tape, 0, 9, whole);
  CHECK(run(tape, 0, 4, chunks) + run(tape, 4, 5, chunks) == Approx(all));

  hook::Omega omega{cell};
  hook::Join both{omega, change};
  auto of_growing = cell.zero_gradient(), of_fixed = cell.zero_gradient(), of_plain = cell.zero_gradient();
  Cell::FixedTape<9, 1> fixed;
  const auto go = [&](auto& its_tape, auto& into, BackwardHook<double>* hook) {
    cell.forward(x, its_tape, every_step);
    loss::SquaredError{}(its_tape, targets);
    cell.bptt(x, its_tape, into, {.hook = hook});
  };
  go(tape, of_growing, &both);
  go(fixed, of_fixed, &both);
  go(tape, of_plain, nullptr);
  CHECK(of_growing.theta() == of_fixed.theta());
  CHECK((of_growing.theta() - of_plain.theta()).norm() > 1e-3);
}

TEST_CASE("joined hooks add what they add one by one, and each sees what it asked for") {
  struct Watch : BackwardHook<double> {
    explicit Watch(const BackwardNeeds& needs) : BackwardHook<double>(needs) {}
    void start(Index) override { calls = "s"; }
    void begin(const BackwardRun<double>& run) override { calls += "b", share_seen = run.share; }
    void above(const BackwardRun<double>&, Index, const MatrixView<double>&) override { calls += "a"; }
    void step(const BackwardRun<double>&, const BackwardStep<double>& step) override {
      calls += std::to_string(step.t);
      sizes = {step.d_a.size(),           step.d_state.size(), step.sent_back.size(),
               step.slopes_before.size(), step.seen.size(),    step.keep.size(),
               step.left.size(),          step.right.size(),   step.slopes.size()};
      if (step.t > 0) of_step_1 = sizes;
    }
    void initial(const BackwardRun<double>&, const MatrixView<double>&) override { calls += "i"; }
    std::string calls;
    double share_seen = 0;
    std::array<Index, 9> sizes{}, of_step_1{};
  };
  Random random(5);
  Cell cell(zero);
  nets::randomise(cell, 0.9, random);
  const auto x = columns_of(2, {2, 2}, random);
  const Dense targets = nets::normal<Dense>(3, 4, random);
  auto tape = cell.tape();
  cell.forward(x, tape, every_step);
  loss::SquaredError{}(tape, targets);
  const auto added = [&](BackwardHook<double>* hook) {
    auto plain = cell.zero_gradient(), with = cell.zero_gradient();
    Matrix<double, 5, Dynamic> d_h0;
    cell.bptt(x, tape, plain);
    cell.bptt(x, tape, with, {.d_h0 = &d_h0, .hook = hook});
    return Eigen::VectorXd(with.theta() - plain.theta());
  };
  hook::Omega omega{cell, {.weight = 2}};
  hook::ActivityPenalty activity{cell, {.weight = 3}};
  Watch nothing({}), states({.d_state = true}), back({.sent_back = true}), jacobians({.jacobian = true}),
      slopes({.slopes = true});
  hook::Join joined{omega, nothing, states, back, jacobians, slopes};
  CHECK((added(&joined) - added(&omega)).norm() == 0);
  for (const Watch* watch : {&nothing, &states, &back, &jacobians, &slopes}) {
    CHECK(watch->calls == "sba10i");
    CHECK(watch->share_seen == 1);
  }
  CHECK(nothing.of_step_1 == std::array<Index, 9>{10, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(states.of_step_1 == std::array<Index, 9>{10, 10, 0, 0, 0, 0, 0, 0, 0});
  CHECK(back.of_step_1 == std::array<Index, 9>{10, 0, 10, 10, 0, 0, 0, 0, 0});
  CHECK(jacobians.of_step_1 == std::array<Index, 9>{10, 0, 0, 0, 0, 10, 10, 10, 0});
  CHECK(slopes.of_step_1 == std::array<Index, 9>{10, 0, 0, 0, 0, 0, 0, 0, 10});

  // A flow sees in company what it sees alone.
  GradientFlow alone{cell, {.saturated_below = 0.7}}, among_others{cell, {.saturated_below = 0.7}};
  added(&alone);
  hook::Join flow_too{omega, among_others};
  added(&flow_too);
  CHECK(alone[0].saturated() > 0);
  CHECK(among_others[0].saturated() == alone[0].saturated());
  CHECK(among_others[0].norm(0, 1) == alone[0].norm(0, 1));
  CHECK(among_others[0].left(1, 1) == alone[0].left(1, 1));
  CHECK(among_others[0].spectral_radius() == alone[0].spectral_radius());

  // δ has the part of the activities, so that Ω is of L with them; its share is what both have.
  hook::Join both{activity, omega};
  const Eigen::VectorXd whole = added(&both);
  const double omega_of_both = omega.value();
  both.share = 0;
  CHECK(added(&both).norm() == 0);
  added(&omega);
  CHECK(omega.value() != omega_of_both);
  CHECK((whole - added(&activity)).norm() > 1e-3);
}

TEST_CASE("micro-batches of a loop add the penalties of the whole batch") {
  Random random(6);
  std::vector<Matrix<double, 2, Dynamic>> sequences;
  std::vector<Matrix<double, 3, 1>> targets;
  for (int k = 0; k < 8; ++k) {
    sequences.push_back(nets::normal<Dense>(2, 5, random));
    targets.push_back(nets::normal<Dense>(3, 1, random));
  }
  const train::Examples data{sequences, targets};
  const auto trained = [&](Index micro, bool hooked) {
    Random its(7);
    Cell cell{init::standard(its)};
    optim::SGD descent{cell, {.learning_rate = 0.1}};
    train::Loop loop{
        cell, descent, loss::SquaredError{}, train::Batches{data, {.size = 8, .micro = micro}}, {.epochs = 2}};
    hook::Omega omega{cell, {.weight = 2}};
    hook::NormPenalty steady{cell, {.weight = 2}};
    hook::Join both{omega, steady};
    if (hooked) loop.hook(both);
    loop.run();
    CHECK(both.share == 1);  // for who goes on by hand
    return Eigen::VectorXd(cell.theta());
  };
  const Eigen::VectorXd at_once = trained(0, true);
  CHECK((trained(0, false) - at_once).norm() > 1e-3);
  for (const Index micro : {1, 2, 4}) CHECK((trained(micro, true) - at_once).norm() <= 1e-13 * at_once.norm());
}

TEST_CASE("penalties refuse what does not fit, by name, and leave the gradient alone") {
  Random random(8);
  const NoisyNet net = noisy_net(random);
  const Cell cell(init::standard(random));
  const RNNCell<float, 2, 5, 3> narrow(init::standard(random));
  CHECK_THROWS_WITH((hook::Omega{net, {.weight = -1}}), "Omega: weight is -1; expected at least 0 and finite");
  CHECK_THROWS_WITH((hook::NormPenalty{net, {.weight = std::nan("")}}),
                    "NormPenalty: weight is nan; expected at least 0 and finite");
  CHECK_THROWS_WITH((hook::ActivityPenalty{narrow, {.weight = 1e39}}),
                    "ActivityPenalty: weight is 1e+39; expected at most 3.4028235e+38, the largest of a float");
  CHECK_THROWS_WITH((hook::ChangePenalty{net, {.recurrences = {"layer"}}}),
                    "ChangePenalty: recurrence is \"layer\"; expected one of \"layer0.\", \"layer1.forwards.\", "
                    "\"layer1.backwards.\", \"layer2.\"");
  CHECK_THROWS_WITH((hook::Omega{cell, {.recurrences = {"W"}}}), "Omega: recurrence is \"W\"; expected one of \"\"");
  hook::Omega of_cell{cell, {.recurrences = {""}}}, of_net{net};
  CHECK_THROWS_WITH(of_cell.set_weight(-2), "Omega: weight is -2; expected at least 0 and finite");
  CHECK(of_cell.options().weight == 1);

  const auto x = columns_of(2, {3, 2}, random);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  cell.forward(x, tape, last_step);
  loss::SquaredError{}(tape, nets::normal<Dense>(3, 2, random));
  CHECK_THROWS_WITH(cell.bptt(x, tape, gradient, {.hook = &of_net}),
                    "Omega: the net has 1 recurrences; expected 4 as the net this was made for");
  CHECK(gradient.theta().norm() == 0);
  cell.bptt(x, tape, gradient);  // no hook was left behind
  auto with = cell.zero_gradient();
  of_cell.set_weight(0);
  cell.bptt(x, tape, with, {.hook = &of_cell});
  CHECK(with.theta() == gradient.theta());
  CHECK(of_cell.value() > 0);
}
