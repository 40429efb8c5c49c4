// SPDX-License-Identifier: MIT
//
// What the means of losses are divided by: by hand, and by what it is there for. The mean over a batch is made of those
// over its parts.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "elman/loss/binary_cross_entropy.hpp"
#include "elman/loss/cross_entropy.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/squared_error.hpp"
#include "elman/types.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::loss::Reduction;
using elman::loss::weighted;

namespace loss = elman::loss;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// With the frame, as in loss.hpp: one line says the divisor.
struct Cubed {
  using Output = elman::Identity;

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    const auto add_up = [](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        const auto miss = column.y(k) - column.target(k);
        column.add(k, miss * miss * miss, 3 * miss * miss);
      }
    };
    return loss::columns<Cubed>("Cubed", tape, targets).reduce(reduction(), add_up);
  }
  Reduction reduction() const { return Reduction::mean; }
  template <class Tape, class Targets>
  double divisor(const Tape& tape, const Targets& targets) const {
    return loss::columns<Cubed>("Cubed", tape, targets).divisor(reduction());
  }
};
struct WithoutDivisor {
  using Output = elman::Identity;
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape&, const Targets&) const {
    return {};
  }
};

using OfNumbers = LossTape<double, elman::Identity>;
using OfClasses = LossTape<double, elman::Softmax>;
using OfYesAndNo = LossTape<double, elman::Sigmoid>;

static_assert(elman::LossWithDivisor<loss::CrossEntropy, OfClasses, std::vector<Index>>);
static_assert(elman::LossWithDivisor<loss::SquaredError, OfNumbers, Eigen::MatrixXd>);
static_assert(elman::LossWithDivisor<loss::BinaryCrossEntropy, OfYesAndNo, Eigen::MatrixXd>);
static_assert(elman::LossWithDivisor<Cubed, OfNumbers, Eigen::MatrixXd>);
static_assert(!elman::LossWithDivisor<WithoutDivisor, OfNumbers, Eigen::MatrixXd>);

const std::vector<double> column_weights{2, 0.5, 0, 1.25, 3};

/// Columns first … last − 1.
Eigen::MatrixXd part(const Eigen::MatrixXd& all, Index first, Index last) {
  return all.middleCols(first, last - first);
}
template <class T>
std::vector<T> part(const std::vector<T>& all, Index first, Index last) {
  return {all.begin() + first, all.begin() + last};
}

/// A batch cut in two, at every place: D of the whole is that of both parts, L and ∂L/∂o are their means.
template <class Tape, class L, class TargetsOf>
void check_parts(const L& own, const TargetsOf& targets_of) {
  Tape whole(loss_data::logits());
  const auto targets = targets_of(0, loss_data::columns);
  const double D = own.divisor(whole, targets);
  CHECK(whole.is_untouched());
  const double mean = own(whole, targets);
  for (Index cut = 1; cut < loss_data::columns; ++cut) {
    CAPTURE(cut);
    double L_all = 0, D_all = 0;
    Eigen::MatrixXd d_o(loss_data::out, loss_data::columns);
    const auto add = [&](Index first, Index last) {
      Tape tape(part(loss_data::logits(), first, last));
      const auto its = targets_of(first, last);
      const double D_part = own.divisor(tape, its);
      const double L_part = own(tape, its);
      if (D_part != 0) L_all += D_part * L_part;  // of nothing the mean is NaN
      D_all += D_part;
      d_o.middleCols(first, last - first) = D_part * tape.d_o();
    };
    add(0, cut);
    add(cut, loss_data::columns);
    CHECK(D_all == Approx(D).epsilon(1e-15));
    CHECK(L_all / D_all == Approx(mean).epsilon(1e-15));
    CHECK(relative_error(d_o / D_all, whole.d_o()) < 1e-15);
  }
}

}  // namespace

TEST_CASE("the divisor of cross-entropy, by hand") {
  const OfClasses tape(loss_data::logits());                // labels 2 0 3 0 1
  const std::vector<double> of_class = loss_data::weights;  // 0.5 1 2 0.25
  const auto& labels = loss_data::labels;
  const auto q = loss_data::distributions();
  CHECK(loss::CrossEntropy{}.divisor(tape, labels) == 5);
  CHECK(loss::CrossEntropy{{.ignored_label = 0}}.divisor(tape, labels) == 3);
  const loss::CrossEntropy by_class{{.class_weights = of_class, .label_smoothing = 0.1}};
  CHECK(by_class.divisor(tape, labels) == 2 + 0.5 + 0.25 + 0.5 + 1);
  CHECK(by_class.divisor(tape, weighted(labels, column_weights)) == 2 * 2 + 0.5 * 0.5 + 1.25 * 0.5 + 3 * 1);
  const loss::CrossEntropy ignores{{.class_weights = of_class, .ignored_label = 2}};
  CHECK(ignores.divisor(tape, weighted(labels, column_weights)) == 0.5 * 0.5 + 1.25 * 0.5 + 3 * 1);
  CHECK(by_class.divisor(tape, q) == 5);
  CHECK(by_class.divisor(tape, weighted(q, column_weights)) == 6.75);
  const Eigen::VectorXi as_vector = Eigen::VectorXi::Constant(5, 3);
  CHECK(by_class.divisor(tape, as_vector) == 5 * 0.25);
}

TEST_CASE("the divisor of losses of numbers, by hand") {
  const OfNumbers tape(loss_data::logits());
  const OfYesAndNo yes_and_no(loss_data::logits());
  const Eigen::MatrixXd targets = loss_data::targets();
  CHECK(loss::SquaredError{}.divisor(tape, targets) == 4 * 5);
  CHECK(loss::SquaredError{}.divisor(tape, weighted(targets, column_weights)) == 4 * 6.75);
  const loss::BinaryCrossEntropy own{{.positive_weights = {1, 2, 3, 4}}};
  CHECK(own.divisor(yes_and_no, targets) == 4 * 5);
  CHECK(own.divisor(yes_and_no, weighted(targets, column_weights)) == 4 * 6.75);
  CHECK(Cubed{}.divisor(tape, weighted(targets, column_weights)) == 4 * 6.75);
  CHECK(loss::columns<Cubed>("Cubed", tape, targets).divisor(Reduction::mean_or_zero, 1) == 5);
  CHECK(tape.is_untouched());
}

TEST_CASE("a sum is divided by 1, a mean over nothing by 0") {
  const OfClasses tape(loss_data::logits());
  const OfNumbers numbers(loss_data::logits());
  const std::vector<double> none(5, 0.0), negative(5, -1.0);
  const Eigen::MatrixXd targets = loss_data::targets();
  const std::vector<Index> ignored(5, -100);
  for (const Reduction reduction : {Reduction::sum, Reduction::mean, Reduction::mean_or_zero}) {
    const double of_nothing = reduction == Reduction::sum ? 1 : 0;
    const loss::CrossEntropy of_classes{{.reduction = reduction}};
    const loss::SquaredError of_numbers{{.reduction = reduction}};
    CHECK(of_classes.reduction() == reduction);
    CHECK(of_numbers.reduction() == reduction);
    CHECK(loss::BinaryCrossEntropy{{.reduction = reduction}}.reduction() == reduction);
    CHECK(of_classes.divisor(tape, ignored) == of_nothing);
    CHECK(of_classes.divisor(tape, weighted(loss_data::labels, none)) == of_nothing);
    CHECK(of_numbers.divisor(numbers, weighted(targets, none)) == of_nothing);
  }
  const loss::SquaredError sum{{.reduction = Reduction::sum}};
  CHECK(sum.divisor(numbers, targets) == 1);
  CHECK(sum.divisor(numbers, weighted(targets, negative)) == 1);
}

TEST_CASE("the mean over a batch is that of its parts' means, weighed by their divisors") {
  const auto labels = [](Index first, Index last) { return part(loss_data::labels, first, last); };
  const auto weighted_labels = [&](Index first, Index last) {
    return weighted(labels(first, last), part(column_weights, first, last));
  };
  const auto targets = [](Index first, Index last) {
    return weighted(part(loss_data::targets(), first, last), part(column_weights, first, last));
  };
  check_parts<OfClasses>(loss::CrossEntropy{}, labels);
  const loss::CrossEntropy all{{.class_weights = loss_data::weights, .label_smoothing = 0.1, .ignored_label = 0}};
  check_parts<OfClasses>(all, weighted_labels);
  check_parts<OfClasses>(all, [](Index first, Index last) {
    return weighted(part(loss_data::distributions(), first, last), part(column_weights, first, last));
  });
  check_parts<OfNumbers>(loss::SquaredError{}, targets);
  check_parts<OfNumbers>(Cubed{}, targets);
  check_parts<OfYesAndNo>(loss::BinaryCrossEntropy{{.positive_weights = {1, 2, 3, 4}}}, targets);
  // One part with nothing that is counted: columns 2, 3, 4 have labels 3, 0, 1.
  const std::vector<double> front{1, 2, 0, 0, 0};
  check_parts<OfClasses>(loss::CrossEntropy{}, [&](Index first, Index last) {
    return weighted(labels(first, last), part(front, first, last));
  });
}

TEST_CASE("the divisor is the real number, beyond a double's range infinite or 0, where the mean is not") {
  OfNumbers tape(loss_data::logits());
  const Eigen::MatrixXd targets = loss_data::targets();
  const loss::SquaredError own;
  const auto check = [&](double weight, double expected) {
    const std::vector<double> all(5, weight);
    CHECK(own.divisor(tape, weighted(targets, all)) == expected);
    CHECK(own(tape, weighted(targets, all)) == Approx(own(tape, targets)).epsilon(1e-15));
  };
  check(0x1p1000, 20 * 0x1p1000);
  check(0x1p-1060, 20 * 0x1p-1060);
  check(0x1p1020, infinity);
  OfClasses classes(loss_data::logits());
  const auto of_class = [&](double weight) {
    return loss::CrossEntropy{{.class_weights = std::vector<double>(4, weight), .ignored_label = 0}};
  };
  const std::vector<double> large(5, 0x1p600), tiny(5, 0x1p-600), nothing(5, 0.0);
  const std::vector<Index> ignored(5, 0);
  CHECK(of_class(0x1p600).divisor(classes, weighted(loss_data::labels, large)) == infinity);
  CHECK(of_class(0x1p-600).divisor(classes, weighted(loss_data::labels, large)) == 3);
  CHECK(of_class(0x1p-600).divisor(classes, weighted(loss_data::labels, tiny)) == 0);
  CHECK(of_class(0x1p-600)(classes, weighted(loss_data::labels, tiny)) > 0.1);
  CHECK(of_class(0x1p600).divisor(classes, weighted(ignored, large)) == 0);
  CHECK(of_class(0x1p-600).divisor(classes, weighted(loss_data::distributions(), large)) == 5 * 0x1p600);
}

TEST_CASE("a divisor refuses what the loss refuses, with the same words") {
  OfClasses tape(loss_data::logits());
  OfNumbers numbers(loss_data::logits());
  const Eigen::MatrixXd targets = loss_data::targets();
  const auto check = [](const auto& own, auto& its_tape, const auto& its_targets, const std::string& message) {
    expect_error([&] { static_cast<void>(own.divisor(its_tape, its_targets)); }, message);
    expect_error([&] { own(its_tape, its_targets); }, message);
  };
  check(loss::CrossEntropy{}, tape, std::vector<int>{0, 1},
        "CrossEntropy: targets has 2 labels; expected R = 5 as o has columns");
  check(loss::CrossEntropy{}, tape, std::vector<int>{0, 1, 4, 0, 0},
        "CrossEntropy: label 2 is 4; expected 0 <= label < Out = 4");
  const std::vector<double> negative(5, -1.0);
  check(loss::SquaredError{}, numbers, weighted(targets, negative),
        "SquaredError: the weights sum to -5; expected more than 0 for a mean; use Reduction::sum");
  check(loss::CrossEntropy{}, tape, weighted(targets, negative),
        "CrossEntropy: the weights sum to -5; expected more than 0 for a mean; use Reduction::sum");
  check(loss::SquaredError{}, numbers, Eigen::MatrixXd(3, 5), "SquaredError: targets has 3 rows; expected Out = 4");
}
