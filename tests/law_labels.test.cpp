// SPDX-License-Identifier: MIT
#include "law_cases.hpp"
#include "law_suite.hpp"

TEST_CASE("with cross-entropy of labels, every gradient equals the complex step and the oracle") {
  laws::check_all<laws::CrossEntropyLabels>(100000);
}
