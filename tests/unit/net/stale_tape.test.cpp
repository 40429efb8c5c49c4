// SPDX-License-Identifier: MIT
//
// What bptt notices of a tape that holds another run than it is told.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/optim/sgd.hpp"
#include "elman/sequences/pack.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using elman::Index;
using M = Eigen::MatrixXd;

namespace {

using Cell = elman::RNNCell<double, 3, 5, 2, elman::Tanh, elman::Identity>;
const std::string other_parameters =
    "RNNCell::bptt: the parameters have changed since the forward that tape holds, or are another net's; expected "
    "forward, loss and bptt of one net, and the optimizer's step behind them";
const std::string other_x =
    "RNNCell::bptt: x has as many steps as that of the forward that tape holds, but other numbers; expected the x of "
    "forward";

struct Run {
  elman::Random random{1};
  Cell cell{elman::init::standard(random)};
  M x = nets::normal<M>(3, 6, random);
  Cell::Tape tape;
  Cell::Gradient gradient;

  Run() {
    cell.forward(x, tape);
    tape.d_o() = tape.o();
  }
  void bptt() { cell.bptt(x, tape, gradient); }
};

}  // namespace

TEST_CASE("bptt refuses parameters that have changed since forward, whoever changed them") {
  Run run;
  run.bptt();
  const auto before = run.gradient;
  auto W = run.cell.W();  // a view that was there before
  elman::optim::SGD sgd{run.cell};
  const auto changes = std::to_array<void (*)(Run&, decltype(W)&, decltype(sgd)&)>({
      [](Run& its, auto&, auto& optimizer) { optimizer.step(its.cell, its.gradient); },
      [](Run& its, auto&, auto&) { its.cell.theta() *= -1; },
      [](Run& its, auto&, auto&) { its.cell.theta() *= 2; },
      [](Run& its, auto&, auto&) { its.cell.c()(1) += 1e-9; },
      [](Run&, auto& view, auto&) { std::swap(view(0, 1), view(1, 0)); },
      [](Run& its, auto&, auto&) { its.cell.set_zero(); },
      [](Run& its, auto&, auto&) { its.cell = Cell{elman::init::standard(its.random)}; },
  });
  for (const auto change : changes) {
    const Cell kept = run.cell;
    change(run, W, sgd);
    expect_error([&] { run.bptt(); }, other_parameters);
    CHECK(run.gradient.theta() == before.theta());
    run.cell = kept;
    run.bptt();  // as it was, it goes on
    run.gradient = before;
  }
}

TEST_CASE("bptt refuses another net of the type, and takes a copy with equal parameters") {
  Run run;
  const Cell copy = run.cell, other{elman::init::standard(run.random)};
  expect_error([&] { other.bptt(run.x, run.tape, run.gradient); }, other_parameters);
  CHECK(run.gradient.theta().isZero(0));
  copy.bptt(run.x, run.tape, run.gradient);
  const auto expected = run.gradient;
  run.gradient.set_zero();
  run.bptt();
  CHECK(run.gradient.theta() == expected.theta());
}

TEST_CASE("bptt refuses another x of as many steps, and takes a copy wherever it lies") {
  Run run;
  const M other = nets::normal<M>(3, 6, run.random);
  expect_error([&] { run.cell.bptt(other, run.tape, run.gradient); }, other_x);
  M one = run.x;
  one(2, 5) += 1e-9;
  expect_error([&] { run.cell.bptt(one, run.tape, run.gradient); }, other_x);
  CHECK(run.gradient.theta().isZero(0));
  M wider = M::Zero(7, 9);
  wider.block(2, 1, 3, 6) = run.x;
  run.cell.bptt(wider.block(2, 1, 3, 6), run.tape, run.gradient);
  run.cell.bptt(0.5 * (run.x + run.x), run.tape, run.gradient);

  const elman::RNNCell<double, 7, 5, 2> words{elman::init::standard(run.random)};
  auto tape = words.tape();
  auto gradient = words.zero_gradient();
  const auto tokens = [](Index last) { return elman::pack(std::vector<std::vector<Index>>{{3, 1, 4}, {1, last}}); };
  words.forward(tokens(5), tape);
  tape.d_o().setOnes();
  expect_error([&] { words.bptt(tokens(6), tape, gradient); }, other_x);
  words.bptt(tokens(5), tape, gradient);
}

TEST_CASE("a large net and a long batch are looked at here and there: what changes all of it is seen") {
  elman::Random random(2);
  elman::RNNCell<float, 40, 90, 30> cell{elman::init::torch_default(random)};
  const auto x = nets::normal<elman::Columns<float, 40>>(40, 2, random);
  const auto long_x = nets::normal<elman::Columns<float, 40>>(40, 5000, random);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  for (const auto* const its_x : {&x, &long_x}) {
    cell.forward(*its_x, tape);
    tape.d_o().setOnes();
    const auto theta = cell.theta().eval();
    cell.theta() *= 1.0001F;
    expect_error([&] { cell.bptt(*its_x, tape, gradient); }, other_parameters);
    cell.theta() = theta;
    const elman::Columns<float, 40> other = -*its_x;
    expect_error([&] { cell.bptt(other, tape, gradient); }, other_x);
    cell.bptt(*its_x, tape, gradient);
  }
}

TEST_CASE("bptt twice on one forward adds the gradient twice, of two losses that of each") {
  Run run;
  run.bptt();
  const auto once = run.gradient;
  run.bptt();
  CHECK(relative_error(run.gradient.theta(), 2 * once.theta()) < 1e-15);

  // A loss replaces the ∂L/∂o of the one before.
  run.tape.d_o() = 3 * run.tape.o();
  run.gradient.set_zero();
  run.bptt();
  CHECK(relative_error(run.gradient.theta(), 3 * once.theta()) < 1e-14);
}

TEST_CASE("what encode leaves in a tape is no forward") {
  elman::Random random(3);
  const elman::Net<double, elman::EncoderDecoder<elman::Recurrence<3, 4>, elman::Recurrence<2, 4>>,
                   elman::Readout<4, 2>>
      net{elman::init::standard(random)};
  const elman::SourceTarget x{nets::normal<M>(3, 5, random), nets::normal<M>(2, 5, random)};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(x, tape);
  tape.d_o().setOnes();
  net.encode(x.source, tape);
  CHECK(!tape.has_d_o());
  expect_error([&] { net.bptt(x, tape, gradient); }, "Net::bptt: tape has no d_o; expected a loss after forward");
  CHECK(gradient.theta().isZero(0));
}
