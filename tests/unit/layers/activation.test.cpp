// SPDX-License-Identifier: MIT
#include "elman/elman.hpp"

#include <cmath>
#include <complex>
#include <limits>

#include "support/catch.hpp"
#include "support/support.hpp"

namespace {

/// A user's own activation with a field.
struct LeakyReLU {
  double leak = 0.1;
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return elman::real_part(a) > 0 ? a : Scalar(leak) * a;
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return elman::real_part(h) > 0 ? Scalar(1) : Scalar(leak);
  }
};

/// value and slope against the complex step of value.
template <class Policy>
void check_slope(const Policy& policy) {
  for (const double a : {-3.0, -0.7, -1e-9, 1e-9, 0.2, 1.0, 5.0}) {
    CAPTURE(a);
    const double expected = policy.value(std::complex<double>(a, 1e-100)).imag() / 1e-100;
    CHECK(std::abs(policy.slope(policy.value(a)) - expected) <= 1e-15);
  }
}

/// The block forms that the recurrence uses, against one coefficient at a time.
template <class Policy>
void check_blocks(const Policy& policy) {
  const Eigen::MatrixXd a = 2 * Eigen::MatrixXd::Random(5, 7);
  const Eigen::MatrixXd d = Eigen::MatrixXd::Random(5, 7);
  Eigen::MatrixXd h = a;
  elman::apply_activation(policy, elman::MatrixView<double>(h));
  Eigen::MatrixXd d_a = d;
  elman::apply_slope(policy, h, elman::MatrixView<double>(d_a));
  for (Eigen::Index k = 0; k < a.size(); ++k) {
    CHECK(std::abs(h.data()[k] - policy.value(a.data()[k])) <= 1e-15);
    CHECK(std::abs(d_a.data()[k] - d.data()[k] * policy.slope(h.data()[k])) <= 1e-15);
  }
}

}  // namespace

TEST_CASE("slopes written in terms of h equal the complex step of value") {
  check_slope(elman::Tanh{});
  check_slope(elman::ReLU{});
  check_slope(elman::Identity{});
  check_slope(LeakyReLU{});
}

TEST_CASE("activations of whole blocks equal those of single coefficients") {
  check_blocks(elman::Tanh{});
  check_blocks(elman::ReLU{});
  check_blocks(elman::Identity{});
  check_blocks(LeakyReLU{0.25});
}

TEST_CASE("activations at their edges") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(elman::ReLU{}.value(0.0) == 0);
  CHECK(elman::ReLU{}.slope(0.0) == 0);
  CHECK(std::isnan(elman::ReLU{}.value(nan)));
  CHECK(elman::Tanh{}.value(800.0) == 1);
  CHECK(elman::Tanh{}.value(-infinity) == -1);
  Eigen::MatrixXf a(1, 4);
  a << 50, -50, 1e30F, std::numeric_limits<float>::quiet_NaN();
  elman::apply_activation(elman::Tanh{}, elman::MatrixView<float>(a));
  CHECK(a(0) == 1);
  CHECK(a(1) == -1);
  CHECK(a(2) == 1);
  CHECK(std::isnan(a(3)));
}

TEST_CASE("the concept tells an activation from a struct that lacks a part") {
  struct NoSlope {
    double value(double a) const { return a; }
  };
  STATIC_REQUIRE(elman::Activation<elman::Tanh, float>);
  STATIC_REQUIRE(elman::Activation<LeakyReLU, std::complex<double>>);
  STATIC_REQUIRE_FALSE(elman::Activation<NoSlope, double>);
}
