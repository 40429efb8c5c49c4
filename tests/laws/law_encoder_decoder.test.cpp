// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_compositions.hpp"

using namespace laws;

TEST_CASE("encoder-decoder: every gradient equals the complex step") {
  check_nets<Translator, CrossEntropyLabels>(630000, 60);
  check_nets<Translator, SquaredError>(631000, 30);
}

TEST_CASE("a deep encoder-decoder of tokens: every gradient equals the complex step") {
  check_nets<DeepTranslator, CrossEntropyLabels>(634000, 40);
}
