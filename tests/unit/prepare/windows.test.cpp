// SPDX-License-Identifier: MIT
#include "elman/prepare/windows.hpp"

#include <array>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/prepare/split.hpp"
#include "support/catch.hpp"

using elman::Columns;
using elman::Dynamic;
using elman::Index;
using elman::prepare::StepWindows;
using elman::prepare::Windows;
using Matrix = Columns<float, Dynamic>;

namespace {

/// Row r at step t is 100 r + t.
Matrix series(Index rows, Index steps) {
  Matrix result(rows, steps);
  for (Index t = 0; t < steps; ++t) {
    for (Index row = 0; row < rows; ++row) result(row, t) = static_cast<float>(100 * row + t);
  }
  return result;
}

}  // namespace

TEST_CASE("windows are views of the series, and targets are the next values of chosen rows") {
  const Windows windows{series(3, 20), {.length = 5, .stride = 4, .horizon = 2, .rows = {2, 0}}};
  static_assert(std::is_same_v<decltype(windows), const Windows<float>>);
  static_assert(decltype(windows.target(0))::ColsAtCompileTime == 1);  // one target a sequence
  REQUIRE(windows.size() == 4);                                        // from 0, 4, 8 and 12: 12 + 5 + 2 < 20
  CHECK(windows.in() == 3);
  CHECK(windows.out() == 4);
  CHECK(windows.sequence(2) == series(3, 20).middleCols(8, 5));
  CHECK(windows.sequence(1).data() == windows.sequence(0).data() + 12);  // not copied
  CHECK(windows.target(2) == Eigen::Vector4f(213, 13, 214, 14));
  CHECK(windows.begin(3) == 12);
  CHECK(windows.end(3) == 17);
  CHECK(windows.last() == series(3, 20).rightCols(5));
  const Windows one{series(3, 20), {.length = 5, .horizon = 3, .only_last = true, .rows = {1}}};
  CHECK(one.size() == 13);
  CHECK(one.out() == 1);
  CHECK(one.target(12)(0) == 119);
  CHECK(one.target(0).size() == 1);
}

TEST_CASE("all rows are targets if none is named, and a copy or a moved one has its own") {
  Windows windows{series(2, 9), {.length = 3, .horizon = 2}};
  CHECK(windows.target(1) == Eigen::Vector4f(4, 104, 5, 105));
  const auto copy = windows;
  const auto moved = std::move(windows);
  CHECK(copy.target(4) == Eigen::Vector4f(7, 107, 8, 108));
  CHECK(moved.sequence(4) == series(2, 9).middleCols(4, 3));
  CHECK(copy.sequence(0).data() != moved.sequence(0).data());
}

TEST_CASE("targets of steps are the values so many steps later") {
  const StepWindows windows{series(2, 10), {.length = 4, .stride = 3, .horizon = 2, .rows = {1}}};
  static_assert(decltype(windows.target(0))::ColsAtCompileTime == Dynamic);  // one a step
  REQUIRE(windows.size() == 2);
  CHECK(windows.out() == 1);
  CHECK(windows.sequence(1) == series(2, 10).middleCols(3, 4));
  CHECK(windows.target(1) == (Matrix(1, 4) << 105, 106, 107, 108).finished());
  CHECK_THROWS_WITH((StepWindows{series(2, 10), {.length = 4, .only_last = true}}),
                    "StepWindows: only_last is true; expected false, or prepare::Windows");
}

TEST_CASE("a series may be a list of numbers, or an expression") {
  const std::vector<double> list{1, 2, 3, 4, 5};
  const Windows windows{list, {.length = 2, .horizon = 1}};
  static_assert(std::is_same_v<decltype(windows), const Windows<double>>);
  CHECK(windows.size() == 3);
  CHECK(windows.target(2)(0) == 5);
  CHECK(Windows{std::array{1.0F, 2.0F, 3.0F}, {}}.sequence(1)(0, 0) == 2);
  CHECK(Windows{2 * series(1, 5), {.length = 2}}.target(0)(0) == 4);
}

TEST_CASE("with the gap between them, no two parts share a step") {
  for (const Index stride : {1, 2, 3, 5, 11}) {
    const Windows windows{series(1, 200), {.length = 7, .stride = stride, .horizon = 3}};
    const auto parts = elman::prepare::split_by_time(windows.size(), {.test = 0.2, .gap = windows.gap()});
    const Index last = parts.training.back(), first = parts.test.front();
    CHECK(windows.end(last) + 3 <= windows.begin(first));
    CHECK(windows.end(last + 1) + 3 > windows.begin(first));  // and no more is left out than that

    const Index next = last + windows.target_gap() + 1;
    CHECK(windows.end(last) + 3 <= windows.end(next));
    CHECK((next == last + 1 || windows.end(last) + 3 > windows.end(next - 1)));
    const StepWindows steps{series(1, 200), {.length = 7, .stride = stride, .horizon = 3}};
    const Index behind = last + steps.target_gap() + 1;
    CHECK(steps.end(last) <= steps.begin(behind));  // both 3 steps later
    CHECK((behind == last + 1 || steps.end(last) > steps.begin(behind - 1)));
    CHECK(Windows{series(1, 200), {.stride = stride, .horizon = 3, .only_last = true}}.target_gap() == 0);
  }
}

TEST_CASE("what gives no window is named") {
  CHECK(Windows{series(1, 8), {.length = 5, .horizon = 3}}.size() == 1);
  CHECK_THROWS_WITH((Windows{series(1, 7), {.length = 5, .horizon = 3}}),
                    "Windows: series has 7 steps; expected at least .length = 5 and .horizon = 3 together");
  CHECK_THROWS_WITH((StepWindows{series(1, 4), {.length = 5}}),
                    "StepWindows: series has 4 steps; expected at least .length = 5 and .horizon = 1 together");
  CHECK_THROWS((Windows{series(1, 7), {.length = 5, .horizon = (std::numeric_limits<Index>::max)()}}));
  CHECK_THROWS_WITH((Windows{series(1, 7), {.length = 0}}), "Windows: length is 0; expected at least 1");
  CHECK_THROWS_WITH((Windows{series(1, 7), {.stride = 0}}), "Windows: stride is 0; expected at least 1");
  CHECK_THROWS_WITH((Windows{series(1, 7), {.horizon = -1}}), "Windows: horizon is -1; expected at least 1");
  CHECK_THROWS_WITH((Windows{series(2, 7), {.rows = {0, 2}}}),
                    "Windows: rows has 2; expected at least 0 and below 2, the rows of the series");
  CHECK_THROWS_WITH((Windows{Matrix(0, 7), {}}), "Windows: series has 0 rows; expected at least 1");
}
