// SPDX-License-Identifier: MIT
#include "elman/loss/squared_error.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/loss/binary_cross_entropy.hpp"
#include "elman/loss/cross_entropy.hpp"
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

TEST_CASE("Targets of a regression may be a list of numbers, or packed as x is") {
  elman::Random random{3};
  const elman::RNNCell<float, 2, 4, 1, elman::Tanh, elman::Identity> cell{elman::init::standard(random)};
  auto tape = cell.tape();
  const auto rows = [&](elman::Index height) {
    std::vector<Eigen::MatrixXf> batch;
    for (const elman::Index length : {3, 5, 2}) batch.emplace_back(Eigen::MatrixXf::Random(height, length));
    return batch;
  };
  auto y = rows(1);
  const auto x = elman::pack(rows(2));
  const SquaredError loss;
  expect_error([&] { loss(tape, y.front()); }, "SquaredError: tape is empty; expected forward(x, tape) before");

  cell.forward(x, tape);
  const auto packed = elman::pack(y);
  CHECK(loss(tape, packed) == loss(tape, packed.columns));
  CHECK(loss(tape, elman::loss::weighted(packed, Eigen::VectorXf::Ones(10).eval())) == loss(tape, packed.columns));
  const auto lists = elman::pack(std::vector<std::vector<int>>{{1, 0, 1}, {0, 0, 0, 1, 1}, {1, 1}});
  Eigen::RowVectorXf numbers(10);
  for (elman::Index k = 0; k < 10; ++k) numbers(k) = static_cast<float>(lists.columns[static_cast<std::size_t>(k)]);
  CHECK(loss(tape, lists) == loss(tape, numbers));
  std::swap(y[0], y[1]);
  expect_error([&] { loss(tape, elman::pack(y)); },
               "SquaredError: targets has 5 steps in sequence 0; expected 3, as x has: one target a step (every_step)");
  expect_error(
      [&] {
        loss(tape, std::vector<float>{1, 2, 3});
      },
      "SquaredError: targets has 3 columns; expected R = 10 as o has; with elman::last_step forward reads B = 3");

  cell.forward(x, tape, elman::last_step);
  const std::vector<double> last{0.5, -1, 2};
  CHECK(loss(tape, last) == loss(tape, Eigen::RowVector3f(0.5F, -1, 2)));
  CHECK(loss(tape, elman::pack(std::vector<Eigen::RowVectorXf>(3, Eigen::RowVectorXf::Ones(1)))) ==
        loss(tape, Eigen::RowVector3f::Ones()));
  expect_error([&] { loss(tape, packed); },
               "SquaredError: targets has 3 steps in sequence 0; expected 1, for last_step was read: gather(targets, "
               "last_step, x.steps) takes the last of every step's");

  cell.forward(x, tape, elman::at_steps({0, 2}));
  expect_error([&] { loss(tape, packed); },
               "SquaredError: targets is packed of other steps than those that at_steps reads, or in another order; "
               "expected gather(targets, at_steps({…}), x.steps), which takes and orders them");
}

TEST_CASE("BinaryCrossEntropy takes a list of yes and no") {
  elman::Random random{4};
  const elman::RNNCell<double, 2, 4, 1, elman::Tanh, elman::Sigmoid> cell{elman::init::standard(random)};
  auto tape = cell.tape();
  cell.forward(Eigen::Matrix<double, 2, 3>::Random(), tape);
  const elman::loss::BinaryCrossEntropy loss;
  CHECK(loss(tape, std::vector<int>{1, 0, 1}) == loss(tape, Eigen::RowVector3d(1, 0, 1)));
  expect_error(
      [&] {
        loss(tape, std::vector<int>{1, 0, 2});
      },
      "BinaryCrossEntropy: targets(0, 2) is 2; expected in [0, 1]");
}

TEST_CASE("A number of labels that does not fit is said with the steps that would have been read") {
  elman::Random random{5};
  const elman::RNNCell<float, 2, 4, 3> cell{elman::init::standard(random)};
  auto tape = cell.tape();
  const auto x = elman::pack(std::vector<Eigen::MatrixXf>{Eigen::MatrixXf::Zero(2, 3), Eigen::MatrixXf::Zero(2, 5)});
  const elman::loss::CrossEntropy loss;
  const std::vector<int> one_a_sequence{0, 1}, one_a_step{0, 1, 2, 0, 1, 2, 0, 1};
  expect_error([&] { loss(tape, one_a_sequence); }, "CrossEntropy: tape is empty; expected forward(x, tape) before");
  cell.forward(x, tape);
  expect_error(
      [&] { loss(tape, one_a_sequence); },
      "CrossEntropy: targets has 2 labels; expected R = 8 as o has columns; with elman::last_step forward reads "
      "B = 2");
  cell.forward(x, tape, elman::last_step);
  expect_error([&] { loss(tape, one_a_step); },
               "CrossEntropy: targets has 8 labels; expected R = 2 as o has columns; with elman::every_step forward "
               "reads N = 8");
  cell.forward(x, tape, elman::at_steps({1}));
  expect_error([&] { loss(tape, one_a_step); },
               "CrossEntropy: targets has 8 labels; expected R = 2 as o has columns; with elman::last_step forward "
               "reads B = 2; with elman::every_step forward reads N = 8");
}
