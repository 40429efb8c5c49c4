// SPDX-License-Identifier: MIT
#include "elman/prepare/class_weights.hpp"

#include <array>
#include <vector>

#include "support/catch.hpp"

using elman::Index;
using elman::prepare::class_weights;

TEST_CASE("classes are weighted by scikit-learn's balanced rule") {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1, 2, 0])
  const std::vector<int> labels{0, 0, 0, 1, 2, 0};
  CHECK(class_weights(labels, 3) == std::vector<double>{0.5, 2, 2});
  CHECK(class_weights(labels, 3, std::array{0, 1, 4, 5}) == std::vector<double>{4.0 / 6, 0, 2});
  CHECK(class_weights(labels, 3, std::vector<Index>{3, 4}) == std::vector<double>{0, 1, 1});
}

TEST_CASE("a class that never occurs has weight 0, and the mean weight is 1 all the same") {
  const std::vector<Index> labels{3, 1, 1, 1, 3, 1, 1, 1};
  const auto weights = class_weights(labels, 5);
  CHECK(weights == std::vector<double>{0, 8.0 / 12, 0, 2, 0});
  double sum = 0;
  for (const Index label : labels) sum += weights[static_cast<std::size_t>(label)];
  CHECK(sum / 8 == Approx(1));
}

TEST_CASE("labels of steps are counted, packed or not, and ignored ones are not") {
  const std::vector<std::vector<int>> lists{{0, 1, 1}, {}, {1, -100, 2, 2, 1}};
  const std::vector<double> expected{7.0 / 3, 7.0 / 12, 7.0 / 6};
  CHECK(class_weights(lists, 3) == expected);
  CHECK(class_weights(elman::pack(lists), 3) == expected);
  CHECK(class_weights(lists, 3, std::vector<std::size_t>{0}) == std::vector<double>{1.5, 0.75, 0});
  CHECK(class_weights(lists[0], 2, {.ignored_label = 1}) == std::vector<double>{1, 0});
}

TEST_CASE("a label that is no class is named") {
  const std::vector<int> labels{0, 1, 3, 1};
  CHECK_THROWS_WITH(class_weights(labels, 3), "class_weights: label 2 is 3; expected at least 0 and below classes = 3");
  CHECK_THROWS_WITH(class_weights(std::vector{0, -1}, 3),
                    "class_weights: label 1 is -1; expected at least 0 and below classes = 3");
  CHECK_THROWS_WITH(class_weights(labels, 0), "class_weights: classes is 0; expected at least 1");
  CHECK_THROWS_WITH(class_weights(std::vector{-100}, 3),
                    "class_weights: labels has no label that counts; expected at least 1");
  CHECK_THROWS_WITH(class_weights(labels, 4, std::vector{1, 4}),
                    "class_weights: a place is 4; expected at least 0 and below 4, the length of the list");
}
