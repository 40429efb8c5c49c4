// SPDX-License-Identifier: MIT
//
// Metrics of targets that are yes or no, or numbers, against scikit-learn's.
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "elman/loss/weighted.hpp"
#include "elman/metrics/binary.hpp"
#include "elman/metrics/regression.hpp"
#include "elman/metrics/roc_auc.hpp"
#include "elman/random.hpp"
#include "reference/sklearn/metrics.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/metric_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using namespace elman::metric;
using elman::loss::weighted;

namespace {

using Sure = LossTape<double, elman::Sigmoid>;
using Plain = LossTape<double, elman::Identity>;
using Numbers = std::vector<double>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Told of these outputs and targets in batches.
template <class Tape, class M>
M counted(M metric, const Eigen::MatrixXd& logits, const Eigen::MatrixXd& targets, bool with_weights) {
  metric_data::in_batches([&](Index begin, Index end) {
    const Tape tape(metric_data::part(logits, begin, end));
    const auto of_batch = metric_data::part(targets, begin, end);
    if (with_weights) {
      metric.add(tape, weighted(of_batch, metric_data::part(metric_data::weights(), begin, end)));
    } else {
      metric.add(tape, of_batch);
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

/// One output a column, of which these are y.
Sure saying(const Numbers& y) {
  Eigen::RowVectorXd logits(static_cast<Index>(y.size()));
  for (Index r = 0; r < logits.size(); ++r) {
    const double p = y[static_cast<std::size_t>(r)];
    logits(r) = std::log(p / (1 - p));
  }
  return Sure(logits);
}

}  // namespace

TEST_CASE("BinaryAccuracy, BinaryF1 and RocAuc have the values of scikit-learn") {
  for (const auto& row : reference::yes_or_no_rows) {
    CAPTURE(row.weighted, row.threshold);
    const auto of = [&](auto metric) {
      return counted<Sure>(metric, metric_data::scores(), metric_data::yes(), row.weighted);
    };
    expect(of(BinaryAccuracy({.threshold = row.threshold})).value(), row.accuracy);
    const auto f1 = of(BinaryF1({.threshold = row.threshold}));
    expect(f1.together(), row.micro[0], row.micro[1], row.micro[2]);
    expect(f1.macro(), row.macro[0], row.macro[1], row.macro[2]);
    CHECK(f1.value() == f1.together().f1);
    CHECK(of(BinaryF1({.threshold = row.threshold, .macro = true})).value() == f1.macro().f1);
    const auto area = of(RocAuc());
    expect(area.value(), row.area);
    for (Index k = 0; k < 3; ++k) {
      expect(f1.of_output(k), row.outputs[k], row.outputs[3 + k], row.outputs[6 + k]);
      CHECK(f1.of_output(k).support == row.outputs[9 + k]);
      expect(area.of_output(k), row.areas[k]);
    }
  }
}

TEST_CASE("MeanSquaredError, MeanAbsoluteError and R2 have the values of scikit-learn, far from 0 too") {
  for (const auto& row : reference::number_rows) {
    CAPTURE(row.weighted, row.constant, row.offset);
    Eigen::MatrixXd y = metric_data::outputs(), t = metric_data::numbers();
    if (row.constant) {
      t.row(1).setConstant(0.5);
      t.row(2).setConstant(0.5);
      y.row(2).setConstant(0.5);
    }
    y.array() += row.offset;
    t.array() += row.offset;
    const auto of = [&](auto metric) { return counted<Plain>(metric, y, t, row.weighted); };
    expect(of(MeanSquaredError()).value(), row.mean_squared_error);
    expect(of(MeanAbsoluteError()).value(), row.mean_absolute_error);
    const auto r2 = of(R2());
    expect(r2.value(), row.r2);
    for (Index k = 0; k < 3; ++k) expect(r2.of_output(k), row.r2s[k]);
  }
}

TEST_CASE("R2 loses no digits at 1e8, nor behind a first target that is far from all others") {
  for (const double first : {1e8, 0.0, -3e8}) {
    CAPTURE(first);
    elman::Random random{1};
    Eigen::RowVectorXd t(5000), y(5000);
    for (Index r = 0; r < t.size(); ++r) {
      t(r) = r == 0 ? first : 1e8 + random.normal();
      y(r) = t(r) + 0.5 * random.normal() * (first == 1e8 ? 1 : 1e6);
    }
    long double sum = 0, spread = 0, missed = 0;
    for (Index r = 0; r < t.size(); ++r) sum += static_cast<long double>(t(r));
    for (Index r = 0; r < t.size(); ++r) {
      const long double target = static_cast<long double>(t(r)), from_mean = target - sum / 5000;
      spread += from_mean * from_mean;
      missed += (static_cast<long double>(y(r)) - target) * (static_cast<long double>(y(r)) - target);
    }
    R2 metric;
    for (Index begin = 0; begin < t.size(); begin += 100) {
      metric.add(Plain(t.middleCols(begin, 100)), t.middleCols(begin, 100));  // targets met: R2 is 1 …
    }
    CHECK(metric.value() == 1);
    metric.reset();
    for (Index begin = 0; begin < t.size(); begin += 100) {
      metric.add(Plain(y.middleCols(begin, 100)), t.middleCols(begin, 100));
    }
    CHECK(std::abs(1 - metric.value() - static_cast<double>(missed / spread)) <=
          1e-12 * static_cast<double>(missed / spread) + 1e-15);
  }
}

TEST_CASE("An output says yes above the threshold, not at it; NaN is wrong") {
  Sure tape(Eigen::RowVector3d(0, 1e-9, -1e-9));  // y = 1/2, a little more, a little less
  const auto accuracy = [&](const Numbers& targets) {
    BinaryAccuracy metric;
    metric.add(tape, targets);
    return metric.value();
  };
  CHECK(accuracy({0, 1, 0}) == 1);
  CHECK(accuracy({1, 0, 1}) == 0);
  tape = Sure(Eigen::RowVector3d(not_a_number, not_a_number, 1));
  CHECK(accuracy({0, 1, 1}) == Approx(1.0 / 3));
  BinaryF1 f1;
  f1.add(tape, Numbers{0, 1, 1});
  CHECK(f1.together().precision == 0.5);  // said of the first, which is not, and of the last
  CHECK(f1.together().recall == 0.5);
}

TEST_CASE("Perfect and worst predictions, one class alone, and nothing at all, of yes or no") {
  const auto values = [](const Numbers& y, const Numbers& targets) {
    BinaryF1 f1;
    RocAuc area;
    f1.add(saying(y), targets);
    area.add(saying(y), targets);
    return Numbers{f1.value(), area.value()};
  };
  CHECK(values({0.9, 0.2, 0.7}, {1, 0, 1}) == Numbers{1, 1});
  CHECK(values({0.1, 0.8, 0.3}, {1, 0, 1}) == Numbers{0, 0});
  CHECK(values({0.8, 0.8, 0.8}, {1, 0, 1}) == Numbers{0.8, 0.5});  // all equal
  for (const double one_class : {0.0, 1.0}) {
    const auto alone = values({0.8, 0.7}, {one_class, one_class});
    CHECK(alone[0] == one_class);
    CHECK(std::isnan(alone[1]));
  }
  CHECK(std::isnan(BinaryF1().value()));
  CHECK(std::isnan(BinaryF1({.macro = true}).value()));
  CHECK(std::isnan(BinaryAccuracy().value()));
  CHECK(std::isnan(RocAuc().value()));

  RocAuc of_two;
  of_two.add(Sure(Eigen::Matrix2d{{1, 2}, {1, 2}}), Eigen::Matrix2d{{0, 1}, {1, 1}});
  CHECK(of_two.of_output(0) == 1);
  CHECK(std::isnan(of_two.of_output(1)));
  CHECK(std::isnan(of_two.value()));
  of_two.reset();
  of_two.add(Sure(Eigen::RowVector2d(1, not_a_number)), Numbers{0, 1});
  CHECK(std::isnan(of_two.value()));
}

TEST_CASE("RocAuc of every pair, as it is defined; outputs that round to 1 are told apart") {
  elman::Random random{2};
  Eigen::RowVectorXd scores(60), targets(60);
  Numbers weights;
  for (Index r = 0; r < 60; ++r) {
    targets(r) = static_cast<double>(random.below(2));
    scores(r) = static_cast<double>(random.below(8)) + targets(r) + 50;  // y = 1
    weights.push_back(static_cast<double>(random.below(3)));
  }
  double right = 0, pairs = 0;
  for (Index yes = 0; yes < 60; ++yes) {
    for (Index no = 0; no < 60; ++no) {
      if (targets(yes) == 0 || targets(no) == 1) continue;
      const double pair = weights[static_cast<std::size_t>(yes)] * weights[static_cast<std::size_t>(no)];
      pairs += pair;
      right += pair * (scores(yes) > scores(no) ? 1 : scores(yes) == scores(no) ? 0.5 : 0);
    }
  }
  RocAuc area;
  area.add(Sure(scores), weighted(targets, weights));
  CHECK(area.value() == Approx(right / pairs).epsilon(1e-14));
}

TEST_CASE("R2 of few columns and of constant targets; numbers that are NaN") {
  R2 r2;
  CHECK(std::isnan(r2.value()));
  r2.add(Plain(Eigen::RowVector3d(1, 2, not_a_number)), weighted(Numbers{0.1, 7, 8}, Numbers{3, 0, 0}));
  CHECK(std::isnan(r2.value()));  // one column
  r2.add(Plain(Eigen::RowVector2d(0.1, 0.1)), Numbers{0.1, 0.1});
  CHECK(r2.value() == 0);
  r2.reset();
  CHECK(std::isnan(r2.value()));
  r2.add(Plain(Eigen::RowVector2d(0.1, 0.1)), Numbers{0.1, 0.1});
  CHECK(r2.value() == 1);
  r2.add(Plain(Eigen::RowVector2d(0, not_a_number)), Numbers{1, 2});
  CHECK(std::isnan(r2.value()));
  r2.reset();
  r2.add(Plain(Eigen::Matrix2d{{1, 2}, {3, 5}}), Eigen::Matrix2d{{1, 2}, {3, 4}});  // other outputs, behind reset()
  CHECK(r2.value() == Approx((1 + 1 - 1 / 0.5) / 2));
}

TEST_CASE("Metrics of numbers take any of their forms, and the outputs of any net") {
  const auto value = [](const auto& tape, const auto& targets) {
    MeanAbsoluteError metric;
    metric.add(tape, targets);
    return metric.value();
  };
  const Plain tape(Eigen::RowVector3d(1, 2, 3));
  CHECK(value(tape, std::vector<int>{1, 1, 1}) == 1);
  CHECK(value(tape, elman::pack(std::vector<Eigen::RowVectorXf>{Eigen::RowVector3f(1, 1, 1)})) == 1);
  CHECK(value(tape, weighted(Numbers{1, 1, not_a_number}, Eigen::Vector3d(1, 3, 0))) == 0.75);
  MeanSquaredError brier;
  brier.add(saying({0.5, 0.75}), Numbers{1, 0});
  CHECK(brier.value() == Approx((0.25 + 0.5625) / 2));
  brier.reset();
  CHECK(std::isnan(brier.value()));
  LossTape<float, elman::Identity> of_floats(Eigen::RowVector2f(3e38F, -3e38F));
  brier.add(of_floats, Numbers{0, 0});
  CHECK(brier.value() == Approx(9e76).epsilon(1e-6));  // no float
}

TEST_CASE("Metrics of numbers refuse what does not fit, with nothing counted") {
  const Eigen::MatrixXd o = Eigen::MatrixXd::Ones(2, 3);
  const auto refuses = [&]<class Tape>(auto metric, const std::string& owner, const Tape& tape) {
    const auto expect_of = [&](const auto& targets, const std::string& message) {
      expect_error([&] { metric.add(tape, targets); }, owner + message);
      CHECK(std::isnan(metric.value()));
    };
    expect_of(Eigen::MatrixXd(3, 3), ": targets has 3 rows; expected Out = 2");
    expect_of(Eigen::MatrixXd(2, 2), ": targets has 2 columns; expected R = 3 as o has");
    expect_of(weighted(o, Numbers{1, -2, 1}), ": weight 1 is -2; expected at least 0");
    expect_error([&] { metric.add(Tape(Eigen::MatrixXd(0, 0)), o); },
                 owner + ": tape is empty; expected forward(x, tape) before");
  };
  const auto refuses_numbers = [&](auto metric, const std::string& owner) {
    refuses(metric, owner, Sure(o));
    Eigen::MatrixXd targets = o;
    targets(1, 2) = 0.5;
    expect_error([&] { metric.add(Sure(o), targets); }, owner + ": targets(1, 2) is 0.5; expected 0 or 1");
    CHECK(std::isnan(metric.value()));
    metric.add(Sure(o), weighted(targets, Numbers{1, 1, 0}));
  };
  refuses(MeanSquaredError(), "MeanSquaredError", Plain(o));
  refuses(MeanAbsoluteError(), "MeanAbsoluteError", Plain(o));
  refuses(R2(), "R2", Plain(o));
  refuses_numbers(BinaryAccuracy(), "BinaryAccuracy");
  refuses_numbers(BinaryF1(), "BinaryF1");
  refuses_numbers(RocAuc(), "RocAuc");

  expect_error([] { BinaryAccuracy({.threshold = 1.5}); }, "BinaryAccuracy: threshold is 1.5; expected in [0, 1]");
  expect_error([] { BinaryF1({.threshold = -1}); }, "BinaryF1: threshold is -1; expected in [0, 1]");
  const auto of_other_nets = [&](auto metric, const std::string& owner, const auto& two, const auto& one) {
    expect_error([&] { metric.of_output(0); }, owner + "::of_output: k is 0; expected 0 <= k < Out = 0");
    metric.add(two, o);
    expect_error([&] { metric.add(one, Numbers{1}); },
                 owner + ": tape has Out = 1; expected 2 as in the batches before; reset() forgets them");
    expect_error([&] { metric.of_output(2); }, owner + "::of_output: k is 2; expected 0 <= k < Out = 2");
  };
  const Eigen::MatrixXd single = Eigen::MatrixXd::Ones(1, 1);
  of_other_nets(R2(), "R2", Plain(o), Plain(single));
  of_other_nets(BinaryF1(), "BinaryF1", Sure(o), Sure(single));
  of_other_nets(RocAuc(), "RocAuc", Sure(o), Sure(single));
}

TEST_CASE("Names of metrics of numbers, and which way is better") {
  CHECK(BinaryAccuracy::name() == "binary_accuracy");
  CHECK(BinaryF1::name() == "binary_f1");
  CHECK(RocAuc::name() == "roc_auc");
  CHECK(MeanSquaredError::name() == "mean_squared_error");
  CHECK(MeanAbsoluteError::name() == "mean_absolute_error");
  CHECK(R2::name() == "r2");
  CHECK((BinaryAccuracy::higher_is_better && BinaryF1::higher_is_better && RocAuc::higher_is_better));
  CHECK((R2::higher_is_better && !MeanSquaredError::higher_is_better && !MeanAbsoluteError::higher_is_better));
}
