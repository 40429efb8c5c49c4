// SPDX-License-Identifier: MIT
//
// A small part of the law-suite, for the processors and dialects on which all of it would take too long.
#include "laws/law_cases.hpp"
#include "laws/law_suite.hpp"

TEST_CASE("every gradient of a cell equals the complex step and the oracle, on a few configurations") {
  laws::check_many<double, elman::Tanh, laws::CrossEntropyLabels>(900000, 20, 0.1, 1.5, tolerance::complex_step);
}
