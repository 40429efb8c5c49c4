// SPDX-License-Identifier: MIT
#include "elman/sequences/pack_array.hpp"

#include <algorithm>
#include <array>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elman/sequences/targets.hpp"
#include "elman/sequences/unpack_array.hpp"
#include "heap/heap_counter.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::ArrayShape;
using elman::Columns;
using elman::Dynamic;
using elman::Index;
using elman::Labels;
using elman::pack_array;
using elman::Sequences;
using elman::unpack_array;

namespace {

constexpr int padding = -7;

/// Number `row` of step t of sequence b.
int number(Index b, Index t, Index row) { return static_cast<int>(100 * (b + 1) + 10 * t + row); }

/// The array of these numbers, by the formula of NumPy's strides, and `padding` behind the lengths.
template <class Element>
std::vector<Element> array_of(const ArrayShape& shape, const std::vector<Index>& lengths) {
  std::vector<Element> array(static_cast<std::size_t>(shape.batch * shape.steps * shape.rows), Element(padding));
  for (Index b = 0; b < shape.batch; ++b) {
    for (Index t = 0; t < lengths[static_cast<std::size_t>(b)]; ++t) {
      for (Index row = 0; row < shape.rows; ++row) {
        const Index place = shape.time_first ? (t * shape.batch + b) * shape.rows + row  //
                                             : (b * shape.steps + t) * shape.rows + row;
        array[static_cast<std::size_t>(place)] = static_cast<Element>(number(b, t, row));
      }
    }
  }
  return array;
}

template <class Scalar, int Rows>
std::vector<Columns<Scalar, Rows>> matrices_of(const ArrayShape& shape, const std::vector<Index>& lengths) {
  std::vector<Columns<Scalar, Rows>> batch;
  for (Index b = 0; b < shape.batch; ++b) {
    Columns<Scalar, Rows> sequence(shape.rows, lengths[static_cast<std::size_t>(b)]);
    for (Index t = 0; t < sequence.cols(); ++t) {
      for (Index row = 0; row < shape.rows; ++row) sequence(row, t) = static_cast<Scalar>(number(b, t, row));
    }
    batch.push_back(sequence);
  }
  return batch;
}

struct Case {
  ArrayShape shape;
  std::vector<Index> lengths;
};
/// All sizes differ; even and ragged, with sequences of no step, an array that is longer than its longest sequence, and
/// sizes of 1.
const std::vector<Case> cases{
    {{.batch = 3, .steps = 5, .rows = 2}, {2, 5, 3}},    {{.batch = 3, .steps = 5, .rows = 2}, {5, 5, 5}},
    {{.batch = 4, .steps = 6, .rows = 3}, {0, 4, 0, 2}}, {{.batch = 2, .steps = 7, .rows = 1}, {3, 7}},
    {{.batch = 1, .steps = 3, .rows = 4}, {2}},          {{.batch = 5, .steps = 1, .rows = 2}, {1, 0, 1, 1, 1}},
};

}  // namespace

TEMPLATE_TEST_CASE("pack_array is pack of the sequences of the array, and unpack_array its inverse", "", float, double,
                   std::complex<double>) {
  for (const bool time_first : {false, true}) {
    for (Case each : cases) {
      each.shape.time_first = time_first;
      CAPTURE(time_first, each.shape.batch, each.shape.steps, each.shape.rows);
      const auto array = array_of<TestType>(each.shape, each.lengths);
      const auto expected = elman::pack(matrices_of<TestType, Dynamic>(each.shape, each.lengths));
      const auto x = pack_array(array, each.shape, each.lengths);
      static_assert(std::same_as<decltype(x), const Sequences<TestType, Dynamic>>);
      CHECK(x.columns == expected.columns);
      CHECK(x.steps == expected.steps);
      CHECK(unpack_array(x.columns, x.steps, each.shape, padding) == array);
    }
  }
}

TEMPLATE_TEST_CASE("pack_array of integers is pack of lists, and unpack_array its inverse", "", std::int8_t,
                   std::int32_t, std::int64_t, std::uint32_t) {
  for (const bool time_first : {false, true}) {
    for (Case each : cases) {
      each.shape.time_first = time_first;
      each.shape.rows = 1;
      auto array = array_of<TestType>(each.shape, each.lengths);
      std::vector<std::vector<TestType>> lists;
      for (Index b = 0; b < each.shape.batch; ++b) {
        lists.emplace_back();
        for (Index t = 0; t < each.lengths[static_cast<std::size_t>(b)]; ++t) {
          lists.back().push_back(static_cast<TestType>(number(b, t, 0)));
        }
      }
      const Labels expected = elman::pack(lists), labels = pack_array(array, each.shape, each.lengths);
      CHECK(labels.columns == expected.columns);
      CHECK(labels.steps == expected.steps);
      for (TestType& element : array) element = element == TestType(padding) ? TestType(3) : element;
      std::vector<TestType> back(array.size());
      unpack_array(labels.columns, labels.steps, each.shape, 3, back);
      CHECK(back == array);
      CHECK(unpack_array(labels.columns, labels.steps, each.shape, 3) ==
            std::vector<Index>(array.begin(), array.end()));
    }
  }
}

TEST_CASE("pack_array without lengths takes all steps; of (T, B, F) they are the memory as it is") {
  const ArrayShape shape{.batch = 3, .steps = 4, .rows = 2, .time_first = true};
  const std::vector<Index> all(3, 4);
  const auto array = array_of<float>(shape, all);
  const auto x = pack_array(array, shape);
  CHECK(x.steps == elman::Steps::even(4, 3));
  CHECK(std::vector<float>(x.columns.data(), x.columns.data() + x.columns.size()) == array);
  CHECK(pack_array(array, shape, all).columns == x.columns);
  CHECK(pack_array(array_of<int>({.batch = 2, .steps = 3}, {3, 3}), {.batch = 2, .steps = 3}).columns ==
        std::vector<Index>{100, 200, 110, 210, 120, 220});
}

TEST_CASE("pack_array takes pointers and whatever lies in one piece, and any list of lengths") {
  const ArrayShape shape{.batch = 2, .steps = 2, .rows = 3};
  const std::vector<double> array = array_of<double>(shape, {2, 1});
  const auto expected = elman::pack(matrices_of<double, 3>(shape, {2, 1}));
  std::array<double, 12> in_array{};
  double in_c_array[12];
  std::copy(array.begin(), array.end(), in_array.begin());
  std::copy(array.begin(), array.end(), in_c_array);
  CHECK(pack_array(array.data(), shape, {2, 1}).columns == expected.columns);
  CHECK(pack_array(in_array.data(), shape, {2, 1}).columns == expected.columns);
  CHECK(pack_array(in_array, shape, std::array<short, 2>{2, 1}).columns == expected.columns);
  CHECK(pack_array(in_c_array, shape, std::vector<std::uint8_t>{2, 1}).columns == expected.columns);
  const std::vector<std::int64_t> lengths{2, 1};
  const auto x = pack_array<3>(std::span(array), shape, std::span(lengths));
  static_assert(std::same_as<decltype(x), const Sequences<double, 3>>);
  CHECK(x.columns == expected.columns);
}

TEST_CASE("arrays of targets and weights are gathered as packed ones are") {
  const std::vector<std::int32_t> labels{1, 2,    -100,  //
                                         4, -100, -100,  //
                                         7, 8,    9};
  const ArrayShape shape{.batch = 3, .steps = 3};
  const std::vector<Index> lengths{2, 1, 3};
  const Labels targets = pack_array(labels, shape, lengths);
  CHECK(targets.columns == std::vector<Index>{7, 1, 4, 8, 2, 9});
  CHECK(elman::gather(targets, elman::last_step, targets.steps) == std::vector<Index>{2, 4, 9});
  CHECK(elman::gather(targets, elman::at_steps({1}), targets.steps) == std::vector<Index>{8, 2});
}

TEST_CASE("pack_array and unpack_array into memory that there is call no heap") {
  const ArrayShape shape{.batch = 3, .steps = 5, .rows = 2}, tokens{.batch = 3, .steps = 5};
  const std::vector<Index> even{5, 5, 5}, ragged{2, 0, 4};
  const auto array = array_of<float>(shape, even);
  const auto integers = array_of<std::int32_t>(tokens, even);
  Sequences<float, 2> x;
  Labels labels;
  std::vector<float> back(array.size());
  std::vector<std::int32_t> back_integers(integers.size());
  const auto run = [&](const std::vector<Index>& lengths) {
    pack_array(array, shape, lengths, x);
    pack_array(integers, tokens, lengths, labels);
    unpack_array(x.columns, x.steps, shape, 0, back);
    unpack_array(labels.columns, labels.steps, tokens, -100, back_integers);
  };
#if ELMAN_COUNTS_HEAP
  CHECK(count_heap_calls([&] { run(even); }) > 0);  // the counter counts
#endif
  run(even);
  const float* const memory = x.columns.data();
  CHECK(count_heap_calls([&] {
          run(ragged);
          pack_array(array, shape, x);
          pack_array(integers, tokens, labels);
          run(even);
          run(ragged);
        }) == 0);
  CHECK(x.columns.data() == memory);
  CHECK(x.columns == elman::pack(matrices_of<float, 2>(shape, ragged)).columns);
  CHECK(back == std::vector<float>{100, 101, 110, 111, 0,   0,   0,   0,   0, 0,  //
                                   0,   0,   0,   0,   0,   0,   0,   0,   0, 0,  //
                                   300, 301, 310, 311, 320, 321, 330, 331, 0, 0});
  CHECK(back_integers ==
        std::vector<std::int32_t>{100, 110, -100, -100, -100, -100, -100, -100, -100, -100, 300, 310, 320, 330, -100});
}

TEST_CASE("pack_array refuses what does not fit, and leaves x as it was") {
  const std::vector<float> array(30);
  const ArrayShape shape{.batch = 3, .steps = 5, .rows = 2};
  auto x = pack_array<2>(array, shape, {1, 2, 3});
  x.columns.setConstant(1);
  const auto before = x;
  const auto refused = [&](const auto& numbers, const ArrayShape& as, const std::vector<Index>& lengths,
                           const std::string& message) {
    expect_error([&] { pack_array(numbers, as, lengths, x); }, "pack_array: " + message);
    CHECK(x.columns == before.columns);
    CHECK(x.steps == before.steps);
  };
  refused(array, shape, {5, 5}, "lengths has 2 entries; expected B = 3");
  refused(array, shape, {}, "lengths has 0 entries; expected B = 3");
  refused(array, shape, {5, 6, 5}, "lengths[1] is 6; expected 0 to T = 5");
  refused(array, shape, {5, 5, -1}, "lengths[2] is -1; expected 0 to T = 5");
  refused(array, shape, {0, 0, 0}, "every sequence has 0 steps; expected at least 1 step in one of them");
  refused(std::vector<float>(29), shape, {5, 5, 5},
          "array has 29 numbers; expected 30 = 3 sequences * 5 steps * 2 rows");
  refused(array, {.batch = 3, .steps = 2, .rows = 5}, {2, 2, 2}, "sequence 0 has 5 rows; expected 2 as x has");
  refused(array, {}, {}, "shape has .batch = 0; expected at least 1");
  refused(array, {.batch = 3, .rows = 10}, {0, 0, 0}, "shape has .steps = 0; expected at least 1");
  refused(array, {.batch = 3, .steps = 10, .rows = -1}, {1, 1, 1}, "shape has .rows = -1; expected at least 1");
  refused(array, {.batch = 1, .steps = Index{1} << 62, .rows = 4}, {1},
          "shape has .rows = 4; expected a product of sizes that can be counted");
  const float* const null = nullptr;
  refused(null, shape, {5, 5, 5}, "array is null; expected 30 numbers");
  expect_error([&] { pack_array(array, {.batch = 3, .steps = 9}, x); },
               "pack_array: array has 30 numbers; expected 27 = 3 sequences * 9 steps * 1 rows");
  expect_error(
      [] {
        pack_array(std::vector<int>(12), {.batch = 2, .steps = 3, .rows = 2}, {3, 3});
      },
      "pack_array: shape has .rows = 2; expected 1, an integer a step");
  expect_error(
      [&] {
        pack_array(array, shape, std::vector<std::uint64_t>{1, 1, ~std::uint64_t{0}});
      },
      "pack_array: lengths[2] is -1; expected 0 to T = 5");
}

TEST_CASE("unpack_array refuses what does not fit, and leaves the array as it was") {
  const Columns<float, 2> columns = Columns<float, 2>::Ones(2, 6);
  const elman::Steps steps = elman::Steps::ragged(std::vector<int>{2, 1, 3});
  const ArrayShape shape{.batch = 3, .steps = 4, .rows = 2};
  std::vector<float> array(24, 5);
  const auto refused = [&](const auto& given, const ArrayShape& as, std::span<float> into, const std::string& message) {
    expect_error([&] { unpack_array(given, steps, as, 0, into); }, "unpack_array: " + message);
    CHECK(array == std::vector<float>(24, 5));
  };
  refused(Columns<float, 2>(2, 5), shape, array, "columns has 5 columns; expected N = 6");
  refused(columns, {.batch = 4, .steps = 3, .rows = 2}, array, "shape has .batch = 4; expected B = 3");
  refused(columns, {.batch = 3, .steps = 2, .rows = 4}, array, "shape has .steps = 2; expected at least T = 3");
  refused(columns, {.batch = 3, .steps = 4, .rows = 1}, array, "shape has .rows = 1; expected 2, as columns has");
  refused(columns, shape, std::span(array).first(23),
          "array has 23 numbers; expected 24 = 3 sequences * 4 steps * 2 rows");
  refused(columns, {.batch = 3, .steps = Index{1} << 62, .rows = 2}, array,
          "shape has .steps = 4611686018427387904; expected a product of sizes that can be counted");

  std::vector<std::int8_t> small(12, 5);
  const std::vector<Index> labels{1, 2, 3, 300, 4, 5};
  const ArrayShape of_labels{.batch = 3, .steps = 4};
  expect_error([&] { unpack_array(labels, steps, of_labels, 0, small); },
               "unpack_array: columns or padding is 300; expected what an integer of 1 bytes holds");
  std::vector<std::uint32_t> natural(12, 5);
  expect_error([&] { unpack_array(labels, steps, of_labels, -100, natural); },
               "unpack_array: columns or padding is -100; expected what an integer of 4 bytes holds");
  expect_error([&] { unpack_array(labels, steps, {.batch = 3, .steps = 4, .rows = 2}); },
               "unpack_array: shape has .rows = 2; expected 1, as columns has");
  CHECK(small == std::vector<std::int8_t>(12, 5));
  CHECK(natural == std::vector<std::uint32_t>(12, 5));
}
