// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/init/fan.hpp"
#include "elman/init/orthogonal.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Dynamic;
using elman::Index;
using elman::Matrix;
template <class Scalar, int In, int Hidden, int Out>
using Parameters = elman::RNNCell<Scalar, In, Hidden, Out>;
using elman::Random;
namespace init = elman::init;

using Dense = Matrix<double, Dynamic, Dynamic>;

namespace {

// 150 out, 250 in: 37,500 numbers, whose mean square is within 4 √(var(x²)/n) = 4 · 0.0073 σ² of σ² for normal
// numbers and within 4 · 0.0046 σ² for uniform ones.
constexpr Index fan_out = 150;
constexpr Index fan_in = 250;

double mean_square(const Dense& matrix) { return matrix.squaredNorm() / static_cast<double>(matrix.size()); }

template <class Fill>
Dense filled(const Fill& fill) {
  Random random{11};
  Dense matrix(fan_out, fan_in);
  fill(matrix, random);
  return matrix;
}

void check_uniform(const Dense& matrix, double bound) {
  CHECK(matrix.cwiseAbs().maxCoeff() <= bound);
  CHECK(matrix.maxCoeff() > 0.999 * bound);
  CHECK(matrix.minCoeff() < -0.999 * bound);
  CHECK(std::abs(mean_square(matrix) * 3 / (bound * bound) - 1) < 4 * 0.0046);
}

void check_normal(const Dense& matrix, double variance) {
  CHECK(std::abs(mean_square(matrix) / variance - 1) < 4 * 0.0073);
  const double beyond = static_cast<double>((matrix.array().abs() > 2 * std::sqrt(variance)).count());
  CHECK(std::abs(beyond / static_cast<double>(matrix.size()) - 0.0455) < 4 * 0.0011);
}

}  // namespace

TEST_CASE("Glorot and He have the published variance, rows = fan out and columns = fan in") {
  check_uniform(filled([](auto& m, auto& random) { init::glorot_uniform(m, random); }), std::sqrt(6.0 / 400));
  check_normal(filled([](auto& m, auto& random) { init::glorot_normal(m, random); }), 2.0 / 400);
  check_uniform(filled([](auto& m, auto& random) { init::he_uniform(m, random); }), std::sqrt(6.0 / 250));
  check_normal(filled([](auto& m, auto& random) { init::he_normal(m, random); }), 2.0 / 250);
  check_uniform(filled([](auto& m, auto& random) { init::uniform(m, random, 0.7); }), 0.7);
  check_normal(filled([](auto& m, auto& random) { init::normal(m, random, 0.7); }), 0.49);
}

TEST_CASE(
    "initialisers give finite numbers of any scale that the scalar holds, and refuse others with nothing written") {
  Random random{13};
  const auto check = [&](auto scalar, double decades) {
    using Scalar = decltype(scalar);
    using Filled = Matrix<Scalar, Dynamic, Dynamic>;
    int refused = 0, filled = 0;
    for (int run = 0; run < 2000; ++run) {
      const double value = std::pow(10, random.uniform(-decades, decades));
      Filled matrix = Filled::Constant(4, 3, Scalar(7));
      const Index kind = run % 4;
      const Random before = random;
      const std::string error = error_of([&] {
        if (kind == 0) init::uniform(matrix, random, value);
        if (kind == 1) init::normal(matrix, random, value);
        if (kind == 2) init::orthogonal(matrix, random, value);
        if (kind == 3) init::identity(matrix, value);
      });
      CAPTURE(kind, value, sizeof(Scalar), error);
      if (!error.empty()) {
        ++refused;
        CHECK((matrix.array() == Scalar(7)).all());
        CHECK(random == before);
        continue;
      }
      ++filled;
      CHECK(matrix.allFinite());
      const Matrix<long double, Dynamic, Dynamic> exact = matrix.template cast<long double>() / value;
      const long double unit = std::max<long double>(std::numeric_limits<Scalar>::epsilon(), 1e-15L);
      if (kind == 0) CHECK(exact.cwiseAbs().maxCoeff() <= 1 + unit);
      if (kind < 2) CHECK(exact.cwiseAbs().maxCoeff() > 0.05L);
      if (kind == 2) CHECK((exact.transpose() * exact).isIdentity(8 * unit));
      if (kind == 3) CHECK(exact.topRows(3).isIdentity(unit));
    }
    CHECK(refused > 50);
    CHECK(filled > 500);
  };
  check(float{}, 60);
  if (std::numeric_limits<long double>::max_exponent > std::numeric_limits<double>::max_exponent) check(double{}, 320);

  elman::Vector<float, 2> b(7, 7);
  const std::string smallest = "; expected at least 1.1754944e-38, the smallest of a float with all digits";
  expect_error([&] { init::uniform(b, random, 1e-50); }, "init::uniform: bound is 1e-50" + smallest);
  expect_error([&] { init::normal(b, random, 1e38); },
               "init::normal: deviation is 1e+38; expected at most 5.3169116662270134e+36");
  expect_error([&] { init::orthogonal(b, random, 1e39); },
               "init::orthogonal: gain is 1e+39; expected at most 3.4028235e+38, the largest of a float");
  Parameters<float, 2, 3, 2> net{elman::zero};
  net.theta().setZero();
  expect_error([&] { init::irnn(random, {.scale = 1e-50})(net); }, "init::irnn: scale is 1e-50" + smallest);
  expect_error([&] { init::irnn(random, {.deviation = 1e-50})(net); }, "init::normal: deviation is 1e-50" + smallest);
  CHECK(net.theta().isZero(0));
}

TEST_CASE("the numbers are drawn column by column, whatever holds them") {
  Random random{12};
  Dense matrix(2, 3);
  init::uniform(matrix, random, 0.5);
  Random same{12};
  for (Index col = 0; col < 3; ++col) {
    for (Index row = 0; row < 2; ++row) CHECK(matrix(row, col) == same.uniform(-0.5, 0.5));
  }
  CHECK(random == same);

  Eigen::Matrix<double, Dynamic, Dynamic, Eigen::RowMajor> by_rows(2, 3);
  Random again{12};
  init::uniform(by_rows, again, 0.5);
  CHECK(by_rows == matrix);

  Dense larger = Dense::Zero(4, 4);
  Random for_block{12};
  init::uniform(larger.block(1, 1, 2, 3), for_block, 0.5);
  CHECK(larger.block(1, 1, 2, 3) == matrix);
  CHECK(larger.row(0).isZero(0));
}

TEST_CASE("orthogonal has orthonormal columns, or rows where there are fewer, times the gain") {
  Random random{13};
  const auto check = [&](auto matrix, double gain) {
    CAPTURE(matrix.rows(), matrix.cols());
    init::orthogonal(matrix, random, gain);
    const Dense wide = matrix.template cast<double>();
    const Dense gram = wide.rows() >= wide.cols() ? Dense(wide.transpose() * wide) : Dense(wide * wide.transpose());
    const Dense expected = gain * gain * Dense::Identity(gram.rows(), gram.cols());
    // Every entry rounds to the matrix's scalar and every reflection in double.
    using Scalar = typename decltype(matrix)::Scalar;
    const double epsilon = std::max(static_cast<double>(std::numeric_limits<Scalar>::epsilon()), 2.3e-16);
    CHECK((gram - expected).cwiseAbs().maxCoeff() < 16 * epsilon * gain * gain);
  };
  check(Dense(64, 64), 1);
  check(Dense(40, 7), 1.5);
  check(Dense(7, 40), 0.3);
  check(Dense(1, 5), 2);
  check(Dense(5, 1), 2);
  check(Dense(1, 1), 3);
  check(Matrix<float, 33, 33>(), 1);
  check(Matrix<float, 3, 9>(), 1);
  check(Matrix<double, 9, 3>(), 1);
  check(Matrix<long double, 6, 6>(), 1);
  check(Matrix<float, 90, 90>(), 1);  // 64 KiB in double: reflected on the heap
}

TEST_CASE("orthogonal is uniform over the orthogonal matrices: both signs, every entry of variance 1/n") {
  Random random{14};
  constexpr int count = 4000;
  constexpr int n = 3;
  Matrix<double, n, n> mean = Matrix<double, n, n>::Zero();
  Matrix<double, n, n> square = mean;
  int rotations = 0;
  for (int k = 0; k < count; ++k) {
    Matrix<double, n, n> q;
    init::orthogonal(q, random);
    mean += q / count;
    square += q.cwiseAbs2() / count;
    const auto cofactor = [&q](Index col, Index next) { return q(1, col) * q(2, next) - q(1, next) * q(2, col); };
    rotations += q(0, 0) * cofactor(1, 2) - q(0, 1) * cofactor(0, 2) + q(0, 2) * cofactor(0, 1) > 0;  // the determinant
  }
  // In three dimensions an entry is uniform in [−1, 1]: variance 1/3, and 4/45 for its square.
  CHECK(mean.cwiseAbs().maxCoeff() < 4 * std::sqrt(1.0 / 3 / count));
  CHECK((square.array() - 1.0 / 3).abs().maxCoeff() < 4 * std::sqrt(4.0 / 45 / count));
  CHECK(std::abs(rotations - count / 2) < 4 * std::sqrt(count / 4.0));
}

TEST_CASE("orthogonal gives the pinned numbers for a seed, bit for bit, with every compiler") {
  Random random{42};
  Matrix<double, 3, 2> small_one;
  init::orthogonal(small_one, random);
  CHECK(small_one(0, 0) == -0x1.670093746d298p-3);
  CHECK(small_one(1, 0) == -0x1.c27b346339023p-1);
  CHECK(small_one(2, 0) == -0x1.c459fa1543bbcp-2);
  CHECK(small_one(0, 1) == 0x1.f6ff942247024p-1);
  CHECK(small_one(1, 1) == -0x1.043301189622p-3);
  CHECK(small_one(2, 1) == -0x1.1825dd4b5f368p-3);

  Dense large(100, 90);
  init::orthogonal(large, random, 1.3);
  std::uint64_t hash = 0;  // FNV-1a
  for (const double entry : large.reshaped()) hash = (hash ^ std::bit_cast<std::uint64_t>(entry)) * 0x100000001b3;
  CHECK(hash == 0x9cb39a05e93de3f6);
}

TEST_CASE("a compile-time and a Dynamic matrix, float and double, get the same numbers") {
  Matrix<double, 5, 4> fixed;
  Dense dynamic(5, 4);
  Matrix<float, 5, 4> single;
  Matrix<std::complex<double>, 5, 4> complex;
  const auto fill = [](auto& matrix) {
    Random random{15};
    init::orthogonal(matrix, random);
  };
  fill(fixed);
  fill(dynamic);
  fill(single);
  fill(complex);
  CHECK(fixed == dynamic);
  CHECK(single == fixed.cast<float>());
  CHECK(complex == fixed.cast<std::complex<double>>());
}

TEST_CASE("identity has its scale on the diagonal") {
  Matrix<float, 3, 3> square;
  init::identity(square, 0.5);
  CHECK(square == 0.5F * Matrix<float, 3, 3>::Identity());
  Dense wide(2, 3);
  init::identity(wide);
  CHECK(wide == Dense::Identity(2, 3));
}

TEST_CASE("standard is Glorot uniform U and V, orthogonal W, zero b and c") {
  Parameters<double, Dynamic, 7, 3> parameters(5, 7, 3, elman::zero);
  parameters.theta().setConstant(99);
  Random random{16};
  init::standard(random)(parameters);

  Random same{16};
  Parameters<double, 5, 7, 3> expected{elman::zero};
  init::glorot_uniform(expected.U(), same);
  init::orthogonal(expected.W(), same);
  init::glorot_uniform(expected.V(), same);
  CHECK(parameters.theta() == expected.theta());
  CHECK(parameters.b().isZero(0));
  CHECK(parameters.c().isZero(0));
  CHECK((parameters.W().transpose() * parameters.W()).isIdentity(1e-14));
  CHECK(random == same);  // draws from the caller's generator: another cell gets other numbers
}

TEST_CASE("standard gives the pinned weights for a seed") {
  Random random{42};
  Parameters<double, 2, 3, 2> parameters{elman::zero};
  init::standard(random)(parameters);
  CHECK(parameters.U()(0, 0) == -0x1.d2cbb9b0657b5p-1);
  CHECK(parameters.W()(0, 0) == -0x1.cf56bb2bda3e2p-1);
  CHECK(parameters.V()(1, 2) == -0x1.8a940dab1701p-4);
}

TEST_CASE("torch_default is uniform in ±1/√Hidden for all five") {
  Parameters<float, 50, 64, 40> parameters{elman::zero};
  Random random{17};
  init::torch_default(random)(parameters);
  parameters.for_each([](const std::string& name, const auto& view) {
    CAPTURE(name);
    CHECK(view.cwiseAbs().maxCoeff() <= 0.125F);
    CHECK(view.cwiseAbs().maxCoeff() > 0.11F);
    CHECK(std::abs(view.mean()) < 4 * 0.125F / std::sqrt(3 * static_cast<float>(view.size())));
  });
}

TEST_CASE("irnn is a scaled identity W, small normal U and V, zero b and c") {
  Parameters<double, 80, 90, 70> parameters{elman::zero};
  parameters.theta().setConstant(99);
  Random random{18};
  init::irnn(random)(parameters);
  CHECK(parameters.W() == Dense::Identity(90, 90));
  CHECK(std::abs(parameters.U().norm() / std::sqrt(80 * 90) / 0.001 - 1) < 0.04);
  CHECK(std::abs(parameters.V().norm() / std::sqrt(70 * 90) / 0.001 - 1) < 0.04);
  CHECK(parameters.b().isZero(0));
  CHECK(parameters.c().isZero(0));
  init::irnn(random, {.scale = 0.5, .deviation = 0.1})(parameters);
  CHECK(parameters.W() == 0.5 * Dense::Identity(90, 90));
  CHECK(std::abs(parameters.U().norm() / std::sqrt(80 * 90) / 0.1 - 1) < 0.04);
}

TEST_CASE("initialisers refuse spreads that are not above 0 and write nothing then") {
  Random random{19};
  Dense matrix = Dense::Constant(2, 2, 7);
  expect_error([&] { init::uniform(matrix, random, 0); }, "init::uniform: bound is 0; expected above 0 and finite");
  expect_error([&] { init::normal(matrix, random, -1); }, "init::normal: deviation is -1; expected above 0 and finite");
  expect_error([&] { init::orthogonal(matrix, random, 0); },
               "init::orthogonal: gain is 0; expected above 0 and finite");
  expect_error([&] { init::identity(matrix, std::nan("")); },
               "init::identity: scale is nan; expected above 0 and finite");
  expect_error([&] { init::irnn(random, {.scale = -1}); }, "init::irnn: scale is -1; expected above 0 and finite");
  expect_error([&] { init::irnn(random, {.deviation = 0}); },
               "init::irnn: deviation is 0; expected above 0 and finite");
  CHECK(matrix == Dense::Constant(2, 2, 7));
  CHECK(random == Random{19});
}
