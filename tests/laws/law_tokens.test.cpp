// SPDX-License-Identifier: MIT
#include "laws/law_cases.hpp"
#include "laws/law_compositions.hpp"

using namespace laws;

TEST_CASE("tokens, with an embedding and without: every gradient equals the complex step") {
  check_nets<Tokens, CrossEntropyLabels>(620000, 60);
  check_nets<TokensBothWays, CrossEntropyLabels>(621000, 40);
  check_nets<EmbeddedColumns, SquaredError>(622000, 40);
}
