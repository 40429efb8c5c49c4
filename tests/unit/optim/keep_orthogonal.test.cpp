// SPDX-License-Identifier: MIT
//
// The nearest orthogonal matrix against what a polar factor is, and matrices that an optimizer keeps so.
#include "elman/optim/keep_orthogonal.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/init/orthogonal.hpp"
#include "elman/layers/bidirectional.hpp"
#include "elman/layers/stacked.hpp"
#include "elman/net.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/grouped.hpp"
#include "elman/optim/nearest_orthogonal.hpp"
#include "elman/optim/sgd.hpp"
#include "elman/random.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::Random;
using elman::Recurrence;
using elman::optim::KeepOrthogonal;
namespace optim = elman::optim;

namespace {

using Net =
    elman::Net<double, elman::Stacked<elman::Bidirectional<Recurrence<3, 4>>, Recurrence<8, 5>>, elman::Readout<5, 2>>;

template <class Scalar>
using Square = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <class M>
Eigen::MatrixXd wide(const M& W) {
  return W.template cast<double>();
}

/// ‖WᵀW − I‖_F, in double.
template <class M>
double distance(const M& W) {
  return (wide(W).transpose() * wide(W) - Eigen::MatrixXd::Identity(W.rows(), W.cols())).norm();
}
/// What is left of it by round-off.
template <class Scalar>
double round_off(Index rows) {
  return 2 * static_cast<double>(std::numeric_limits<Scalar>::epsilon()) * static_cast<double>(rows);
}

template <class Scalar>
Square<Scalar> normal(Index rows, Random& random, double deviation) {
  Square<Scalar> W(rows, rows);
  for (Scalar& value : W.reshaped()) value = static_cast<Scalar>(deviation * random.normal());
  return W;
}
template <class Scalar>
void make_nearest(Square<Scalar>& W) {
  elman::detail::NearestOrthogonal<Scalar> nearest;
  nearest.reserve(W.rows());
  nearest(elman::MatrixView<Scalar>(W));
}

/// `given` becomes orthogonal, and no orthogonal matrix is nearer: Wᵀ given is symmetric, with no eigenvalue below 0.
template <class Scalar>
void check_nearest(const Square<Scalar>& given) {
  Square<Scalar> W = given;
  make_nearest(W);
  const double most = round_off<Scalar>(W.rows()), scale = wide(given).cwiseAbs().maxCoeff();
  CHECK(distance(W) <= most);
  Eigen::MatrixXd factor = wide(W).transpose() * wide(given) / std::fmax(scale, 1e-300);
  CHECK((factor - factor.transpose()).norm() <= most * factor.norm());
  factor.diagonal().array() += most * factor.norm() + 1e-300;
  CHECK(Eigen::LLT<Eigen::MatrixXd>(factor).info() == Eigen::Success);
}

template <class N>
N filled(N net, double deviation = 0.5) {
  Random random{3};
  for (auto& value : net.theta()) value = static_cast<typename N::Scalar>(deviation * random.normal());
  return net;
}
template <class Gradient>
void draw(Random& random, Gradient& gradient) {
  for (auto& value : gradient.theta()) value = static_cast<typename Gradient::Scalar>(random.normal());
}

/// One of a user's own, that takes no learning rate.
struct SignDescent {
  void step(auto&& model, const auto& gradient) const { model.theta() -= 1e-3 * gradient.theta().cwiseSign(); }
};

template <class O>
concept TakesRate = requires(O& optimizer, Net& net, const Net::Gradient& gradient) {
  optimizer.step(net, gradient, 0.1);
};

}  // namespace

TEMPLATE_TEST_CASE("the nearest orthogonal matrix is that of the singular vectors, near and far", "", float, double) {
  using Scalar = TestType;
  for (const Index rows : {1, 2, 3, 7, 16, 33}) {
    CAPTURE(rows);
    Random random{static_cast<std::uint64_t>(rows)};
    Square<Scalar> orthogonal(rows, rows);
    elman::init::orthogonal(orthogonal, random);
    for (const double noise : {1e-6, 1e-3, 0.1})
      check_nearest<Scalar>(orthogonal + normal<Scalar>(rows, random, noise));
    const Square<Scalar> any = normal<Scalar>(rows, random, 1);
    check_nearest<Scalar>(any);
    for (const double scale : {1e-30, 1e-3, 3.0, 1e3, 1e30}) {
      check_nearest<Scalar>(orthogonal * static_cast<Scalar>(scale));
      check_nearest<Scalar>(any * static_cast<Scalar>(scale));
    }
    // Singular, or nearly: zero, of rank 1, without a column, with a row next to nothing.
    check_nearest<Scalar>(Square<Scalar>::Zero(rows, rows));
    check_nearest<Scalar>(Square<Scalar>::Constant(rows, rows, Scalar(-2)));
    Square<Scalar> singular = any;
    singular.col(rows - 1) = Scalar(-3) * singular.col(0);
    check_nearest<Scalar>(singular);
    singular.col(0).setZero();
    check_nearest<Scalar>(singular);
    singular = any;
    singular.row(rows / 2) *= Scalar(1e-7);
    check_nearest<Scalar>(singular);
  }
}

TEST_CASE("a long double is made orthogonal by Eigen's products") {
  Random random{6};
  Square<long double> W = normal<long double>(7, random, 1);
  make_nearest(W);
  CHECK(distance(W) <= round_off<double>(7));
}

TEMPLATE_TEST_CASE("a matrix that is orthogonal keeps its bits, and so does one that is not finite", "", float,
                   double) {
  using Scalar = TestType;
  Random random{5};
  for (const Index rows : {1, 4, 17, 40}) {
    Square<Scalar> W(rows, rows);
    elman::init::orthogonal(W, random);
    const Square<Scalar> before = W;
    make_nearest(W);
    CHECK(W == before);
    W += normal<Scalar>(rows, random, 0.01);
    make_nearest(W);
    const Square<Scalar> once = W;
    make_nearest(W);
    CHECK(W == once);
    for (const Scalar odd : {std::numeric_limits<Scalar>::infinity(), std::numeric_limits<Scalar>::quiet_NaN()}) {
      W = normal<Scalar>(rows, random, 2);
      W(rows - 1, rows / 2) = odd;
      const Square<Scalar> given = W;
      make_nearest(W);
      W(rows - 1, rows / 2) = 0;
      CHECK(((W.array() == given.array()).count() == W.size() - 1));
    }
  }
}

TEMPLATE_TEST_CASE("after a thousand noisy steps W is orthogonal to round-off, and the rest is the optimizer's", "",
                   float, double) {
  using Cell = elman::RNNCell<TestType, 3, 20, 2>;
  Random random{1};
  Cell net = filled(Cell{elman::zero}), plain = net;
  KeepOrthogonal kept{optim::Adam{net, {.learning_rate = 1e-2}}, net, {"W"}};
  optim::Adam adam{plain, {.learning_rate = 1e-2}};
  auto gradient = net.zero_gradient();
  double farthest = distance(net.W());
  for (int step = 0; step < 1000; ++step) {
    draw(random, gradient);
    kept.step(net, gradient);
    adam.step(plain, gradient);
    farthest = std::fmax(farthest, distance(net.W()));
  }
  CHECK(farthest <= round_off<TestType>(20));
  CHECK(distance(plain.W()) > 0.1);
  CHECK(net.U() == plain.U());
  CHECK(net.V() == plain.V());
  CHECK(net.b() == plain.b());
  CHECK(kept.state().steps == 1000);
}

TEST_CASE("a step of KeepOrthogonal is the optimizer's with its learning rate, then the nearest matrix") {
  Net net = filled(Net{elman::zero});
  KeepOrthogonal kept{optim::SGD{net, {.learning_rate = 0.1}}, net};
  for (const char* const name : {"layer0.forwards.W", "layer0.backwards.W", "layer1.W"}) {
    CHECK(distance(net.matrix(name)) <= round_off<double>(5));
  }
  CHECK(net.matrix("layer1.U") == filled(Net{elman::zero}).matrix("layer1.U"));
  Random random{2};
  auto gradient = net.zero_gradient();
  draw(random, gradient);
  const Net before = net;
  kept.step(net, gradient, 0.05);
  Square<double> expected = before.matrix("layer1.W") - 0.05 * gradient.matrix("layer1.W");
  make_nearest(expected);
  CHECK((net.matrix("layer1.W") - expected).norm() < 1e-13);
  CHECK((net.matrix("layer1.W") - before.matrix("layer1.W")).norm() > 0.01);
  CHECK((net.matrix("V") - (before.matrix("V") - 0.05 * gradient.matrix("V"))).norm() < 1e-15);
  const Net last = net;
  kept.step(net, gradient, 0.0);
  CHECK(net.theta() == last.theta());
}

TEST_CASE("one matrix by its path is kept, and the others go where they like") {
  Net net = filled(Net{elman::zero});
  const Net given = net;
  KeepOrthogonal kept{optim::SGD{net, {.learning_rate = 0.1}}, net, {"layer1.W", "layer0.backwards.W", "layer1.W"}};
  CHECK(net.matrix("layer0.forwards.W") == given.matrix("layer0.forwards.W"));
  auto gradient = net.zero_gradient();
  gradient.theta().setOnes();
  kept.step(net, gradient);
  CHECK(distance(net.matrix("layer1.W")) <= round_off<double>(5));
  CHECK(distance(net.matrix("layer0.backwards.W")) <= round_off<double>(4));
  CHECK(distance(net.matrix("layer0.forwards.W")) > 0.1);
}

TEST_CASE("KeepOrthogonal goes around groups, guards and optimizers of one's own") {
  Net net = filled(Net{elman::zero});
  auto gradient = net.zero_gradient();
  gradient.theta().setOnes();
  KeepOrthogonal grouped{optim::Grouped{optim::Adam{net}, net, {{.name = "layer1.W", .fixed = true}}}, net};
  const Net before = net;
  grouped.clear_fixed(gradient);
  CHECK(gradient.matrix("layer1.W").isZero(0));
  gradient.theta().setOnes();
  grouped.step(net, gradient);
  CHECK(net.matrix("layer1.W") == before.matrix("layer1.W"));
  CHECK(net.matrix("layer0.forwards.W") != before.matrix("layer0.forwards.W"));
  CHECK(grouped.options().learning_rate == 1e-3);
  auto state = grouped.state();
  state.steps = 7;
  grouped.restore(state);
  CHECK(grouped.state().steps == 7);

  KeepOrthogonal own{SignDescent{}, net};
  own.step(net, gradient);
  CHECK(distance(net.matrix("layer0.forwards.W")) <= round_off<double>(4));
  STATIC_REQUIRE(TakesRate<decltype(grouped)>);
  STATIC_REQUIRE_FALSE(TakesRate<decltype(own)>);
  STATIC_REQUIRE_FALSE(TakesRate<optim::SkipNonFinite<SignDescent>>);
  STATIC_REQUIRE(TakesRate<optim::SkipNonFinite<decltype(grouped)>>);

  optim::SkipNonFinite outside{grouped};
  KeepOrthogonal inside{optim::SkipNonFinite{optim::Adam{net}}, net};
  CHECK(outside.step(net, gradient));
  CHECK(inside.step(net, gradient, 1e-3));
  CHECK(distance(net.matrix("layer0.forwards.W")) <= round_off<double>(4));
  const Net last = net;
  gradient.theta()(0) = std::numeric_limits<double>::infinity();
  CHECK_FALSE(outside.step(net, gradient));
  CHECK_FALSE(inside.step(net, gradient));
  CHECK(net.theta() == last.theta());
}

TEST_CASE("what a step has made infinite is left as data") {
  Net net = filled(Net{elman::zero});
  KeepOrthogonal kept{optim::SGD{net, {.learning_rate = 1}}, net};
  auto gradient = net.zero_gradient();
  gradient.matrix("layer1.W")(0, 1) = -std::numeric_limits<double>::infinity();
  const Net before = net;
  kept.step(net, gradient);
  CHECK(net.matrix("layer1.W")(0, 1) == std::numeric_limits<double>::infinity());
  CHECK(net.matrix("layer1.W").col(0) == before.matrix("layer1.W").col(0));
  CHECK(net.matrix("layer0.forwards.W") == before.matrix("layer0.forwards.W"));
}

TEST_CASE("KeepOrthogonal refuses what does not fit and writes nothing") {
  Net net = filled(Net{elman::zero});
  const Net before = net;
  const auto refuses = [&](const std::vector<std::string>& names, const std::string& message) {
    expect_error([&] { KeepOrthogonal(optim::SGD{net}, net, names); }, "KeepOrthogonal: " + message);
    CHECK((net.theta().array() == before.theta().array()).count() >= net.theta().size() - 1);
  };
  refuses({"W", "V"},
          "name is \"V\", which fits V, 2 x 5; expected names of square matrices, as \"W\" and "
          "\"layer1.W\" are");
  refuses({"layer0.W"},
          "name is \"layer0.W\"; expected one of layer0.forwards.U, layer0.forwards.W, "
          "layer0.forwards.b, layer0.backwards.U, layer0.backwards.W, layer0.backwards.b, layer1.U, "
          "layer1.W, layer1.b, V, c");
  net.matrix("layer1.W")(2, 3) = std::numeric_limits<double>::quiet_NaN();
  refuses({"W"}, "layer1.W is not finite; expected finite numbers, as init::orthogonal makes them");
  net = before;
  KeepOrthogonal kept{optim::SGD{net}, net, {"layer1.W"}};
  const Net last = net;
  elman::RNNCell<double, 1, 2, 1> other{elman::zero};
  auto gradient = net.zero_gradient();
  auto of_other = other.zero_gradient();
  gradient.theta().setOnes();
  expect_error([&] { kept.step(other, of_other); }, "KeepOrthogonal::step: model has 11 parameters; expected " +
                                                        std::to_string(net.theta().size()) +
                                                        " as in the net this was made for");
  expect_error([&] { kept.step(net, gradient, -1.0); },
               "SGD::step: learning_rate is -1; expected at least 0 and finite");
  CHECK(net.theta() == last.theta());
}
