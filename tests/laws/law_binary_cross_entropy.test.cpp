// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_suite.hpp"

TEST_CASE("with binary cross-entropy, every gradient equals the complex step and the oracle") {
  laws::check_all<laws::BinaryCrossEntropy>(400000);
}
