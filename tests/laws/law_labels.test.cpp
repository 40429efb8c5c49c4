// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_suite.hpp"

TEST_CASE("with cross-entropy of labels, every gradient equals the complex step and the oracle") {
  laws::check_all<laws::CrossEntropyLabels>(100000);
}
