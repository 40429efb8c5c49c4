// SPDX-License-Identifier: MIT
#include "elman/layers/activation.hpp"

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "elman/inspect/gradient_check.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/simd_levels.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Dynamic;
using elman::Index;

namespace {

/// A user's own activation with a field.
struct OwnLeak {
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
  check_slope(OwnLeak{});
  check_slope(elman::HardTanh{});
  check_slope(elman::LeakyReLU{});
  check_slope(elman::LeakyReLU{.negative_slope = 0.3});
}

TEST_CASE("activations of whole blocks equal those of single coefficients") {
  check_blocks(elman::Tanh{});
  check_blocks(elman::ReLU{});
  check_blocks(elman::Identity{});
  check_blocks(OwnLeak{0.25});
  check_blocks(elman::HardTanh{});
  check_blocks(elman::LeakyReLU{0.25});
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

namespace {

struct NoParameterSlope {
  static constexpr const char* parameter = "p";
  double value(double a, double p) const { return a + p; }
  double slope(double, double) const { return 1; }
  double initial() const { return 0; }
};

}  // namespace

TEST_CASE("the concept tells an activation from a struct that lacks a part") {
  struct NoSlope {
    double value(double a) const { return a; }
  };
  STATIC_REQUIRE(elman::Activation<elman::Tanh, float>);
  STATIC_REQUIRE(elman::Activation<OwnLeak, std::complex<double>>);
  STATIC_REQUIRE_FALSE(elman::Activation<NoSlope, double>);
  STATIC_REQUIRE(elman::Activation<elman::ModReLU, std::complex<double>>);
  STATIC_REQUIRE_FALSE(elman::Activation<NoParameterSlope, double>);
}

namespace {

template <class Scalar>
bool same(Scalar a, Scalar b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// Of so many rows, in 3 columns, with what lies at the edges among them.
template <class Scalar>
elman::Matrix<Scalar, Dynamic, Dynamic> at_edges(Index rows, elman::Random& random) {
  using Limits = std::numeric_limits<Scalar>;
  elman::Matrix<Scalar, Dynamic, Dynamic> all = nets::normal<elman::Matrix<Scalar, Dynamic, Dynamic>>(rows, 3, random);
  for (const Scalar edge : {Scalar(0), -Scalar(0), Scalar(1), Scalar(-1), Limits::infinity(), -Limits::infinity(),
                            Limits::quiet_NaN(), Limits::denorm_min(), -Limits::denorm_min(), Limits::max()}) {
    if (random.below(2) == 0) all.data()[random.below(all.size())] = edge;
  }
  return all;
}

/// In vectors as one number at a time, bit for bit; `unit(row)` has value and slope of a number.
template <class Scalar, class Activation, class Unit>
void check_vectors(const Activation& activation, Index rows, elman::Random& random, const Unit& unit) {
  using M = elman::Matrix<Scalar, Dynamic, Dynamic>;
  STATIC_REQUIRE(elman::detail::runs_in_vectors<Activation, Scalar> == bool(ELMAN_HAS_KERNELS));
  const M a = at_edges<Scalar>(rows, random), d = at_edges<Scalar>(rows, random), next = at_edges<Scalar>(rows, random);
  M h = a, sum = d, alone = d;
  elman::apply_activation(activation, elman::MatrixView<Scalar>(h));
  elman::apply_slope(activation, h, next, elman::MatrixView<Scalar>(sum));
  elman::apply_slope(activation, h, elman::MatrixView<Scalar>(alone));
  const auto through = [&](Scalar its_d, Index row, Scalar its_h) {
    const Scalar slope = unit(row).slope(its_h);
    return slope == 0 || its_d == 0 ? Scalar(0) : its_d * slope;
  };
  bool all_same = true;
  for (Index k = 0; k < a.cols(); ++k) {
    for (Index row = 0; row < rows; ++row) {
      const Scalar its_h = unit(row).value(a(row, k));
      CAPTURE(a(row, k), its_h, h(row, k), d(row, k), next(row, k), alone(row, k));
      const bool its_same = same(h(row, k), its_h) && same(alone(row, k), through(d(row, k), row, its_h)) &&
                            same(sum(row, k), through(d(row, k) + next(row, k), row, its_h));
      if (!its_same) CHECK(its_same);
      all_same = all_same && its_same;
    }
  }
  CHECK(all_same);
  // columns that are not adjacent
  M tall = M::Constant(rows + 2, 3, Scalar(-5));
  tall.topRows(rows) = a;
  elman::apply_activation(activation, elman::MatrixView<Scalar>(tall).topRows(rows));
  CHECK((tall.bottomRows(2).array() == Scalar(-5)).all());
  bool agree = true;
  for (Index k = 0; k < 3; ++k) {
    for (Index row = 0; row < rows; ++row) agree = agree && same(tall(row, k), h(row, k));
  }
  CHECK(agree);
}

/// ModReLU with the β of one unit.
template <class Scalar>
struct ModReLUOfUnit {
  Scalar beta;
  Scalar value(Scalar a) const { return elman::ModReLU{}.value(a, beta); }
  Scalar slope(Scalar h) const { return elman::ModReLU{}.slope(h, beta); }
};

/// What apply_slope adds to ∂L/∂β, column after column.
template <class Scalar>
void check_d_beta(const elman::Vector<Scalar, Dynamic>& beta, elman::Random& random) {
  using M = elman::Matrix<Scalar, Dynamic, Dynamic>;
  elman::Vector<Scalar, Dynamic> got = beta, expected = beta;
  const elman::detail::BoundActivation<elman::ModReLU, Scalar> bound{{}, beta.data(), got.data()};
  M h = nets::normal<M>(beta.size(), 3, random), d = nets::normal<M>(beta.size(), 3, random);
  elman::apply_activation(bound, elman::MatrixView<Scalar>(h));
  h(0, 1) = std::numeric_limits<Scalar>::quiet_NaN();
  d(0, 1) = 0;  // of a step that counts for nothing
  for (Index k = 0; k < 3; ++k) {
    for (Index row = 0; row < beta.size(); ++row) {
      if (h(row, k) != 0 && d(row, k) != 0) expected(row) += h(row, k) < 0 ? -d(row, k) : d(row, k);
    }
  }
  elman::apply_slope(bound, h, elman::MatrixView<Scalar>(d));
  CHECK(got == expected);
}

template <class Scalar>
void check_all_vectors() {
  elman::Random random(11);
  for (Index rows = 1; rows <= 40; rows += random.below(3) + 1) {
    CAPTURE(rows, sizeof(Scalar), static_cast<int>(elman::simd()));
    check_vectors<Scalar>(elman::HardTanh{}, rows, random, [](Index) { return elman::HardTanh{}; });
    const elman::LeakyReLU leaky{0.1};
    check_vectors<Scalar>(leaky, rows, random, [&](Index) { return leaky; });
    elman::Vector<Scalar, Dynamic> beta = nets::normal<elman::Vector<Scalar, Dynamic>>(rows, 1, random);
    beta(random.below(rows)) = 0;
    const elman::detail::BoundActivation<elman::ModReLU, Scalar> bound{{}, beta.data(), nullptr};
    check_vectors<Scalar>(bound, rows, random, [&](Index row) { return ModReLUOfUnit<Scalar>{beta(row)}; });
    check_d_beta<Scalar>(beta, random);
  }
}

}  // namespace

TEST_CASE("in vectors the activations have the bits of one number at a time, at every level and number of rows") {
  for_each_simd_level([] {
    check_all_vectors<float>();
    check_all_vectors<double>();
  });
}

TEST_CASE("HardTanh, LeakyReLU and ModReLU at their edges") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const elman::HardTanh hard;
  CHECK((hard.value(-infinity) == -1 && hard.value(-1.0) == -1 && hard.value(-0.5) == -0.5 && hard.value(3.0) == 1));
  CHECK((hard.slope(-1.0) == 0 && hard.slope(1.0) == 0 && hard.slope(0.999) == 1));
  CHECK(std::isnan(hard.value(nan)));
  const elman::LeakyReLU leaky;
  CHECK((leaky.value(2.0) == 2 && leaky.value(-2.0) == -0.02 && leaky.value(-infinity) == -infinity));
  CHECK((leaky.slope(0.0) == 0.01 && leaky.slope(1e-300) == 1));
  CHECK(std::isnan(leaky.value(nan)));
  const elman::ModReLU mod;
  CHECK((mod.value(3.0, -1.0) == 2 && mod.value(-3.0, -1.0) == -2 && mod.value(0.5, -1.0) == 0));
  CHECK((mod.value(0.5, 1.0) == 1.5 && mod.value(-0.5, 1.0) == -1.5 && mod.value(0.0, 1.0) == 0));
  CHECK((mod.slope(2.0, -1.0) == 1 && mod.slope(-2.0, -1.0) == 1 && mod.slope(0.0, -1.0) == 0));
  CHECK((mod.slope(0.0, 0.0) == 1 && mod.slope(0.0, 1.0) == 1));  // never off
  CHECK((mod.parameter_slope(2.0, 0.0) == 1 && mod.parameter_slope(-2.0, 0.0) == -1));
  CHECK(mod.parameter_slope(0.0, 1.0) == 0);
  CHECK((std::isnan(mod.value(nan, 1.0)) && std::isnan(mod.value(1.0, nan)) && std::isnan(mod.value(-1.0, nan))));
  CHECK(std::isnan(mod.value(0.0, nan)));
}

TEST_CASE("the derivative of a saturated tanh keeps its digits where 1 - h^2 has none") {
  const elman::Tanh tanh;
  for (const double a : {0.0, 0.5, -3.0, 19.0, 25.0, -40.0, 300.0}) {
    const double e = std::exp(-2 * std::abs(a));
    const double expected = 4 * e / ((1 + e) * (1 + e));
    CAPTURE(a);
    CHECK(std::abs(elman::detail::activation_derivative(tanh, 0, a) - expected) <= 1e-14 * expected);
  }
  CHECK(tanh.slope(tanh.value(25.0)) == 0);
  CHECK(tanh.derivative(-800.0) == 0);
  // Those that do not cancel have it from h.
  CHECK(elman::detail::activation_derivative(elman::LeakyReLU{0.2}, 3, -1.5) == 0.2);
  const std::vector<double> beta{-1, 0.5};
  const elman::detail::BoundActivation<elman::ModReLU, double> bound{{}, beta.data(), nullptr};
  CHECK(elman::detail::activation_derivative(bound, 0, 0.75) == 0);
  CHECK(elman::detail::activation_derivative(bound, 1, 0.75) == 1);
}

TEST_CASE("a slope out of range is refused by name") {
  using Body = elman::Recurrence<3, 4, elman::LeakyReLU>;
  for (const auto& [slope, text] : {std::pair{0.0, "0"}, {-0.1, "-0.1"}, {1.5, "1.5"}}) {
    expect_error([&, its_slope = slope] { (void)Body({.negative_slope = its_slope}); },
                 "LeakyReLU: negative_slope is " + std::string(text) + "; expected in (0, 1]; ReLU has 0");
  }
  expect_error([] { (void)Body(elman::LeakyReLU{std::nan("")}); },
               "LeakyReLU: negative_slope is nan; expected in (0, 1]; ReLU has 0");
  CHECK(Body({.negative_slope = 1}).activation().negative_slope == 1);
  CHECK(Body().activation().negative_slope == 0.01);
}

namespace {

using ModBody = elman::Recurrence<3, 7, elman::ModReLU>;
template <class Scalar>
using ModNet = elman::RNNCell<Scalar, 3, 7, 2, elman::ModReLU, elman::Identity>;

template <class Net>
Net drawn_net(std::uint64_t seed) {
  elman::Random random(seed);
  Net net{elman::init::standard(random)};
  net.matrix("beta") = 0.3F * nets::normal<elman::Matrix<typename Net::Scalar, Dynamic, Dynamic>>(7, 1, random);
  net.b() = 0.1F * nets::normal<elman::Vector<typename Net::Scalar, 7>>(7, 1, random);
  return net;
}

}  // namespace

TEST_CASE("a net with one parameter a unit is the recurrence of its equation, and so is each of its steps") {
  for_each_simd_level([] {
    const auto net = drawn_net<ModNet<double>>(3);
    CHECK(net.theta().size() == 3 * 7 + 7 * 7 + 7 + 7 + 2 * 7 + 2);
    CHECK(ModNet<double>::theta_size == net.theta().size());
    CHECK(std::as_const(net).matrix("beta").data() == net.b().data() + 7);
    elman::Random random(4);
    const Eigen::MatrixXd x = nets::normal<Eigen::MatrixXd>(3, 9, random);
    auto tape = net.tape();
    ModNet<double>::FixedTape<9> fixed;
    net.forward(x, tape);
    net.forward(x, fixed);
    CHECK(tape.y() == fixed.y());
    auto state = net.initial_state();
    auto streams = net.initial_state(3);
    const auto beta = net.matrix("beta");
    Eigen::VectorXd h = Eigen::VectorXd::Zero(7);
    int off = 0;
    for (Index t = 0; t < x.cols(); ++t) {
      const Eigen::VectorXd a = net.U() * x.col(t) + net.W() * h + net.b();
      for (Index k = 0; k < 7; ++k) {
        h(k) = (a(k) < 0 ? -1 : 1) * (std::max)(std::abs(a(k)) + beta(k, 0), 0.0);
        off += h(k) == 0;
      }
      CHECK((tape.h().col(t) - h).norm() < 1e-14);
      CHECK((net.step(x.col(t), state) - tape.y().col(t)).norm() < 1e-14);
      const Eigen::MatrixXd three = x.col(t).replicate(1, 3);
      CHECK((net.step(three, streams).col(2) - tape.y().col(t)).norm() < 1e-14);
    }
    CHECK((off > 0 && off < 7 * 9));
  });
}

TEST_CASE("one parameter a unit is initialised, cast, frozen, exported, and held fixed") {
  elman::Random random(5);
  for (const auto& initialise : {0, 1, 2}) {
    ModNet<float> net{elman::zero};
    net.theta().setConstant(9);
    if (initialise == 0) elman::init::standard(random)(net);
    if (initialise == 1) elman::init::torch_default(random)(net);
    if (initialise == 2) elman::init::irnn(random)(net);
    CHECK(net.matrix("beta") == Eigen::MatrixXf::Zero(7, 1));
  }
  auto net = drawn_net<ModNet<float>>(6);
  CHECK(net.cast<double>().matrix("beta") == net.matrix("beta").cast<double>());

  const auto frozen = elman::freeze<float>(net);
  const auto narrow = elman::freeze<std::int8_t>(net);
  const auto thawed = narrow.net().thaw();
  CHECK(thawed.matrix("beta") == net.matrix("beta"));
  auto state = net.initial_state(), thawed_state = thawed.initial_state();
  auto frozen_state = frozen.net().initial_state(), narrow_state = narrow.net().initial_state();
  for (int t = 0; t < 8; ++t) {
    const Eigen::Vector3f x = nets::normal<Eigen::Vector3f>(3, 1, random);
    CHECK(frozen.net().step(x, frozen_state) == net.step(x, state));
    CHECK((narrow.net().step(x, narrow_state) - thawed.step(x, thawed_state)).norm() < 1e-5F);
  }
  const std::string header = elman::cpp_header(net, "model");
  CHECK(header.find("{\"beta\", 7, 1}") != std::string::npos);
  CHECK(header.find("elman::Recurrence<3, 7, elman::ModReLU>") != std::string::npos);
  const elman::RNNCell<float, 3, 7, 2, elman::LeakyReLU> leaky(
      elman::Recurrence<3, 7, elman::LeakyReLU>({.negative_slope = 0.25}), {}, elman::zero);
  CHECK(elman::cpp_header(leaky, "model").find("Body(elman::LeakyReLU{0x1p-2})") != std::string::npos);

  elman::optim::Grouped optimizer{
      elman::optim::SGD{net, {.learning_rate = 0.1}}, net, {{.name = "beta", .fixed = true}}};
  const auto before = net;
  auto gradient = net.zero_gradient();
  gradient.theta().setOnes();
  optimizer.step(net, gradient);
  CHECK(net.matrix("beta") == before.matrix("beta"));
  CHECK(net.b() != before.b());
}
