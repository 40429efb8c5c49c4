// SPDX-License-Identifier: MIT
//
// What holds for every metric, and one of one's own.
#include "elman/metrics/metric.hpp"

#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/loss/cross_entropy.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/metrics/accuracy.hpp"
#include "elman/metrics/batch.hpp"
#include "elman/metrics/binary.hpp"
#include "elman/metrics/confusion_matrix.hpp"
#include "elman/metrics/log_loss.hpp"
#include "elman/metrics/regression.hpp"
#include "elman/metrics/roc_auc.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/metric_data.hpp"
#include "support/support.hpp"

namespace {

/// The one in metric.hpp.
class Bias {
 public:
  using Output = elman::Identity;

  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    elman::metric::numbers<Bias>("Bias", tape, targets).each([&](const auto& column) {
      for (elman::Index k = 0; k < column.rows(); ++k) {
        sum_ += column.weight * (column.y(k) - column.target(k));
        all_ += column.weight;
      }
    });
  }
  double value() const { return sum_ / all_; }
  void reset() { sum_ = all_ = 0; }

  static std::string_view name() { return "bias"; }
  static constexpr bool higher_is_better = false;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("sum", sum_);
    keep("all", all_);
  }

 private:
  double sum_ = 0, all_ = 0;
};

using Softmaxes = LossTape<double, elman::Softmax>;
using Sigmoids = LossTape<double, elman::Sigmoid>;
using Numbers = LossTape<double, elman::Identity>;
using elman::metric::Accuracy;

static_assert(elman::Metric<Bias, Numbers, Eigen::MatrixXd>);
static_assert(elman::Metric<Accuracy, Softmaxes, std::vector<int>>);
static_assert(!elman::Metric<elman::loss::CrossEntropy, Softmaxes, std::vector<int>>);

/// The parts of a metric, copied out and into another.
struct Parts {
  std::map<std::string, std::variant<double, Index, std::vector<double>, Eigen::MatrixXd>> of;

  template <class M>
  void take(M metric) {
    metric.keep([&](const std::string& name, auto& part) { CHECK(of.emplace(name, part).second); });
  }
  template <class M>
  void give(M& metric) const {
    metric.keep([&]<class Part>(const std::string& name, Part& part) { part = std::get<Part>(of.at(name)); });
  }
};

/// A metric goes on where another of the same options was: in the middle of its batches.
template <class M, class Tape, class Targets>
void check_keep(M metric, const Tape& tape, const Targets& targets, const Tape& next, const Targets& next_targets) {
  CAPTURE(std::string(metric.name()));
  M other = metric;
  metric.add(tape, targets);
  Parts parts;
  parts.take(metric);
  parts.give(other);
  CHECK(other.value() == metric.value());
  for (M* each : {&metric, &other}) each->add(next, next_targets);
  CHECK(other.value() == metric.value());
  CHECK_FALSE(std::isnan(other.value()));
}

}  // namespace

TEST_CASE("A metric of one's own") {
  Bias bias;
  CHECK(std::isnan(bias.value()));
  bias.add(Numbers(Eigen::Matrix2d{{1, 2}, {3, 4}}), Eigen::Matrix2d::Ones());
  CHECK(bias.value() == 1.5);
  bias.add(Numbers(Eigen::Vector2d(8, 8)),
           elman::loss::weighted(Eigen::MatrixXd::Zero(2, 1), Eigen::VectorXd::Ones(1)));
  CHECK(bias.value() == Approx(22.0 / 6));
  expect_error([&] { bias.add(Numbers(Eigen::Vector2d(8, 8)), Eigen::Vector3d(1, 2, 3)); },
               "Bias: targets has 3 rows; expected Out = 2");
  elman::detail::check_metric<Bias, Numbers, Eigen::MatrixXd>();
}

TEST_CASE("The parts that a metric keeps are all it has counted") {
  namespace data = metric_data;
  const auto both = [](auto metric, const auto& of, const auto& targets_of) {
    check_keep(metric, of(0, 10), targets_of(0, 10), of(10, 24), targets_of(10, 24));
  };
  const auto softmaxes = [](Index begin, Index end) { return Softmaxes(data::part(data::logits(), begin, end)); };
  const auto labels = [](Index begin, Index end) { return data::part(data::labels(), begin, end); };
  both(Accuracy(), softmaxes, labels);
  both(elman::metric::TopK({.k = 2}), softmaxes, labels);
  both(elman::metric::ConfusionMatrix(), softmaxes, labels);
  both(elman::metric::LogLoss(), softmaxes, labels);
  const auto sigmoids = [](Index begin, Index end) { return Sigmoids(data::part(data::scores(), begin, end)); };
  const auto yes = [](Index begin, Index end) { return data::part(data::yes(), begin, end); };
  both(elman::metric::BinaryAccuracy(), sigmoids, yes);
  both(elman::metric::BinaryF1(), sigmoids, yes);
  both(elman::metric::RocAuc(), sigmoids, yes);
  const auto numbers = [](Index begin, Index end) { return Numbers(data::part(data::outputs(), begin, end)); };
  const auto targets = [](Index begin, Index end) { return data::part(data::numbers(), begin, end); };
  both(elman::metric::MeanSquaredError(), numbers, targets);
  both(elman::metric::MeanAbsoluteError(), numbers, targets);
  both(elman::metric::R2(), numbers, targets);
}

TEST_CASE("Metrics of the tape of a net: ragged batches, whatever is read, and d_o stays") {
  elman::Random random{6};
  const elman::RNNCell<float, 2, 4, 3> cell{elman::init::standard(random)};
  auto tape = cell.tape();
  std::vector<Eigen::Matrix2Xf> sequences;
  std::vector<std::vector<int>> texts;
  for (const Index T : {2, 5, 1, 3}) {
    sequences.emplace_back(Eigen::Matrix2Xf::Random(2, T));
    texts.emplace_back();
    for (Index t = 0; t < T; ++t) texts.back().push_back(static_cast<int>(random.below(3)));
  }
  texts[1][2] = -100;
  const auto x = elman::pack(sequences);
  const auto labels = elman::pack(texts);
  const elman::loss::CrossEntropy loss;
  const auto check = [&](const auto& targets) {
    Accuracy accuracy;
    elman::metric::LogLoss log_loss;
    accuracy.add(tape, targets);
    log_loss.add(tape, targets);
    CHECK_FALSE(tape.has_d_o());
    double right = 0, all = 0;
    for (Index k = 0; k < tape.o().cols(); ++k) {
      const Index label = targets.columns[static_cast<std::size_t>(k)];
      if (label == -100) continue;
      Index largest = 0;
      tape.y().col(k).maxCoeff(&largest);
      right += largest == label;
      ++all;
    }
    CHECK(accuracy.value() == right / all);
    CHECK(log_loss.value() == Approx(loss(tape, targets)).epsilon(1e-6));
  };
  Accuracy accuracy;
  expect_error([&] { accuracy.add(tape, labels); }, "Accuracy: tape is empty; expected forward(x, tape) before");
  cell.forward(x, tape);
  check(labels);
  expect_error(
      [&] {
        accuracy.add(tape, std::vector<int>{0, 1, 2, 1});
      },
      "Accuracy: targets has 4 labels; expected R = 11 as o has columns; with elman::last_step forward reads "
      "B = 4");
  cell.forward(x, tape, elman::last_step);
  check(elman::Labels{elman::gather(labels, elman::last_step, x.steps), {}});
  expect_error([&] { accuracy.add(tape, labels); },
               "Accuracy: targets has 2 steps in sequence 0; expected 1, for last_step was read: gather(targets, "
               "last_step, x.steps) takes the last of every step's");
  CHECK(std::isnan(accuracy.value()));
}
