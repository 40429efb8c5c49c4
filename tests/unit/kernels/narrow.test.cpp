// SPDX-License-Identifier: MIT
#include "elman/kernels/narrow.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "elman/cell.hpp"
#include "elman/deploy/frozen.hpp"
#include "elman/init/by_part.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using namespace elman;

namespace {

/// The largest error of a row of W, in units of the row's largest weight.
template <class Weight, class Cell>
double rounding(const Cell& cell) {
  const auto thawed = freeze<Weight>(cell).net().thaw();
  double largest = 0;
  for (Index row = 0; row < cell.W().rows(); ++row) {
    const double scale = static_cast<double>(cell.W().row(row).cwiseAbs().maxCoeff());
    const double error = static_cast<double>((cell.W().row(row) - thawed.W().row(row)).cwiseAbs().maxCoeff());
    largest = std::max(largest, error / scale);
  }
  return largest;
}

}  // namespace

TEST_CASE("weights are rounded by half of their last bit at most") {
  Random random(4);
  RNNCell<float, 5, 64, 3> cell{init::standard(random)};
  nets::randomise(cell, 0.9, random);
  CHECK(rounding<std::int8_t>(cell) <= 1.0 / 253);
  CHECK(rounding<std::int8_t>(cell) > 1.0 / 400);
  CHECK(rounding<std::int16_t>(cell) <= 1.0 / 65000);
  CHECK(rounding<float>(cell) == 0);
  const auto thawed = freeze<BFloat16>(cell).net().thaw();
  for (Index k = 0; k < cell.W().size(); ++k) {
    const float w = cell.W().data()[k];
    CHECK(std::abs(thawed.W().data()[k] - w) <= std::abs(w) / 255);
  }
  // b, c and a row of zeros are as they were.
  cell.W().row(7).setZero();
  const auto zeros = freeze<std::int8_t>(cell).net().thaw();
  CHECK(zeros.W().row(7).isZero(0));
  CHECK((zeros.b().array() == cell.b().array()).all());
  CHECK((zeros.c().array() == cell.c().array()).all());
}

TEST_CASE("a check value depends on every bit, and is the same everywhere") {
  RNNCell<float, 2, 3, 2> cell{elman::zero};
  for (Index k = 0; k < cell.theta().size(); ++k) cell.theta()(k) = static_cast<float>(k) / 8;
  CHECK(freeze<float>(cell).net().check_value() == 0xDC7469D40E3E8AF3U);
  CHECK(freeze<std::int8_t>(cell).net().check_value() == 0x50E8E1BD51638D16U);
  const auto before = freeze<float>(cell).net().check_value();
  cell.theta()(4) = std::nextafter(cell.theta()(4), 9.0F);
  CHECK(freeze<float>(cell).net().check_value() != before);
}

TEST_CASE("what cannot be frozen is an error") {
  RNNCell<float, 2, 3, 2> cell{elman::zero};
  cell.theta()(4) = std::numeric_limits<float>::infinity();
  expect_error([&] { freeze<std::int8_t>(cell); }, "freeze: parameter 4 is inf; expected a finite number");
  cell.theta()(4) = std::numeric_limits<float>::quiet_NaN();
  expect_error([&] { freeze<float>(cell); }, "freeze: parameter 4 is nan; expected a finite number");
  const std::vector<float> weights(6 + 9 + 6), numbers(5);
  using Frozen = FrozenNet<float, Recurrence<2, 3>, Readout<3, 2>>;
  CHECK(Frozen({}, {}, weights, numbers).thaw().theta().isZero(0));
  expect_error([&] { Frozen({}, {}, std::span(weights).first(20), numbers); },
               "FrozenNet: weights has 20 elements; expected 21");
  expect_error([&] { Frozen({}, {}, weights, std::span(numbers).first(4)); },
               "FrozenNet: numbers has 4 elements; expected 5");
}
