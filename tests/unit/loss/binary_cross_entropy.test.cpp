// SPDX-License-Identifier: MIT
#include "elman/loss/binary_cross_entropy.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "reference/losses.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"
#include "support/weights.hpp"

using elman::loss::BinaryCrossEntropy;
using elman::loss::BinaryCrossEntropyOptions;
using elman::loss::Reduction;

using Tape = LossTape<double, elman::Sigmoid>;

TEST_CASE("BinaryCrossEntropy has the values and gradients of torch.nn.BCEWithLogitsLoss") {
  for (const auto& row : reference::binary_cross_entropy_rows) {
    CAPTURE(row.mean, row.weights);
    BinaryCrossEntropyOptions options{.reduction = row.mean ? Reduction::mean : Reduction::sum};
    if (row.weights) options.positive_weights = loss_data::weights;
    Tape tape(loss_data::logits());
    const double L = BinaryCrossEntropy(options)(tape, loss_data::targets());
    CHECK(std::abs(L - row.L) <= tolerance::published * row.L);
    CHECK(relative_error(tape.d_o(), loss_data::gradient(row.d_o)) <= tolerance::published);
  }
}

TEST_CASE("BinaryCrossEntropy stays finite at logits of any size and keeps its digits where it is small") {
  const BinaryCrossEntropy loss({.reduction = Reduction::sum});
  SECTION("right by far") {
    Tape tape(Eigen::Vector2d(1e30, -1e30));
    CHECK(loss(tape, Eigen::Vector2d(1, 0)) == 0);
    CHECK(tape.d_o() == Eigen::Vector2d(0, 0));
  }
  SECTION("wrong by far") {
    Tape tape(Eigen::Vector2d(1e30, -1e30));
    CHECK(loss(tape, Eigen::Vector2d(0, 1)) == 2e30);
    CHECK(tape.d_o() == Eigen::Vector2d(1, -1));
  }
  SECTION("undecided") {
    Tape tape(Eigen::Vector2d(0, 0));
    CHECK(loss(tape, Eigen::Vector2d(0, 1)) == Approx(2 * std::log(2)).epsilon(1e-15));
    CHECK(tape.d_o() == Eigen::Vector2d(0.5, -0.5));
  }
  SECTION("nearly certain") {
    Tape tape(Eigen::Vector2d(40, -40));
    const double small = std::exp(-40.0);
    CHECK(loss(tape, Eigen::Vector2d(1, 0)) == Approx(2 * std::log1p(small)).epsilon(1e-14));
    CHECK(tape.d_o()(0, 0) == Approx(-small / (1 + small)).epsilon(1e-14));
    CHECK(tape.d_o()(1, 0) == Approx(small / (1 + small)).epsilon(1e-14));
  }
  SECTION("float") {
    LossTape<float, elman::Sigmoid> tape(Eigen::Vector2f(1e30f, -1e30f));
    CHECK(loss(tape, Eigen::Vector2f(0, 1)) == 2e30f);
    CHECK(tape.d_o() == Eigen::Vector2f(1, -1));
  }
}

TEST_CASE("BinaryCrossEntropy in float loses no digits over many columns") {
  const Index R = 100'000;
  LossTape<float, elman::Sigmoid> tape(Eigen::MatrixXf::Zero(2, R));
  CHECK(BinaryCrossEntropy()(tape, Eigen::MatrixXf::Ones(2, R)) == Approx(std::log(2.0)).epsilon(1e-6));
}

TEST_CASE("BinaryCrossEntropy of weighted columns") {
  const auto targets_of = [](const std::vector<Index>& columns) {
    return weights::columns_of(loss_data::targets(), columns);
  };
  SECTION("alone") {
    weights::check<elman::Sigmoid>(
        "BinaryCrossEntropy", [](Reduction reduction) { return BinaryCrossEntropy({.reduction = reduction}); },
        targets_of);
  }
  SECTION("with weights of a yes") {
    weights::check<elman::Sigmoid>(
        "BinaryCrossEntropy",
        [](Reduction reduction) {
          return BinaryCrossEntropy({.reduction = reduction, .positive_weights = loss_data::weights});
        },
        targets_of);
  }
}

TEST_CASE("BinaryCrossEntropy sees nothing of targets in columns of weight 0") {
  const std::vector<double> mask{1, 1, 0, 1, 1};
  Eigen::MatrixXd targets = loss_data::targets();
  Tape tape(loss_data::logits()), expected(loss_data::logits());
  const double L = BinaryCrossEntropy()(expected, elman::loss::weighted(targets, mask));
  targets.col(2) << 1.5, weights::not_a_number, -1, weights::infinity;
  CHECK(BinaryCrossEntropy()(tape, elman::loss::weighted(targets, mask)) == L);
  CHECK(tape.d_o() == expected.d_o());
  targets(2, 3) = 1.5;
  Tape untouched(loss_data::logits());
  expect_error([&] { BinaryCrossEntropy()(untouched, elman::loss::weighted(targets, mask)); },
               "BinaryCrossEntropy: targets(2, 3) is 1.5; expected in [0, 1]");
  CHECK(untouched.is_untouched());
}

TEST_CASE("BinaryCrossEntropy refuses what does not fit and writes nothing") {
  Tape tape(loss_data::logits());
  Eigen::MatrixXd targets = loss_data::targets();
  expect_error([&] { BinaryCrossEntropy()(tape, Eigen::MatrixXd(3, 5)); },
               "BinaryCrossEntropy: targets has 3 rows; expected Out = 4");
  expect_error([&] { BinaryCrossEntropy()(tape, Eigen::MatrixXd(4, 6)); },
               "BinaryCrossEntropy: targets has 6 columns; expected R = 5 as o has");
  targets(2, 3) = 1.5;
  expect_error([&] { BinaryCrossEntropy()(tape, targets); },
               "BinaryCrossEntropy: targets(2, 3) is 1.5; expected in [0, 1]");
  expect_error(
      [&] {
        BinaryCrossEntropy({.positive_weights = {1, 2}})(tape, loss_data::targets());
      },
      "BinaryCrossEntropy: positive_weights has 2 entries; expected Out = 4");
  CHECK(tape.is_untouched());
  expect_error([] { BinaryCrossEntropy({.positive_weights = {-1}}); },
               "BinaryCrossEntropy: positive_weights[0] is -1; expected at least 0 and finite");
  const double infinity = std::numeric_limits<double>::infinity();
  expect_error(
      [&] {
        BinaryCrossEntropy({.positive_weights = {1, infinity}});
      },
      "BinaryCrossEntropy: positive_weights[1] is inf; expected at least 0 and finite");
}
