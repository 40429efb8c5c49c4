// SPDX-License-Identifier: MIT
#include "elman/optim/clip.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <tuple>

#include "elman/cell.hpp"
#include "elman/random.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Dynamic;
template <class Scalar, int In, int Hidden, int Out>
using Parameters = elman::RNNCell<Scalar, In, Hidden, Out>;
using elman::Random;
using elman::Vector;
namespace optim = elman::optim;

namespace {

template <class Scalar>
struct Values {
  Vector<Scalar, Dynamic> values;
  auto& theta() { return values; }
  const auto& theta() const { return values; }
};

template <class Scalar>
Values<Scalar> of(std::initializer_list<Scalar> numbers) {
  Values<Scalar> result{Vector<Scalar, Dynamic>(static_cast<elman::Index>(numbers.size()))};
  std::ranges::copy(numbers, result.values.begin());
  return result;
}

/// Bit for bit, NaN too.
template <class Scalar>
bool same_bits(const Values<Scalar>& left, const Values<Scalar>& right) {
  bool same = left.values.size() == right.values.size();
  for (elman::Index k = 0; same && k < left.values.size(); ++k) {
    const bool both_nan = std::isnan(left.values(k)) && std::isnan(right.values(k));
    same = both_nan ||
           (left.values(k) == right.values(k) && std::signbit(left.values(k)) == std::signbit(right.values(k)));
  }
  return same;
}

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("clip_norm scales a 3-4-5 triangle to the threshold and returns the norm it had") {
  auto gradient = of({3.0, 0.0, -4.0});
  CHECK(optim::clip_norm(gradient, 1) == 5);
  CHECK(std::abs(gradient.values(0) - 0.6) < 1e-16);
  CHECK(gradient.values(1) == 0);
  CHECK(std::abs(gradient.values(2) + 0.8) < 2e-16);
  // not to norm 1 whatever the threshold
  gradient.values << 3, 0, -4;
  CHECK(optim::clip_norm(gradient, 2.5) == 5);
  CHECK(gradient.values == (Vector<double, 3>{1.5, 0, -2}));
}

TEST_CASE("clip_norm leaves a gradient within the threshold as it is, bit for bit") {
  Random random{31};
  Values<double> gradient{Vector<double, Dynamic>(100)};
  for (double& value : gradient.values) value = random.normal();
  gradient.values(7) = -0.0;
  const Values<double> before = gradient;
  const double norm = optim::global_norm(gradient);
  CHECK(std::abs(norm - gradient.values.norm()) < 1e-14);
  CHECK(optim::clip_norm(gradient, norm) == norm);
  CHECK(same_bits(gradient, before));
  CHECK(optim::clip_norm(gradient, infinite) == norm);
  CHECK(same_bits(gradient, before));

  Values<double> zero{Vector<double, Dynamic>::Zero(3)};
  CHECK(optim::clip_norm(zero, 1) == 0);
  CHECK(zero.values.isZero(0));
}

TEST_CASE("clip_norm takes several gradients, or a net's, as one vector") {
  auto first = of({3.0F, 0.0F});
  auto second = of({-4.0F});
  CHECK(optim::clip_norm(std::tie(first, second), 1) == 5);
  CHECK(std::abs(first.values(0) - 0.6F) < 1e-7F);
  CHECK(std::abs(second.values(0) + 0.8F) < 1e-7F);

  Parameters<double, 2, 3, 2>::Gradient gradient;
  gradient.theta().setConstant(2);
  const double norm = 2 * std::sqrt(static_cast<double>(gradient.theta().size()));
  CHECK(std::abs(optim::clip_norm(gradient, 0.5) - norm) < 1e-14);
  CHECK(std::abs(gradient.theta().norm() - 0.5) < 1e-15);
}

TEST_CASE("clip_norm neither overflows nor vanishes, as far as the norm fits a double") {
  const auto check = [](auto value, double expected_norm, double threshold) {
    using Scalar = decltype(value);
    const double epsilon = std::max(static_cast<double>(std::numeric_limits<Scalar>::epsilon()), 2.3e-16);
    CAPTURE(sizeof(Scalar), value, threshold);
    Values<Scalar> gradient{Vector<Scalar, Dynamic>::Constant(16, value)};
    gradient.values(3) *= -1;
    CHECK(std::abs(optim::clip_norm(gradient, threshold) / expected_norm - 1) < 1e-15);
    CHECK(std::abs(optim::global_norm(gradient) / threshold - 1) < 2 * epsilon);
    CHECK(gradient.values(3) < 0);
  };
  const float largest_float = std::numeric_limits<float>::max();
  check(largest_float, 4 * static_cast<double>(largest_float), 1);
  check(largest_float, 4 * static_cast<double>(largest_float), 1e-6);
  check(1e30F, 4 * static_cast<double>(1e30F), 1);
  check(1e-30F, 4 * static_cast<double>(1e-30F), 1e-32);
  check(3e307, 12e307, 1);
  check(3e307, 12e307, 1e-5);
  check(1e160, 4e160, 1e155);
  check(1e-200, 4e-200, 1e-201);
  check(1e-300, 4e-300, 1e-300);
  check(1e30L, 4e30, 1);
}

TEST_CASE("clip_norm leaves NaN and infinity where they are and tells by the norm") {
  for (const double bad : {not_a_number, infinite, -infinite}) {
    CAPTURE(bad);
    auto gradient = of({1.0, bad, 1e300, 3.0});
    const Values<double> before = gradient;
    const double norm = optim::clip_norm(gradient, 0.1);
    CHECK((std::isnan(bad) ? std::isnan(norm) : norm == infinite));
    CHECK(same_bits(gradient, before));
  }
  // finite numbers whose norm is beyond double
  Values<double> gradient{Vector<double, Dynamic>::Constant(4, 1.7e308)};
  CHECK(optim::clip_norm(gradient, 1) == infinite);
  CHECK(gradient.values(0) == 1.7e308);
}

TEST_CASE("clip_value brings every coefficient into its bounds") {
  auto gradient = of({-3.0F, -0.5F, -0.0F, 0.25F, 0.75F});
  optim::clip_value(gradient, 0.5);
  CHECK(same_bits(gradient, of({-0.5F, -0.5F, -0.0F, 0.25F, 0.5F})));

  auto first = of({not_a_number, infinite, 1.0});
  auto second = of({-infinite});
  optim::clip_value(std::tie(first, second), 2);
  CHECK(same_bits(first, of({not_a_number, 2.0, 1.0})));
  CHECK(second.values(0) == -2);
}

TEST_CASE("clipping refuses thresholds that are not above 0") {
  auto gradient = of({3.0, -4.0});
  expect_error([&] { optim::clip_norm(gradient, 0); }, "clip_norm: threshold is 0; expected above 0");
  expect_error([&] { optim::clip_norm(gradient, not_a_number); }, "clip_norm: threshold is nan; expected above 0");
  expect_error([&] { optim::clip_value(gradient, -1); }, "clip_value: bound is -1; expected above 0");
  CHECK(gradient.values == (Vector<double, 2>{3, -4}));
}
