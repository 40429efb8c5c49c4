// SPDX-License-Identifier: MIT
//
// The indented lines of docs/features.md, as they are printed there: they compile and do what they say.
// (listings/blocks.test.cpp checks that every one of them stands here.)
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"

using namespace elman;

TEST_CASE("the lines of features.md's Shapes") {
  Random random{1};
  const RNNCell<double, 3, 5, 4> cell{init::torch_default(random)};
  const auto x = pack(std::vector<Columns<double, 3>>{nets::normal<Columns<double, 3>>(3, 4, random),
                                                      nets::normal<Columns<double, 3>>(3, 2, random)});
  const std::vector<Index> labels{0, 3, 2, 1, 0, 3};
  const loss::CrossEntropy loss;
  const Columns<double, 5> h0 = nets::normal<Columns<double, 5>>(5, 2, random);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  Columns<double, 3> d_x;
  Columns<double, 5> d_h0;
  cell.forward(x, tape);
  CHECK(tape.o().cols() == 6);
  cell.forward(x, tape, elman::last_step);
  CHECK(tape.o().cols() == 2);
  cell.forward(x, tape, elman::every_step, h0);
  loss(tape, labels);
  cell.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
  CHECK(d_x.cols() == 6);
  CHECK(d_h0.norm() > 0);
  auto prediction = cell.prediction();
  cell.predict(x, prediction, elman::last_step);
  CHECK(prediction.y().cols() == 2);
  const Vector<double, 3> x_t(1, 2, 3);
  auto state = cell.initial_state();
  const auto& y = cell.step(x_t, state);
  CHECK(std::abs(y.sum() - 1) < 1e-12);
  CHECK(elman::gradient_check(cell, x, labels, loss).worst_error() < 1e-13);
  elman::GradientFlow flow{cell};
  cell.bptt(x, tape, gradient, {.hook = &flow});
  CHECK(flow.text().starts_with("healthy: a factor 0."));
}

TEST_CASE("the lines of features.md's Compose") {
  Random random{2};
  auto body = Stacked{Embedding{256, 24}, Dropout{Recurrence{24, 128, {.zoneout = 0.1}}, {.rate = 0.2}}};
  Net<float, decltype(body), Readout<>> net{body, {128, 256}, init::standard(random)};
  CHECK(net.theta().size() == 256 * 24 + 128 * (24 + 128 + 1) + 256 * 129);

  const Index in = 24, hidden = 128, depth = 3;
  auto deep = Repeated{Recurrence{in, hidden}, Dropout{Recurrence{hidden, hidden}, {.rate = 0.2}}, depth};
  CHECK(deep.state() == 3 * 128);

  const std::vector<std::vector<int>> lists_of_integers{{104, 105}, {98, 121, 101}};
  const Labels x = elman::pack(lists_of_integers), chunk = x, targets = x;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  auto state = net.initial_state(2);
  const Index b = 1;
  const std::vector<double> weights{1, 0, 1, 1, 2};
  const loss::CrossEntropy loss;
  float L = 0;
  net.forward(elman::pack(lists_of_integers), tape);
  net.forward(x, tape, elman::last_step, random);
  net.forward(x, tape, elman::last_step, no_noise);
  CHECK(tape.o().cols() == 2);
  net.forward(chunk, tape, elman::every_step, state);
  net.forward(chunk, tape, elman::every_step, {.start = state, .random = &random});
  CHECK(!state.fresh(b));
  net.reset(state, b);
  CHECK(state.fresh(b));
  CHECK(loss(tape, loss::weighted(targets, weights)) > 0);
  optim::L2Penalty penalty{net, {{"W", 1e-4}}};
  L += penalty(net, gradient);
  CHECK(L > 0);
  hook::Omega omega{net, {.weight = 2}};
  net.bptt(chunk, tape, gradient, {.hook = &omega});
  CHECK(omega.value() > 0);
  optim::OrthogonalPenalty orthogonal{net, {{"W", 1e-3}}};
  net.theta() *= 2;
  CHECK(orthogonal(net, gradient) > 1e-3F);
  optim::KeepOrthogonal kept{optim::Adam{net}, net, {"W"}};
  CHECK(orthogonal(net, gradient) < 1e-9F);
  kept.step(net, gradient);
  CHECK(orthogonal(net, gradient) < 1e-9F);
}

TEST_CASE("features.md's net of compile-time sizes") {
  Random random{4};
  Net<float, Stacked<Bidirectional<Recurrence<12, 32>>, Recurrence<64, 32>>, Readout<32, 9>> net{
      init::standard(random)};
  CHECK(net.state() == 96);
}

TEST_CASE("features.md's generation") {
  Random random{5};
  const RNNCell<float, 256, 8, 256> net{init::standard(random)};
  Sampler sampler{{.temperature = 0.8, .top_k = 40, .top_p = 0.95}};
  const std::vector<Index> prefix{104, 105};
  auto state = net.initial_state();
  const std::vector<Index> written = generate(net, state, prefix, {.length = 200}, sampler, random);
  CHECK(written.size() == 200);
}

TEST_CASE("features.md's five shapes") {
  Random random{3};
  const RNNCell<double, 3, 5, 3, Tanh, Identity> net{init::standard(random)};
  const Columns<double, 3> x = nets::normal<Columns<double, 3>>(3, 4, random);
  auto tape = net.tape();
  auto state = net.initial_state();
  net.forward(x, tape);
  CHECK(tape.y().cols() == 4);
  net.forward(x, tape, elman::last_step);
  CHECK(tape.y().cols() == 1);
  net.forward(x, tape, elman::every_step);
  CHECK(tape.y().cols() == 4);
  net.step(x.col(0), state);
  const Vector<double, 3> first = state.y;
  net.step(state.y, state);
  CHECK(state.y != first);
}

TEST_CASE("features.md's encoder and decoder") {
  Random random{6};
  const Net<double, EncoderDecoder<Recurrence<3, 5>, Recurrence<2, 5>>, Readout<5, 4>> net{init::standard(random)};
  const auto source = nets::normal<Columns<double, 3>>(3, 4, random);
  const auto target = nets::normal<Columns<double, 2>>(2, 7, random);
  auto tape = net.tape();
  net.forward(SourceTarget{source, target}, tape);
  CHECK(tape.y().cols() == 7);
}

namespace {

[[noreturn]] void restart(const char* message) { throw std::runtime_error(message); }

}  // namespace

TEST_CASE("features.md's real time") {
  Random random{7};
  using Cell = RNNCell<float, 2, 8, 3>;
  Cell net{init::standard(random)};
  const Vector<float, 2> x_t(0.5F, -0.5F);
  auto state = net.initial_state();
  decltype(net)::FixedTape<24> tape;
  net.forward(nets::normal<Columns<float, 2>>(2, 24, random), tape);
  CHECK(tape.y().cols() == 24);
  CHECK_THROWS_AS(net.forward(nets::normal<Columns<float, 2>>(2, 25, random), tape), std::invalid_argument);
  net.settle(x_t, state);
  const auto rest = state;
  net.step(x_t, state);
  CHECK((state.h - rest.h).norm() < 1e-5F);
  {
    const FlushToZero guard;
    net.step(x_t, state);
  }
  const auto narrow = freeze<std::int8_t>(net);
  auto narrow_state = narrow.net().initial_state();
  narrow_state.h = state.h;
  narrow.net().step(x_t, narrow_state);
  CHECK((narrow_state.y - net.step(x_t, state)).norm() < 0.02F);
  const std::string text = cpp_header<std::int8_t>(net, "model");
  CHECK(text.find("namespace model") != std::string::npos);
  set_error_handler(restart);
  CHECK_THROWS_AS(net.forward(nets::normal<Columns<float, 2>>(2, 25, random), tape), std::runtime_error);
  set_error_handler(nullptr);
}
