// SPDX-License-Identifier: MIT
#include "elman/loss/per_column.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/loss/binary_cross_entropy.hpp"
#include "elman/loss/cross_entropy.hpp"
#include "elman/loss/squared_error.hpp"
#include "reference/losses.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using namespace elman::loss;

namespace {

using Numbers = std::vector<double>;

/// The quantile loss of loss/loss.hpp, always a mean.
struct Quantile {
  using Output = elman::Identity;
  double q = 0.5;

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    using Scalar = typename Tape::Scalar;
    const auto add_up = [&](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        const Scalar miss = column.target(k) - column.y(k);
        const Scalar slope(elman::real_part(miss) > 0 ? -q : 1 - q);
        column.add(k, -slope * miss, slope);
      }
    };
    return columns<Quantile>("Quantile", tape, targets).reduce(reduction, add_up);
  }
  Reduction reduction = Reduction::mean;
};

/// Half the square, of Eigen's expressions, which knows no reduction.
struct HalfSquare {
  using Output = elman::Identity;
  template <class Tape>
  double operator()(Tape& tape, const Eigen::MatrixXd& targets) const {
    tape.d_o() = tape.y() - targets;
    return (tape.y() - targets).squaredNorm() / 2;
  }
};

template <class Output>
LossTape<double, Output> given() {
  return LossTape<double, Output>(loss_data::logits());
}

void expect(const Numbers& values, const double (&reference)[5]) {
  REQUIRE(values.size() == 5);
  for (std::size_t k = 0; k < 5; ++k) {
    CHECK(std::abs(values[k] - reference[k]) <= tolerance::published * std::abs(reference[k]));
  }
}

/// That of each column in a tape of its own.
template <class Output, class L, class TargetsOf>
Numbers one_by_one(const L& loss, const TargetsOf& targets_of) {
  Numbers result;
  for (Index column = 0; column < loss_data::columns; ++column) {
    LossTape<double, Output> alone(loss_data::logits().col(column));
    result.push_back(loss(alone, targets_of(column)));
  }
  return result;
}

}  // namespace

TEST_CASE("The losses of columns are PyTorch's with reduction none") {
  const auto softmax = given<elman::Softmax>();
  for (const auto& row : reference::cross_entropy_per_column) {
    CAPTURE(row.labels, row.weights, row.ignored, row.smoothing);
    CrossEntropyOptions options{.label_smoothing = row.smoothing};
    if (row.weights) options.class_weights = loss_data::weights;
    if (row.ignored) options.ignored_label = 0;
    const CrossEntropy loss(options);
    expect(row.labels ? per_column(loss, softmax, loss_data::labels)
                      : per_column(loss, softmax, loss_data::distributions()),
           row.L);
  }
  CHECK(softmax.is_untouched());
  const auto identity = given<elman::Identity>();
  expect(per_column(SquaredError(), identity, loss_data::targets()), reference::squared_error_per_column);
  CHECK(identity.is_untouched());
  const auto sigmoid = given<elman::Sigmoid>();
  expect(per_column(BinaryCrossEntropy(), sigmoid, loss_data::targets()), reference::binary_cross_entropy_per_column);
  CHECK(sigmoid.is_untouched());
}

TEST_CASE("The losses of columns are those of the columns alone, and their weighted sum is the loss of all") {
  const Numbers weights{0.25, 1.5, -0.1, 0, 7};
  const auto sum_of = [](const Numbers& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); };
  auto softmax = given<elman::Softmax>();
  const CrossEntropy sum({.reduction = Reduction::sum, .class_weights = loss_data::weights});
  const CrossEntropy mean({.reduction = Reduction::mean, .class_weights = loss_data::weights});
  const auto alone = one_by_one<elman::Softmax>(
      sum, [](Index column) { return std::vector<Index>{loss_data::labels[static_cast<std::size_t>(column)]}; });
  CHECK(per_column(mean, softmax, loss_data::labels) == alone);
  const auto weighed = per_column(mean, softmax, weighted(loss_data::labels, weights));
  for (std::size_t k = 0; k < 5; ++k) CHECK(weighed[k] == weights[k] * alone[k]);
  CHECK(sum_of(weighed) == Approx(sum(softmax, weighted(loss_data::labels, weights))).epsilon(1e-13));

  auto identity = given<elman::Identity>();
  const auto target_of = [](Index column) { return Eigen::MatrixXd(loss_data::targets().col(column)); };
  const SquaredError squares({.reduction = Reduction::sum});
  CHECK(per_column(SquaredError(), identity, loss_data::targets()) == one_by_one<elman::Identity>(squares, target_of));
  Eigen::MatrixXd targets = loss_data::targets();
  targets.col(3).setConstant(std::numeric_limits<double>::quiet_NaN());  // its weight is 0
  const auto of_weighted = per_column(squares, identity, weighted(targets, weights));
  CHECK(of_weighted[3] == 0);
  CHECK(sum_of(of_weighted) == Approx(squares(identity, weighted(targets, weights))).epsilon(1e-13));
}

TEST_CASE("The losses of columns of a loss of one's own") {
  const auto tape = given<elman::Identity>();
  const auto target_of = [](Index column) { return Eigen::MatrixXd(loss_data::targets().col(column)); };
  const Quantile loss{.q = 0.9};
  CHECK(per_column(loss, tape, loss_data::targets()) ==
        one_by_one<elman::Identity>(Quantile{.q = 0.9, .reduction = Reduction::sum}, target_of));
  const HalfSquare half;
  CHECK(per_column(half, tape, loss_data::targets()) == one_by_one<elman::Identity>(half, target_of));
  CHECK(tape.is_untouched());
}

TEST_CASE("The losses of columns of targets in any form") {
  const auto tape = given<elman::Softmax>();
  const auto same = [&](const auto& labels) {
    return per_column(CrossEntropy(), tape, labels) == per_column(CrossEntropy(), tape, loss_data::labels);
  };
  CHECK(same(std::vector<unsigned char>{2, 0, 3, 0, 1}));
  CHECK(same(elman::Labels{loss_data::labels, elman::Steps::even(5, 1)}));
  CHECK(same(Eigen::Matrix<int, 5, 1>(2, 0, 3, 0, 1)));
  CHECK(same(Eigen::Matrix<int, 1, 5>(2, 0, 3, 0, 1)));
  const LossTape<double, elman::Identity> row(Eigen::RowVector3d(1, 2, 4));
  const Numbers squares{0, 1, 9};
  const SquaredError loss;
  CHECK(per_column(loss, row, std::vector<int>{1, 1, 1}) == squares);
  CHECK(per_column(loss, row, Eigen::RowVector3i(1, 1, 1)) == squares);
  CHECK(per_column(loss, row, 0.5 * Eigen::RowVector3d(2, 2, 2)) == squares);
  CHECK(per_column(loss, row, elman::pack(std::vector<Eigen::RowVectorXd>{Eigen::RowVector3d(1, 1, 1)})) == squares);
  const LossTape<double, elman::Identity> one(Eigen::Vector2d(3, 5));
  CHECK(per_column(loss, one, Eigen::Vector2i(1, 1)) == Numbers{20});  // two rows, and no two labels
}

TEST_CASE("The losses of sequences are sums over the steps that are read, in the caller's order") {
  elman::Random random{4};
  const elman::RNNCell<double, 2, 4, 3> cell{elman::init::standard(random)};
  auto tape = cell.tape();
  std::vector<Eigen::Matrix2Xd> sequences;
  std::vector<std::vector<int>> texts;
  for (const Index T : {2, 5, 0, 3, 3}) {
    sequences.emplace_back(Eigen::Matrix2Xd::Random(2, T));
    texts.emplace_back();
    for (Index t = 0; t < T; ++t) texts.back().push_back(static_cast<int>(random.below(3)));
  }
  texts[3][1] = -100;
  const auto x = elman::pack(sequences);
  const auto labels = elman::pack(texts);
  const CrossEntropy loss;
  const auto log_y = [&](std::size_t b, Index first, Index step, Index last) {  // of the sequence alone
    auto alone = cell.tape();
    cell.forward(sequences[b], alone);
    double sum = 0;
    for (Index t = first; t <= last && t < sequences[b].cols(); t += step) {
      const int label = texts[b][static_cast<std::size_t>(t)];
      if (label >= 0) sum -= std::log(alone.y()(label, t));
    }
    return sum;
  };
  const auto check = [&](const Numbers& losses, Index first, Index step, Index last) {
    REQUIRE(losses.size() == 5);
    for (std::size_t b = 0; b < 5; ++b) {
      CAPTURE(b);
      CHECK(losses[b] == Approx(b == 2 ? 0 : log_y(b, first, step, last)).epsilon(1e-12));
    }
    CHECK_FALSE(tape.has_d_o());
  };
  cell.forward(x, tape);
  check(of_sequences(loss, tape, labels), 0, 1, 4);
  const auto halves = weighted(labels, per_sequence(Numbers{0.5, 2, 1, 0, 1}, x.steps));
  const auto whole = of_sequences(loss, tape, labels), weighed = of_sequences(loss, tape, halves);
  CHECK((weighed[0] == 0.5 * whole[0] && weighed[1] == Approx(2 * whole[1]) && weighed[3] == 0));
  for (const auto& steps : {elman::at_steps({1, 3}), elman::at_steps({1, 2})}) {  // a list of columns, and a run
    cell.forward(x, tape, steps);
    const Index last = steps.listed.back();
    check(of_sequences(loss, tape, elman::gather(labels, steps, x.steps)), 1, last - 1, last);
  }
  cell.forward(x, tape, elman::last_step);
  const std::vector<int> of_last{0, 1, 2, 1, 0};
  const auto last = of_sequences(loss, tape, of_last);
  CHECK(last == per_column(loss, tape, of_last));
  CHECK(last[2] == Approx(-std::log(tape.y()(2, 2))));  // of h₀

  // What a loss has written stays, and so does the mark that it has.
  loss(tape, of_last);
  const Eigen::MatrixXd d_o = std::as_const(tape).d_o();
  CHECK(per_column(loss, tape, of_last) == last);
  CHECK(std::as_const(tape).d_o() == d_o);
  CHECK(tape.has_d_o());
}

TEST_CASE("Of columns and sequences a loss says what it says of all, and the result is untouched") {
  const auto tape = given<elman::Softmax>();
  Numbers result{7};
  expect_error(
      [&] {
        per_column(CrossEntropy(), tape, std::vector<int>{2, 0, 3, 9, 1}, result);
      },
      "CrossEntropy: label 3 is 9; expected 0 <= label < Out = 4");
  expect_error(
      [&] {
        per_column(CrossEntropy(), tape, std::vector<int>{2, 0, 3}, result);
      },
      "CrossEntropy: targets has 3 labels; expected R = 5 as o has columns");
  expect_error(
      [&] {
        per_column(CrossEntropy(), tape, weighted(loss_data::labels, Numbers{1, 2}), result);
      },
      "CrossEntropy: weights has 2 entries; expected R = 5 as o has columns");
  CHECK(result == Numbers{7});
  per_column(CrossEntropy(), tape, loss_data::labels, result);
  CHECK(result.size() == 5);

  const elman::RNNCell<double, 2, 4, 3> cell{elman::zero};
  auto of_cell = cell.tape();
  expect_error([&] { of_sequences(CrossEntropy(), of_cell, std::vector<int>{1}, result); },
               "per_column: tape is empty; expected forward(x, tape) before");
  cell.forward(elman::pack(std::vector<Eigen::Matrix2Xd>{Eigen::Matrix2Xd::Zero(2, 3)}), of_cell);
  expect_error(
      [&] {
        of_sequences(CrossEntropy(), of_cell, elman::pack(std::vector<std::vector<int>>{{1, 2}}), result);
      },
      "CrossEntropy: targets has 2 steps in sequence 0; expected 3, as x has: one target a step (every_step)");
  CHECK(result.size() == 5);
  of_sequences(CrossEntropy(), of_cell, std::vector<int>{0, 1, 2}, result);
  CHECK((result.size() == 1 && result[0] == Approx(3 * std::log(3.0))));
}
