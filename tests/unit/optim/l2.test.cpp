// SPDX-License-Identifier: MIT
//
// Penalties on matrices: their squares, and how far they are from orthogonal.
#include "elman/optim/l2.hpp"

#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/products.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Index;
using elman::Recurrence;
using elman::optim::L2Penalty;
using elman::optim::OrthogonalPenalty;

namespace {

using Cell = elman::RNNCell<double, 2, 2, 1>;
using Penalties = std::initializer_list<std::pair<std::string_view, double>>;

/// What a penalty adds to the gradient, and returns.
template <class Net, class Gradient>
auto add_l2(const Net& net, Gradient& gradient, const Penalties& penalties) {
  return L2Penalty(net, penalties)(net, gradient);
}

template <class Net, class Gradient>
auto add_orthogonal(const Net& net, Gradient& gradient, const Penalties& penalties) {
  return OrthogonalPenalty(net, penalties)(net, gradient);
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Cell small_cell() {
  Cell cell{elman::zero};
  cell.U() << 1, 2, 3, 4;
  cell.W() << 0.5, 0, 0, -1;
  cell.b() << 2, -2;
  cell.V() << 3, -1;
  cell.c() << 5;
  return cell;
}

/// Every kind of part: E; h0 and U, W, b, both ways; U, W, b; V, c.
auto deep_net() {
  elman::Random random{3};
  elman::Net<double,
             elman::Stacked<elman::Embedding<5, 3>, elman::LearnedStart<elman::Bidirectional<Recurrence<3, 2>>>,
                            Recurrence<4, 3>>,
             elman::Readout<3, 2>>
      net{elman::init::torch_default(random)};
  for (double& value : net.theta()) value += 0.1 * random.normal();
  return net;
}
using DeepNet = decltype(deep_net());

double squares(const DeepNet& net, const std::string& name) { return net.matrix(name).squaredNorm(); }

/// The gradient that add(net, gradient) adds to zero is what the complex step finds of the sum it returns.
template <class Net, class Add>
void check_gradient_of(const Net& net, const Add& add, Index expected_nonzero) {
  auto gradient = net.zero_gradient();
  add(net, gradient);
  CHECK((gradient.theta().array() != 0).count() == expected_nonzero);
  const auto report = elman::gradient_check(net, gradient, [&](const auto& moved) {
    auto unused = moved.zero_gradient();
    return add(moved, unused);
  });
  for (const auto& entry : report.entries) {
    if (entry.norm > 0) CHECK(entry.error < tolerance::complex_step);
  }
}
void check_gradient(const DeepNet& net, const Penalties& penalties, Index expected_nonzero) {
  const auto add = [&](const auto& at, auto& gradient) { return add_l2(at, gradient, penalties); };
  check_gradient_of(net, add, expected_nonzero);
}

}  // namespace

TEST_CASE("an L2 penalty adds lambda times the sum of squares and twice lambda times the matrix, by hand") {
  const Cell cell = small_cell();
  auto gradient = cell.zero_gradient();
  gradient.theta().setConstant(10);
  CHECK(add_l2(cell, gradient, {{"U", 0.5}, {"V", 2}}) == 0.5 * 30 + 2 * 10);
  CHECK(gradient.U() == Eigen::Matrix2d{{11, 12}, {13, 14}});
  CHECK(gradient.V() == Eigen::RowVector2d(22, 6));
  CHECK(gradient.W() == Eigen::Matrix2d::Constant(10));
  CHECK(gradient.b() == Eigen::Vector2d(10, 10));
  CHECK(gradient.c()(0) == 10);
  CHECK(add_l2(cell, gradient, {{"W", 1}, {"b", 1}, {"c", 1}}) == 1.25 + 8 + 25);
  CHECK(gradient.W() == Eigen::Matrix2d{{11, 10}, {10, 8}});
  CHECK(gradient.b() == Eigen::Vector2d(14, 6));
  CHECK(gradient.c()(0) == 20);
  const Eigen::VectorXd before = gradient.theta();
  CHECK(add_l2(cell, gradient, {}) == 0);
  CHECK(add_l2(cell, gradient, {{"U", 0}}) == 0);
  CHECK(gradient.theta() == before);
}

TEST_CASE("an L2 penalty in float sums in double") {
  elman::Random random{1};
  elman::RNNCell<float, 300, 300, 3> cell{elman::init::standard(random)};
  cell.U().setConstant(0.1f);
  auto gradient = cell.zero_gradient();
  const auto L = static_cast<double>(add_l2(cell, gradient, {{"U", 1e-3}}));
  const double each = static_cast<double>(0.1f);
  CHECK(L == Approx(1e-3 * 90'000 * each * each).epsilon(1e-7));
  CHECK(gradient.U().isApproxToConstant(2e-4f, 1e-6f));
  CHECK(gradient.W().isZero(0));
}

TEST_CASE("a letter is all matrices of that letter, a whole name is one, a path all beneath it") {
  const DeepNet net = deep_net();
  const auto L = [&](const Penalties& penalties) {
    auto gradient = net.zero_gradient();
    return add_l2(net, gradient, penalties);
  };
  const std::string forwards = "layer1.forwards.", backwards = "layer1.backwards.", upper = "layer2.";
  CHECK(L({{"U", 1}}) ==
        Approx(squares(net, forwards + "U") + squares(net, backwards + "U") + squares(net, upper + "U")));
  CHECK(L({{"layer2.U", 1}}) == Approx(squares(net, upper + "U")));
  CHECK(L({{"layer1.forwards.U", 1}}) == Approx(squares(net, forwards + "U")));
  CHECK(L({{"layer0.E", 1}}) == Approx(squares(net, "layer0.E")));
  CHECK(L({{"E", 1}}) == Approx(squares(net, "layer0.E")));
  CHECK(L({{"V", 1}}) == Approx(squares(net, "V")));
  CHECK(L({{"W", 2}, {"c", 3}}) ==
        Approx(2 * (squares(net, forwards + "W") + squares(net, backwards + "W") + squares(net, upper + "W")) +
               3 * squares(net, "c")));
  CHECK(L({{"layer2", 1}}) == Approx(L({{"layer2.U", 1}, {"layer2.W", 1}, {"layer2.b", 1}})));
  CHECK(L({{"layer1.forwards", 1}}) ==
        Approx(squares(net, forwards + "U") + squares(net, forwards + "W") + squares(net, forwards + "b")));
  // Held by both.
  CHECK(L({{"U", 0.5}, {"layer2.U", 0.25}}) == Approx(L({{"U", 0.5}}) + 0.25 * squares(net, upper + "U")));
  CHECK(L({{"U", 0.5}, {"U", 0.25}}) == Approx(L({{"U", 0.75}})));
  // The penalties of all names are that of theta.
  CHECK(L({{"E", 1}, {"h0", 1}, {"U", 1}, {"W", 1}, {"b", 1}, {"V", 1}, {"c", 1}}) ==
        Approx(net.theta().squaredNorm()));
}

TEST_CASE("names and lambdas come in any list of pairs") {
  const DeepNet net = deep_net();
  const std::vector<std::pair<std::string, float>> list{{"U", 0.5F}, {"layer2", 0.25F}};
  auto gradient = net.zero_gradient(), expected = net.zero_gradient();
  CHECK(L2Penalty(net, list)(net, gradient) == add_l2(net, expected, {{"U", 0.5}, {"layer2", 0.25}}));
  CHECK(gradient.theta() == expected.theta());
  CHECK(L2Penalty{net, std::map<std::string_view, double>{}}(net, gradient) == 0);
}

TEST_CASE("an L2 penalty's gradient is that of the sum it returns, in every matrix of a net") {
  const DeepNet net = deep_net();
  check_gradient(net, {{"U", 0.3}}, 2 * 2 * 3 + 3 * 4);
  check_gradient(net, {{"layer2.U", 0.3}}, 3 * 4);
  check_gradient(net, {{"layer1.backwards.W", 0.7}, {"b", 0.1}, {"V", 2}}, 2 * 2 + 2 + 2 + 3 + 2 * 3);
  check_gradient(net, {{"E", 1}, {"h0", 2}, {"U", 3}, {"W", 4}, {"b", 5}, {"V", 6}, {"c", 7}}, net.theta().size());
  check_gradient(net, {{"W", 0.5}, {"layer2.W", 0.5}}, 2 * 2 * 2 + 3 * 3);
}

TEST_CASE("a penalty with a loss is what the complex step finds of both") {
  elman::Random random{8};
  elman::Net<double, elman::Stacked<Recurrence<3, 4>, Recurrence<4, 2>>, elman::Readout<2, 3>> net{
      elman::init::torch_default(random)};
  const elman::Labels x = elman::pack(std::vector<std::vector<int>>{{0, 1, 2, 1}, {2, 0}});
  const std::vector<Index> labels{0, 1, 2, 0, 1, 2};
  const elman::loss::CrossEntropy loss;
  const auto total = [&](const auto& at, auto& gradient) {
    auto tape = at.tape();
    at.forward(x, tape);
    auto L = loss(tape, labels);
    at.bptt(x, tape, gradient);
    L += add_orthogonal(at, gradient, {{"layer0.W", 0.4}, {"W", 0.1}});
    return L += add_l2(at, gradient, {{"U", 0.1}, {"layer1.W", 0.2}, {"V", 0.3}});
  };
  auto gradient = net.zero_gradient();
  total(net, gradient);
  const auto report = elman::gradient_check(net, gradient, [&](const auto& moved) {
    auto unused = moved.zero_gradient();
    return total(moved, unused);
  });
  CHECK(report.worst_error() < tolerance::complex_step);
}

TEST_CASE("an L2 penalty refuses what does not fit and writes nothing") {
  const Cell cell = small_cell();
  auto gradient = cell.zero_gradient();
  gradient.theta().setConstant(7);
  const auto refuses = [&](const Penalties& penalties, const std::string& message) {
    expect_error([&] { add_l2(cell, gradient, penalties); }, "L2Penalty: " + message);
    CHECK((gradient.theta().array() == 7).all());
  };
  const std::string names = "expected one of U, W, b, V, c";
  refuses({{"U", 1}, {"X", 1}}, "name is \"X\"; " + names);
  refuses({{"u", 1}}, "name is \"u\"; " + names);
  refuses({{"", 1}}, "name is \"\"; " + names);
  refuses({{"layer0.U", 1}}, "name is \"layer0.U\"; " + names);
  refuses({{"U", 1}, {"W", -0.5}}, "W is -0.5; expected at least 0 and finite");
  refuses({{"U", not_a_number}}, "U is nan; expected at least 0 and finite");
  refuses({{"U", infinity}}, "U is inf; expected at least 0 and finite");

  const DeepNet net = deep_net();
  auto its_gradient = net.zero_gradient();
  const std::string deep_names =
      "expected one of layer0.E, layer1.h0, layer1.forwards.U, layer1.forwards.W, layer1.forwards.b, "
      "layer1.backwards.U, layer1.backwards.W, layer1.backwards.b, layer2.U, layer2.W, layer2.b, V, c";
  for (const char* const name :
       {"layer", "ayer2", "layer2.", "forwards", "ayer2.U", "layer1.U", "layer3.U", ".U", "layer2.V"}) {
    expect_error(
        [&] {
          add_l2(net, its_gradient, {{name, 1}});
        },
        "L2Penalty: name is \"" + std::string(name) + "\"; " + deep_names);
  }
  CHECK(its_gradient.theta().isZero(0));

  using Wide = elman::RNNCell<double, elman::Dynamic, elman::Dynamic, elman::Dynamic>;
  const Wide wide(2, 2, 1, elman::zero), wider(2, 3, 1, elman::zero);
  auto wider_gradient = wider.zero_gradient();
  expect_error(
      [&] {
        add_l2(wide, wider_gradient, {{"U", 1}});
      },
      "L2Penalty: gradient has 22 parameters; expected 13 as the net");
  const L2Penalty penalty(wide, {{"U", 1}});
  expect_error([&] { penalty(wider, wider_gradient); },
               "L2Penalty: net has 22 parameters; expected 13 as the net this was made for");
  CHECK(wider_gradient.theta().isZero(0));
}

TEST_CASE("an orthogonal penalty adds lambda times the squares of WtW - I and 4 lambda W (WtW - I), by hand") {
  Cell cell = small_cell();
  cell.W() << 1, 2, 0, 1;
  auto gradient = cell.zero_gradient();
  gradient.theta().setConstant(10);
  CHECK(add_orthogonal(cell, gradient, {{"W", 0.25}}) == 0.25 * 24);
  CHECK(gradient.W() == Eigen::Matrix2d{{14, 20}, {12, 14}});
  CHECK(gradient.theta().sum() == 10 * static_cast<double>(gradient.theta().size()) + 20);
  CHECK(add_orthogonal(cell, gradient, {{"W", 0}}) == 0);
  CHECK(add_orthogonal(cell, gradient, {}) == 0);
  cell.W() << 0, -1, 1, 0;
  CHECK(add_orthogonal(cell, gradient, {{"W", 3}}) == 0);
  CHECK(gradient.W() == Eigen::Matrix2d{{14, 20}, {12, 14}});
}

TEST_CASE("an orthogonal penalty's gradient is that of the sum it returns, for matrices of several sizes and names") {
  const DeepNet net = deep_net();
  const auto check = [](const auto& of, const Penalties& penalties, Index expected_nonzero) {
    const auto add = [&](const auto& at, auto& gradient) { return add_orthogonal(at, gradient, penalties); };
    check_gradient_of(of, add, expected_nonzero);
  };
  check(net, {{"W", 0.3}}, 2 * 2 * 2 + 3 * 3);
  check(net, {{"layer2.W", 0.3}}, 3 * 3);
  check(net, {{"layer1.backwards.W", 0.7}, {"forwards.W", 0.1}, {"W", 0.2}}, 2 * 2 * 2 + 3 * 3);
  elman::Random random{4};
  const elman::RNNCell<double, 2, 11, 3> wide{elman::init::torch_default(random)};
  check(wide, {{"W", 0.1}}, 11 * 11);
  auto gradient = net.zero_gradient(), halves = net.zero_gradient();
  CHECK(add_orthogonal(net, gradient, {{"layer2.W", 0.75}}) ==
        Approx(add_orthogonal(net, halves, {{"layer2.W", 0.5}, {"W", 0.25}}) -
               add_orthogonal(net, halves, {{"layer1.forwards.W", 0.25}, {"layer1.backwards.W", 0.25}})));
  const std::vector<std::pair<std::string, float>> list{{"layer2.W", 0.75F}};
  auto same = net.zero_gradient();
  OrthogonalPenalty(net, list)(net, same);
  CHECK(same.theta() == gradient.theta());
}

TEST_CASE("an orthogonal penalty in float sums in double") {
  elman::Random random{1};
  elman::RNNCell<float, 1, 200, 1> cell{elman::init::torch_default(random)};
  auto gradient = cell.zero_gradient();
  const auto L = static_cast<double>(add_orthogonal(cell, gradient, {{"W", 1e-3}}));
  const Eigen::MatrixXd W = cell.W().cast<double>(), excess = W.transpose() * W - Eigen::MatrixXd::Identity(200, 200);
  CHECK(L == Approx(1e-3 * excess.squaredNorm()).epsilon(1e-6));
  CHECK(relative_error(gradient.W().cast<double>(), 4e-3 * W * excess) < 1e-6);
}

TEST_CASE("an orthogonal penalty refuses what is not square, what does not fit, and writes nothing") {
  const DeepNet net = deep_net();
  auto gradient = net.zero_gradient();
  const auto refuses = [&](const Penalties& penalties, const std::string& message) {
    expect_error([&] { add_orthogonal(net, gradient, penalties); }, "OrthogonalPenalty: " + message);
  };
  const std::string square = "; expected names of square matrices, as \"W\" and \"layer1.W\" are";
  refuses({{"W", 1}, {"layer2.U", 1}}, "name is \"layer2.U\", which fits layer2.U, 3 x 4" + square);
  refuses({{"layer1", 1}}, "name is \"layer1\", which fits layer1.h0, 4 x 1" + square);
  refuses({{"U", 1}}, "name is \"U\", which fits layer1.forwards.U, 2 x 3" + square);
  refuses({{"X", 1}},
          "name is \"X\"; expected one of layer0.E, layer1.h0, layer1.forwards.U, layer1.forwards.W, "
          "layer1.forwards.b, layer1.backwards.U, layer1.backwards.W, layer1.backwards.b, layer2.U, layer2.W, "
          "layer2.b, V, c");
  refuses({{"W", -0.5}}, "W is -0.5; expected at least 0 and finite");
  refuses({{"W", not_a_number}}, "W is nan; expected at least 0 and finite");
  refuses({{"W", 1e308}}, "4 lambda of W is inf; expected at least 0 and finite");
  const Cell other = small_cell();
  auto of_other = other.zero_gradient();
  OrthogonalPenalty penalty(net, {{"W", 1}});
  expect_error([&] { penalty(net, of_other); },
               "OrthogonalPenalty: gradient has 13 parameters; expected 75 as the net");
  expect_error([&] { penalty(other, of_other); },
               "OrthogonalPenalty: net has 13 parameters; expected 75 as the net this was made for");
  const elman::RNNCell<float, 1, 2, 1> narrow{elman::zero};
  expect_error(
      [&] {
        OrthogonalPenalty(narrow, {{"W", 1e38}});
      },
      "OrthogonalPenalty: 4 lambda of W is 4e+38; expected at most 3.4028235e+38, the largest of a float");
  CHECK(gradient.theta().isZero(0));
  CHECK(of_other.theta().isZero(0));
}
