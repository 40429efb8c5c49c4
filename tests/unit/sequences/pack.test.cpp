// SPDX-License-Identifier: MIT
#include "elman/sequences/pack.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Columns;
using elman::Dynamic;
using elman::Index;
using elman::Matrix;

namespace {

/// Coefficient (row, t) of sequence b is 100·b + 10·t + row.
template <int Rows>
std::vector<Columns<float, Rows>> numbered(const std::vector<Index>& lengths, Index rows) {
  std::vector<Columns<float, Rows>> batch;
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    Columns<float, Rows> sequence(rows, lengths[b]);
    for (Index t = 0; t < lengths[b]; ++t) {
      for (Index row = 0; row < rows; ++row) {
        sequence(row, t) = static_cast<float>(100 * static_cast<Index>(b) + 10 * t + row);
      }
    }
    batch.push_back(sequence);
  }
  return batch;
}

}  // namespace

TEST_CASE("pack puts step t of sequence b where Steps says") {
  const auto batch = numbered<2>({2, 5, 3}, 2);
  const auto packed = elman::pack(batch);
  static_assert(std::same_as<std::remove_cvref_t<decltype(packed)>, elman::Sequences<float, 2>>);
  Columns<float, 2> expected(2, 10);
  expected << 100, 200, 0, 110, 210, 10, 120, 220, 130, 140,  //
      101, 201, 1, 111, 211, 11, 121, 221, 131, 141;
  CHECK(packed.columns == expected);
}

TEST_CASE("pack takes any random-access range: an array, a span, views of matrices, a view that makes them") {
  const auto batch = numbered<2>({2, 5, 3}, 2);
  const auto expected = elman::pack(batch);
  CHECK(elman::pack(std::array{batch[0], batch[1], batch[2]}).columns == expected.columns);
  CHECK(elman::pack(std::span(batch)).columns == expected.columns);
  CHECK(elman::pack(std::vector<Eigen::Map<const Columns<float, 2>>>{
                        {batch[0].data(), 2, 2}, {batch[1].data(), 2, 5}, {batch[2].data(), 2, 3}})
            .columns == expected.columns);
#if !defined(__clang__) || __clang_major__ >= 16  // clang 14 cannot compile the views of libstdc++ 12
  const std::vector<std::size_t> order{2, 0, 1};
  const std::vector<Columns<float, 2>> reordered{batch[2], batch[0], batch[1]};
  const auto by_reference = [&](std::size_t b) -> const Columns<float, 2>& { return batch[b]; };
  const auto by_value = [&](std::size_t b) { return batch[b]; };
  CHECK(elman::pack(order | std::views::transform(by_reference)).columns == elman::pack(reordered).columns);
  CHECK(elman::pack(order | std::views::transform(by_value)).columns == elman::pack(reordered).columns);
#endif
}

TEST_CASE("unpack is the inverse of pack") {
  for (const std::vector<Index>& lengths : {std::vector<Index>{2, 5, 3}, {4, 4}, {1}, {1, 9, 1, 9, 3}, {0, 2, 0, 3}}) {
    const auto batch = numbered<Dynamic>(lengths, 3);
    const auto packed = elman::pack(batch);
    const auto back = elman::unpack(packed.columns, packed.steps);
    REQUIRE(back.size() == batch.size());
    for (std::size_t b = 0; b < batch.size(); ++b) CHECK(back[b] == batch[b]);
  }
}

TEST_CASE("pack lays labels beside the columns of x") {
  const std::vector<std::vector<int>> labels{{0, 1}, {100, 101, 102, 103, 104}, {200, 201, 202}};
  const auto packed = elman::pack(labels);
  CHECK(packed.columns == std::vector<Index>{100, 200, 0, 101, 201, 1, 102, 202, 103, 104});
  CHECK(packed.steps == elman::Steps::ragged(std::vector<int>{2, 5, 3}));
}

TEST_CASE("pack fills an x that there is as it makes a new one, in its memory, and nothing where it throws") {
  elman::Sequences<float, Dynamic> x;
  elman::Labels labels;
  elman::pack(numbered<Dynamic>({9, 9, 9}, 2), x);
  elman::pack(std::vector<std::vector<int>>{{1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3}}, labels);
  const float* const memory = x.columns.data();
  const Index* const label_memory = labels.columns.data();
  for (const std::vector<Index>& lengths : {std::vector<Index>{2, 5, 3}, {9, 0, 9}, {4, 4}, {1}, {0, 2, 1}}) {
    const auto batch = numbered<Dynamic>(lengths, 2);
    const auto fresh = elman::pack(batch);
    elman::pack(batch, x);
    CHECK(x.columns == fresh.columns);
    CHECK(x.steps == fresh.steps);
    CHECK(x.columns.data() == memory);
  }
  const std::vector<std::vector<int>> lists{{4}, {}, {5, 6}};
  elman::pack(lists, labels);
  CHECK(labels.columns == std::vector<Index>{5, 4, 6});
  CHECK(labels.steps == elman::Steps::ragged(std::vector<int>{1, 0, 2}));
  CHECK(labels.columns.data() == label_memory);

  elman::Sequences<float, 3> three = elman::pack(numbered<3>({2, 1}, 3));
  const auto before = three;
  expect_error([&] { elman::pack(numbered<Dynamic>({4}, 2), three); },
               "pack: sequence 0 has 2 rows; expected 3 as x has");
  expect_error([&] { elman::pack(numbered<Dynamic>({0}, 3), three); },
               "pack: every sequence has 0 steps; expected at least 1 step in one of them");
  CHECK(three.columns == before.columns);
  CHECK(three.steps == before.steps);
}

TEST_CASE("columns that keep their memory are values") {
  using Growing = elman::GrowingColumns<double, Dynamic>;
  const Eigen::MatrixXd wide = Eigen::MatrixXd::Random(2, 5), other = Eigen::MatrixXd::Random(2, 2);
  Growing columns = wide;
  const double* const memory = columns.data();
  const Growing copy = columns;
  columns = other;
  CHECK(columns == other);
  CHECK(columns.data() == memory);
  CHECK(copy == wide);
  columns = copy;
  CHECK(columns.data() == memory);
  columns = columns.rightCols(3);  // a part of itself
  CHECK(columns == wide.rightCols(3));
  columns.conservativeResize(2, 7);
  CHECK(columns.leftCols(3) == wide.rightCols(3));
  columns.conservativeResize(2, 1);
  CHECK(columns == wide.col(2));
  Growing moved = std::move(columns);
  CHECK(moved == wide.col(2));
  moved.setZero(2, 2);
  CHECK(moved == Eigen::Matrix2d::Zero());
  const std::vector<elman::GrowingColumns<float, 1>> rows(3, Eigen::RowVector3f(1, 2, 3));
  CHECK(rows[2] == Eigen::RowVector3f(1, 2, 3));
}

TEST_CASE("pack and unpack refuse what does not fit") {
  using Batch = std::vector<Columns<float, Dynamic>>;
  expect_error([] { elman::pack(Batch{}); }, "pack: the batch has 0 sequences; expected at least 1");
  expect_error(
      [] {
        elman::pack(Batch{Batch::value_type(2, 0), Batch::value_type(2, 0)});
      },
      "pack: every sequence has 0 steps; expected at least 1 step in one of them");
  expect_error(
      [] {
        elman::pack(Batch{Batch::value_type(2, 3), Batch::value_type(4, 3)});
      },
      "pack: sequence 1 has 4 rows; expected 2 as sequence 0 has");
  expect_error(
      [] {
        elman::pack(std::vector<std::vector<int>>{{}, {}});
      },
      "pack: every sequence has 0 steps; expected at least 1 step in one of them");
  expect_error([] { elman::pack(std::vector<std::vector<int>>{}); },
               "pack: the batch has 0 sequences; expected at least 1");
  expect_error([] { elman::unpack(Columns<float, 2>(2, 5), elman::Steps::even(2, 3)); },
               "unpack: columns has 5 columns; expected N = 6");
}
