// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_compositions.hpp"

using namespace laws;

TEST_CASE("bidirectional layers: every gradient equals the complex step") {
  check_nets<BothWays, CrossEntropyLabels>(610000, 60);
  check_nets<BothWays, BinaryCrossEntropy>(611000, 30);
}

TEST_CASE("bidirectional layers, nested: every gradient equals the complex step") {
  check_nets<NestedBothWays, CrossEntropyLabels>(612000, 40);
  check_nets<FixedBothWays, SquaredError>(613000, 40);
}
