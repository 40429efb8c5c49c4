// SPDX-License-Identifier: MIT
#include "elman/sequences/streams.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/support.hpp"

using elman::chunk;
using elman::Index;
using elman::Labels;
using elman::Steps;
using elman::streams;

namespace {

using Tokens = std::vector<Index>;
using Numbers = elman::Sequences<double, 2>;

/// 0, 1, …, count − 1.
Tokens counted(Index count) {
  Tokens result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), Index{0});
  return result;
}

/// Two streams of five steps: 0 … 4 and 5 … 9.
Labels two_streams() { return streams(counted(10), 2); }

/// The same as columns: token k is (k, −k).
Numbers two_streams_of_numbers() {
  const Labels tokens = two_streams();
  Numbers result{{}, tokens.steps};
  result.columns.resize(2, 10);
  for (Index k = 0; k < 10; ++k) {
    const auto token = static_cast<double>(tokens.columns[static_cast<std::size_t>(k)]);
    result.columns.col(k) << token, -token;
  }
  return result;
}

}  // namespace

TEST_CASE("streams lie side by side, each a contiguous part of the list, without what is left over") {
  const Labels three = streams(counted(11), 3);
  CHECK(three.columns == Tokens{0, 3, 6, 1, 4, 7, 2, 5, 8});
  CHECK(three.steps == Steps::even(3, 3));
  CHECK(streams(counted(10), 2).columns == Tokens{0, 5, 1, 6, 2, 7, 3, 8, 4, 9});
  CHECK(streams(counted(4), 1).columns == Tokens{0, 1, 2, 3});
  CHECK(streams(counted(4), 1).steps == Steps::even(4, 1));
  CHECK(streams(counted(4), 4).columns == Tokens{0, 1, 2, 3});
  CHECK(streams(counted(4), 4).steps == Steps::even(1, 4));
  CHECK(streams(counted(7), 4).columns == Tokens{0, 1, 2, 3});
}

TEST_CASE("streams of x and of what follows lie one step apart") {
  const Tokens list = counted(11);
  const std::span<const Index> text(list);
  const Labels x = streams(text.first(10), 3), next = streams(text.subspan(1), 3);
  REQUIRE(x.columns.size() == next.columns.size());
  for (std::size_t k = 0; k < x.columns.size(); ++k) CHECK(next.columns[k] == x.columns[k] + 1);
}

TEST_CASE("streams take any list of integers") {
  const Tokens expected{7, 2, 8, 4};
  CHECK(streams(std::vector<int>{7, 8, 2, 4}, 2).columns == expected);
  CHECK(streams(std::array<std::uint8_t, 4>{7, 8, 2, 4}, 2).columns == expected);
  CHECK(streams(std::deque<long>{7, 8, 2, 4}, 2).columns == expected);
  CHECK(streams(std::string("acbd"), 2).columns == Tokens{'a', 'b', 'c', 'd'});
}

TEST_CASE("streams refuse fewer integers than streams") {
  expect_error([] { streams(counted(3), 4); }, "streams: the list has 3 integers; expected at least B = 4");
  expect_error([] { streams(Tokens{}, 1); }, "streams: the list has 0 integers; expected at least B = 1");
  expect_error([] { streams(counted(3), 0); }, "streams: B is 0; expected at least 1 stream");
  expect_error([] { streams(counted(3), -2); }, "streams: B is -2; expected at least 1 stream");
}

TEST_CASE("a chunk is the given steps of all streams, fewer at the end") {
  const Labels whole = two_streams();
  const auto steps_of = [&](Index begin, Index count, Index T, const Tokens& expected) {
    const Labels part = chunk(whole, begin, count);
    CHECK(part.columns == expected);
    CHECK(part.steps == Steps::even(T, 2));
  };
  steps_of(0, 2, 2, {0, 5, 1, 6});
  steps_of(2, 2, 2, {2, 7, 3, 8});
  steps_of(4, 2, 1, {4, 9});
  steps_of(3, 1, 1, {3, 8});
  steps_of(0, 5, 5, whole.columns);
  steps_of(1, std::numeric_limits<Index>::max(), 4, {1, 6, 2, 7, 3, 8, 4, 9});
}

TEST_CASE("a chunk of numbers is that of tokens") {
  const Labels tokens = two_streams();
  const Numbers whole = two_streams_of_numbers();
  for (Index begin = 0; begin < 5; ++begin) {
    for (Index count = 1; count <= 6; ++count) {
      const Labels expected = chunk(tokens, begin, count);
      const Numbers part = chunk(whole, begin, count);
      CHECK(part.steps == expected.steps);
      REQUIRE(part.columns.cols() == static_cast<Index>(expected.columns.size()));
      for (Index k = 0; k < part.columns.cols(); ++k) {
        const auto token = static_cast<double>(expected.columns[static_cast<std::size_t>(k)]);
        CHECK(part.columns.col(k) == Eigen::Vector2d(token, -token));
      }
    }
  }
  elman::Sequences<float, elman::Dynamic> wide{Eigen::MatrixXf::Random(3, 4), Steps::even(2, 2)}, part;
  chunk(wide, 1, 1, part);
  CHECK(part.columns == wide.columns.rightCols(2));
}

TEST_CASE("streams that are equally long need not come from one list") {
  const Labels whole = elman::pack(std::vector<Tokens>{{1, 2, 3}, {4, 5, 6}});
  CHECK(chunk(whole, 1, 2).columns == Tokens{2, 5, 3, 6});
}

TEST_CASE("chunks go where the one before lay") {
  const Labels whole = two_streams();
  Labels part;
  chunk(whole, 0, 2, part);
  const auto* const memory = part.columns.data();
  const std::size_t room = part.columns.capacity();
  for (const Index begin : {2, 4, 0}) {  // the second is shorter
    chunk(whole, begin, 2, part);
    CHECK(part.columns.data() == memory);
    CHECK(part.columns.capacity() == room);
  }
  const Numbers numbers = two_streams_of_numbers();
  Numbers its_part;
  chunk(numbers, 0, 2, its_part);
  const double* const its_memory = its_part.columns.data();
  for (const Index begin : {2, 1, 0}) {
    chunk(numbers, begin, 2, its_part);
    CHECK(its_part.columns.data() == its_memory);
  }
}

TEST_CASE("a chunk refuses what does not fit and writes nothing") {
  const auto refuse = [](const auto& whole, auto part, Index begin, Index count, const std::string& message) {
    const auto before = part;
    expect_error([&] { chunk(whole, begin, count, part); }, "chunk: " + message);
    CHECK(part.columns == before.columns);
    CHECK(part.steps == before.steps);
  };
  const auto refuse_both = [&](Index begin, Index count, const std::string& message) {
    refuse(two_streams(), chunk(two_streams(), 0, 1), begin, count, message);
    refuse(two_streams_of_numbers(), chunk(two_streams_of_numbers(), 0, 1), begin, count, message);
    expect_error([&] { chunk(two_streams(), begin, count); }, "chunk: " + message);
  };
  refuse_both(-1, 2, "begin is -1; expected 0 <= begin < T = 5");
  refuse_both(5, 2, "begin is 5; expected 0 <= begin < T = 5");
  refuse_both(0, 0, "count is 0; expected at least 1 step");
  refuse_both(0, -3, "count is -3; expected at least 1 step");

  const std::string unequal = "stream 1 has 2 steps; expected 3 as stream 0 has";
  refuse(elman::pack(std::vector<Tokens>{{1, 2, 3}, {4, 5}}), Labels{}, 0, 1, unequal);
  const Eigen::Matrix2Xd three = Eigen::Matrix2Xd::Zero(2, 3), two = Eigen::Matrix2Xd::Zero(2, 2);
  refuse(elman::pack(std::vector{three, two}), Numbers{}, 0, 1, unequal);
  refuse(Labels{}, Labels{}, 0, 1, "begin is 0; expected 0 <= begin < T = 0");

  Labels short_of_tokens = two_streams();
  short_of_tokens.columns.pop_back();
  refuse(short_of_tokens, Labels{}, 0, 2, "the streams have 9 columns; expected N = 10 as their steps say");
  Numbers short_of_columns = two_streams_of_numbers();
  short_of_columns.columns.conservativeResize(2, 8);
  refuse(short_of_columns, Numbers{}, 0, 2, "the streams have 8 columns; expected N = 10 as their steps say");
}
