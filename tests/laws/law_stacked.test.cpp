// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_compositions.hpp"

using namespace laws;

TEST_CASE("stacked layers: every gradient equals the complex step") {
  check_nets<ThreeStacked, CrossEntropyLabels>(600000, 60);
  check_nets<ThreeStacked, SquaredError>(601000, 30);
}

TEST_CASE("repeated layers: every gradient equals the complex step") {
  check_nets<RepeatedBothWays, CrossEntropyLabels>(605000, 20);
  check_nets<RepeatedBothWays, SquaredError>(606000, 20, true);
}

TEST_CASE("layers without a bias: every gradient equals the complex step") {
  check_nets<WithoutBias, CrossEntropyLabels>(604000, 40);
}

TEST_CASE("activations, with one parameter a unit too: every gradient equals the complex step") {
  check_nets<Activations, SquaredError>(607000, 40, true);
}

TEST_CASE("learned starts: every gradient equals the complex step") {
  check_nets<LearnedStarts, CrossEntropyLabels>(602000, 60);
  check_nets<LearnedInPart, SquaredError>(603000, 40);
}

TEST_CASE("without a readout: every gradient equals the complex step") {
  check_nets<OutputsAlone, SquaredError>(604000, 40);
}
