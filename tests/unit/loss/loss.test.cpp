// SPDX-License-Identifier: MIT
//
// Losses of one's own: Huber's, quadratic near the target and linear beyond a distance of 1, written from nothing, and
// the one of loss.hpp, written with the frame of columns.hpp.
#include "elman/loss/loss.hpp"

#include <array>
#include <cmath>
#include <deque>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/nets.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"
#include "support/weights.hpp"

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

struct Quantile {
  using Output = elman::Identity;
  double q = 0.5;

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    using Scalar = typename Tape::Scalar;
    const auto add_up = [&](const auto& column) {
      for (elman::Index k = 0; k < column.rows(); ++k) {
        const Scalar miss = column.target(k) - column.y(k);
        const Scalar slope(elman::real_part(miss) > 0 ? -q : 1 - q);
        column.add(k, -slope * miss, slope);
      }
    };
    return elman::loss::columns<Quantile>("Quantile", tape, targets).reduce(elman::loss::Reduction::mean, add_up);
  }
};

/// 1 − cos(y, t): one term a column, which the mean is over.
struct CosineDistance {
  using Output = elman::Identity;
  elman::loss::Reduction reduction = elman::loss::Reduction::mean;

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    using Scalar = typename Tape::Scalar;
    const auto add_up = [](const auto& column) {
      using std::sqrt;
      Scalar yy(0), yt(0), tt(0);
      for (Index k = 0; k < column.rows(); ++k) {
        yy += column.y(k) * column.y(k);
        yt += column.y(k) * column.target(k);
        tt += column.target(k) * column.target(k);
      }
      const Scalar norms = sqrt(yy * tt), cosine = yt / norms;
      column.L += column.weight * elman::Wide<Scalar>(Scalar(1) - cosine);
      for (Index k = 0; k < column.rows(); ++k) {
        column.set_slope(k, cosine * column.y(k) / yy - column.target(k) / norms);
      }
    };
    return elman::loss::columns<CosineDistance>("CosineDistance", tape, targets).reduce(reduction, add_up, 1);
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

using Tape = elman::ReadoutTape<double, elman::Identity>;
static_assert(elman::Loss<Huber, Tape, Eigen::MatrixXd>);
static_assert(elman::Loss<Quantile, Tape, elman::loss::Weighted<Eigen::MatrixXf, std::vector<bool>>>);
static_assert(elman::Loss<elman::loss::SquaredError, Tape, Eigen::MatrixXd>);
static_assert(elman::Loss<elman::loss::CrossEntropy, elman::ReadoutTape<float>, std::vector<int>>);
static_assert(elman::Loss<elman::loss::BinaryCrossEntropy, elman::ReadoutTape<float, elman::Sigmoid>, Eigen::MatrixXf>);
static_assert(!elman::Loss<NoOutput, Tape, int>);
static_assert(!elman::Loss<ReturnsNothing, Tape, int>);
static_assert(!elman::Loss<Huber, Tape, std::vector<int>>);
static_assert(elman::Loss<elman::loss::CrossEntropy, elman::ReadoutTape<float>,
                          elman::loss::Weighted<std::vector<int>, std::vector<double>>>);

struct Setup {
  Setup() {
    nets::randomise(cell, 1.0, random);
    x = elman::pack(std::vector{nets::normal<elman::Columns<double, 3>>(3, 6, random),
                                nets::normal<elman::Columns<double, 3>>(3, 4, random)});
    targets = 2 * nets::normal<Eigen::MatrixXd>(2, 10, random);
  }
  elman::Random random{5};
  elman::RNNCell<double, 3, 4, 2, elman::Tanh, elman::Identity> cell{elman::zero};
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
  CHECK(elman::gradient_check(setup.cell, setup.x, setup.targets, Quantile{0.3}).worst_error() <
        tolerance::complex_step);
}

TEST_CASE("a loss of one's own has the mean, the weights and the messages of any other, from the frame") {
  LossTape<double, elman::Identity> tape(Eigen::Matrix2d{{1, 2}, {3, 4}});
  Eigen::Matrix2d targets{{2, 2}, {1, 8}};  // misses 1, -2 and 0, 4
  const Quantile loss{0.25};
  CHECK(loss(tape, targets) == (0.25 + 0.75 * 2 + 0.25 * 4) / 4);
  CHECK(tape.d_o() == Eigen::Matrix2d{{-0.0625, 0.1875}, {0.1875, -0.0625}});
  CHECK(loss(tape, elman::loss::weighted(targets, Eigen::Vector2d(3, 1))) == (3 * (0.25 + 0.75 * 2) + 0.25 * 4) / 8);
  CHECK(tape.d_o() == Eigen::Matrix2d{{-0.09375, 0.09375}, {0.28125, -0.03125}});
  targets.col(0).setConstant(weights::not_a_number);
  CHECK(loss(tape, elman::loss::weighted(targets, Eigen::Vector2d(0, 1))) == 0.5);
  CHECK(tape.d_o() == Eigen::Matrix2d{{0, 0.375}, {0, -0.125}});
  LossTape<double, elman::Identity> untouched(Eigen::Matrix2d{{1, 2}, {3, 4}});
  expect_error([&] { loss(untouched, Eigen::MatrixXd(3, 2)); }, "Quantile: targets has 3 rows; expected Out = 2");
  weights::check_errors<elman::Identity>(
      "Quantile", [](elman::loss::Reduction) { return Quantile{}; },
      [](const std::vector<Index>& columns) { return weights::columns_of(loss_data::targets(), columns); });
  CHECK(untouched.is_untouched());
}

TEST_CASE("a loss of one's own that is no sum over outputs: weights of columns, and the mean over these") {
  weights::check<elman::Identity>(
      "CosineDistance", [](elman::loss::Reduction reduction) { return CosineDistance{reduction}; },
      [](const std::vector<Index>& columns) { return weights::columns_of(loss_data::targets(), columns); });
  LossTape<double, elman::Identity> tape(Eigen::Matrix2d{{3, 1}, {4, 0}});
  CHECK(CosineDistance{}(tape, Eigen::Matrix2d{{1, 1}, {0, 1}}) == Approx((2 - 0.6 - std::sqrt(0.5)) / 2));
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

TEST_CASE("weights of columns come in any form") {
  const elman::loss::CrossEntropy loss;
  LossTape<double, elman::Softmax> tape(loss_data::logits());
  const double L = loss(tape, elman::loss::weighted(loss_data::labels, std::vector<double>{1, 0, 1, 1, 0}));
  const Eigen::MatrixXd d_o = tape.d_o();
  const auto same = [&](const auto& weights) {
    LossTape<double, elman::Softmax> other(loss_data::logits());
    return loss(other, elman::loss::weighted(loss_data::labels, weights)) == L && other.d_o() == d_o;
  };
  CHECK(same(std::vector<bool>{true, false, true, true, false}));
  CHECK(same(std::vector<int>{1, 0, 1, 1, 0}));
  CHECK(same(std::array<float, 5>{1, 0, 1, 1, 0}));
  CHECK(same(std::deque<double>{1, 0, 1, 1, 0}));
  CHECK(same(Eigen::Matrix<float, 5, 1>(1, 0, 1, 1, 0)));
  CHECK(same(Eigen::RowVectorXd(Eigen::Matrix<double, 1, 5>(1, 0, 1, 1, 0))));
  const double array[]{1, 0, 1, 1, 0};
  CHECK(same(array));
}

TEST_CASE("weighted targets that are kept own what was a temporary and refer to what has a name") {
  const elman::loss::CrossEntropy loss;
  const auto value = [&](const auto& targets) {
    LossTape<double, elman::Softmax> tape(loss_data::logits());
    return loss(tape, targets);
  };
  const std::vector<double> weights{1, 0, 1, 1, 0};
  const double L = value(elman::loss::weighted(loss_data::labels, weights));
  const auto of_a_list = elman::loss::weighted(loss_data::labels, std::vector<double>{1, 0, 1, 1, 0});
  const auto of_both = elman::loss::weighted(std::vector<Index>(loss_data::labels), std::vector<int>{1, 0, 1, 1, 0});
  const auto of_an_expression =
      elman::loss::weighted(loss_data::labels, Eigen::VectorXd::Ones(5) - Eigen::Matrix<double, 5, 1>(0, 1, 0, 0, 1));
  const std::vector<double> elsewhere(1000, 7.0);  // where freed memory would be written to
  CHECK(value(of_a_list) == L);
  CHECK(value(of_both) == L);
  CHECK(value(of_an_expression) == L);
  CHECK(&of_a_list.targets == &loss_data::labels);
  CHECK(elsewhere[0] == 7);
}

TEST_CASE("per_sequence gives every step the weight of its sequence, in packed order") {
  const elman::Steps ragged = elman::Steps::ragged(std::vector<int>{2, 4, 1});
  // Step 0 of sequences 1, 0, 2; step 1 of 1, 0; steps 2 and 3 of 1.
  const std::vector<double> packed{20, 10, 30, 20, 10, 20, 20};
  CHECK(elman::loss::per_sequence(std::vector<double>{10, 20, 30}, ragged) == packed);
  CHECK(elman::loss::per_sequence(std::vector<int>{10, 20, 30}, ragged) == packed);
  CHECK(elman::loss::per_sequence(Eigen::Vector3f(10, 20, 30), ragged) == packed);
  CHECK(elman::loss::per_sequence(std::vector<double>{1, 2}, elman::Steps::even(3, 2)) ==
        std::vector<double>{1, 2, 1, 2, 1, 2});
  expect_error(
      [&] {
        elman::loss::per_sequence(std::vector<double>{1, 2}, ragged);
      },
      "per_sequence: weights has 2 entries; expected B = 3");
  expect_error(
      [&] {
        elman::loss::per_sequence(std::vector<double>{1, 2, 3, 4}, ragged);
      },
      "per_sequence: weights has 4 entries; expected B = 3");
}

TEST_CASE("a weight per sequence is the sequence so often in the batch") {
  elman::Random random{2};
  elman::RNNCell<double, 3, 4, 2> cell{elman::init::torch_default(random)};
  using Columns = elman::Columns<double, 3>;
  const auto sequence = [&](Index T) { return nets::normal<Columns>(3, T, random); };
  const Columns a = sequence(2), b = sequence(4), c = sequence(3);
  const std::vector<int> of_a{0, 1}, of_b{1, 1, 0, 1}, of_c{0, 0, 1};
  const elman::loss::CrossEntropy loss;
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient(), expected = cell.zero_gradient();

  const auto x = elman::pack(std::vector{a, b, c});
  cell.forward(x, tape);
  const elman::Labels labels = elman::pack(std::vector{of_a, of_b, of_c});
  const double L =
      loss(tape, elman::loss::weighted(labels, elman::loss::per_sequence(std::vector<double>{3, 1, 0}, x.steps)));
  cell.bptt(x, tape, gradient);
  const auto repeated = elman::pack(std::vector{a, a, a, b});
  cell.forward(repeated, tape);
  CHECK(L == Approx(loss(tape, elman::pack(std::vector{of_a, of_a, of_a, of_b}))).epsilon(1e-14));
  cell.bptt(repeated, tape, expected);
  CHECK(relative_error(gradient.theta(), expected.theta()) < tolerance::complex_step);

  // Read at the last step, columns are the caller's sequences.
  gradient.set_zero();
  expected.set_zero();
  cell.forward(x, tape, elman::last_step);
  const double last = loss(tape, elman::loss::weighted(std::vector<int>{1, 0, 1}, std::vector<double>{3, 1, 0}));
  cell.bptt(x, tape, gradient);
  cell.forward(repeated, tape, elman::last_step);
  CHECK(last == Approx(loss(tape, std::vector<int>{1, 1, 1, 0})).epsilon(1e-14));
  cell.bptt(repeated, tape, expected);
  CHECK(relative_error(gradient.theta(), expected.theta()) < tolerance::complex_step);
}
