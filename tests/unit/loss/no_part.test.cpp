// SPDX-License-Identifier: MIT
//
// A column from which no path leads to a counted loss adds exactly 0 to every gradient, whatever x, h₀ and targets hold
// there: of random ragged batches, with masks, ignored labels and steps that are not read.
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Dynamic;
using elman::Index;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// What is in the columns that have no part.
constexpr double poisons[]{not_a_number, infinity, -infinity};

template <class Scalar>
using Columns = elman::Matrix<Scalar, Dynamic, Dynamic>;

/// What a batch leaves behind.
template <class Scalar>
struct Result {
  Scalar L;
  elman::Vector<Scalar, Dynamic> gradient;
  Columns<Scalar> d_x;
};

template <class Net, class Loss, class Targets>
auto run(const Net& net, const Loss& loss, const elman::Sequences<typename Net::Scalar, Dynamic>& x,
         const Columns<typename Net::Scalar>& h0, const elman::ReadSteps& read, const Targets& targets) {
  using Scalar = typename Net::Scalar;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  Result<Scalar> result;
  net.forward(x, tape, read, h0);
  result.L = loss(tape, targets);
  typename Net::InputGradients asked;
  elman::Columns<Scalar, Net::in_size> d_x;
  asked.d_x = &d_x;
  net.bptt(x, tape, gradient, asked);
  result.gradient = gradient.theta();
  result.d_x = d_x;
  return result;
}

/// A random batch, and which of its packed columns and sequences have no part in L.
template <class Scalar>
struct Batch {
  elman::Sequences<Scalar, Dynamic> x;
  Columns<Scalar> h0;
  std::vector<bool> no_part;           // of packed columns
  std::vector<bool> masked_sequences;  // in the caller's order

  Batch(Index in, Index state, elman::Random& random) {
    const Index B = 2 + random.below(5);
    std::vector<Columns<Scalar>> sequences;
    for (Index b = 0; b < B; ++b) {
      sequences.push_back(nets::normal<Columns<Scalar>>(in, 1 + random.below(9), random));
      masked_sequences.push_back(b > 0 && random.below(2) == 0);
    }
    x = elman::pack(sequences);
    h0 = nets::normal<Columns<Scalar>>(state, B, random);
    no_part.assign(static_cast<std::size_t>(x.steps.columns()), false);
    for (Index b = 0; b < B; ++b) {
      if (masked_sequences[static_cast<std::size_t>(b)]) leave_out(b, 0);
    }
  }
  /// Sequence b from step t on.
  void leave_out(Index b, Index t) {
    for (; t < x.steps.length(b); ++t) no_part[static_cast<std::size_t>(x.steps.column(b, t))] = true;
  }
  /// Puts a number at random places of what has no part, one a column at least.
  void poison(double number, elman::Random& random) {
    for (Index k = 0; k < x.columns.cols(); ++k) {
      if (!no_part[static_cast<std::size_t>(k)]) continue;
      for (Index n = 0; n < 2; ++n) x.columns(random.below(x.columns.rows()), k) = static_cast<Scalar>(number);
    }
    for (Index b = 0; b < h0.cols(); ++b) {
      if (masked_sequences[static_cast<std::size_t>(b)]) {
        h0(random.below(h0.rows()), b) = static_cast<Scalar>(number);
      }
    }
  }
};

template <class Scalar>
void expect_nothing(const Result<Scalar>& clean, const Result<Scalar>& poisoned, const std::vector<bool>& no_part) {
  CHECK(poisoned.L == clean.L);
  CHECK(poisoned.gradient.allFinite());
  CHECK(relative_error(poisoned.gradient, clean.gradient) <= tolerance::round_off<Scalar>(100, 10));
  for (Index k = 0; k < clean.d_x.cols(); ++k) {
    CAPTURE(k);
    if (no_part[static_cast<std::size_t>(k)]) {
      CHECK(poisoned.d_x.col(k).isZero(0));
    } else {
      CHECK(poisoned.d_x.col(k) == clean.d_x.col(k));
    }
  }
}

/// Masked sequences under every_step (weights 0) and last_step; and, where no path leads back from later steps to
/// earlier read-outs, the ends of sequences: masked, or not read.
template <class Net, class Loss, class TargetsOf>
void check(const Net& net, const Loss& loss, const TargetsOf& targets_of, bool forwards_only, std::uint64_t seed) {
  using Scalar = typename Net::Scalar;
  elman::Random random{seed};
  for (int trial = 0; trial < 12; ++trial) {
    Batch<Scalar> batch(net.in(), net.state(), random);
    const auto& steps = batch.x.steps;
    if (forwards_only && trial % 3 == 1) {
      for (Index b = 0; b < steps.batch(); ++b) batch.leave_out(b, 1 + random.below(steps.length(b)));
    }
    std::vector<Index> read_columns;
    elman::ReadSteps read = elman::every_step;
    if (trial % 3 == 2 || steps.count() < 2) {
      read = elman::last_step;
      for (Index b = 0; b < steps.batch(); ++b) read_columns.push_back(steps.last_column(b));
    } else if (forwards_only && trial % 3 == 0) {
      read = elman::at_steps({0, 1});
      for (Index b = 0; b < steps.batch(); ++b) batch.leave_out(b, 2);
      for (Index k = 0; k < steps.first(2); ++k) read_columns.push_back(k);
    } else {
      for (Index k = 0; k < steps.columns(); ++k) read_columns.push_back(k);
    }
    std::vector<double> weights;
    for (const Index k : read_columns) weights.push_back(batch.no_part[static_cast<std::size_t>(k)] ? 0 : 1);
    const auto R = static_cast<Index>(weights.size());
    auto targets = targets_of(R, random);
    const auto clean = run(net, loss, batch.x, batch.h0, read, elman::loss::weighted(targets, weights));
    for (const double number : poisons) {
      CAPTURE(trial, number);
      batch.poison(number, random);
      for (Index k = 0; k < R; ++k) {
        if (weights[static_cast<std::size_t>(k)] == 0) targets.col(k).setConstant(number);
      }
      expect_nothing(clean, run(net, loss, batch.x, batch.h0, read, elman::loss::weighted(targets, weights)),
                     batch.no_part);
    }
    // In a column that counts the same number is seen.
    batch.x.columns(0, steps.column(0, 0)) = std::numeric_limits<Scalar>::quiet_NaN();
    const auto seen = run(net, loss, batch.x, batch.h0, read, elman::loss::weighted(targets, weights));
    CHECK(std::isnan(seen.L));
    CHECK(!seen.gradient.allFinite());
  }
}

template <class Output>
auto targets_for(Index out) {
  return [out](Index R, elman::Random& random) {
    Eigen::MatrixXd targets(out, R);
    for (double& target : targets.reshaped()) target = random.uniform(0, 1);
    return targets;
  };
}

}  // namespace

TEST_CASE("what has no part in L adds exactly 0 to every gradient: cells") {
  elman::Random random{1};
  const elman::RNNCell<double, 3, 5, 4> softmax{elman::init::standard(random)};
  check(softmax, elman::loss::CrossEntropy(), targets_for<elman::Softmax>(4), true, 11);
  const elman::RNNCell<float, 2, 21, 3, elman::ReLU, elman::Sigmoid> sigmoid{elman::init::standard(random)};
  check(sigmoid, elman::loss::BinaryCrossEntropy(), targets_for<elman::Sigmoid>(3), true, 12);
  const elman::RNNCell<double, 4, 3, 2, elman::Identity, elman::Identity> linear{elman::init::standard(random)};
  check(linear, elman::loss::SquaredError(), targets_for<elman::Identity>(2), true, 13);
  const elman::RNNCell<long double, 2, 3, 2, elman::Tanh, elman::Identity> wide{elman::init::standard(random)};
  check(wide, elman::loss::SquaredError(), targets_for<elman::Identity>(2), true, 14);
}

TEST_CASE("what has no part in L adds exactly 0 to every gradient: compositions") {
  using namespace elman;
  Random random{2};
  const auto noisy = Stacked{Bidirectional{Recurrence{3, 4, LearnedLeak{}}, Recurrence{3, 2, LearnedVoltageLeak{}}},
                             Recurrence{6, 5, {.zoneout = 0.2}}};
  const Net<double, std::remove_const_t<decltype(noisy)>, Readout<>> net{noisy, {5, 4}, init::standard(random)};
  check(net, loss::CrossEntropy(), targets_for<Softmax>(4), false, 21);
}

TEST_CASE("an ignored label leaves nothing of its sequence in a gradient, whatever x and label are") {
  elman::Random random{3};
  const elman::RNNCell<double, 3, 6, 4> cell{elman::init::standard(random)};
  std::vector<Eigen::MatrixXd> sequences;
  for (const Index T : {4, 7, 2}) sequences.push_back(nets::normal<Eigen::MatrixXd>(3, T, random));
  const Eigen::MatrixXd h0 = Eigen::MatrixXd::Zero(6, 3);
  const elman::loss::CrossEntropy loss;
  const std::vector<Index> labels{2, -100, 1};
  elman::Sequences<double, Dynamic> x = elman::pack(sequences);
  const auto clean = run(cell, loss, x, h0, elman::last_step, labels);
  sequences[1].setConstant(not_a_number);
  x = elman::pack(sequences);
  std::vector<bool> no_part(13, false);
  for (Index t = 0; t < 7; ++t) no_part[static_cast<std::size_t>(x.steps.column(1, t))] = true;
  expect_nothing(clean, run(cell, loss, x, h0, elman::last_step, labels), no_part);
  // A label that is no class, in a column of weight 0.
  const std::vector<Index> no_class{2, 17, 1};
  const std::vector<double> weights{1, 0, 1};
  expect_nothing(clean, run(cell, loss, x, h0, elman::last_step, elman::loss::weighted(no_class, weights)), no_part);
}
