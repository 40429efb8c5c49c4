// SPDX-License-Identifier: MIT
#include "elman/net/stepping.hpp"

#include <limits>
#include <type_traits>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using namespace elman;

namespace {

using Cell = RNNCell<float, 2, 9, 3>;

Cell cell_of_scale(double scale) {
  Random random(11);
  Cell cell{elman::zero};
  nets::randomise(cell, scale, random);
  return cell;
}

}  // namespace

static_assert(noexcept(std::declval<const Cell&>().step(std::declval<const Vector<float, 2>&>(),
                                                        std::declval<Cell::StateOf<1>&>())));

TEST_CASE("a state is kept by copying and goes on with the same bits; h and fresh are all that counts") {
  const Cell cell = cell_of_scale(0.9);
  const Vector<float, 2> x(0.3F, -0.7F);
  auto state = cell.initial_state();
  for (int t = 0; t < 5; ++t) cell.step(x, state);
  const auto kept = state;
  auto rebuilt = cell.initial_state();
  rebuilt.h = kept.h;
  rebuilt.fresh = kept.fresh;
  const auto expected = cell.step(x, state);
  auto restored = kept;
  CHECK(cell.step(x, restored) == expected);
  CHECK(cell.step(x, rebuilt) == expected);
  cell.reset(state);
  CHECK(state.h.isZero(0));
  CHECK(state.fresh.all());
}

TEST_CASE("a net that has settled stays where it is") {
  const Cell cell = cell_of_scale(0.5);
  const Vector<float, 2> x(0.3F, -0.7F);
  auto state = cell.initial_state();
  CHECK(cell.settle(x, state, {.tolerance = 1e-7}));
  const auto at_rest = state;
  const auto y = cell.step(x, state);
  CHECK((state.h - at_rest.h).cwiseAbs().maxCoeff() <= 1e-7F);
  CHECK((y - at_rest.y).cwiseAbs().maxCoeff() <= 1e-6F);
  CHECK(at_rest.h.norm() > 0.1F);

  // The fixed point h = tanh(U x + W h + b), whatever the start.
  auto other = cell.initial_state();
  other.h.setConstant(0.9F);
  CHECK(cell.settle(x, other, {.tolerance = 1e-7}));
  CHECK((other.h - at_rest.h).cwiseAbs().maxCoeff() < 1e-5F);
  const Vector<float, 9> a = cell.U() * x + cell.W() * at_rest.h + cell.b();
  CHECK((a.array().tanh().matrix() - at_rest.h).cwiseAbs().maxCoeff() < 1e-6F);

  auto streams = cell.initial_state(2);
  Matrix<float, 2, Dynamic> both(2, 2);
  both << x, -x;
  CHECK(cell.settle(both, streams));
  CHECK((streams.h.col(0) - at_rest.h).cwiseAbs().maxCoeff() < 1e-4F);
}

TEST_CASE("a net that cannot settle says so, after as many steps as it was given") {
  RNNCell<double, 1, 1, 1> flips{elman::zero};  // h ← tanh(−3 h): two states in turn
  flips.W()(0) = -3;
  flips.V()(0) = 1;
  auto state = flips.initial_state();
  state.h(0) = 0.5;
  const Vector<double, 1> x(0.0);
  CHECK_FALSE(flips.settle(x, state, {.most_steps = 101}));
  CHECK(std::abs(state.h(0)) > 0.9);
  CHECK(state.h(0) < 0);
  state.h(0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(flips.settle(x, state, {.most_steps = 10}));
  expect_error([&] { flips.settle(x, state, {.tolerance = -1}); },
               "RNNCell::settle: tolerance is -1; expected at least 0 and finite");
  expect_error([&] { flips.settle(x, state, {.most_steps = 0}); },
               "RNNCell::settle: most_steps is 0; expected at least 1");
}

TEST_CASE("a net with a NaN or an infinity in any unit of any stream is not at rest") {
  // W = 0 but for its diagonal of 1, x = 0: units keep what they have, so that all others rest at once.
  const auto check = [](const auto& net, auto state) {
    using Scalar = typename std::remove_cvref_t<decltype(state.h)>::Scalar;
    const Matrix<Scalar, 1, Dynamic> x = Matrix<Scalar, 1, Dynamic>::Zero(1, state.h.cols());
    auto resting = state;
    CHECK(net.settle(x, resting, {.most_steps = 3}));
    for (const Scalar bad : {std::numeric_limits<Scalar>::quiet_NaN(), std::numeric_limits<Scalar>::infinity()}) {
      Index at_rest = 0;
      for (Index k = 0; k < state.h.size(); ++k) {
        auto spoiled = state;
        spoiled.h(k) = bad;
        at_rest += net.settle(x, spoiled, {.most_steps = 3});
      }
      CHECK(at_rest == 0);
    }
  };
  const auto keeps = [](auto net) {
    net.theta().setZero();
    net.W().setIdentity();
    return net;
  };
  const auto fixed = keeps(RNNCell<float, 1, 37, 1, Identity, Identity>{zero});
  check(fixed, fixed.initial_state());
  const auto wide = keeps(RNNCell<double, 1, 9, 1, Identity, Identity>{zero});
  check(wide, wide.initial_state());
  const auto dynamic = keeps(RNNCell<float, Dynamic, Dynamic, Dynamic, Identity, Identity>(1, 11, 1, zero));
  check(dynamic, dynamic.initial_state(3));
}

TEST_CASE("zoneout so near 1 that a float rounds it to 1 still lets a little through") {
  auto body = Recurrence{1, 3, {.zoneout = 1 - 1e-9}};
  Net<float, decltype(body), Readout<>> net{body, {3, 1}, zero};
  net.theta().setZero();
  net.matrix("b").setConstant(20);  // σ(a) = 1
  auto state = net.initial_state();
  net.step(Vector<float, 1>(0.0F), state);
  CHECK(std::abs(state.h(1) / 1e-9F - 1) < 1e-6F);
  auto tape = net.tape();
  net.forward(Matrix<float, 1, Dynamic>::Zero(1, 2), tape);
  CHECK(std::abs(tape.h()(2, 1) / 2e-9F - 1) < 1e-6F);
}

TEST_CASE("chunks of one step have the bits of a whole sequence; steps differ by round-off") {
  Random random(3);
  const Cell cell = cell_of_scale(0.9);
  const auto x = nets::normal<Matrix<float, 2, Dynamic>>(2, 30, random);
  auto whole = cell.tape();
  cell.forward(x, whole);
  Cell::FixedTape<1> one;
  auto carried = cell.initial_state(), stepped = carried;
  for (Index t = 0; t < 30; ++t) {
    cell.forward(x.middleCols(t, 1), one, every_step, carried);
    CHECK((one.y().array() == whole.y().col(t).array()).all());
    CHECK((cell.step(x.col(t), stepped) - whole.y().col(t)).norm() < 1e-6F);
  }
}

TEST_CASE("while it lives, a guard flushes what is too small for a normal number, and then puts back what was") {
  if (!FlushToZero::works) {
    SUCCEED();
    return;
  }
  volatile float small = std::numeric_limits<float>::min();
  const auto half = [&] { return small * 0.5F; };
  CHECK(half() > 0);
  {
    const FlushToZero guard;
    CHECK(half() == 0);
    { const FlushToZero inner; }
    CHECK(half() == 0);
  }
  CHECK(half() > 0);

  RNNCell<float, 1, 8, 1, Tanh, Identity> silent{elman::zero};
  silent.W().setIdentity();
  silent.W() *= 0.5F;
  const auto after_silence = [&] {
    auto state = silent.initial_state();
    state.h.setConstant(0.5F);
    for (int t = 0; t < 140; ++t) silent.step(Vector<float, 1>(0.0F), state);
    return state.h.cwiseAbs().maxCoeff();
  };
  CHECK(after_silence() > 0);
  const FlushToZero guard;
  CHECK(after_silence() == 0);
}
