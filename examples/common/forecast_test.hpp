// SPDX-License-Identifier: MIT
//
// What a net of forecast tells of the windows that it is tested on, beside what came and what simpler ways tell.
#pragma once

#include <cstddef>
#include <elman/elman.hpp>
#include <limits>
#include <string>
#include <vector>

#include "forecast_baselines.hpp"
#include "forecast_net.hpp"
#include "plot.hpp"

namespace example {

/// A series as it is read: in windows, dealt by time, scaled by what is trained on.
struct Prepared {
  elman::prepare::Split parts;
  elman::prepare::Scaling scaling;
  Windows windows;  ///< scaled
};

/// What was told of the windows to test on, beside what came, horizon × windows in the units of the series.
struct Test {
  Numbers targets, told, linear, still;
  elman::Index order;  ///< of the linear autoregression

  Test(const ForecastNet& net, const Prepared& data) {
    const Indices& test = data.parts.test;
    const auto in_units = [&](Numbers numbers) {
      data.scaling.invert(numbers, {0});
      return numbers;
    };
    const Autoregression autoregression(data.windows, data.parts);
    order = autoregression.order();
    targets = in_units(targets_of(data.windows, test));
    told = in_units(told_by(net, data.windows, test));
    linear = in_units(autoregression(data.windows, test));
    still = in_units(persistence(data.windows, test));
  }

  elman::Index windows() const { return targets.cols(); }
  elman::Index horizon() const { return targets.rows(); }
  std::string linear_name() const { return "linear, order " + std::to_string(order); }
};

/// The end of the series: each step told from the steps before it, and the last ones all from those before the last
/// window's end.
inline Forecast picture_of(const Test& test) {
  const auto list = [](const auto& numbers) { return std::vector<double>(numbers.begin(), numbers.end()); };
  const auto with_end = [&](const Numbers& numbers) {  // the last window's, behind nothing
    std::vector<double> all(static_cast<std::size_t>(test.windows() - 1), std::numeric_limits<double>::quiet_NaN());
    for (const double number : numbers.rightCols(1).reshaped()) all.push_back(number);
    return all;
  };
  Forecast result{.truth = list(test.targets.row(0)),
                  .one_step = list(test.told.row(0)),
                  .many_steps = with_end(test.told),
                  .baseline = with_end(test.linear),
                  .baseline_name = test.linear_name() + ", many steps",
                  .begin = static_cast<std::size_t>(test.windows() - 1)};
  for (elman::Index k = 1; k < test.horizon(); ++k) result.truth.push_back(test.targets(k, test.windows() - 1));
  return result;
}

}  // namespace example
