// SPDX-License-Identifier: MIT
#include "elman/loss/squared_error.hpp"

#include <cmath>
#include <vector>

#include "reference/losses.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"
#include "support/weights.hpp"

using elman::loss::Reduction;
using elman::loss::SquaredError;

using Tape = LossTape<double, elman::Identity>;

TEST_CASE("SquaredError has the values and gradients of torch.nn.MSELoss") {
  for (const auto& row : reference::squared_error_rows) {
    CAPTURE(row.mean);
    Tape tape(loss_data::logits());
    const double L =
        SquaredError({.reduction = row.mean ? Reduction::mean : Reduction::sum})(tape, loss_data::targets());
    CHECK(std::abs(L - row.L) <= tolerance::published * row.L);
    CHECK(relative_error(tape.d_o(), loss_data::gradient(row.d_o)) <= tolerance::published);
  }
}

TEST_CASE("SquaredError of targets in another scalar, as an expression, and at extreme outputs") {
  LossTape<float, elman::Identity> tape(Eigen::Vector2f(1, 2));
  CHECK(SquaredError({.reduction = Reduction::sum})(tape, Eigen::Vector2d(0, 4)) == 5);
  CHECK(tape.d_o() == Eigen::Vector2f(2, -4));
  CHECK(SquaredError()(tape, 2 * Eigen::Vector2f(0.5f, 1)) == 0);
  Tape large(Eigen::Vector2d(1e30, -1e30));
  CHECK(SquaredError()(large, Eigen::Vector2d(0, 0)) == Approx(1e60));
  CHECK(large.d_o() == Eigen::Vector2d(1e30, -1e30));
}

TEST_CASE("SquaredError in float does not overflow before it takes the mean") {
  LossTape<float, elman::Identity> tape(Eigen::MatrixXf::Constant(1, 2, 1.5e19F));  // squared, 2/3 of the largest float
  CHECK(SquaredError()(tape, Eigen::MatrixXf::Zero(1, 2)) == Approx(2.25e38).epsilon(1e-6));
}

TEST_CASE("SquaredError of weighted columns") {
  weights::check<elman::Identity>(
      "SquaredError", [](Reduction reduction) { return SquaredError({.reduction = reduction}); },
      [](const std::vector<Index>& columns) { return weights::columns_of(loss_data::targets(), columns); });
}

TEST_CASE("SquaredError of weighted columns, by hand; targets in columns of weight 0 may be missing") {
  Tape tape(Eigen::Matrix2d{{1, 2}, {3, 4}});
  Eigen::Matrix2d targets{{0, 0}, {1, 6}};  // misses 1, 2 and 2, -2
  CHECK(SquaredError({.reduction = Reduction::sum})(tape, elman::loss::weighted(targets, Eigen::Vector2d(3, 0.5))) ==
        3 * (1 + 4) + 0.5 * (4 + 4));
  CHECK(tape.d_o() == Eigen::Matrix2d{{6, 2}, {12, -2}});
  CHECK(SquaredError()(tape, elman::loss::weighted(targets, Eigen::Vector2d(3, 0.5))) == Approx(19.0 / 7));
  targets.col(1).setConstant(weights::not_a_number);
  CHECK(SquaredError()(tape, elman::loss::weighted(targets, Eigen::Vector2d(3, 0))) == Approx(2.5));
  CHECK(tape.d_o() == Eigen::Matrix2d{{1, 0}, {2, 0}});
}

TEST_CASE("SquaredError refuses targets of another shape and writes nothing") {
  Tape tape(loss_data::logits());
  expect_error([&] { SquaredError()(tape, Eigen::MatrixXd(3, 5)); },
               "SquaredError: targets has 3 rows; expected Out = 4");
  expect_error([&] { SquaredError()(tape, Eigen::MatrixXd(4, 1)); },
               "SquaredError: targets has 1 columns; expected R = 5 as o has");
  CHECK(tape.is_untouched());
}
