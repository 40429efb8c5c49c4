// SPDX-License-Identifier: MIT
#include "elman/kernels/narrow.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
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

TEST_CASE("the bounds of rounding hold for rows of any scale: zeros, the smallest and the largest floats") {
  Random random(14);
  constexpr float most = std::numeric_limits<float>::max();
  RNNCell<float, 3, 19, 7> cell{elman::zero};
  const auto check = [&](const auto& name, double share, double least, auto weight) {
    const auto thawed = freeze<decltype(weight)>(cell).net().thaw();
    CAPTURE(name);
    CHECK(thawed.theta().allFinite());
    double worst = 0;
    const auto compare = [&](const auto& given, const auto& rounded) {
      for (Index row = 0; row < given.rows(); ++row) {
        const auto largest = static_cast<double>(given.row(row).cwiseAbs().maxCoeff());
        for (Index k = 0; k < given.cols(); ++k) {
          const auto w = static_cast<double>(given(row, k));
          const double scale = std::same_as<decltype(weight), BFloat16> ? std::abs(w) : largest;
          worst = std::max(worst, std::abs(static_cast<double>(rounded(row, k)) - w) / (share * scale + least));
        }
      }
    };
    compare(cell.U(), thawed.U());
    compare(cell.W(), thawed.W());
    compare(cell.V(), thawed.V());
    CHECK(worst <= 1);
  };
  for (int run = 0; run < 100; ++run) {
    CAPTURE(run);
    for (float& w : cell.theta()) {
      const Index kind = random.below(8);
      const double size = std::pow(10, random.uniform(-45.5, 38.5)) * (random.below(2) ? 1 : -1);
      w = kind == 0 ? 0.0F : static_cast<float>(std::clamp<double>(size, -most, most));
    }
    const auto set_rows = [&](auto matrix) {  // of one scale, so that all of a row is rounded
      for (Index row = 0; row < matrix.rows(); ++row) {
        const Index kind = random.below(6);
        if (kind == 5) continue;
        const double size = kind == 0   ? 0.0
                            : kind == 1 ? static_cast<double>(most)
                            : kind == 2 ? static_cast<double>(std::numeric_limits<float>::denorm_min()) * 9
                                        : std::pow(10, random.uniform(-45, 38));
        for (Index k = 0; k < matrix.cols(); ++k) matrix(row, k) = static_cast<float>(size * random.uniform(-1, 1));
        matrix(row, random.below(matrix.cols())) = static_cast<float>(size);
      }
    };
    set_rows(cell.U());
    set_rows(cell.W());
    set_rows(cell.V());
    check("8 bits", 1.0 / 253, 1.2e-38, std::int8_t{});
    check("16 bits", 1.0 / 65000, 1.2e-38, std::int16_t{});
    check("BFloat16", 1.0 / 256, 1e-40, BFloat16{});
  }
}

TEST_CASE("a row of weights below 3e-29, whose scale is no normal float, is frozen as any other") {
  RNNCell<float, 1, 1, 1, Identity, Identity> cell{elman::zero};
  cell.theta().setZero();
  cell.U()(0) = 1e-30F;
  cell.V()(0) = 1;
  const auto frozen = freeze<std::int8_t>(cell);
  CHECK(std::abs(frozen.net().thaw().U()(0) / 1e-30F - 1) < 1.0F / 253);
  auto state = frozen.net().initial_state();
  const Vector<float, 1> x(1e20F);
  CHECK(std::abs(frozen.net().step(x, state)(0) / 1e-10F - 1) < 2.0F / 253);
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
