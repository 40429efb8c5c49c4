// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_compositions.hpp"

using namespace laws;

TEST_CASE("dropout and zoneout with drawn masks: every gradient equals the complex step of the same masks") {
  check_nets<Noisy, CrossEntropyLabels>(640000, 60, true);
  check_nets<NoisyBothWays, SquaredError>(641000, 40, true);
}

TEST_CASE("zoneout in expectation, dropout off: every gradient equals the complex step") {
  check_nets<Noisy, SquaredError>(642000, 40, false);
  check_nets<NoisyBothWays, CrossEntropyLabels>(643000, 40, false);
}
