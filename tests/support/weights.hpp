// SPDX-License-Identifier: MIT
//
// What weights of columns mean, for any loss. A loss is given as loss_of(reduction), its targets as
// targets_of(columns), those of the columns of loss_data.hpp in this list.
#pragma once

#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/loss_data.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

namespace weights {

using elman::loss::Reduction;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline const std::vector<Index> every_column{0, 1, 2, 3, 4};

/// The columns of a matrix in this list.
inline Eigen::MatrixXd columns_of(const Eigen::MatrixXd& matrix, const std::vector<Index>& columns) {
  return matrix(Eigen::all, columns);
}

/// The reductions, and what columns of weight 0 hold: three kinds of no number.
inline const Reduction reductions[]{Reduction::sum, Reduction::mean};
inline const double no_numbers[]{not_a_number, infinity, -infinity};

template <class Scalar, class Output, class LossOf, class TargetsOf>
void check_ones_are_none(const LossOf& loss_of, const TargetsOf& targets_of) {
  for (const Reduction reduction : reductions) {
    LossTape<Scalar, Output> tape(loss_data::logits().cast<Scalar>()), plain(loss_data::logits().cast<Scalar>());
    const auto targets = targets_of(every_column);
    const std::vector<double> ones(5, 1.0);
    CHECK(loss_of(reduction)(tape, elman::loss::weighted(targets, ones)) == loss_of(reduction)(plain, targets));
    CHECK(tape.d_o() == plain.d_o());
  }
}

/// A weight of n is the column n times, one of 0 no column, whatever its logits are.
template <class Scalar, class Output, class LossOf, class TargetsOf>
void check_weights_are_repetitions(const LossOf& loss_of, const TargetsOf& targets_of) {
  const std::vector<double> times{2, 0, 1, 3, 0};
  const std::vector<Index> repeated{0, 0, 2, 3, 3, 3};
  for (const Reduction reduction : reductions) {
    for (const double no_number : no_numbers) {
      CAPTURE(reduction == Reduction::mean, no_number);
      const auto loss = loss_of(reduction);
      Eigen::MatrixXd logits = loss_data::logits();
      logits.col(1).setConstant(no_number);
      logits(2, 4) = no_number;
      LossTape<Scalar, Output> tape(logits.cast<Scalar>()), expected(columns_of(logits, repeated).cast<Scalar>());
      const auto targets = targets_of(every_column);
      const auto L = static_cast<double>(loss(tape, elman::loss::weighted(targets, times)));
      const auto round_off = static_cast<double>(tolerance::round_off<Scalar>(5, 4));
      CHECK(L == Approx(static_cast<double>(loss(expected, targets_of(repeated)))).epsilon(round_off));
      CHECK(relative_error(tape.d_o().col(0), 2 * expected.d_o().col(0)) <= round_off);
      CHECK(tape.d_o().col(1).isZero(0));
      CHECK(relative_error(tape.d_o().col(2), expected.d_o().col(2)) <= round_off);
      CHECK(relative_error(tape.d_o().col(3), 3 * expected.d_o().col(3)) <= round_off);
      CHECK(tape.d_o().col(4).isZero(0));
    }
  }
}

/// L is the sum of weights that are no integers times the losses of the columns alone.
template <class Scalar, class Output, class LossOf, class TargetsOf>
void check_weights_are_factors(const LossOf& loss_of, const TargetsOf& targets_of) {
  const std::vector<double> factors{0.25, 1.5, -0.1, 7, -0.5};
  const auto loss = loss_of(Reduction::sum);
  const auto round_off = static_cast<double>(tolerance::round_off<Scalar>(5, 4));
  LossTape<Scalar, Output> tape(loss_data::logits().cast<Scalar>());
  const auto targets = targets_of(every_column);
  const auto L = static_cast<double>(loss(tape, elman::loss::weighted(targets, factors)));
  double sum = 0;
  for (const Index column : every_column) {
    LossTape<Scalar, Output> alone(columns_of(loss_data::logits(), {column}).cast<Scalar>());
    const double factor = factors[static_cast<std::size_t>(column)];
    sum += factor * static_cast<double>(loss(alone, targets_of({column})));
    CHECK(relative_error(tape.d_o().col(column), Scalar(factor) * alone.d_o().col(0)) <= round_off);
  }
  CHECK(L == Approx(sum).epsilon(round_off));
}

/// Nothing at all: the sum is 0, the mean 0/0, the gradient 0.
template <class Scalar, class Output, class LossOf, class TargetsOf>
void check_all_zero(const LossOf& loss_of, const TargetsOf& targets_of) {
  const std::vector<double> zeros(5, 0.0);
  const auto targets = targets_of(every_column);
  LossTape<Scalar, Output> tape(loss_data::logits().cast<Scalar>());
  CHECK(loss_of(Reduction::sum)(tape, elman::loss::weighted(targets, zeros)) == 0);
  CHECK(tape.d_o().isZero(0));
  LossTape<Scalar, Output> again(loss_data::logits().cast<Scalar>());
  CHECK(std::isnan(loss_of(Reduction::mean)(again, elman::loss::weighted(targets, zeros))));
  CHECK(again.d_o().isZero(0));
  CHECK(loss_of(Reduction::mean_or_zero)(again, elman::loss::weighted(targets, zeros)) == 0);
  CHECK(again.d_o().isZero(0));
}

template <class Output, class LossOf, class TargetsOf>
void check_errors(const std::string& owner, const LossOf& loss_of, const TargetsOf& targets_of) {
  LossTape<double, Output> tape(loss_data::logits());
  const auto targets = targets_of(every_column);
  const auto refuses = [&](const std::vector<double>& given, const std::string& message) {
    expect_error([&] { loss_of(Reduction::mean)(tape, elman::loss::weighted(targets, given)); }, owner + message);
    CHECK(tape.is_untouched());
  };
  refuses({1, 1, 1, 1}, ": weights has 4 entries; expected R = 5 as o has columns");
  refuses({1, 1, 1, 1, 1, 1}, ": weights has 6 entries; expected R = 5 as o has columns");
  refuses({}, ": weights has 0 entries; expected R = 5 as o has columns");
  refuses({1, 1, 1, 1, not_a_number}, ": weight 4 is nan; expected finite in the net's scalar");
  refuses({infinity, 1, 1, 1, 1}, ": weight 0 is inf; expected finite in the net's scalar");
  const std::string negative = error_of([&] {
    loss_of(Reduction::mean)(tape, elman::loss::weighted(targets, std::vector<double>{1, 1, -40, 1, 0}));
  });
  CHECK(negative.find("; expected more than 0 for a mean; use Reduction::sum") != std::string::npos);
  CHECK(tape.is_untouched());
}

/// bptt of a ragged batch whose sequences have weights, one of them 0, against the complex step. `targets` are those of
/// its 10 steps.
template <class Scalar, class Output, class LossOf, class Targets>
void check_gradients(const LossOf& loss_of, const Targets& targets) {
  elman::Random random{5};
  elman::RNNCell<Scalar, 3, 5, loss_data::out, elman::Tanh, Output> cell{elman::zero};
  nets::randomise(cell, 1.0, random);
  using Columns = elman::Columns<Scalar, 3>;
  const auto x = elman::pack(std::vector{nets::normal<Columns>(3, 2, random), nets::normal<Columns>(3, 4, random),
                                         nets::normal<Columns>(3, 1, random), nets::normal<Columns>(3, 3, random)});
  const auto of_steps = elman::loss::per_sequence(std::vector<double>{0.5, 2, -1, 0}, x.steps);
  for (const Reduction reduction : reductions) {
    const auto report = elman::gradient_check(cell, x, elman::loss::weighted(targets, of_steps), loss_of(reduction));
    CHECK(report.method == elman::Differences::complex_step);
    CHECK(report.worst_error() <
          (std::is_same_v<Scalar, float> ? tolerance::complex_step_float : tolerance::complex_step));
  }
}

/// All of the above.
template <class Output, class LossOf, class TargetsOf>
void check(const std::string& owner, const LossOf& loss_of, const TargetsOf& targets_of) {
  check_ones_are_none<double, Output>(loss_of, targets_of);
  check_ones_are_none<float, Output>(loss_of, targets_of);
  check_weights_are_repetitions<double, Output>(loss_of, targets_of);
  check_weights_are_repetitions<float, Output>(loss_of, targets_of);
  check_weights_are_factors<double, Output>(loss_of, targets_of);
  check_weights_are_factors<float, Output>(loss_of, targets_of);
  check_all_zero<double, Output>(loss_of, targets_of);
  check_all_zero<float, Output>(loss_of, targets_of);
  check_errors<Output>(owner, loss_of, targets_of);
  const auto targets = targets_of({0, 1, 2, 3, 4, 4, 3, 2, 1, 0});
  check_gradients<double, Output>(loss_of, targets);
  check_gradients<float, Output>(loss_of, targets);
}

}  // namespace weights
