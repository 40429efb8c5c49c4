// SPDX-License-Identifier: MIT
#include "elman/sequences/steps.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::Steps;

TEST_CASE("an even batch is T blocks of B columns") {
  const Steps steps = Steps::even(4, 3);
  CHECK(steps.count() == 4);
  CHECK(steps.batch() == 3);
  CHECK(steps.columns() == 12);
  CHECK(steps.is_even());
  for (Index t = 0; t < 4; ++t) {
    CHECK(steps.first(t) == 3 * t);
    CHECK(steps.width(t) == 3);
    for (Index b = 0; b < 3; ++b) CHECK(steps.column(b, t) == 3 * t + b);
  }
  CHECK(steps.first(4) == 12);
  CHECK(steps.width(-1) == 3);
}

TEST_CASE("a ragged batch lies as drawn by hand") {
  // Lengths 2, 5, 3: in order of falling length the sequences are 1, 2, 0.
  //   step     0       1       2      3    4
  //   column   0 1 2 | 3 4 5 | 6 7  | 8  | 9
  //   sequence 1 2 0 | 1 2 0 | 1 2  | 1  | 1
  const Steps steps = Steps::ragged(std::vector<int>{2, 5, 3});
  CHECK(steps.count() == 5);
  CHECK(steps.batch() == 3);
  CHECK(steps.columns() == 10);
  CHECK_FALSE(steps.is_even());
  const std::vector<Index> first{0, 3, 6, 8, 9, 10};
  const std::vector<Index> width{3, 3, 2, 1, 1};
  for (std::size_t t = 0; t < first.size(); ++t) CHECK(steps.first(static_cast<Index>(t)) == first[t]);
  for (std::size_t t = 0; t < width.size(); ++t) CHECK(steps.width(static_cast<Index>(t)) == width[t]);
  CHECK(steps.width(-1) == 3);
  CHECK(steps.slot(0) == 2);
  CHECK(steps.slot(1) == 0);
  CHECK(steps.slot(2) == 1);
  CHECK(steps.length(0) == 2);
  CHECK(steps.length(1) == 5);
  CHECK(steps.length(2) == 3);
  CHECK(steps.column(0, 1) == 5);
  CHECK(steps.column(2, 2) == 7);
  CHECK(steps.last_column(0) == 5);
  CHECK(steps.last_column(1) == 9);
  CHECK(steps.last_column(2) == 7);
}

TEST_CASE("sequences of equal length keep the caller's order") {
  const Steps steps = Steps::ragged(std::vector<long>{3, 1, 3, 1, 3});
  const std::vector<Index> slot{0, 3, 1, 4, 2};
  for (std::size_t b = 0; b < slot.size(); ++b) CHECK(steps.slot(static_cast<Index>(b)) == slot[b]);
}

TEST_CASE("equal lengths are the even batch") { CHECK(Steps::ragged(std::vector<int>{4, 4, 4}) == Steps::even(4, 3)); }

TEST_CASE("sequences without steps have a place among the states and no column") {
  const Steps steps = Steps::ragged(std::vector<int>{0, 2, 0, 1});
  CHECK(steps.count() == 2);
  CHECK(steps.batch() == 4);
  CHECK(steps.columns() == 3);
  CHECK_FALSE(steps.is_even());
  CHECK(steps.width(-1) == 4);
  CHECK(steps.width(0) == 2);
  CHECK(steps.width(1) == 1);
  const std::vector<Index> slot{2, 0, 3, 1};
  for (std::size_t b = 0; b < slot.size(); ++b) CHECK(steps.slot(static_cast<Index>(b)) == slot[b]);
  CHECK(steps.length(0) == 0);
  CHECK(steps.last_column(3) == 1);
}

TEST_CASE("steps that are assigned are those that are made, whatever was there") {
  Steps steps;
  for (const std::vector<int>& lengths :
       {std::vector<int>{7, 1, 4, 4, 9, 2, 1}, {3, 3}, {1, 0, 5, 5, 0, 3}, {2}, {1, 2, 3}, {4, 4, 4, 4}}) {
    const auto length_of = [&](Index b) { return static_cast<Index>(lengths[static_cast<std::size_t>(b)]); };
    steps.assign("here", static_cast<Index>(lengths.size()), length_of);
    CHECK(steps == Steps::ragged(lengths));
    std::vector<Index> order;  // stable, by falling length
    for (Index length = 9; length >= 0; --length) {
      for (std::size_t b = 0; b < lengths.size(); ++b) {
        if (lengths[b] == length) order.push_back(static_cast<Index>(b));
      }
    }
    for (std::size_t place = 0; place < order.size(); ++place) {
      CHECK(steps.slot(order[place]) == static_cast<Index>(place));
      CHECK(steps.length(order[place]) == lengths[static_cast<std::size_t>(order[place])]);
    }
  }
  const Steps before = steps;
  expect_error([&] { steps.assign("here", 1, [](Index) { return Index{0}; }); },
               "here: every sequence has 0 steps; expected at least 1 step in one of them");
  CHECK(steps == before);
}

TEST_CASE("every column belongs to exactly one step of one sequence") {
  const std::vector<int> lengths{7, 1, 4, 4, 9, 2, 1};
  const Steps steps = Steps::ragged(lengths);
  std::vector<int> seen(static_cast<std::size_t>(steps.columns()), 0);
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    for (Index t = 0; t < lengths[b]; ++t) ++seen[static_cast<std::size_t>(steps.column(static_cast<Index>(b), t))];
  }
  for (const int times : seen) CHECK(times == 1);
  CHECK(seen.size() == 28);
}

TEST_CASE("Steps refuses what has no step") {
  expect_error([] { Steps::even(0, 3); }, "Steps::even: T is 0; expected at least 1 step");
  expect_error([] { Steps::even(2, -1); }, "Steps::even: B is -1; expected at least 1 sequence");
  expect_error([] { Steps::ragged(std::vector<int>{}); },
               "Steps::ragged: the batch has 0 sequences; expected at least 1");
  expect_error(
      [] {
        Steps::ragged(std::vector<int>{3, -1});
      },
      "Steps::ragged: sequence 1 has length -1; expected at least 0");
  expect_error(
      [] {
        Steps::ragged(std::vector<int>{0, 0});
      },
      "Steps::ragged: every sequence has 0 steps; expected at least 1 step in one of them");
  CHECK(Steps{}.count() == 0);
}
