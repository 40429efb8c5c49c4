// SPDX-License-Identifier: MIT
#include "elman/sequences/read_steps.hpp"

#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/support.hpp"

using elman::at_steps;
using elman::every_step;
using elman::Index;
using elman::last_step;
using elman::ReadSteps;
using elman::Steps;

namespace {

std::vector<Index> columns(const ReadSteps& read, const Steps& steps) {
  elman::detail::Selection selection;
  selection.assign(at_steps({0}), Steps::even(1, 7));  // what was there before must not matter
  selection.assign(read, steps);
  std::vector<Index> result;
  for (Index k = 0; k < selection.count(); ++k) result.push_back(selection[k]);
  return result;
}

}  // namespace

TEST_CASE("read-outs of a ragged batch select the columns drawn by hand") {
  const Steps steps = Steps::ragged(std::vector<int>{2, 5, 3});  // columns: 1 2 0 | 1 2 0 | 1 2 | 1 | 1
  CHECK(columns(every_step, steps) == std::vector<Index>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(columns(last_step, steps) == std::vector<Index>{5, 9, 7});  // the caller's order
  CHECK(columns(at_steps({0, 2}), steps) == std::vector<Index>{0, 1, 2, 6, 7});
  CHECK(columns(at_steps({2, 3, 4}), steps) == std::vector<Index>{6, 7, 8, 9});
  CHECK(columns(at_steps({4}), steps) == std::vector<Index>{9});
}

TEST_CASE("read-outs of an even batch are runs of columns where they can be") {
  const Steps steps = Steps::even(4, 3);
  CHECK(columns(last_step, steps) == std::vector<Index>{9, 10, 11});
  CHECK(columns(at_steps({1, 3}), steps) == std::vector<Index>{3, 4, 5, 9, 10, 11});
  elman::detail::Selection selection;
  const at_steps adjacent({1, 2});
  for (const ReadSteps& read : {every_step, ReadSteps(adjacent)}) {
    selection.assign(read, steps);
    CHECK(selection.is_run());
    CHECK(!selection.is_last());
  }
  selection.assign(last_step, steps);  // read from the last state, which for a backwards layer is no run of columns
  CHECK(selection.is_last());
}

TEST_CASE("what is kept under a name owns its list, however long") {
  const Steps steps = Steps::even(40, 1);
  const ReadSteps few = at_steps({0, 2});
  std::vector<Index> list;
  for (Index t = 0; t < 40; t += 2) list.push_back(t);
  const ReadSteps many = at_steps(std::vector<Index>(list));
  ReadSteps copy = every_step;
  {
    const at_steps shorter(list);  // copies the list, too
    copy = shorter;
  }
  ReadSteps moved = std::move(copy);
  copy = few;
  constexpr ReadSteps constant = last_step;
  static_assert(constant.kind == ReadSteps::Kind::last && constant.listed.empty());
  CHECK(columns(few, steps) == std::vector<Index>{0, 2});
  CHECK(columns(many, steps) == list);
  CHECK(columns(moved, steps) == list);
  CHECK(columns(copy, steps) == std::vector<Index>{0, 2});
}

TEST_CASE("of a sequence without steps last_step reads a column, every_step and at_steps none") {
  const Steps steps = Steps::ragged(std::vector<int>{2, 0, 1});  // columns: 0 2 | 0
  CHECK(columns(every_step, steps) == std::vector<Index>{0, 1, 2});
  CHECK(columns(last_step, steps) == std::vector<Index>{2, -1, 1});
  CHECK(columns(at_steps({0}), steps) == std::vector<Index>{0, 1});
}

TEST_CASE("a list of steps must rise and stay below T") {
  const Steps steps = Steps::even(4, 3);
  const auto check = [&](const ReadSteps& read) { elman::detail::check_read(read, steps); };
  expect_error([&] { check(at_steps({})); }, "at_steps: the list has 0 steps; expected at least 1");
  expect_error([&] { check(at_steps({1, 4})); }, "at_steps: step 4; expected less than T = 4");
  expect_error([&] { check(at_steps({2, 2})); }, "at_steps: step 2 stands behind 2; expected strictly rising steps");
  expect_error([&] { check(at_steps({-1})); }, "at_steps: step -1; expected at least 0");
}
