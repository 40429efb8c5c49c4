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

TEST_CASE("leaks in both forms, given and learned: every gradient equals the complex step, with masks and without") {
  check_nets<Leaks, SquaredError>(644000, 40, true);
  check_nets<Leaks, SquaredError>(645000, 40, false);
  check_nets<LeaksBothWays, SquaredError>(646000, 40, false);
  check_nets<LeakyTranslator, SquaredError>(647000, 40, false);
}
