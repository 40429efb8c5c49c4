// SPDX-License-Identifier: MIT
//
// A loss of one's own: Huber's, quadratic near the target and linear beyond a distance of 1.
#include "elman/loss/loss.hpp"

#include <cmath>

#include "../catch.hpp"
#include "../loss_data.hpp"
#include "../nets.hpp"
#include "../tolerance.hpp"
#include "elman/elman.hpp"

namespace {

struct Huber {
  using Output = elman::Identity;

  template <class Tape>
  typename Tape::Scalar operator()(Tape& tape, const Eigen::MatrixXd& targets) const {
    using Scalar = typename Tape::Scalar;
    auto&& d_o = tape.d_o();
    Scalar L(0);
    for (Index column = 0; column < targets.cols(); ++column) {
      for (Index row = 0; row < targets.rows(); ++row) {
        const Scalar miss = std::as_const(tape).y()(row, column) - Scalar(targets(row, column));
        const auto part = elman::real_part(miss);
        const double sign = part < 0 ? -1 : 1;
        const bool near_it = part * sign <= 1;
        L += near_it ? miss * miss / 2.0 : sign * miss - 0.5;
        d_o(row, column) = near_it ? miss : Scalar(sign);
      }
    }
    return L;
  }
};

struct NoOutput {
  template <class Tape>
  typename Tape::Scalar operator()(Tape&, int) const {
    return {};
  }
};

struct ReturnsNothing {
  using Output = elman::Identity;
  template <class Tape>
  void operator()(Tape&, int) const {}
};

using Tape = elman::Tape<double, elman::Identity>;
static_assert(elman::Loss<Huber, Tape, Eigen::MatrixXd>);
static_assert(elman::Loss<elman::loss::SquaredError, Tape, Eigen::MatrixXd>);
static_assert(elman::Loss<elman::loss::CrossEntropy, elman::Tape<float>, std::vector<int>>);
static_assert(elman::Loss<elman::loss::BinaryCrossEntropy, elman::Tape<float, elman::Sigmoid>, Eigen::MatrixXf>);
static_assert(!elman::Loss<NoOutput, Tape, int>);
static_assert(!elman::Loss<ReturnsNothing, Tape, int>);
static_assert(!elman::Loss<Huber, Tape, std::vector<int>>);

struct Setup {
  Setup() {
    nets::randomise(cell, 1.0, random);
    x = elman::pack(std::vector{nets::normal<elman::Columns<double, 3>>(3, 6, random),
                                nets::normal<elman::Columns<double, 3>>(3, 4, random)});
    targets = 2 * nets::normal<Eigen::MatrixXd>(2, 10, random);
  }
  elman::Random random{5};
  elman::RNNCell<double, 3, 4, 2, elman::Tanh, elman::Identity> cell;
  elman::Sequences<double, 3> x;
  Eigen::MatrixXd targets;
};

/// The mean of two read-outs, for a loss of the pair.
struct MeanOfTwo {
  using Scalar = double;
  using Output = elman::Identity;
  Eigen::MatrixXd mean, gradient;
  const Eigen::MatrixXd& o() const { return mean; }
  const Eigen::MatrixXd& y() const { return mean; }
  Eigen::MatrixXd& d_o() { return gradient; }
};

}  // namespace

TEST_CASE("a loss of one's own is checked like any other") {
  const Setup setup;
  const auto exact = elman::gradient_check(setup.cell, setup.x, setup.targets, Huber{});
  CHECK(exact.method == elman::Differences::complex_step);
  CHECK(exact.worst_error() < tolerance::complex_step);
  CHECK(elman::gradient_check<elman::Differences::central>(setup.cell, setup.x, setup.targets, Huber{}).worst_error() <
        tolerance::central_differences);
}

TEST_CASE("a loss of one's own is trained with like any other") {
  Setup setup;
  elman::optim::Adam adam(setup.cell, {.learning_rate = 0.05});
  auto tape = setup.cell.tape();
  auto gradient = setup.cell.zero_gradient();
  double first = 0, L = 0;
  for (int step = 0; step < 300; ++step) {
    setup.cell.forward(setup.x, tape);
    L = Huber{}(tape, setup.targets);
    if (step == 0) first = L;
    gradient.set_zero();
    setup.cell.bptt(setup.x, tape, gradient);
    adam.step(setup.cell, gradient);
  }
  CHECK(L < first / 10);
}

TEST_CASE("a loss reads any tape and writes its gradient there, through references too") {
  MeanOfTwo pair{Eigen::Vector2d(1, 2), Eigen::Vector2d(0, 0)};
  CHECK(elman::loss::SquaredError({.reduction = elman::loss::Reduction::sum})(pair, Eigen::Vector2d(0, 4)) == 5);
  CHECK(pair.gradient == Eigen::Vector2d(2, -4));
}
