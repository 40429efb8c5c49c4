// SPDX-License-Identifier: MIT
#include "elman/layers/step_columns.hpp"

#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/simd_levels.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Dynamic;
using elman::Index;

namespace {

constexpr Index T = 6;

/// An activation without a form in vectors.
struct Cubic {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return a - a * a * a / Scalar(12);
  }
  template <class Scalar>
  Scalar slope(const Scalar&) const {
    return Scalar(0);
  }
};

/// T steps of B streams against a forward of the same, for a net of one recurrence.
template <class Cell>
void check_steps(Cell cell, Index B, elman::Random& random) {
  using Scalar = typename Cell::Scalar;
  CAPTURE(cell.in(), cell.state(), cell.out(), B, sizeof(Scalar), static_cast<int>(elman::simd()));
  nets::randomise(cell, 0.9, random);
  elman::Sequences<Scalar, Dynamic> x{nets::normal<elman::Columns<Scalar, Dynamic>>(cell.in(), T * B, random),
                                      elman::Steps::even(T, B)};
  elman::Labels tokens{{}, x.steps};
  for (Index k = 0; k < T * B; ++k) tokens.columns.push_back(random.below(cell.in()));
  auto tape = cell.tape(), token_tape = cell.tape();
  cell.forward(x, tape);
  cell.forward(tokens, token_tape);
  auto state = cell.initial_state(B), token_state = cell.initial_state(B);
  auto fixed = cell.initial_state();
  double worst = 0;
  for (Index t = 0; t < T; ++t) {
    const auto x_t = x.columns.middleCols(t * B, B);
    const auto y = tape.y().middleCols(t * B, B);
    worst = (std::max)(worst, relative_error(cell.step(x_t, state), y));
    worst = (std::max)(worst, relative_error(cell.step(Scalar(1) * x_t.col(0), fixed), y.leftCols(1)));
    worst = (std::max)(worst, relative_error(state.h, tape.h().middleCols(t * B, B)));
    const std::span<const Index> tokens_t(tokens.columns.data() + t * B, static_cast<std::size_t>(B));
    worst = (std::max)(worst, relative_error(cell.step(tokens_t, token_state), token_tape.y().middleCols(t * B, B)));
  }
  CHECK(worst <= 4 * static_cast<double>(tolerance::round_off<Scalar>(T, cell.state() + cell.in())));
}

}  // namespace

TEST_CASE("steps of any size equal a forward, one stream or several, columns or tokens, at every level") {
  for_each_simd_level([] {
    elman::Random random(1);
    for (Index hidden = 1; hidden <= 70; ++hidden) {
      check_steps(elman::RNNCell<float, Dynamic, Dynamic, Dynamic>(1 + hidden % 9, hidden, 1 + hidden % 5, elman::zero),
                  3, random);
    }
    for (const Index hidden : {100, 129, 257}) {
      check_steps(elman::RNNCell<float, Dynamic, Dynamic, Dynamic>(17, hidden, 33, elman::zero), 5, random);
    }
  });
}

TEST_CASE("steps of compile-time sizes equal a forward, at every level") {
  for_each_simd_level([] {
    elman::Random random(2);
    check_steps(elman::RNNCell<float, 1, 5, 1>(elman::zero), 2, random);
    check_steps(elman::RNNCell<float, 8, 33, 17, elman::ReLU>(elman::zero), 2, random);
    check_steps(elman::RNNCell<double, 4, 131, 9>(elman::zero), 2, random);
  });
}

TEST_CASE("steps of compile-time sizes with zoneout, and with an activation of the user's") {
  for_each_simd_level([] {
    elman::Random random(4);
    using Body = elman::Recurrence<1, 5, elman::Tanh, elman::RecurrentNoise>;
    check_steps(elman::Net<float, Body, elman::Readout<5, 1>>(Body({.zoneout = 0.3}), {}, elman::zero), 2, random);
    check_steps(elman::RNNCell<float, 1, 5, 1, Cubic>(elman::zero), 2, random);
  });
}

TEST_CASE("a chunk of one step has the same bits as that step of the whole sequence") {
  elman::Random random(3);
  const elman::RNNCell<float, 5, 37, 4> cell{elman::init::standard(random)};
  const elman::Columns<float, 5> x = nets::normal<elman::Columns<float, 5>>(5, 20, random);
  auto whole = cell.tape(), chunk = cell.tape();
  cell.forward(x, whole);
  auto state = cell.initial_state();
  for (Index t = 0; t < 20; ++t) {
    cell.forward(elman::Columns<float, 5>(x.col(t)), chunk, elman::every_step, state);
    CHECK(chunk.y() == whole.y().col(t));
    CHECK(state.h == whole.h().col(t));
  }
}
