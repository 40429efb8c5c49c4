// SPDX-License-Identifier: MIT
//
// Metrics of softmax outputs and labels against scikit-learn's.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "elman/loss/cross_entropy.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/metrics/accuracy.hpp"
#include "elman/metrics/confusion_matrix.hpp"
#include "elman/metrics/log_loss.hpp"
#include "reference/sklearn/metrics.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/metric_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using namespace elman::metric;
using elman::loss::weighted;

namespace {

using Tape = LossTape<double, elman::Softmax>;
using Labels = std::vector<Index>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Told of all of metric_data in batches.
template <class M>
M counted(M metric, bool with_weights) {
  metric_data::in_batches([&](Index begin, Index end) {
    const Tape tape(metric_data::part(metric_data::logits(), begin, end));
    const auto labels = metric_data::part(metric_data::labels(), begin, end);
    if (with_weights) {
      metric.add(tape, weighted(labels, metric_data::part(metric_data::weights(), begin, end)));
    } else {
      metric.add(tape, labels);
    }
  });
  return metric;
}

void expect(double value, double reference) {
  CHECK(std::abs(value - reference) <= tolerance::published * std::abs(reference));
}
void expect(const Scores& scores, double precision, double recall, double f1) {
  expect(scores.precision, precision);
  expect(scores.recall, recall);
  expect(scores.f1, f1);
}

/// Logits of which the classes in the list are the largest, one a column.
Eigen::MatrixXd saying(const Labels& classes) {
  Eigen::MatrixXd logits = Eigen::MatrixXd::Zero(3, static_cast<Index>(classes.size()));
  for (Index r = 0; r < logits.cols(); ++r) logits(classes[static_cast<std::size_t>(r)], r) = 1;
  return logits;
}

}  // namespace

TEST_CASE("Accuracy, TopK, ConfusionMatrix and LogLoss have the values of scikit-learn") {
  for (const auto& row : reference::label_rows) {
    CAPTURE(row.weighted, row.ignored);
    const Index ignored = row.ignored ? metric_data::ignored : -100;
    expect(counted(Accuracy({.ignored_label = ignored}), row.weighted).value(), row.accuracy);
    for (Index k = 1; k < metric_data::out; ++k) {
      CAPTURE(k);
      expect(counted(TopK({.k = k, .ignored_label = ignored}), row.weighted).value(), row.top[k - 1]);
    }
    expect(counted(LogLoss({.ignored_label = ignored}), row.weighted).value(), row.log_loss);
    expect(counted(Perplexity({.ignored_label = ignored}), row.weighted).value(), std::exp(row.log_loss));
    expect(counted(BitsPerSymbol({.ignored_label = ignored}), row.weighted).value(), row.log_loss / std::log(2));

    const auto matrix = counted(ConfusionMatrix({.ignored_label = ignored}), row.weighted);
    const auto counts = matrix.counts();
    CHECK((counts.rows() == metric_data::out && counts.cols() == metric_data::out));
    for (Index k = 0; k < metric_data::out; ++k) {
      for (Index said = 0; said < metric_data::out; ++said) {
        CHECK(counts(k, said) == row.counts[k * metric_data::out + said]);
      }
      const double* const of = row.classes + k;
      expect(matrix.of_class(k), of[0], of[metric_data::out], of[2 * metric_data::out]);
      CHECK(matrix.of_class(k).support == of[3 * metric_data::out]);
    }
    expect(matrix.macro(), row.macro[0], row.macro[1], row.macro[2]);
    expect(matrix.weighted(), row.average[0], row.average[1], row.average[2]);
    CHECK(matrix.macro().support == counts.sum());
    expect(matrix.accuracy(), row.accuracy);
    expect(matrix.balanced_accuracy(), row.balanced_accuracy);
  }
}

TEST_CASE("What a ConfusionMatrix is watched by is an option, and its name says which") {
  const auto value_of = [](Average average) { return counted(ConfusionMatrix({.average = average}), true).value(); };
  const auto all = counted(ConfusionMatrix(), true);
  CHECK(all.value() == all.macro().f1);
  CHECK(value_of(Average::weighted_f1) == all.weighted().f1);
  CHECK(value_of(Average::balanced_accuracy) == all.balanced_accuracy());
  CHECK(value_of(Average::accuracy) == all.accuracy());
  CHECK(all.name() == "macro_f1");
  CHECK(ConfusionMatrix({.average = Average::weighted_f1}).name() == "weighted_f1");
  CHECK(ConfusionMatrix({.average = Average::balanced_accuracy}).name() == "balanced_accuracy");
  CHECK(ConfusionMatrix({.average = Average::accuracy}).name() == "accuracy");
}

TEST_CASE("Perfect and worst predictions, one class alone, and nothing at all") {
  const Labels labels{0, 1, 2, 2};
  const auto values = [&](const Tape& tape, const Labels& of) {
    Accuracy accuracy;
    ConfusionMatrix matrix;
    accuracy.add(tape, of);
    matrix.add(tape, of);
    return std::vector<double>{accuracy.value(), matrix.value(), matrix.weighted().f1, matrix.balanced_accuracy()};
  };
  CHECK(values(Tape(saying(labels)), labels) == std::vector<double>{1, 1, 1, 1});
  CHECK(values(Tape(saying({1, 2, 0, 1})), labels) == std::vector<double>{0, 0, 0, 0});
  CHECK(values(Tape(saying({2, 2})), {2, 2}) == std::vector<double>{1, 1, 1, 1});  // no 0 for what never occurs
  CHECK(values(Tape(saying({1, 2})), {2, 2}) == std::vector<double>{0.5, 2.0 / 3 / 2, 2.0 / 3, 0.5});
  for (const double nothing : values(Tape(saying({1, 2})), {-100, -100})) CHECK(std::isnan(nothing));

  LogLoss loss;
  loss.add(Tape(Eigen::Vector3d(1000, 0, -1000)), Labels{0});
  CHECK(loss.value() == 0);
  loss.add(Tape(Eigen::Vector3d(1000, 0, -1000)), Labels{2});  // y[label] is 0
  CHECK(loss.value() == 1000);
}

TEST_CASE("A metric that is reset is as new, and may be of a net with other outputs") {
  const auto check = [](auto metric) {
    CHECK(std::isnan(metric.value()));
    metric.add(Tape(saying({1})), Labels{2});
    metric.reset();
    CHECK(std::isnan(metric.value()));
    CHECK(counted(metric, true).value() == counted(decltype(metric)(metric.options()), true).value());
  };
  check(Accuracy());
  check(TopK({.k = 2}));
  check(ConfusionMatrix());
  check(LogLoss());
  check(Perplexity());
}

TEST_CASE("Of equal outputs Accuracy takes the first, TopK the last, as scikit-learn") {
  const Tape tape(Eigen::Vector4d(1, 2, 2, 2));
  const auto accuracy = [&](Index label) {
    Accuracy metric;
    metric.add(tape, Labels{label});
    return metric.value();
  };
  CHECK((accuracy(1) == 1 && accuracy(2) == 0 && accuracy(3) == 0));
  const auto rank = [&](Index label) {
    for (Index k = 1; k <= 4; ++k) {
      TopK metric({.k = k});
      metric.add(tape, Labels{label});
      if (metric.value() == 1) return k;
    }
    return Index{0};
  };
  CHECK((rank(3) == 1 && rank(2) == 2 && rank(1) == 3 && rank(0) == 4));
}

TEST_CASE("Outputs are told apart by their logits where probabilities are equal") {
  LossTape<float, elman::Softmax> tape(Eigen::Vector3f(-200, -201, 0));
  REQUIRE(tape.y()(0, 0) == tape.y()(1, 0));
  TopK metric({.k = 2});
  metric.add(tape, Labels{0});
  CHECK(metric.value() == 1);
}

TEST_CASE("A column with NaN predicts no class") {
  Eigen::MatrixXd logits = saying({0, 1, 2});
  logits(2, 0) = not_a_number;
  const Tape tape(logits);
  Accuracy accuracy;
  TopK top({.k = 3});
  ConfusionMatrix matrix;
  LogLoss loss;
  const Labels labels{0, 1, 2};
  accuracy.add(tape, labels);
  top.add(tape, labels);
  matrix.add(tape, labels);
  loss.add(tape, labels);
  CHECK(accuracy.value() == Approx(2.0 / 3));
  CHECK(top.value() == Approx(2.0 / 3));
  CHECK(matrix.accuracy() == Approx(2.0 / 3));
  CHECK(matrix.of_class(0).support == 1);
  CHECK(matrix.of_class(0).recall == 0);
  CHECK(matrix.counts().sum() == 2);
  CHECK(std::isnan(loss.value()));
}

TEST_CASE("LogLoss is CrossEntropy's mean, to the digit, where the net is sure and where it is not") {
  const std::vector<Eigen::Vector3d> columns{{30, 0, -1}, {0.1, 0, -0.1}, {0, 40, -700}};
  for (const auto& column : columns) {
    for (Index label = 0; label < 3; ++label) {
      Tape tape(column);
      LossTape<float, elman::Softmax> narrow(column.cast<float>());
      LogLoss metric, of_floats;
      metric.add(tape, Labels{label});
      of_floats.add(narrow, Labels{label});
      CHECK(metric.value() == Approx(elman::loss::CrossEntropy()(tape, Labels{label})).epsilon(1e-14));
      CHECK(of_floats.value() == Approx(elman::loss::CrossEntropy()(narrow, Labels{label})).epsilon(1e-6));
    }
  }
  LogLoss masked;
  masked.add(Tape(Eigen::Vector3d(0, -infinity, 0)), Labels{1});
  CHECK(masked.value() == infinity);
}

TEST_CASE("Labels may be any integers; columns that do not count may hold anything") {
  const auto value = [](const auto& labels) {
    Accuracy metric;
    metric.add(Tape(saying({0, 2, 2})), labels);
    return metric.value();
  };
  CHECK(value(std::vector<std::uint8_t>{0, 1, 2}) == Approx(2.0 / 3));
  CHECK(value(elman::Labels{{0, 1, 2}, elman::Steps::even(3, 1)}) == Approx(2.0 / 3));
  CHECK(value(Eigen::RowVector3i(0, 1, 2)) == Approx(2.0 / 3));
  CHECK(value(weighted(std::vector<int>{0, 77, 1}, Eigen::Vector3f(3, 0, 1))) == 0.75);
}

TEST_CASE("Metrics of labels refuse what does not fit, with nothing counted") {
  const Tape tape(saying({0, 1, 2}));
  const auto refuses = [&](auto metric, const std::string& owner) {
    const auto expect_of = [&](const auto& targets, const std::string& message) {
      expect_error([&] { metric.add(tape, targets); }, owner + message);
      CHECK(std::isnan(metric.value()));
    };
    expect_of(Labels{0, 1}, ": targets has 2 labels; expected R = 3 as o has columns");
    expect_of(Labels{0, 1, 3}, ": label 2 is 3; expected 0 <= label < Out = 3");
    expect_of(Labels{0, 1, -1},
              ": label 2 is -1; expected 0 <= label < Out = 3; .ignored_label names one that is left out");
    const Labels labels{0, 1, 2};
    expect_of(weighted(labels, std::vector<double>{1, 1}), ": weights has 2 entries; expected R = 3 as o has columns");
    expect_of(weighted(labels, std::vector<double>{1, 1, -0.5}), ": weight 2 is -0.5; expected at least 0");
    expect_of(weighted(labels, std::vector<double>{1, 1, not_a_number}),
              ": weight 2 is nan; expected finite in the net's scalar");
    expect_error([&] { metric.add(Tape(Eigen::MatrixXd(0, 0)), labels); },
                 owner + ": tape is empty; expected forward(x, tape) before");
  };
  refuses(Accuracy(), "Accuracy");
  refuses(TopK({.k = 2}), "TopK");
  refuses(ConfusionMatrix(), "ConfusionMatrix");
  refuses(LogLoss(), "LogLoss");
  refuses(Perplexity(), "Perplexity");
  refuses(BitsPerSymbol(), "BitsPerSymbol");

  expect_error([] { TopK({.k = 0}); }, "TopK: k is 0; expected at least 1");
  TopK top({.k = 4});
  expect_error([&] { top.add(tape, Labels{0, 1, 2}); }, "TopK: k is 4; expected at most Out = 3");
  ConfusionMatrix matrix;
  expect_error([&] { matrix.of_class(0); }, "ConfusionMatrix::of_class: k is 0; expected 0 <= k < Out = 0");
  matrix.add(tape, Labels{0, 1, 2});
  expect_error([&] { matrix.add(Tape(Eigen::Vector2d(0, 1)), Labels{0}); },
               "ConfusionMatrix: tape has Out = 2; expected 3 as in the batches before; reset() forgets them");
  expect_error([&] { matrix.of_class(3); }, "ConfusionMatrix::of_class: k is 3; expected 0 <= k < Out = 3");
  CHECK(matrix.counts().sum() == 3);
}

TEST_CASE("Names of metrics of labels, and which way is better") {
  CHECK(Accuracy::name() == "accuracy");
  CHECK(TopK({.k = 3}).name() == "top_3_accuracy");
  CHECK(LogLoss::name() == "log_loss");
  CHECK(Perplexity::name() == "perplexity");
  CHECK(BitsPerSymbol::name() == "bits_per_symbol");
  CHECK((Accuracy::higher_is_better && TopK::higher_is_better && ConfusionMatrix::higher_is_better));
  CHECK_FALSE((LogLoss::higher_is_better || Perplexity::higher_is_better || BitsPerSymbol::higher_is_better));
}
