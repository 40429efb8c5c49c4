// SPDX-License-Identifier: MIT
#include "elman/prepare/split.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "support/catch.hpp"

using elman::Index;
using elman::Random;
using elman::prepare::Indices;
using elman::prepare::Split;
using namespace elman::prepare;

namespace {

Indices sorted(const Split& split) {
  Indices all;
  for (const Indices* part : {&split.training, &split.validation, &split.test}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  return all;
}
Indices up_to(Index size) {
  Indices all(static_cast<std::size_t>(size));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}
/// 60 of class 0, 30 of class 2, 10 of class 3, in turn.
std::vector<int> labels() {
  std::vector<int> result;
  for (int k = 0; k < 100; ++k) result.push_back(k % 10 < 6 ? 0 : k % 10 < 9 ? 2 : 3);
  return result;
}
std::ptrdiff_t of_class(const Indices& part, int label) {
  return std::count_if(part.begin(), part.end(),
                       [&](Index k) { return labels()[static_cast<std::size_t>(k)] == label; });
}

}  // namespace

TEST_CASE("a stratified split deals every example to one part, and of each class the same shares") {
  Random random{1}, same{1}, other{2};
  const Split parts = stratified_split(labels(), {.validation = 0.1, .test = 0.25}, random);
  CHECK(sorted(parts) == up_to(100));
  CHECK(of_class(parts.validation, 0) == 6);
  CHECK(of_class(parts.validation, 2) == 3);
  CHECK(of_class(parts.validation, 3) == 1);
  CHECK(of_class(parts.test, 0) == 15);
  CHECK(of_class(parts.test, 2) == 8);  // 7.5, rounded
  CHECK(of_class(parts.test, 3) == 3);
  CHECK(stratified_split(labels(), {.validation = 0.1, .test = 0.25}, same).test == parts.test);
  CHECK(stratified_split(labels(), {.validation = 0.1, .test = 0.25}, other).test != parts.test);
  const Split small = stratified_split(labels(), {.validation = 0.001}, random);
  CHECK(of_class(small.validation, 3) == 1);  // at least one where the share is not 0
  CHECK(small.test.empty());
  CHECK(stratified_split(labels(), {}, random).training.size() == 100);
}

TEST_CASE("a shuffled split has the shares of all, in random order") {
  Random random{1};
  const Split parts = shuffled_split(41, {.validation = 0.1, .test = 0.5}, random);
  CHECK(sorted(parts) == up_to(41));
  CHECK(parts.validation.size() == 4);
  CHECK(parts.test.size() == 21);
  CHECK(!std::is_sorted(parts.test.begin(), parts.test.end()));
  CHECK(!std::is_sorted(parts.training.begin(), parts.training.end()));
}

TEST_CASE("by time the last are tested on, and a gap is in no part") {
  const Split parts = split_by_time(20, {.validation = 0.2, .test = 0.3, .gap = 2});
  CHECK(parts.training == up_to(6));
  CHECK(parts.validation == Indices{8, 9, 10, 11});
  CHECK(parts.test == Indices{14, 15, 16, 17, 18, 19});
  const Split two = split_by_time(10, {.test = 0.2, .gap = 3});
  CHECK(two.training == up_to(5));
  CHECK(two.validation.empty());
  CHECK(two.test == Indices{8, 9});
  CHECK(split_by_time(10, {.gap = 3}).training == up_to(10));
  CHECK_THROWS_WITH(split_by_time(20, {.validation = 0.2, .test = 0.3, .gap = 5}),
                    "split_by_time: size is 20; expected more than 4 for .validation = 0.2, 6 for .test = 0.3 and 2 "
                    "times .gap = 5");
  CHECK(split_by_time(21, {.validation = 0.2, .test = 0.3, .gap = 5}).training == up_to(1));
  CHECK_THROWS_WITH(split_by_time(20, {.test = 0.3, .gap = -1}), "split_by_time: gap is -1; expected at least 0");
  CHECK_THROWS(split_by_time(20, {.test = 0.3, .gap = (std::numeric_limits<Index>::max)()}));
}

TEST_CASE("folds test every example once, and the stratified ones every class in each") {
  Random random{4};
  for (const bool stratified : {false, true}) {
    const auto splits =
        stratified ? stratified_folds(labels(), {.count = 3}, random) : folds(100, {.count = 3}, random);
    REQUIRE(splits.size() == 3);
    Indices tested;
    for (const Split& fold : splits) {
      CHECK(sorted(fold) == up_to(100));
      CHECK(fold.validation.empty());
      CHECK(fold.test.size() >= 33);
      if (stratified) {
        CHECK(of_class(fold.test, 0) == 20);
        CHECK(of_class(fold.test, 2) == 10);
        CHECK(of_class(fold.test, 3) >= 3);
      }
      tested.insert(tested.end(), fold.test.begin(), fold.test.end());
    }
    CHECK(!std::is_sorted(tested.begin(), tested.end()));
    std::sort(tested.begin(), tested.end());
    CHECK(tested == up_to(100));
  }
}

TEST_CASE("folds deal each class in the order that chance gave it, with every standard library") {
  Random random{4}, same{4};
  const auto splits = stratified_folds(labels(), {.count = 3}, random);
  Indices order = up_to(100), expected;
  same.shuffle(order);
  std::copy_if(order.begin(), order.end(), std::back_inserter(expected),
               [](Index k) { return labels()[static_cast<std::size_t>(k)] == 0; });
  for (std::size_t place = 0; place < 60; ++place) CHECK(splits[place % 3].test[place / 3] == expected[place]);
}

TEST_CASE("what cannot be split is named, with the option and the numbers") {
  Random random{1};
  const Random before = random;
  const std::vector<Index> few{0, 1, 1, 0, 1};
  const std::vector<std::string> names{"rare", "common"};
  CHECK_THROWS_WITH(stratified_split(few, {.validation = 0.1, .test = 0.1}, random),
                    "stratified_split: class 0 has 2 examples; expected more than 1 for .validation = 0.1 and 1 for "
                    ".test = 0.1, so that something is left to train on");
  CHECK_THROWS_WITH(stratified_split(std::vector{0, 0, 7, 0, 0}, {.validation = 0.5}, random),
                    "stratified_split: class 7 has 1 example; expected more than 1 for .validation = 0.5 and 0 for "
                    ".test = 0, so that something is left to train on");
  CHECK_THROWS_WITH(stratified_split(few, {.test = 0.9, .class_names = names}, random),
                    "stratified_split: class \"rare\" has 2 examples; expected more than 0 for .validation = 0 and 2 "
                    "for .test = 0.9, so that something is left to train on");
  CHECK_THROWS_WITH(shuffled_split(1, {.test = 0.1}, random),
                    "shuffled_split: the list has 1 example; expected more than 0 for .validation = 0 and 1 for .test "
                    "= 0.1, so that something is left to train on");
  CHECK_THROWS_WITH(shuffled_split(0, {}, random), "shuffled_split: size is 0; expected at least 1 example");
  CHECK_THROWS_WITH(shuffled_split(9, {.validation = 0.5, .test = 0.5}, random),
                    "shuffled_split: validation + test is 1; expected less than 1, so that something is left to train "
                    "on");
  CHECK_THROWS_WITH(split_by_time(9, {.validation = 1}), "split_by_time: validation is 1; expected in [0, 1)");
  CHECK_THROWS_WITH(split_by_time(9, {.test = std::numeric_limits<double>::quiet_NaN()}),
                    "split_by_time: test is nan; expected in [0, 1)");
  CHECK_THROWS_WITH(stratified_split(std::vector{0, -1}, {.test = 0.1}, random),
                    "stratified_split: label 1 is -1; expected at least 0 and below 16777216");
  CHECK_THROWS_WITH(stratified_split(std::vector<int>{}, {.test = 0.1}, random),
                    "stratified_split: labels is empty; expected at least 1 label");
  CHECK_THROWS_WITH(stratified_folds(few, {.count = 3}, random),
                    "stratified_folds: class 0 has 2 examples; expected at least .count = 3, or .every_class = false");
  CHECK_THROWS_WITH(folds(4, {.count = 5}, random),
                    "folds: count is 5; expected at least 2 and at most 4, as there are examples");
  CHECK_THROWS_WITH(folds(4, {.count = 1}, random),
                    "folds: count is 1; expected at least 2 and at most 4, as there are examples");
  CHECK(random == before);  // nothing was drawn
  CHECK(stratified_folds(few, {.count = 3, .every_class = false}, random).size() == 3);
}
