// SPDX-License-Identifier: MIT
//
// The five shapes of input and output, each a line or two: one to one, one to many, many to one, many to many in step,
// many to many through an encoder and a decoder. All against the scalar-loop oracle.
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/reference.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::every_step;
using elman::Index;
using elman::last_step;

namespace {

using M = Eigen::MatrixXd;
using Cell = elman::RNNCell<double, 3, 5, 3, elman::Tanh, elman::Identity>;
const double round_off = tolerance::round_off<double>(6, 5);

struct Setup {
  Setup() { nets::randomise(cell, 1.0, random); }
  reference::Run<double> oracle(const M& x, const M& h0 = M::Zero(5, 1)) const {
    return reference::forward<double>(reference::Net<double>(cell), elman::Tanh{}, x, h0);
  }
  elman::Random random{1};
  Cell cell{elman::zero};
};

}  // namespace

TEST_CASE("one to one: a sequence of one step") {
  Setup setup;
  const elman::Vector<double, 3> x = nets::normal<elman::Vector<double, 3>>(3, 1, setup.random);
  auto tape = setup.cell.tape();
  setup.cell.forward(x, tape);
  CHECK(relative_error(tape.o(), setup.oracle(x).o) < round_off);
}

TEST_CASE("one to many: the output is the next input") {
  Setup setup;
  const elman::Vector<double, 3> x = nets::normal<elman::Vector<double, 3>>(3, 1, setup.random);
  auto state = setup.cell.initial_state();
  M outputs(3, 6);
  outputs.col(0) = setup.cell.step(x, state);
  for (Index t = 1; t < 6; ++t) outputs.col(t) = setup.cell.step(state.y, state);

  M inputs(3, 6);
  inputs << x, outputs.leftCols(5);
  CHECK(relative_error(outputs, setup.oracle(inputs).o) < round_off);

  // In training the right outputs are fed in: the same net, aligned.
  auto tape = setup.cell.tape();
  setup.cell.forward(inputs, tape);
  CHECK(relative_error(tape.y(), outputs) < round_off);
}

TEST_CASE("many to one: the last step is read") {
  Setup setup;
  const std::vector<M> x{nets::normal<M>(3, 4, setup.random), nets::normal<M>(3, 6, setup.random)};
  auto tape = setup.cell.tape();
  setup.cell.forward(elman::pack(x), tape, last_step);
  for (Index b = 0; b < 2; ++b) {
    const M o = setup.oracle(x[static_cast<std::size_t>(b)]).o;
    CHECK(relative_error(tape.o().col(b), o.rightCols(1)) < round_off);
  }
}

TEST_CASE("many to many, in step: every step is read") {
  Setup setup;
  const std::vector<M> x{nets::normal<M>(3, 4, setup.random), nets::normal<M>(3, 6, setup.random)};
  const auto packed = elman::pack(x);
  auto tape = setup.cell.tape();
  setup.cell.forward(packed, tape, every_step);
  const auto o = elman::unpack(tape.o(), packed.steps);
  for (std::size_t b = 0; b < 2; ++b) CHECK(relative_error(o[b], setup.oracle(x[b]).o) < round_off);
}

TEST_CASE("many to many, read first and written after: an encoder and a decoder") {
  Setup setup;
  elman::Net<double, elman::EncoderDecoder<elman::Recurrence<2, 5>, elman::Recurrence<3, 5>>,
             elman::Readout<5, 3, elman::Identity>>
      net{elman::zero};
  for (Index k = 0; k < net.theta().size(); ++k) net.theta()(k) = 0.4 * setup.random.normal();
  const elman::SourceTarget x{nets::normal<M>(2, 4, setup.random), nets::normal<M>(3, 6, setup.random)};
  auto tape = net.tape();
  net.forward(x, tape);

  elman::RNNCell<double, 2, 5, 3> encoder{elman::zero};
  encoder.theta().head(40) = net.theta().head(40);
  setup.cell.theta() = net.theta().tail(setup.cell.theta().size());
  const M read = reference::forward<double>(reference::Net<double>(encoder), elman::Tanh{}, x.source, M::Zero(5, 1)).h;
  CHECK(relative_error(tape.o(), setup.oracle(x.target, read.rightCols(1)).o) < round_off);
}
