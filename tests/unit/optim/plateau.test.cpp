// SPDX-License-Identifier: MIT
#include "elman/optim/plateau.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "reference/rules.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using namespace elman::optim;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void check_rates(const ReduceOnPlateauOptions& options, const reference::Plateau& expected) {
  ReduceOnPlateau plateau{options};
  for (int step = 0; step < reference::plateau_steps; ++step) {
    CAPTURE(step);
    const double metric = reference::plateau_metrics[step];
    CHECK(std::abs(plateau(options.higher_is_better ? -metric : metric) / expected[step] - 1) < 1e-14);
    CHECK(std::abs(plateau.learning_rate() / expected[step] - 1) < 1e-14);
  }
}

}  // namespace

TEST_CASE("ReduceOnPlateau has the rates of PyTorch's rule") {
  check_rates({.learning_rate = 0.8, .patience = 2}, reference::plateau_patient);
  check_rates({.learning_rate = 0.8, .factor = 0.5, .patience = 1, .threshold = 0.05, .relative = false},
              reference::plateau_absolute);
  check_rates({.learning_rate = 0.8, .factor = 0.5, .patience = 1, .cooldown = 3}, reference::plateau_cooling);
  check_rates({.learning_rate = 0.8, .factor = 0.3, .patience = 0, .lowest = 0.05}, reference::plateau_lowest);
  check_rates({.learning_rate = 0.8,
               .factor = 0.25,
               .patience = 1,
               .threshold = 0.05,
               .relative = false,
               .higher_is_better = true},
              reference::plateau_max);
  check_rates({.learning_rate = 0.8, .factor = 0.25, .patience = 1, .threshold = 0.05, .higher_is_better = true},
              reference::plateau_max_relative);
}

TEST_CASE("NaN is no improvement on a plateau, at whatever place, and infinity is the best only where it is") {
  ReduceOnPlateau plateau{{.learning_rate = 1, .factor = 0.5, .patience = 1}};
  CHECK(plateau(not_a_number) == 1);
  CHECK(plateau(infinity) == 1);  // the first number
  CHECK(plateau(3) == 1);
  CHECK(plateau(not_a_number) == 1);
  CHECK(plateau(infinity) == 0.5);
  CHECK(plateau.state().best == 3);
  CHECK(plateau(2) == 0.5);
  CHECK(plateau(-infinity) == 0.5);
  CHECK(plateau(-1e300) == 0.5);
  CHECK(plateau(-infinity) == 0.25);
}

TEST_CASE("a plateau goes on from a state put back, and leaves out falls that change nothing") {
  ReduceOnPlateau plateau{{.learning_rate = 1, .factor = 0.5, .patience = 2, .cooldown = 1}};
  for (const double metric : {3.0, 3.0, 3.0, 3.0, 3.0}) plateau(metric);
  ReduceOnPlateau copy = plateau, restored{plateau.options()};
  restored.restore(plateau.state());
  for (const double metric : {3.0, 2.0, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5}) {
    const double rate = plateau(metric);
    CHECK(copy(metric) == rate);
    CHECK(restored(metric) == rate);
  }
  CHECK(plateau.learning_rate() == 0.125);

  ReduceOnPlateau small{{.learning_rate = 1e-8, .patience = 0}};
  CHECK(small(1) == 1e-8);
  CHECK(small(1) == 1e-8);
  ReduceOnPlateau any{{.learning_rate = 1e-8, .patience = 0, .least_change = 0}};
  any(1);
  CHECK(any(1) == 1e-8 * 0.1);
}

TEST_CASE("a plateau refuses options and states out of range") {
  const auto refuses = [](const ReduceOnPlateauOptions& options, const std::string& message) {
    expect_error([&] { ReduceOnPlateau{options}; }, "ReduceOnPlateau: " + message);
  };
  refuses({.learning_rate = 0}, "learning_rate is 0; expected above 0 and finite");
  refuses({.factor = 1}, "factor is 1; expected in (0, 1)");
  refuses({.factor = not_a_number}, "factor is nan; expected in (0, 1)");
  refuses({.patience = -1}, "patience is -1; expected at least 0");
  refuses({.threshold = infinity}, "threshold is inf; expected at least 0 and finite");
  refuses({.cooldown = -2}, "cooldown is -2; expected at least 0");
  refuses({.lowest = -1}, "lowest is -1; expected at least 0 and finite");
  refuses({.least_change = -1}, "least_change is -1; expected at least 0 and finite");
  ReduceOnPlateau plateau{{}};
  expect_error(
      [&] {
        plateau.restore({0, 1});
      },
      "ReduceOnPlateau::restore: learning_rate is 0; expected above 0 and finite");
  expect_error(
      [&] {
        plateau.restore({1, 1, -1, 0});
      },
      "ReduceOnPlateau::restore: the state counts -1 numbers without gain and 0 of cooldown; expected at least "
      "0");
  CHECK(plateau.learning_rate() == 1e-3);
}
