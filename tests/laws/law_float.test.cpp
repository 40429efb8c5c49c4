// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_suite.hpp"

using namespace laws;

TEST_CASE("in float, every gradient equals the complex step in double and the oracle") {
  check_many<float, elman::Tanh, CrossEntropyLabels>(500000, 100, 0.1, 1.5, tolerance::complex_step_float);
  check_many<float, elman::Tanh, SquaredError>(501000, 60, 0.1, 1.5, tolerance::complex_step_float);
  check_many<float, elman::ReLU, BinaryCrossEntropy>(502000, 60, 0.3, 1.5, tolerance::complex_step_float);
  check_many<float, elman::Identity, CrossEntropyDistributions>(503000, 60, 0.1, 1.5, tolerance::complex_step_float);
}
