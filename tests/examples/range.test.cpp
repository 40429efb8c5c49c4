// SPDX-License-Identifier: MIT
//
// What long_range makes of its options: the lengths of each part of a task, and a net of latches.
#include <cmath>
#include <string>

#include "../../examples/common/range_net.hpp"
#include "../../examples/common/tasks/problem.hpp"
#include "support/catch.hpp"

using namespace example;
using elman::Index;

TEST_CASE("training, validation and test have the lengths of their own options, or those of the training") {
  const auto check = [](const RangeOptions& options, Index validation, Index test) {
    with_problem(options, [&](const auto& problem) {
      elman::Random random{1};
      const Index behind = elman::train::behind_all_updates;
      CHECK(problem.training(random, behind).first.cols() == 20);
      CHECK(problem.validation(random, behind).first.cols() == validation);
      CHECK(problem.test(random, behind).first.cols() == test);
    });
  };
  for (const Task task : {Task::adding, Task::order}) {
    check({.task = task, .length = {20}}, 20, 20);
    check({.task = task, .length = {20}, .validation_length = {30}}, 30, 20);
    check({.task = task, .length = {20}, .validation_length = {30}, .test_length = {40}}, 30, 40);
  }
}

TEST_CASE("a net of latches starts from states that each unit keeps, and keeps them while nothing is read") {
  using Body = elman::LearnedStart<elman::Recurrence<elman::Dynamic, elman::Dynamic>>;
  const Body body{elman::Recurrence<elman::Dynamic, elman::Dynamic>{6, 32}};
  elman::Random random{1};
  const RangeOptions options{.start = Start::latch, .gain = 2};
  const auto net = make_range_net<elman::Softmax>(body, 4, options, random);
  const auto h0 = net.matrix("h0");
  for (const float h : h0.reshaped()) CHECK(std::abs(std::abs(h) - 0.9575F) < 1e-4F);  // |h| = tanh(2 |h|)
  CHECK((h0.array() > 0).any());
  CHECK((h0.array() < 0).any());

  const elman::Matrix<float, elman::Dynamic, elman::Dynamic> nothing = decltype(nothing)::Zero(6, 50);
  auto tape = net.tape();
  net.forward(nothing, tape, elman::last_step);
  CHECK((tape.h().rightCols(1) - h0).norm() < 1e-4F);

  const RangeOptions weak{.start = Start::latch, .gain = 1};
  CHECK_THROWS_WITH((make_range_net<elman::Softmax>(body, 4, weak, random)),
                    "--init latch: expected a --gain above 1, so that units keep what they are");
}
