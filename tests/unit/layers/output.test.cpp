// SPDX-License-Identifier: MIT
#include "elman/layers/output.hpp"

#include <cmath>
#include <limits>

#include "elman/layers/activation.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::Matrix;

namespace {

template <class Scalar>
Matrix<Scalar, elman::Dynamic, elman::Dynamic> softmax(const Matrix<Scalar, elman::Dynamic, elman::Dynamic>& o) {
  Matrix<Scalar, elman::Dynamic, elman::Dynamic> y(o.rows(), o.cols());
  elman::Softmax{}(o, y);
  return y;
}

}  // namespace

TEST_CASE("softmax equals exp / sum exp in the textbook form") {
  Eigen::MatrixXd o(3, 2);
  o << 0.5, -1, 2, 0, -0.25, 1;
  const Eigen::MatrixXd y = softmax<double>(o);
  for (Index column = 0; column < 2; ++column) {
    const double sum = std::exp(o(0, column)) + std::exp(o(1, column)) + std::exp(o(2, column));
    for (Index row = 0; row < 3; ++row) CHECK(std::abs(y(row, column) - std::exp(o(row, column)) / sum) < 1e-15);
  }
}

TEST_CASE("softmax stays a distribution at huge logits, ties and one class", "[extreme]") {
  Eigen::MatrixXf o(3, 3);
  o << 1e30F, -1e30F, 7, -1e30F, -1e30F, 7, 0, -1e30F, 7;
  const Eigen::MatrixXf y = softmax<float>(o);
  CHECK(y.col(0) == Eigen::Vector3f(1, 0, 0));
  for (Index column = 1; column < 3; ++column) {
    for (Index row = 0; row < 3; ++row) CHECK(std::abs(y(row, column) - 1 / 3.0F) < 1e-6F);
  }
  CHECK(softmax<float>(Eigen::MatrixXf::Constant(1, 1, -1e30F))(0, 0) == 1);
}

TEST_CASE("softmax gives exactly nothing to a logit far below or of minus infinity, and passes NaN on", "[extreme]") {
  for (const double low : {-1e30, -800.0, -std::numeric_limits<double>::infinity()}) {
    Eigen::MatrixXd o = Eigen::MatrixXd::Zero(9, 1);
    o.topRows(8).setConstant(low);
    CHECK(softmax<double>(o) == Eigen::MatrixXd(Eigen::VectorXd::Unit(9, 8)));
    CHECK(softmax<float>(o.cast<float>()) == Eigen::MatrixXf(Eigen::VectorXf::Unit(9, 8)));
  }
  Eigen::MatrixXd o = Eigen::MatrixXd::Zero(5, 1);
  o(1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(softmax<double>(o).array().isNaN().any());
}

TEST_CASE("sigmoid equals 1 / (1 + exp(-o)) and saturates without overflow") {
  Eigen::MatrixXd o(1, 5), y(1, 5);
  o << 0, 1.5, -1.5, 1e30, -1e30;
  elman::Sigmoid{}(o, y);
  CHECK(y(0) == 0.5);
  CHECK(std::abs(y(1) - 1 / (1 + std::exp(-1.5))) < 1e-16);
  CHECK(std::abs(y(2) - 1 / (1 + std::exp(1.5))) < 1e-16);
  CHECK(y(3) == 1);
  CHECK(y(4) == 0);
}

TEST_CASE("the identity output is the logits") {
  const Eigen::MatrixXd o = Eigen::MatrixXd::Random(3, 4);
  Eigen::MatrixXd y(3, 4);
  elman::Identity{}(o, y);
  CHECK(y == o);
}
