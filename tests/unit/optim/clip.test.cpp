// SPDX-License-Identifier: MIT
#include "elman/optim/clip.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
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

TEST_CASE("clip_norm takes the 1- and the infinity-norm by name") {
  auto gradient = of({3.0F, 0.0F, -4.0F, 1.0F});
  CHECK(optim::global_norm(gradient, optim::Norm::L1) == 8);
  CHECK(optim::global_norm(gradient, optim::Norm::infinity) == 4);
  CHECK(optim::clip_norm(gradient, 8, optim::Norm::L1) == 8);
  CHECK(same_bits(gradient, of({3.0F, 0.0F, -4.0F, 1.0F})));
  CHECK(optim::clip_norm(gradient, 2, optim::Norm::L1) == 8);
  CHECK(same_bits(gradient, of({0.75F, 0.0F, -1.0F, 0.25F})));
  CHECK(optim::clip_norm(gradient, 0.5, optim::Norm::infinity) == 1);
  CHECK(same_bits(gradient, of({0.375F, 0.0F, -0.5F, 0.125F})));

  auto first = of({1.0, -2.0});
  auto second = of({5.0});
  CHECK(optim::clip_norm(std::tie(first, second), 4, optim::Norm::L1) == 8);
  CHECK(same_bits(first, of({0.5, -1.0})));
  CHECK(optim::clip_norm(std::tie(second, first), 1.25, optim::Norm::infinity) == 2.5);
  CHECK(same_bits(first, of({0.25, -0.5})));
}

TEST_CASE("every norm holds at the ends of the scalar: clipped to the threshold, or NaN and infinity as they were") {
  Random random{32};
  const auto log_uniform = [&](double low, double high) { return std::pow(10, random.uniform(low, high)); };
  const auto check = [&](auto scalar, double decades) {
    using Scalar = decltype(scalar);
    using Limits = std::numeric_limits<Scalar>;
    const long double unit = std::max<long double>(Limits::epsilon(), 2.3e-16L);
    for (int run = 0; run < 1000; ++run) {
      Values<Scalar> gradient{Vector<Scalar, Dynamic>(1 + random.below(300))};
      const double center = random.uniform(-decades, decades);
      for (Scalar& g : gradient.values) {
        const double size = log_uniform(std::max(center - 3, -decades), std::min(center + 3, decades));
        g = random.below(9) == 0 ? Scalar(0) : static_cast<Scalar>(random.below(2) ? size : -size);
      }
      if (random.below(5) == 0) gradient.values(random.below(gradient.values.size())) = Limits::max();
      if (random.below(5) == 0) gradient.values(random.below(gradient.values.size())) = Limits::denorm_min();
      const Values<Scalar> before = gradient;
      const double threshold = log_uniform(random.below(2) ? -3 : 1 - decades, random.below(2) ? 3 : decades);
      const Scalar bad = random.below(2) ? static_cast<Scalar>(not_a_number) : static_cast<Scalar>(infinite);
      const elman::Index place = random.below(gradient.values.size());
      for (const auto norm : {optim::Norm::L1, optim::Norm::L2, optim::Norm::infinity}) {
        const auto exactly = [&](const Values<Scalar>& of_these) {
          long double sum = 0, squares = 0, largest = 0;
          for (const Scalar g : of_these.values) {
            const long double size = std::abs(static_cast<long double>(g));
            sum += size;
            squares += size * size;
            largest = std::max(largest, size);
          }
          return norm == optim::Norm::L1 ? sum : norm == optim::Norm::L2 ? std::sqrt(squares) : largest;
        };
        CAPTURE(run, static_cast<int>(norm), threshold, sizeof(Scalar));
        gradient = before;
        const long double exact = exactly(before);
        const double norm_before = optim::clip_norm(gradient, threshold, norm);
        constexpr long double most = std::numeric_limits<double>::max();
        if (exact <= most) {
          CHECK(std::abs(static_cast<long double>(norm_before) - exact) <= 40 * 2.3e-16L * exact + 5e-324L);
          const long double expected = std::min(static_cast<long double>(threshold), exact);
          const long double lost = static_cast<long double>(Limits::denorm_min()) * gradient.values.size();
          CHECK(std::abs(exactly(gradient) - expected) <= 40 * unit * expected + lost);
        } else if (exact > most * (1 + 1e-14L)) {
          CHECK(norm_before == infinite);
          CHECK(same_bits(gradient, before));
        }
        Values<Scalar> spoiled = before;
        spoiled.values(place) = bad;
        const Values<Scalar> kept = spoiled;
        const double bad_norm = optim::clip_norm(spoiled, threshold, norm);
        CHECK((std::isnan(bad) ? std::isnan(bad_norm) : bad_norm == infinite));
        CHECK(same_bits(spoiled, kept));
        const auto other = of({Scalar(1)});
        CHECK(std::isfinite(optim::global_norm(std::tie(kept, other), norm)) == false);
        CHECK(std::isfinite(optim::global_norm(std::tie(other, kept), norm)) == false);
      }
    }
  };
  if (std::numeric_limits<long double>::max_exponent == std::numeric_limits<double>::max_exponent) return;
  check(float{}, 37);
  check(double{}, 306);
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

  auto floats = of({3.0F, -4.0F});
  const std::string smallest = "; expected at least 1.1754944e-38, the smallest of a float with all digits";
  expect_error([&] { optim::clip_norm(std::tie(gradient, floats), 1e-50); },
               "clip_norm: threshold is 1e-50" + smallest);
  expect_error([&] { optim::clip_value(std::tie(gradient, floats), 1e-50); }, "clip_value: bound is 1e-50" + smallest);
  expect_error([&] { optim::clip_value(floats, 1e39); },
               "clip_value: bound is 1e+39; expected at most 3.4028235e+38, the largest of a float");
  CHECK(gradient.values == (Vector<double, 2>{3, -4}));
  CHECK(floats.values == (Vector<float, 2>{3, -4}));
}
