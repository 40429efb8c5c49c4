// SPDX-License-Identifier: MIT
#include "law_cases.hpp"
#include "law_suite.hpp"

TEST_CASE("with squared error, every gradient equals the complex step and the oracle") {
  laws::check_all<laws::SquaredError>(300000);
}
