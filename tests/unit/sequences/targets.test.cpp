// SPDX-License-Identifier: MIT
//
// Targets in the order of what is read, and losses that refuse targets of other steps.
#include "elman/sequences/targets.hpp"

#include <limits>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using elman::at_steps;
using elman::Dynamic;
using elman::every_step;
using elman::gather;
using elman::Index;
using elman::Labels;
using elman::last_step;
using elman::Steps;

namespace {

using Lists = std::vector<std::vector<Index>>;
using Numbers = std::vector<Index>;

const std::vector<Index> lengths{2, 5, 3};  // columns: 1.0 2.0 0.0 | 1.1 2.1 0.1 | 1.2 2.2 | 1.3 | 1.4
const Lists every{{0, 1}, {10, 11, 12, 13, 14}, {20, 21, 22}};

/// A cell that has run x of those lengths, reading `read`, and a loss of `targets` in its tape.
template <class Output, class Loss, class Targets>
double loss_after(const elman::ReadSteps& read, const Targets& targets, const Loss& loss) {
  elman::RNNCell<double, 1, 2, 3, elman::Tanh, Output> cell{elman::zero};
  std::vector<Eigen::MatrixXd> sequences;
  for (const Index T : lengths) sequences.push_back(Eigen::MatrixXd::Ones(1, T));
  auto tape = cell.tape();
  cell.forward(elman::pack(sequences), tape, read);
  return loss(tape, targets);
}

}  // namespace

TEST_CASE("gather puts labels in the order of what is read, from those of every step or of what is read alone") {
  const Steps steps = Steps::ragged(lengths);
  const Labels all = elman::pack(every);
  CHECK(gather(all, every_step, steps) == all.columns);
  CHECK(gather(all, last_step, steps) == Numbers{1, 14, 22});
  CHECK(gather(all, at_steps({0, 2}), steps) == Numbers{10, 20, 0, 12, 22});
  CHECK(gather(all, at_steps({2, 3, 4}), steps) == Numbers{12, 22, 13, 14});

  CHECK(gather(elman::pack(Lists{{1}, {14}, {22}}), last_step, steps) == Numbers{1, 14, 22});
  // Sequence 2 is read twice and sequence 1 too: packed by themselves they would stand in the caller's order.
  const Steps other = Steps::ragged(std::vector<Index>{1, 3, 5});
  const Labels read_alone = elman::pack(Lists{{0}, {10, 12}, {20, 22}});
  CHECK(read_alone.columns == Numbers{10, 20, 0, 12, 22});
  CHECK(gather(read_alone, at_steps({0, 2}), other) == Numbers{20, 10, 0, 22, 12});

  const elman::Sequences<double, 1> numbers = elman::pack(std::vector<elman::Columns<double, 1>>{
      Eigen::RowVector2d(0, 1), Eigen::Matrix<double, 1, 5>(10, 11, 12, 13, 14), Eigen::RowVector3d(20, 21, 22)});
  CHECK(gather(numbers, at_steps({1, 4}), steps) == Eigen::RowVector4d(11, 21, 1, 14));
  const auto weights = elman::loss::per_sequence(std::vector<int>{3, 4, 5}, steps);
  CHECK(gather(weights, at_steps({0, 2}), steps) == std::vector<double>{4, 5, 3, 4, 5});

  std::vector<Index> result(20);
  const Index* const memory = result.data();
  gather(all, at_steps({0, 2}), steps, result);
  CHECK(result == Numbers{10, 20, 0, 12, 22});
  CHECK(result.data() == memory);
}

TEST_CASE("gather refuses targets of other steps and leaves the result") {
  const Steps steps = Steps::ragged(lengths);
  std::vector<Index> result{7};
  const auto refuse = [&](const Lists& lists, const elman::ReadSteps& read, const std::string& message) {
    expect_error([&] { gather(elman::pack(lists), read, steps, result); }, message);
    CHECK(result == Numbers{7});
  };
  refuse({{1}, {2}}, last_step, "gather: targets has 2 sequences; expected B = 3");
  refuse({{1, 2}, {3, 4, 5, 6, 7}, {8}}, at_steps({0, 2}),
         "gather: targets has 2 steps in sequence 0; expected 2, every step, or 1, those that are read");
  refuse(every, at_steps({5}), "at_steps: step 5; expected less than T = 5");
  const Steps with_empty = Steps::ragged(std::vector<Index>{1, 0});
  expect_error(
      [&] {
        gather(elman::pack(Lists{{1}, {}}), last_step, with_empty);
      },
      "gather: sequence 1 has no step, and no target for last_step; expected targets packed of one list of 1 a "
      "sequence");
  expect_error([&] { gather(std::vector<double>{1}, last_step, steps); },
               "gather: numbers has 1 entries; expected N = 10, one a step");
  Labels cut = elman::pack(every);
  cut.columns.pop_back();
  expect_error([&] { gather(cut, every_step, steps, result); },
               "gather: targets has 9 columns; expected N = 10 as its steps say");
  CHECK(result == Numbers{7});
}

TEST_CASE("labels packed of other steps than were read are refused, whatever their number") {
  const elman::loss::CrossEntropy loss;
  const auto run = [&](const elman::ReadSteps& read, const Lists& lists) {
    return loss_after<elman::Softmax>(read, elman::pack(lists), loss);
  };
  const auto refuse = [&](const elman::ReadSteps& read, const Lists& lists, const std::string& message) {
    expect_error([&] { run(read, lists); }, "CrossEntropy: targets " + message);
    const std::vector<double> ones(10, 1.0);
    expect_error([&] { loss_after<elman::Softmax>(read, elman::loss::weighted(elman::pack(lists), ones), loss); },
                 "CrossEntropy: targets " + message);
  };
  CHECK(run(every_step, {{0, 1}, {0, 1, 2, 0, 1}, {2, 2, 2}}) > 0);
  refuse(every_step, {{0, 1, 2}, {0, 1, 2, 0}, {2, 2, 2}},  // ten labels for ten columns
         "has 3 steps in sequence 0; expected 2, as x has: one target a step (every_step)");
  refuse(every_step, {{0, 1, 2, 0, 1}, {0, 1, 2, 0, 1}}, "has 2 sequences; expected B = 3, as x has");

  CHECK(run(last_step, {{0}, {1}, {2}}) > 0);
  refuse(last_step, {{0, 1}, {1}, {2}},
         "has 2 steps in sequence 0; expected 1, for last_step was read: gather(targets, last_step, x.steps) takes the "
         "last of every step's");
  refuse(last_step, {{0, 1, 2}}, "has 1 sequences; expected B = 3, as x has");

  const std::string of_list =
      "is packed of other steps than those that at_steps reads, or in another order; expected gather(targets, "
      "at_steps({…}), x.steps), which takes and orders them";
  CHECK(run(at_steps({0, 2}), {{0}, {1, 2}, {2, 2}}) > 0);
  refuse(at_steps({0, 2}), {{0, 1}, {1, 2}, {2}}, of_list);  // five labels for five columns
  refuse(at_steps({0, 2}), {{0, 1}, {0, 1, 2, 0, 1}, {2, 2, 2}}, of_list);
  CHECK(run(at_steps({2, 3, 4}), {{}, {1, 2, 0}, {2}}) > 0);
  CHECK(loss_after<elman::Softmax>(at_steps({0, 2}), std::vector<int>{0, 1, 2, 2, 2}, loss) > 0);  // knows no steps
  CHECK(loss_after<elman::Softmax>(at_steps({0, 2}), Labels{{0, 1, 2, 2, 2}, {}}, loss) > 0);
}

TEST_CASE("labels of what is read, packed in another order than x, are refused: two of equally many reads") {
  elman::RNNCell<double, 1, 2, 3> cell{elman::zero};
  std::vector<Eigen::MatrixXd> sequences;
  for (const Index T : {3, 5}) sequences.push_back(Eigen::MatrixXd::Ones(1, T));
  const auto x = elman::pack(sequences);
  auto tape = cell.tape();
  cell.forward(x, tape, at_steps({0, 2}));
  const Labels labels = elman::pack(Lists{{0, 1}, {2, 2}});
  expect_error([&] { elman::loss::CrossEntropy()(tape, labels); },
               "CrossEntropy: targets is packed of other steps than those that at_steps reads, or in another order; "
               "expected gather(targets, at_steps({…}), x.steps), which takes and orders them");
  CHECK_FALSE(tape.has_d_o());
  CHECK(gather(labels, at_steps({0, 2}), x.steps) == Numbers{2, 0, 2, 1});
}

TEST_CASE("a loss and its gradient do not depend on how targets came into the order of what is read") {
  elman::Random random(3);
  elman::RNNCell<double, 2, 4, 3> cell{elman::init::standard(random)};
  std::vector<Eigen::MatrixXd> sequences;
  for (const Index T : lengths) sequences.push_back(nets::normal<Eigen::MatrixXd>(2, T, random));
  const auto x = elman::pack(sequences);
  const Labels labels = elman::pack(Lists{{0, 1}, {1, 2, 0, 1, 2}, {2, 0, 0}});
  for (const elman::ReadSteps& read : {every_step, last_step, elman::ReadSteps(at_steps({0, 2, 3}))}) {
    auto tape = cell.tape(), all = cell.tape();
    auto gradient = cell.zero_gradient(), expected = cell.zero_gradient();
    cell.forward(x, tape, read);
    const double L =
        elman::loss::CrossEntropy({.reduction = elman::loss::Reduction::sum})(tape, gather(labels, read, x.steps));
    cell.bptt(x, tape, gradient);
    // The same columns of every step, by weights of 0 and 1.
    std::vector<double> weights(10, 0.0);
    for (Index b = 0; b < 3; ++b) {
      for (Index t = 0; t < lengths[static_cast<std::size_t>(b)]; ++t) {
        const bool is_read = read.kind == elman::ReadSteps::Kind::every ||
                             (read.kind == elman::ReadSteps::Kind::last ? t + 1 == x.steps.length(b) : t != 1 && t < 4);
        weights[static_cast<std::size_t>(x.steps.column(b, t))] = is_read ? 1 : 0;
      }
    }
    cell.forward(x, all);
    CHECK(L == Approx(elman::loss::CrossEntropy({.reduction = elman::loss::Reduction::sum})(
                          all, elman::loss::weighted(labels, weights)))
                   .epsilon(1e-13));
    cell.bptt(x, all, expected);
    CHECK(relative_error(gradient.theta(), expected.theta()) < 1e-13);
  }
}
