// SPDX-License-Identifier: MIT
//
// Layers without a bias are those with one that is zero, bit for bit, and have nothing in its place.
#include "elman/layers/bias.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using namespace elman;

namespace {

using M = Eigen::MatrixXd;

template <class Net>
std::vector<std::string> names_of(const Net& net) {
  std::vector<std::string> names;
  net.for_each([&](const std::string& name, const auto&) { names.push_back(name); });
  return names;
}

/// A net with biases of zero, all else as in `without`.
template <class Net, class Without>
void take_weights(Net& net, const Without& without) {
  net.set_zero();
  without.for_each([&](const std::string& name, const auto& view) { net.matrix(name) = view; });
}

/// θ of what both have.
template <class Parameters>
std::vector<double> without_biases(const Parameters& parameters) {
  std::vector<double> kept;
  parameters.for_each([&](const std::string& name, const auto& view) {
    if (name.back() == 'b' || name.back() == 'c') return;
    for (Index k = 0; k < view.size(); ++k) kept.push_back(static_cast<double>(view.data()[k]));
  });
  return kept;
}

/// forward, bptt and steps of both.
template <class Tape, class With, class Without, class X>
void check_same(With with, const Without& without, Tape&& tape, const X& x, const ReadSteps& read) {
  take_weights(with, without);
  CHECK(without.theta().size() == static_cast<Index>(without_biases(with).size()));
  CHECK(names_of(without).size() < names_of(with).size());
  auto expected = with.tape();
  with.forward(x, expected, read);
  without.forward(x, tape, read);
  CHECK(tape.h() == expected.h());
  CHECK(tape.o() == expected.o());
  const loss::SquaredError loss;
  const M targets = M::Ones(tape.o().rows(), tape.o().cols());
  auto gradient = without.zero_gradient();
  auto expected_gradient = with.zero_gradient();
  CHECK(loss(tape, targets) == loss(expected, targets));
  without.bptt(x, tape, gradient);
  with.bptt(x, expected, expected_gradient);
  CHECK(without_biases(gradient) == without_biases(expected_gradient));
  CHECK(gradient.theta().norm() > 0);
}

template <class A, class B, class X>
void check_same_steps(const A& a, const B& b, const std::vector<X>& xs) {
  auto state = a.initial_state();
  auto expected = b.initial_state();
  for (const X& x : xs) {
    CHECK(a.step(x, state) == b.step(x, expected));
    CHECK(state.h == expected.h);
  }
}

using Lean = Net<double, Recurrence<3, 7, Tanh, NothingBetween, NoBias>, Readout<7, 4, Identity, NoBias>>;
using Cell = RNNCell<double, 3, 7, 4, Tanh, Identity>;

template <class Net>
Net filled(Net net, std::uint64_t seed) {
  Random random(seed);
  laws::randomise_net(net, 0.9, random);
  return net;
}

}  // namespace

TEST_CASE("a cell without biases is the cell whose biases are zero, bit for bit, and its θ is shorter") {
  static_assert(Lean::theta_size == 7 * 3 + 7 * 7 + 4 * 7);
  const Lean lean = filled(Lean{elman::zero}, 1);
  Cell with{[](auto& parameters) { parameters.set_zero(); }};
  CHECK(names_of(lean) == std::vector<std::string>{"U", "W", "V"});
  expect_error([&] { lean.matrix("b"); }, "Parameters::matrix: name is \"b\"; expected one of U, W, V");
  CHECK(lean.U().data() == lean.theta().data());
  CHECK(lean.V().data() == lean.theta().data() + 7 * 10);
  CHECK(lean.hidden() == 7);

  Random random(2);
  const auto x = laws::draw_columns(random, 3, {12, 5, 9, 1});
  const auto tokens = laws::draw_tokens(random, 3, {12, 5, 9, 1});
  for (const ReadSteps& read : {every_step, last_step}) {
    check_same(with, lean, lean.tape(), x, read);
    check_same(with, lean, Lean::FixedTape<12, 4>(), x, read);
    check_same(with, lean, lean.tape(), tokens, read);
  }
  take_weights(with, lean);
  std::vector<Eigen::Vector3d> columns;
  for (int t = 0; t < 10; ++t) columns.push_back(nets::normal<Eigen::Vector3d>(3, 1, random));
  check_same_steps(lean, with, columns);
  check_same_steps(lean, with, std::vector<Index>{2, 0, 1, 1, 2});
}

TEST_CASE("layers without a bias stand among others, of sizes at run time, with noise, and frozen") {
  Random random(3);
  const auto layers = [](const auto&... none) {
    return Stacked{Recurrence{3, 5, none...}, Bidirectional{Recurrence{5, 4, {.zoneout = 0.2}, none...}},
                   Recurrence{8, 6, {.recurrent_dropout = 0.2}, none...}};
  };
  const auto lean_body = layers(no_bias);
  const auto body = layers();
  using Out = Readout<Dynamic, Dynamic, Identity>;
  const auto lean =
      filled(Net<double, std::remove_cvref_t<decltype(lean_body)>, Out>{lean_body, Out(6, 2), elman::zero}, 4);
  const Net<double, std::remove_cvref_t<decltype(body)>, Out> with{body, Out(6, 2), elman::zero};
  CHECK(with.theta().size() - lean.theta().size() == 5 + 4 + 4 + 6);
  CHECK(names_of(lean).back() == "c");
  const auto x = laws::draw_columns(random, 3, {4, 8});
  auto tape = lean.tape();
  auto its_tape = with.tape();
  auto zero_biased = with;
  take_weights(zero_biased, lean);
  for (const auto& read : {every_step, last_step}) {
    Random masks(5), same(5);
    lean.forward(x, tape, read, masks);
    zero_biased.forward(x, its_tape, read, same);
    CHECK(tape.o() == its_tape.o());
  }

  using Small = Net<float,
                    Stacked<Embedding<9, 3>, Recurrence<3, 5, ReLU, NothingBetween, NoBias>,
                            Recurrence<5, 6, Tanh, RecurrentNoise, NoBias>>,
                    Readout<6, 4, Softmax, NoBias>>;
  Small small{init::standard(random)};
  const std::vector<Index> tokens{3, 8, 0, 1, 1, 5};
  check_same_steps(freeze<float>(small).net(), small, tokens);
  const auto narrow = freeze<std::int8_t>(small);
  auto state = narrow.net().initial_state();
  auto expected = narrow.net().thaw().initial_state();
  for (const Index token : tokens) {
    const auto y = narrow.net().thaw().step(token, expected);
    CHECK((narrow.net().step(token, state) - y).norm() < 1e-5F);
  }
  CHECK(freeze<float>(small).net().thaw().theta() == small.theta());
  CHECK(freeze<float>(small).numbers().empty());
}

TEST_CASE("a header of a net without biases names its types, and has an array for no vectors") {
  const Net<float, Recurrence<3, 4, Tanh, NothingBetween, NoBias>, Readout<4, 2, Identity, NoBias>> net{
      [](auto& parameters) { parameters.U().setOnes(); }};
  const std::string text = cpp_header(net, "model");
  CHECK(text.find("using Body = elman::Recurrence<3, 4, elman::Tanh, elman::NothingBetween, elman::NoBias>;") !=
        std::string::npos);
  CHECK(text.find("using Readout = elman::Readout<4, 2, elman::Identity, elman::NoBias>;") != std::string::npos);
  CHECK(text.find("inline constexpr std::array<float, 0> numbers{};") != std::string::npos);
  CHECK(text.find("{\"W\", 4, 4},\n    {\"V\", 2, 4},") != std::string::npos);
}

TEST_CASE("initialisers draw for a net without biases what they draw for the weights of one with zero biases") {
  Random random(6), same(6);
  const Lean lean{init::standard(random)};
  const Cell with{init::standard(same)};
  CHECK(lean.U() == with.U());
  CHECK(lean.W() == with.W());
  CHECK(lean.V() == with.V());
  CHECK(random == same);
  Lean torch{init::torch_default(random)};
  CHECK(torch.theta().cwiseAbs().minCoeff() > 0);
  CHECK(torch.theta().cwiseAbs().maxCoeff() < 1 / std::sqrt(7.0));
  const Lean irnn{init::irnn(random)};
  CHECK(irnn.W() == Eigen::MatrixXd::Identity(7, 7));
}
