// SPDX-License-Identifier: MIT
#include "elman/loss/cross_entropy.hpp"

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

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
