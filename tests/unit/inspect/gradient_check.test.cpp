// SPDX-License-Identifier: MIT
#include "elman/inspect/gradient_check.hpp"

#include <cmath>
#include <concepts>
#include <limits>
#include <tuple>
#include <vector>

#include "elman/cell.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Columns;
using elman::Differences;
using elman::Index;

namespace {

/// L = ½ Σ ‖y‖², for a real or complex tape; `fault` times the right ∂L/∂o.
struct HalfSquare {
  using Output = elman::Identity;
  double fault = 1;
  template <class Tape>
  typename Tape::Scalar operator()(Tape& tape, int) const {
    using Scalar = typename Tape::Scalar;
    tape.d_o() = Scalar(static_cast<elman::Real<Scalar>>(fault)) * tape.y();
    return tape.y().array().square().sum() / Scalar(2);
  }
};

/// The same for real tapes alone.
struct RealHalfSquare {
  using Output = elman::Identity;
  template <class Tape>
  requires std::floating_point<typename Tape::Scalar>
  typename Tape::Scalar operator()(Tape& tape, int targets) const { return HalfSquare{}(tape, targets); }
};

template <class Scalar>
struct Setup {
  explicit Setup(Index T = 5) {
    nets::randomise(cell, 1.0, random);
    x = elman::pack(
        std::vector{nets::normal<Columns<Scalar, 3>>(3, T, random), nets::normal<Columns<Scalar, 3>>(3, 2, random)});
    h0 = nets::normal<Columns<Scalar, 4>>(4, 2, random);
  }
  elman::Random random{7};
  elman::RNNCell<Scalar, 3, 4, 2, elman::Tanh, elman::Identity> cell{elman::zero};
  elman::Sequences<Scalar, 3> x;
  Columns<Scalar, 4> h0;
};

}  // namespace

TEST_CASE("gradient_check agrees with bptt, by the complex step and by central differences") {
  const Setup<double> setup;
  const auto exact = elman::gradient_check(setup.cell, setup.x, 0, HalfSquare{}, elman::every_step, setup.h0);
  CHECK(exact.method == Differences::complex_step);
  CHECK(exact.worst_error() < tolerance::complex_step);
  REQUIRE(exact.entries.size() == 7);
  CHECK(exact.entries[1].name == "W");
  CHECK(exact.entries[5].name == "x");
  CHECK(exact.entries[6].name == "h0");
  for (const auto& entry : exact.entries) CHECK(entry.norm > 0.01);

  const auto central =
      elman::gradient_check<Differences::central>(setup.cell, setup.x, 0, HalfSquare{}, elman::every_step, setup.h0);
  CHECK(central.method == Differences::central);
  CHECK(central.worst_error() < tolerance::central_differences);
  CHECK(central.worst_error() > 0);
}

TEST_CASE("a loss that takes no complex numbers is checked by central differences") {
  const Setup<double> setup;
  const auto report = elman::gradient_check(setup.cell, setup.x, 0, RealHalfSquare{});
  CHECK(report.method == Differences::central);
  CHECK(report.worst_error() < tolerance::central_differences);
}

TEST_CASE("float and long double cells are checked in double and long double") {
  const Setup<float> narrow;
  const auto report = elman::gradient_check(narrow.cell, narrow.x, 0, HalfSquare{});
  CHECK(report.method == Differences::complex_step);
  CHECK(report.worst_error() < tolerance::complex_step_float);
  CHECK(report.worst_error() > 1e-9);
  const Setup<long double> wide;
  CHECK(elman::gradient_check(wide.cell, wide.x, 0, HalfSquare{}).worst_error() < 1e-16);
}

TEST_CASE("gradient_check finds a gradient that is off by one part in a thousand") {
  const Setup<double> setup;
  const auto report = elman::gradient_check(setup.cell, setup.x, 0, HalfSquare{1.001});
  for (const auto& entry : report.entries) CHECK(std::abs(entry.error - 1e-3) < 1e-5);
}

namespace {

/// An activation whose slope is wrong: everything behind it is, V and c are not.
struct WrongSlope {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return elman::Tanh{}.value(a);
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return Scalar(1) - h;
  }
};

}  // namespace

TEST_CASE("gradient_check names the parameter that is wrong") {
  elman::Random random(8);
  elman::RNNCell<double, 3, 4, 2, WrongSlope, elman::Identity> cell{elman::zero};
  nets::randomise(cell, 1.0, random);
  const auto x = nets::normal<Columns<double, 3>>(3, 6, random);
  const auto report = elman::gradient_check(cell, x, 0, HalfSquare{});
  for (const auto& entry : report.entries) {
    CAPTURE(entry.name);
    const bool right = entry.name == "V" || entry.name == "c";
    CHECK((entry.error < tolerance::complex_step) == right);
  }
  CHECK(report.worst().name != "V");
  CHECK(report.worst().name != "c");
}

TEST_CASE("gradient_check cannot pass as 0 = 0 or with NaN") {
  SECTION("one step from h0 = 0 proves nothing about W") {
    elman::Random random(9);
    elman::RNNCell<double, 3, 4, 2, elman::Tanh, elman::Identity> cell{elman::zero};
    nets::randomise(cell, 1.0, random);
    const auto x = nets::normal<Columns<double, 3>>(3, 1, random);
    const auto report = elman::gradient_check(cell, x, 0, HalfSquare{});
    CHECK(report.worst().name == "W");
    CHECK(report.worst_error() == std::numeric_limits<double>::infinity());
  }
  SECTION("a cell of zeros proves nothing at all") {
    const elman::RNNCell<double, 3, 4, 2, elman::Tanh, elman::Identity> cell{elman::zero};
    const Columns<double, 3> x = Columns<double, 3>::Ones(3, 4);
    for (const auto& entry : elman::gradient_check(cell, x, 0, HalfSquare{}).entries) {
      CHECK(entry.error == std::numeric_limits<double>::infinity());
    }
  }
  SECTION("NaN is wrong") {
    Setup<double> setup;
    setup.cell.b()(1) = std::numeric_limits<double>::quiet_NaN();
    CHECK(elman::gradient_check(setup.cell, setup.x, 0, HalfSquare{}).worst_error() ==
          std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("gradient_check of a function of two cells finds the one whose gradient is wrong") {
  // The second cell runs on the logits of the first: L = ½ Σ ‖o₂‖², the gradient passes through ∂L/∂x.
  elman::Random random(10);
  using First = elman::RNNCell<double, 3, 4, 2, elman::Tanh, elman::Identity>;
  using Second = elman::RNNCell<double, 2, 5, 1, elman::Tanh, elman::Identity>;
  auto model = std::tuple(First(elman::zero), Second(elman::zero));
  nets::randomise(std::get<0>(model), 1.0, random);
  nets::randomise(std::get<1>(model), 1.0, random);
  const auto x = nets::normal<Columns<double, 3>>(3, 6, random);
  const auto run = [](const auto& cells, const auto& input, auto& tapes) {
    std::get<0>(cells).forward(input, std::get<0>(tapes));
    std::get<1>(cells).forward(std::get<0>(tapes).o(), std::get<1>(tapes));
    return HalfSquare{}(std::get<1>(tapes), 0);
  };

  auto tapes = std::tuple(std::get<0>(model).tape(), std::get<1>(model).tape());
  auto gradients = std::tuple(std::get<0>(model).zero_gradient(), std::get<1>(model).zero_gradient());
  run(model, x, tapes);
  Columns<double, 2> d_o;
  const Columns<double, 2> o = std::get<0>(tapes).o();
  std::get<1>(model).bptt(o, std::get<1>(tapes), std::get<1>(gradients), {.d_x = &d_o});
  std::get<0>(tapes).d_o() = d_o;
  std::get<0>(model).bptt(x, std::get<0>(tapes), std::get<0>(gradients));

  const auto loss = [&](const auto& cells) {
    using Scalar = elman::ScalarOf<decltype(cells)>;
    auto its_tapes = std::tuple(std::get<0>(cells).tape(), std::get<1>(cells).tape());
    return run(cells, Columns<Scalar, 3>(x.cast<Scalar>()), its_tapes);
  };
  const auto report = elman::gradient_check(model, gradients, loss);
  CHECK(report.entries.size() == 10);
  CHECK(report.worst_error() < tolerance::complex_step);
  CHECK(elman::gradient_check<Differences::central>(model, gradients, loss).worst_error() <
        tolerance::central_differences);
  std::get<0>(gradients).V()(1, 3) += 0.1;
  CHECK(elman::gradient_check(model, gradients, loss).worst().name == "[0].V");
  expect_error([&] { elman::gradient_check(model, std::get<0>(gradients), loss); },
               "gradient_check: gradient has 42 parameters; expected 88 as in model");
}

TEST_CASE("NaN on either side of a comparison counts as wrong, wherever it lies and whatever comes behind") {
  const Eigen::MatrixXd right = Eigen::MatrixXd::Constant(3, 4, 2);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (Index k = 0; k < right.size(); ++k) {
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), infinity}) {
      Eigen::MatrixXd wrong = right;
      wrong(k) = bad;
      elman::GradientReport report;
      report.entries = {elman::detail::compare("U", right, wrong), elman::detail::compare("W", right, right)};
      CHECK(report.worst_error() == infinity);
      CHECK(report.worst().name == "U");
      CHECK(elman::detail::compare("U", wrong, right).error == infinity);
    }
  }
}
