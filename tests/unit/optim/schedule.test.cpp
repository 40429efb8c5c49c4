// SPDX-License-Identifier: MIT
#include "elman/optim/schedule.hpp"

#include <cmath>
#include <limits>

#include "reference/rules.hpp"
#include "reference/schedules.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Index;
using namespace elman::optim;

namespace {

template <Schedule S>
void check_rates(const S& schedule, const reference::Rates& expected) {
  for (int step = 0; step < reference::schedule_steps; ++step) {
    CAPTURE(step);
    CHECK(std::abs(schedule(step) - expected[step]) < 1e-14);
  }
}

}  // namespace

TEST_CASE("StepSchedule has the values of PyTorch's StepLR") {
  check_rates(StepSchedule{{.learning_rate = 0.8, .every = 7, .factor = 0.3}}, reference::step);
}

TEST_CASE("ExponentialSchedule has the values of PyTorch's ExponentialLR") {
  check_rates(ExponentialSchedule{{.learning_rate = 0.8, .factor = 0.9}}, reference::exponential);
}

TEST_CASE("InverseTimeSchedule has the values of Keras' InverseTimeDecay") {
  check_rates(InverseTimeSchedule{{.learning_rate = 0.8, .decay = 0.5, .every = 7}}, reference::inverse_time);
  check_rates(InverseTimeSchedule{{.learning_rate = 0.8, .decay = 1.5, .every = 4, .staircase = true}},
              reference::inverse_time_staircase);
  CHECK(InverseTimeSchedule{{.decay = 0}}(1000000) == 1e-3);
}

TEST_CASE("schedules give every value that a double holds, whatever is between, and 0 or infinity beyond") {
  const auto check = [](double value, double expected) {
    CAPTURE(value, expected);
    CHECK(std::abs(value / expected - 1) < 1e-12);
  };
  check(ExponentialSchedule{{.learning_rate = 1e300, .factor = 0.5}}(2000), 8.709809816217217e-303);
  check(ExponentialSchedule{{.learning_rate = 1e-300, .factor = 2}}(1100), 1.3582985290493859e31);
  check(StepSchedule{{.learning_rate = 1e300, .every = 2, .factor = 1e-10}}(80), 1e-100);
  CHECK(ExponentialSchedule{{.factor = 0.5}}(2000) == 0);
  CHECK(std::isinf(ExponentialSchedule{{.factor = 2}}(2000)));
  check(CosineSchedule{{.learning_rate = 1.5e308, .steps = 10}}(0), 1.5e308);
  check(CosineSchedule{{.learning_rate = 0.8, .steps = 10}}(20'000'000'000'000'005), 0.4);
  check(InverseTimeSchedule{{.learning_rate = 1e308, .decay = 1e307, .every = 1}}(100), 0.1);
  const Index most = std::numeric_limits<Index>::max();
  check(CosineSchedule{{.learning_rate = 0.8, .steps = most}}(most / 2), 0.4);
  check(InverseTimeSchedule{{.learning_rate = 1, .decay = 1, .every = most}}(most), 0.5);
}

TEST_CASE("CosineSchedule has the values of PyTorch's CosineAnnealingLR, beyond its steps too") {
  check_rates(CosineSchedule{{.learning_rate = 0.8, .lowest = 0.1, .steps = 10}}, reference::cosine);
}

TEST_CASE("LinearSchedule has the values of PyTorch's LinearLR") {
  check_rates(LinearSchedule{{.learning_rate = 0.8}}, reference::linear_default);
  check_rates(LinearSchedule{{.learning_rate = 0.8, .first_factor = 0.9, .last_factor = 0.2, .steps = 12}},
              reference::linear_decay);
}

TEST_CASE("OneCycleSchedule has the values of PyTorch's OneCycleLR") {
  check_rates(OneCycleSchedule{{.learning_rate = 0.8, .steps = 25}}, reference::one_cycle_default);
  check_rates(OneCycleSchedule{{.learning_rate = 0.8,
                                .steps = 25,
                                .rising_share = 0.45,
                                .first_divisor = 10,
                                .last_divisor = 100,
                                .linear = true}},
              reference::one_cycle_linear);
  check_rates(OneCycleSchedule{{.learning_rate = 0.8, .steps = 25, .three_phases = true}},
              reference::one_cycle_three_phases);
  check_rates(
      OneCycleSchedule{{.learning_rate = 0.8, .steps = 25, .rising_share = 0.33, .linear = true, .three_phases = true}},
      reference::one_cycle_three_lines);
}

TEST_CASE("OneCycleSchedule stays at its last value") {
  const OneCycleSchedule schedule{{.learning_rate = 0.8, .steps = 25}};
  CHECK(schedule(24) == 0.8 / 25 / 1e4);
  CHECK(schedule(25) == schedule(24));
  CHECK(schedule(1000) == schedule(24));
}

TEST_CASE("SequentialSchedule has the values of PyTorch's SequentialLR") {
  const LinearSchedule warm_up{{.learning_rate = 0.8, .first_factor = 0.25, .steps = 5}};
  const CosineSchedule cosine{{.learning_rate = 0.8, .lowest = 0.01, .steps = 20}};
  check_rates(SequentialSchedule{warm_up, 5, cosine}, reference::warm_up_then_cosine);

  const LinearSchedule linear{{.learning_rate = 0.8, .first_factor = 0.5, .steps = 4}};
  const StepSchedule steps{{.learning_rate = 0.8, .every = 3, .factor = 0.5}};
  const ExponentialSchedule exponential{{.learning_rate = 0.8, .factor = 0.9}};
  check_rates(SequentialSchedule{SequentialSchedule{linear, 4, steps}, 12, exponential}, reference::three_parts);
  check_rates(SequentialSchedule{linear, 4, SequentialSchedule{steps, 8, exponential}}, reference::three_parts);
}

TEST_CASE("a schedule may be any function of the step") {
  const auto inverse_root = [](Index step) { return 1 / std::sqrt(static_cast<double>(step + 1)); };
  const SequentialSchedule schedule{LinearSchedule{{.learning_rate = 1, .steps = 10}}, 10, inverse_root};
  CHECK(schedule(10) == 1);
  CHECK(schedule(13) == 0.5);
}

TEST_CASE("schedules keep their options") {
  CHECK(StepSchedule{{.every = 4}}.options().every == 4);
  CHECK(ExponentialSchedule{{.factor = 0.5}}.options().factor == 0.5);
  CHECK(CosineSchedule{{.steps = 7}}.options().steps == 7);
  CHECK(LinearSchedule{{.steps = 8}}.options().steps == 8);
  CHECK(InverseTimeSchedule{{.every = 3}}.options().every == 3);
  CHECK(OneCycleSchedule{{.steps = 9}}.options().steps == 9);
}

TEST_CASE("schedules refuse options and steps out of range by name") {
  expect_error([] { StepSchedule{{.learning_rate = 0}}; },
               "StepSchedule: learning_rate is 0; expected above 0 and finite");
  expect_error([] { StepSchedule{{.every = 0}}; }, "StepSchedule: every is 0; expected at least 1");
  expect_error([] { StepSchedule{{.factor = 0}}; }, "StepSchedule: factor is 0; expected above 0 and finite");
  expect_error([] { StepSchedule{{}}(-1); }, "StepSchedule: step is -1; expected at least 0");

  expect_error([] { ExponentialSchedule{{.learning_rate = -1}}; },
               "ExponentialSchedule: learning_rate is -1; expected above 0 and finite");
  expect_error([] { ExponentialSchedule{{.factor = -1}}; },
               "ExponentialSchedule: factor is -1; expected above 0 and finite");
  expect_error([] { ExponentialSchedule{{}}(-1); }, "ExponentialSchedule: step is -1; expected at least 0");

  expect_error([] { InverseTimeSchedule{{.learning_rate = 0}}; },
               "InverseTimeSchedule: learning_rate is 0; expected above 0 and finite");
  expect_error([] { InverseTimeSchedule{{.decay = -1}}; },
               "InverseTimeSchedule: decay is -1; expected at least 0 and finite");
  expect_error([] { InverseTimeSchedule{{.every = 0}}; }, "InverseTimeSchedule: every is 0; expected at least 1");
  expect_error([] { InverseTimeSchedule{{}}(-1); }, "InverseTimeSchedule: step is -1; expected at least 0");

  expect_error([] { CosineSchedule{{.learning_rate = std::nan("")}}; },
               "CosineSchedule: learning_rate is nan; expected above 0 and finite");
  expect_error([] { CosineSchedule{{.lowest = -1}}; }, "CosineSchedule: lowest is -1; expected at least 0 and finite");
  expect_error([] { CosineSchedule{{.steps = 0}}; }, "CosineSchedule: steps is 0; expected at least 1");
  expect_error([] { CosineSchedule{{}}(-2); }, "CosineSchedule: step is -2; expected at least 0");

  expect_error([] { LinearSchedule{{.learning_rate = 0}}; },
               "LinearSchedule: learning_rate is 0; expected above 0 and finite");
  expect_error([] { LinearSchedule{{.first_factor = -0.1}}; },
               "LinearSchedule: first_factor is -0.1; expected in [0, 1]");
  expect_error([] { LinearSchedule{{.last_factor = 1.1}}; }, "LinearSchedule: last_factor is 1.1; expected in [0, 1]");
  expect_error([] { LinearSchedule{{.steps = 0}}; }, "LinearSchedule: steps is 0; expected at least 1");
  expect_error([] { LinearSchedule{{}}(-1); }, "LinearSchedule: step is -1; expected at least 0");

  expect_error([] { OneCycleSchedule{{.learning_rate = 0}}; },
               "OneCycleSchedule: learning_rate is 0; expected above 0 and finite");
  expect_error([] { OneCycleSchedule{{.steps = 0}}; }, "OneCycleSchedule: steps is 0; expected at least 1");
  expect_error([] { OneCycleSchedule{{.rising_share = 1}}; },
               "OneCycleSchedule: rising_share is 1; expected in (0, 1)");
  expect_error([] { OneCycleSchedule{{.rising_share = 0.5, .three_phases = true}}; },
               "OneCycleSchedule: rising_share is 0.5; expected in (0, 0.5)");
  expect_error([] { OneCycleSchedule{{.steps = 4, .rising_share = 0.25}}; },
               "OneCycleSchedule: the rise takes 1 steps; expected more than 1: raise steps or rising_share");
  expect_error([] { OneCycleSchedule{{.first_divisor = 0}}; },
               "OneCycleSchedule: first_divisor is 0; expected above 0 and finite");
  expect_error([] { OneCycleSchedule{{.last_divisor = -1}}; },
               "OneCycleSchedule: last_divisor is -1; expected above 0 and finite");
  expect_error([] { OneCycleSchedule{{.learning_rate = 1e300, .first_divisor = 1e-10}}; },
               "OneCycleSchedule: learning_rate / first_divisor is inf; expected above 0 and finite");
  expect_error([] { OneCycleSchedule{{.learning_rate = 1e-300, .last_divisor = 1e30}}; },
               "OneCycleSchedule: learning_rate / first_divisor / last_divisor is 0; expected above 0 and finite");
  expect_error([] { OneCycleSchedule{{}}(-1); }, "OneCycleSchedule: step is -1; expected at least 0");

  const CosineSchedule cosine{{}};
  expect_error(
      [&] {
        SequentialSchedule{cosine, 0, cosine};
      },
      "SequentialSchedule: milestone is 0; expected at least 1");
  expect_error(
      [&] {
        SequentialSchedule{cosine, 5, cosine}(-1);
      },
      "SequentialSchedule: step is -1; expected at least 0");
}
