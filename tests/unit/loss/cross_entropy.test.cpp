// SPDX-License-Identifier: MIT
#include "elman/loss/cross_entropy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <deque>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "reference/losses.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"
#include "support/weights.hpp"

using elman::loss::CrossEntropy;
using elman::loss::CrossEntropyOptions;
using elman::loss::Reduction;

namespace {

using Tape = LossTape<double, elman::Softmax>;
using Labels = std::vector<Index>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Eigen::MatrixXd column(std::initializer_list<double> values) {
  return Eigen::Map<const Eigen::VectorXd>(values.begin(), static_cast<Index>(values.size()));
}

}  // namespace

TEST_CASE("CrossEntropy has the values and gradients of torch.nn.CrossEntropyLoss") {
  for (const auto& row : reference::cross_entropy_rows) {
    CAPTURE(row.labels, row.mean, row.weights, row.ignored, row.smoothing);
    CrossEntropyOptions options{.reduction = row.mean ? Reduction::mean : Reduction::sum,
                                .label_smoothing = row.smoothing};
    if (row.weights) options.class_weights = loss_data::weights;
    if (row.ignored) options.ignored_label = 0;
    const CrossEntropy loss(options);
    Tape tape(loss_data::logits());
    const double L = row.labels ? loss(tape, loss_data::labels) : loss(tape, loss_data::distributions());
    CHECK(std::abs(L - row.L) <= tolerance::published * std::abs(row.L));
    CHECK(relative_error(tape.d_o(), loss_data::gradient(row.d_o)) <= tolerance::published);
  }
}

TEST_CASE("CrossEntropy takes labels in any form") {
  const CrossEntropy loss;
  Tape tape(loss_data::logits());
  const double L = loss(tape, loss_data::labels);
  const Eigen::MatrixXd d_o = tape.d_o();
  const auto same = [&](const auto& labels) {
    Tape other(loss_data::logits());
    return loss(other, labels) == L && other.d_o() == d_o;
  };
  CHECK(same(std::vector<int>{2, 0, 3, 0, 1}));
  CHECK(same(std::array<std::uint8_t, 5>{2, 0, 3, 0, 1}));
  CHECK(same(std::deque<long>{2, 0, 3, 0, 1}));
  CHECK(same(elman::Labels{loss_data::labels, elman::Steps::even(5, 1)}));
  CHECK(same(Eigen::Matrix<int, 5, 1>(2, 0, 3, 0, 1)));
  CHECK(same(Eigen::RowVectorXi(Eigen::Matrix<int, 1, 5>(2, 0, 3, 0, 1))));
  Eigen::MatrixXd one_hot = Eigen::MatrixXd::Zero(4, 5);
  for (Index r = 0; r < 5; ++r) one_hot(loss_data::labels[static_cast<std::size_t>(r)], r) = 1;
  CHECK(same(one_hot));
}

TEST_CASE("CrossEntropy stays finite at logits of any size") {
  const CrossEntropy loss;
  SECTION("right by far") {
    Tape tape(column({1e30, -1e30, 0}));
    CHECK(loss(tape, Labels{0}) == 0);
    CHECK(tape.d_o() == column({0, 0, 0}));
  }
  SECTION("wrong by far") {
    Tape tape(column({1e30, -1e30, 0}));
    CHECK(loss(tape, Labels{1}) == 2e30);
    CHECK(tape.d_o() == column({1, -1, 0}));
  }
  SECTION("a tie at the top") {
    Tape tape(column({1e30, 1e30, -1e30}));
    CHECK(loss(tape, Labels{1}) == Approx(std::log(2)).epsilon(1e-15));
    CHECK(tape.d_o() == column({0.5, -0.5, 0}));
  }
  SECTION("all equal") {
    Tape tape(column({-1e30, -1e30, -1e30, -1e30}));
    CHECK(loss(tape, Labels{3}) == Approx(std::log(4)).epsilon(1e-15));
    CHECK(tape.d_o() == column({0.25, 0.25, 0.25, -0.75}));
  }
  SECTION("distributions, weights and smoothing") {
    const CrossEntropy all({.class_weights = {0.5, 1, 2}, .label_smoothing = 0.1});
    Tape tape(column({1e30, -1e30, 0}));
    CHECK(std::isfinite(all(tape, column({0.2, 0.3, 0.5}))));
    CHECK(tape.d_o().allFinite());
  }
  SECTION("float") {
    LossTape<float, elman::Softmax> tape(Eigen::Vector3f(1e30f, -1e30f, 0));
    CHECK(loss(tape, Labels{1}) == 2e30f);
    CHECK(tape.d_o() == Eigen::Vector3f(1, -1, 0));
  }
  SECTION("one class") {
    Tape tape(column({1e30}));
    CHECK(loss(tape, Labels{0}) == 0);
    CHECK(tape.d_o() == column({0}));
  }
  SECTION("a class that is masked by a logit of minus infinity") {
    Tape tape(column({1, -infinity, 0}));
    CHECK(loss(tape, Labels{2}) == Approx(std::log1p(std::exp(1))).epsilon(1e-15));
    CHECK(tape.d_o()(1, 0) == 0);
    CHECK(tape.d_o().allFinite());
    CHECK(loss(tape, Labels{1}) == infinity);
  }
}

TEST_CASE("CrossEntropy of NaN is NaN, at any number of classes") {
  for (const Index out : {1, 3, 16, 41}) {
    CAPTURE(out);
    Eigen::MatrixXd o = Eigen::MatrixXd::Zero(out, 1);
    o(out / 2) = not_a_number;
    Tape tape(o);
    CHECK(std::isnan(CrossEntropy()(tape, Labels{0})));
    CHECK(tape.d_o().array().isNaN().all());
  }
}

TEST_CASE("CrossEntropy of a tie at the top, at any number of classes") {
  for (const Index out : {3, 16, 41}) {
    for (const Index first : {Index{0}, out / 2}) {
      CAPTURE(out, first);
      Eigen::MatrixXd o = Eigen::MatrixXd::Zero(out, 1);
      o(first) = o(out - 1) = 5;
      Tape tape(o);
      const double sum = 2 * std::exp(5.0) + static_cast<double>(out - 2);
      CHECK(CrossEntropy()(tape, Labels{out - 1}) == Approx(std::log(sum) - 5).epsilon(1e-14));
      CHECK(tape.d_o()(out - 1) == Approx(std::exp(5.0) / sum - 1).epsilon(1e-14));
      CHECK(tape.d_o()(first) == Approx(std::exp(5.0) / sum).epsilon(1e-14));
    }
  }
}

TEST_CASE("CrossEntropy keeps its digits where it is small") {
  // L = log(1 + 2 exp(−40)) and y₂ = exp(−40) / (1 + 2 exp(−40)); 1 − y₁ would be 0.
  const CrossEntropy loss;
  Tape tape(column({40, 0, 0}));
  const double small = std::exp(-40.0);
  CHECK(loss(tape, Labels{0}) == Approx(std::log1p(2 * small)).epsilon(1e-14));
  CHECK(tape.d_o()(0, 0) == Approx(-2 * small / (1 + 2 * small)).epsilon(1e-14));
  CHECK(tape.d_o()(1, 0) == Approx(small / (1 + 2 * small)).epsilon(1e-14));
}

TEST_CASE("CrossEntropy in float loses no digits over many columns") {
  const Index R = 100'000;
  LossTape<float, elman::Softmax> tape(Eigen::MatrixXf::Zero(3, R));
  const Labels labels(static_cast<std::size_t>(R), 1);
  const auto exact = static_cast<float>(std::log(3.0));
  CHECK(CrossEntropy()(tape, labels) == Approx(exact).epsilon(1e-6));
  CHECK(CrossEntropy({.reduction = Reduction::sum})(tape, labels) ==
        Approx(static_cast<double>(R) * std::log(3.0)).epsilon(1e-6));
}

TEST_CASE("CrossEntropy of ignored columns is nothing") {
  Tape tape(loss_data::logits());
  const Labels none(5, -100);
  CHECK(CrossEntropy({.reduction = Reduction::sum})(tape, none) == 0);
  CHECK(tape.d_o().isZero(0));
  CHECK(std::isnan(CrossEntropy()(tape, none)));  // 0/0, as in PyTorch
  CHECK(tape.d_o().isZero(0));
  const CrossEntropy smoothed({.label_smoothing = 0.1, .ignored_label = 3});
  smoothed(tape, loss_data::labels);
  CHECK(tape.d_o().col(2).isZero(0));
  CHECK(!tape.d_o().col(0).isZero(0));
}

TEST_CASE("CrossEntropy is analytic: its own complex step agrees with its gradient") {
  const CrossEntropy loss({.class_weights = loss_data::weights, .label_smoothing = 0.1});
  Tape tape(loss_data::logits());
  loss(tape, loss_data::labels);
  Eigen::MatrixXd expected(4, 5);
  for (Index k = 0; k < expected.size(); ++k) {
    Eigen::MatrixXcd moved = loss_data::logits().cast<std::complex<double>>();
    moved.data()[k] += std::complex<double>(0, 1e-100);
    LossTape<std::complex<double>, elman::Softmax> complex_tape(moved);
    expected.data()[k] = loss(complex_tape, loss_data::labels).imag() / 1e-100;
  }
  CHECK(relative_error(tape.d_o(), expected) < tolerance::complex_step);
}

TEST_CASE("CrossEntropy refuses what does not fit and writes nothing") {
  const CrossEntropy loss;
  Tape tape(loss_data::logits());
  expect_error(
      [&] {
        loss(tape, Labels{2, 0, 3, 0});
      },
      "CrossEntropy: targets has 4 labels; expected R = 5 as o has columns");
  expect_error([&] { loss(tape, Labels{2, 0, 4, 0, 1}); }, "CrossEntropy: label 2 is 4; expected 0 <= label < Out = 4");
  expect_error(
      [&] {
        loss(tape, Labels{2, 0, 3, -1, 1});
      },
      "CrossEntropy: label 3 is -1; expected 0 <= label < Out = 4; .ignored_label names one that is left out");
  expect_error([&] { loss(tape, Eigen::MatrixXd(3, 5)); }, "CrossEntropy: targets has 3 rows; expected Out = 4");
  expect_error([&] { loss(tape, Eigen::MatrixXd(4, 6)); },
               "CrossEntropy: targets has 6 columns; expected R = 5 as o has");
  const CrossEntropy weighted({.class_weights = {1, 2}});
  expect_error([&] { weighted(tape, loss_data::labels); },
               "CrossEntropy: class_weights has 2 entries; expected Out = 4");
  CHECK(tape.is_untouched());
}

TEST_CASE("CrossEntropy of weighted columns") {
  const auto labels_of = [](const std::vector<Index>& columns) {
    Labels labels;
    for (const Index column : columns) labels.push_back(loss_data::labels[static_cast<std::size_t>(column)]);
    return labels;
  };
  const auto distributions_of = [](const std::vector<Index>& columns) {
    return weights::columns_of(loss_data::distributions(), columns);
  };
  const auto plain = [](Reduction reduction) { return CrossEntropy({.reduction = reduction}); };
  const auto all = [](Reduction reduction) {
    return CrossEntropy({.reduction = reduction, .class_weights = loss_data::weights, .label_smoothing = 0.1});
  };
  SECTION("labels") { weights::check<elman::Softmax>("CrossEntropy", plain, labels_of); }
  SECTION("labels, with class weights and smoothing") {
    weights::check<elman::Softmax>("CrossEntropy", all, labels_of);
  }
  SECTION("distributions") { weights::check<elman::Softmax>("CrossEntropy", plain, distributions_of); }
  SECTION("distributions, with class weights and smoothing") {
    weights::check<elman::Softmax>("CrossEntropy", all, distributions_of);
  }
}

TEST_CASE("CrossEntropy's mean is over the weights of columns that are not ignored, times those of their classes") {
  const std::vector<double> of_columns{2, 1, 0.5, 4, 8};  // labels 2, 0, 3, 0, 1; class weights 0.5, 1, 2, 0.25
  Tape tape(loss_data::logits());
  const auto ratio = [&](CrossEntropyOptions options) {
    options.reduction = Reduction::sum;
    const double sum = CrossEntropy(options)(tape, elman::loss::weighted(loss_data::labels, of_columns));
    options.reduction = Reduction::mean;
    return sum / CrossEntropy(options)(tape, elman::loss::weighted(loss_data::labels, of_columns));
  };
  CHECK(ratio({}) == Approx(15.5));
  CHECK(ratio({.ignored_label = 0}) == Approx(2 + 0.5 + 8));
  CHECK(ratio({.class_weights = loss_data::weights}) == Approx(2 * 2 + 0.5 + 0.5 * 0.25 + 4 * 0.5 + 8));
  CHECK(ratio({.class_weights = loss_data::weights, .ignored_label = 0}) == Approx(2 * 2 + 0.5 * 0.25 + 8));
}

TEST_CASE("CrossEntropy sees nothing of distributions in columns of weight 0") {
  const std::vector<double> mask{1, 0, 1, 1, 1};
  Eigen::MatrixXd q = loss_data::distributions();
  Tape tape(loss_data::logits()), expected(loss_data::logits());
  const double L = CrossEntropy()(expected, elman::loss::weighted(q, mask));
  q.col(1).setConstant(not_a_number);
  CHECK(CrossEntropy()(tape, elman::loss::weighted(q, mask)) == L);
  CHECK(tape.d_o() == expected.d_o());
}

TEST_CASE("CrossEntropy refuses options out of range") {
  expect_error(
      [] {
        CrossEntropy({.class_weights = {1, -1}});
      },
      "CrossEntropy: class_weights[1] is -1; expected at least 0 and finite");
  expect_error([] { CrossEntropy({.class_weights = {not_a_number}}); },
               "CrossEntropy: class_weights[0] is nan; expected at least 0 and finite");
  expect_error([] { CrossEntropy({.label_smoothing = 1.5}); },
               "CrossEntropy: label_smoothing is 1.5; expected in [0, 1]");
  expect_error([] { CrossEntropy({.label_smoothing = not_a_number}); },
               "CrossEntropy: label_smoothing is nan; expected in [0, 1]");
}

namespace {

/// Logits that are nearly equal: no output is large.
template <class Scalar>
elman::Matrix<Scalar, elman::Dynamic, elman::Dynamic> nearly_equal(Index K) {
  elman::Matrix<Scalar, elman::Dynamic, elman::Dynamic> o(K, 1);
  for (Index k = 0; k < K; ++k) o(k) = static_cast<Scalar>(1e-3 * std::sin(0.37 * static_cast<double>(k)));
  return o;
}

/// L and ∂L/∂o of label 0 against long double, and of the one-hot distribution; the gradient's sum.
template <class Scalar, class Tape>
void check_many_classes(Tape& tape, Index K) {
  long double sum = 0;
  for (Index begin = 0; begin < K; begin += 1000) {
    long double part = 0;
    for (Index k = begin; k < std::min(K, begin + 1000); ++k)
      part += std::exp(static_cast<long double>(tape.o()(k, 0)));
    sum += part;
  }
  const long double exact = std::log(sum) - static_cast<long double>(tape.o()(0, 0));
  const auto epsilon = static_cast<double>(std::numeric_limits<Scalar>::epsilon());
  const auto check = [&](double L) {
    CHECK(std::abs(L - static_cast<double>(exact)) <= 3 * epsilon * static_cast<double>(exact));
    long double total = 0;
    for (Index k = 0; k < K; ++k) total += static_cast<long double>(std::as_const(tape).d_o()(k, 0));
    CHECK(std::abs(static_cast<double>(total)) <= 4 * epsilon);
    const auto first = static_cast<double>(std::exp(static_cast<long double>(tape.o()(0, 0))) / sum - 1);
    CHECK(std::abs(static_cast<double>(std::as_const(tape).d_o()(0, 0)) - first) <= 4 * epsilon * std::abs(first));
  };
  check(static_cast<double>(CrossEntropy()(tape, Labels{0})));
  elman::Matrix<Scalar, elman::Dynamic, elman::Dynamic> q(K, 1);
  q.setZero();
  q(0) = 1;
  check(static_cast<double>(CrossEntropy()(tape, q)));
}

}  // namespace

TEMPLATE_TEST_CASE("CrossEntropy has log K to a few units in the last place, at any number of classes", "", float,
                   double) {
#if defined(__OPTIMIZE__) || defined(_MSC_VER)
  const Index most = std::is_same_v<TestType, float> ? 10'000'000 : 1'000'000;
#else
  const Index most = 100'003;  // ten million take half a minute
#endif
  for (const Index K : {Index{2}, Index{3}, Index{16}, Index{17}, Index{300}, Index{1000}, Index{50'257}, most}) {
    CAPTURE(K);
    LossTape<TestType, elman::Softmax> tape(nearly_equal<TestType>(K));
    check_many_classes<TestType>(tape, K);
  }
}

TEMPLATE_TEST_CASE("CrossEntropy takes from a net's tape what softmax has summed", "", float, double) {
  for (const Index K : {2, 3, 16, 129, 50'257}) {
    CAPTURE(K);
    using Net = elman::RNNCell<TestType, elman::Dynamic, elman::Dynamic, elman::Dynamic>;
    elman::Random random{7};
    Net net(1, 1, K, elman::init::standard(random));
    net.theta().setZero();
    net.c() = nearly_equal<TestType>(K);
    auto tape = net.tape();
    net.forward(elman::Matrix<TestType, 1, 1>(1), tape);
    check_many_classes<TestType>(tape, K);
  }
}

TEST_CASE("CrossEntropy of a net's tape keeps its digits where it is small") {
  elman::Random random{7};
  elman::RNNCell<float, 1, 1, 3> net{elman::init::standard(random)};
  auto tape = net.tape();
  for (const float margin : {0.5F, 3.0F, 17.0F, 40.0F, 80.0F}) {
    CAPTURE(margin);
    net.theta().setZero();
    net.c() = Eigen::Vector3f(margin, 0, 0);
    net.forward(Eigen::Matrix<float, 1, 1>(1), tape);
    const double small = 2 * std::exp(-static_cast<double>(margin));
    CHECK(CrossEntropy()(tape, Labels{0}) == Approx(std::log1p(small)).epsilon(3e-7).margin(0));
    CHECK(std::as_const(tape).d_o()(0, 0) == Approx(-small / (1 + small)).epsilon(3e-7).margin(0));
    CHECK(std::as_const(tape).d_o()(1, 0) == Approx(small / 2 / (1 + small)).epsilon(3e-7).margin(0));
  }
}

TEST_CASE("CrossEntropy of targets that sum to 0, or below, is that of a policy gradient") {
  const CrossEntropy sum({.reduction = Reduction::sum});
  Tape tape(column({0.3, -0.7, 1.1}));
  const auto expect = [&](const Eigen::Vector3d& q) {
    const double L = sum(tape, q);
    const Eigen::Vector3d y = tape.y();
    CHECK(L == Approx(-q.dot(y.array().log().matrix())).epsilon(1e-13).margin(1e-13));
    CHECK((tape.d_o() - (y * q.sum() - q)).norm() <= 1e-14 * (1 + q.norm()));
  };
  expect(Eigen::Vector3d(2, -2, 0));
  expect(Eigen::Vector3d(2 + 1e-9, -2, 0));
  expect(Eigen::Vector3d(-1, -2, 0.5));
  expect(Eigen::Vector3d(0, 0, 0));
  CHECK(tape.d_o().isZero(0));
  // A mean divides by the number of columns, whatever the targets are.
  CHECK(CrossEntropy()(tape, Eigen::MatrixXd(column({2, -2, 0}))) == sum(tape, Eigen::MatrixXd(column({2, -2, 0}))));
}

namespace {

/// L and ∂L/∂o in float under weights, against the same in double.
void check_weights_in_float(const std::vector<double>& weights, Reduction reduction) {
  CAPTURE(weights, reduction == Reduction::mean);
  LossTape<float, elman::Softmax> narrow(loss_data::logits().cast<float>());
  LossTape<double, elman::Softmax> wide(loss_data::logits().cast<float>().cast<double>());
  const CrossEntropy loss({.reduction = reduction});
  const float L = loss(narrow, elman::loss::weighted(loss_data::labels, weights));
  const double exact = loss(wide, elman::loss::weighted(loss_data::labels, weights));
  const double least = std::numeric_limits<float>::denorm_min();  // of a sum
  CHECK(std::abs(static_cast<double>(L) - exact) <= 1e-6 * std::abs(exact) + least);
  for (Index k = 0; k < wide.d_o().size(); ++k) {
    const double expected = wide.d_o().data()[k];
    CHECK(std::abs(static_cast<double>(narrow.d_o().data()[k]) - expected) <= 1e-6 * std::abs(expected) + least);
  }
}

}  // namespace

TEST_CASE("CrossEntropy in float: weights of any size give what is representable") {
  elman::Random random{3};
  for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
    check_weights_in_float({1e-40, 1e-40, 1e-40, 1e-40, 1e-40}, reduction);
    check_weights_in_float({1e-46, 1e-46, 1e-46, 1e-46, 1e-46}, reduction);
    check_weights_in_float({1e-320, 1e-320, 0, 1e-320, 1e-320}, reduction);
    check_weights_in_float({1e37, 1e-37, 1, 1e20, 0}, reduction);
    for (int trial = 0; trial < 100; ++trial) {
      std::vector<double> weights;
      const double size = random.uniform(-300, 30);
      for (int k = 0; k < 5; ++k) weights.push_back(std::pow(10, size + random.uniform(-5, 5)));
      check_weights_in_float(weights, reduction);
    }
  }
  LossTape<float, elman::Softmax> tape(loss_data::logits().cast<float>());
  expect_error(
      [&] {
        CrossEntropy()(tape, elman::loss::weighted(loss_data::labels, std::vector<double>{1, 1, 1e39, 1, 1}));
      },
      "CrossEntropy: weight 2 is 1e+39; expected finite in the net's scalar");
  expect_error(
      [&] {
        CrossEntropy({.class_weights = {1, 1e39, 1, 1}})(tape, loss_data::labels);
      },
      "CrossEntropy: class_weights[1] is 1e+39; expected finite in the net's scalar");
  CHECK(tape.is_untouched());
}

TEST_CASE("CrossEntropy in double: sums of weights neither overflow nor vanish") {
  for (const double size : {1e308, 1.0, 1e-320}) {
    Tape tape(loss_data::logits()), plain(loss_data::logits());
    const std::vector<double> weights(5, size);
    const CrossEntropy loss;
    CHECK(loss(tape, elman::loss::weighted(loss_data::labels, weights)) ==
          Approx(loss(plain, loss_data::labels)).epsilon(1e-3 * (size < 1) + 1e-14));
    CHECK(relative_error(tape.d_o(), plain.d_o()) <= 1e-3 * (size < 1) + 1e-14);
    const CrossEntropy classes({.class_weights = {size, size, size, size}});
    CHECK(classes(tape, loss_data::labels) == Approx(loss(plain, loss_data::labels)).epsilon(1e-14));
    CHECK(relative_error(tape.d_o(), plain.d_o()) <= 1e-14);
  }
}

TEST_CASE("the mean over nothing is NaN, or 0 for whoever asks") {
  Tape tape(loss_data::logits());
  const Labels none(5, -100);
  CHECK(std::isnan(CrossEntropy()(tape, none)));
  CHECK(CrossEntropy({.reduction = Reduction::mean_or_zero})(tape, none) == 0);
  CHECK(tape.d_o().isZero(0));
  CHECK(CrossEntropy({.reduction = Reduction::mean_or_zero})(tape, loss_data::labels) ==
        CrossEntropy()(tape, loss_data::labels));
}

TEMPLATE_TEST_CASE("CrossEntropy of two logits that are nearly the same is log 2", "", float, double) {
  // Where the larger y is just above 1/2 and the other rounds to just below, neither is taken for the other.
  elman::Random random{7};
  elman::RNNCell<TestType, 1, 1, 2> net{elman::init::standard(random)};
  auto tape = net.tape();
  const auto half_epsilon = std::numeric_limits<TestType>::epsilon() / 2;
  for (int k = 0; k < 40; ++k) {
    CAPTURE(k);
    net.theta().setZero();
    net.c()(0) = static_cast<TestType>(-k) * half_epsilon;
    net.forward(elman::Matrix<TestType, 1, 1>(1), tape);
    for (const Index label : {0, 1}) {
      const auto L = CrossEntropy()(tape, Labels{label});
      CHECK(std::abs(L - std::log(TestType(2))) <= 25 * half_epsilon);
      CHECK(std::abs(std::as_const(tape).d_o()(label, 0) + TestType(0.5)) <= 12 * half_epsilon);
    }
  }
}

TEST_CASE("CrossEntropy says what its weights sum to, however small they are") {
  LossTape<double, elman::Softmax> tape(loss_data::logits());
  expect_error(
      [&] {
        CrossEntropy()(tape, elman::loss::weighted(loss_data::labels, std::vector<double>{-0x1p-1000, 0, 0, 0, 0}));
      },
      "CrossEntropy: the weights sum to -9.332636185032189e-302; expected more than 0 for a mean; use Reduction::sum");
}
