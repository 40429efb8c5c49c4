// SPDX-License-Identifier: MIT
//
// What becomes of the gradient of the last step on its way back through time, in a sentence with its figures:
//
//   vanishing: a factor 0.71 a step; of the gradient at the last step 1.1e-6 is left 40 steps earlier
//   exploding: a factor 1.2 a step; the gradient at the last step is 1500 times as large 40 steps earlier
//   cannot be said: dL/dh is nan at step 12 (sequence 3)
//
// The figures have three and two digits, in the same form on every machine; what a double does not hold (1e-400) is
// written as well.
#pragma once

#include <cmath>
#include <string>

#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// What becomes of a gradient; unknown: nothing can be said, for it is not finite or there are too few steps.
enum class Flow { vanishing, healthy, exploding, unknown };

/// Where a gradient is called so, by what is left of it.
struct FlowOptions {
  double saturated_below = 0.05;   ///< in (0, 1): a unit of a smaller slope σ'(a) is saturated; tanh: |h| > 0.975
  double vanishing_below = 0.01;   ///< in (0, 1): less than this share is left
  double exploding_above = 100.0;  ///< above 1, finite: more than so many times as large
};

/// The sentence and its figures.
struct FlowVerdict {
  Flow flow = Flow::unknown;  ///< by FlowOptions
  /// Of the gradient of the last step, so much is left so many steps earlier: the median over the sequences (78), as
  /// its natural logarithm; −∞ if it is 0, NaN if nothing can be said.
  double log_left = detail::not_a_number();
  Index steps = 0;   ///< how many; 0 if nothing can be said
  std::string text;  ///< the sentence above

  double left() const { return std::exp(log_left); }
  double factor() const { return std::exp(log_left / static_cast<double>(steps)); }  ///< a step
};

namespace detail {

/// exp(log_figure) with so many digits, without zeros at the end: 0.71, 1500, 1.1e-6.
inline std::string figure(double log_figure, int digits) {
  const double log10 = log_figure / std::log(10.0);
  if (!is_finite(log10)) return "0";
  double exponent = std::floor(log10);
  double number = (std::round)(std::pow(10.0, log10 - exponent + (digits - 1)));
  if (number >= std::pow(10.0, digits)) {
    number /= 10;
    ++exponent;
  }
  std::string text = std::to_string(static_cast<long>(number));  // `digits` of them, the first before the point
  auto places = static_cast<long>(exponent);
  const bool is_short = places >= -3 && places <= 3;
  if (is_short && places < 0) text.insert(0, static_cast<std::size_t>(-places), '0');
  const auto whole = static_cast<std::size_t>(is_short && places > 0 ? places + 1 : 1);
  if (text.size() < whole) text.append(whole - text.size(), '0');
  text.insert(whole, ".");
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return is_short ? text : text + "e" + std::to_string(places);
}

inline std::string earlier(Index steps) {
  return std::to_string(steps) + (steps == 1 ? " step earlier" : " steps earlier");
}

/// The verdict on so much that is left.
inline FlowVerdict judge(double log_left, Index steps, const FlowOptions& options) {
  const Flow flow = log_left < std::log(options.vanishing_below)   ? Flow::vanishing
                    : log_left > std::log(options.exploding_above) ? Flow::exploding
                                                                   : Flow::healthy;
  FlowVerdict verdict{flow, log_left, steps, {}};
  verdict.text = flow == Flow::vanishing ? "vanishing" : flow == Flow::exploding ? "exploding" : "healthy";
  verdict.text += ": a factor " + figure(log_left / static_cast<double>(steps), 3) + " a step; ";
  const std::string left = figure(log_left, 2);
  if (left == "0") {
    verdict.text += "of the gradient at the last step nothing is left ";
  } else if (log_left <= 0) {
    verdict.text += "of the gradient at the last step " + left + " is left ";
  } else {
    verdict.text += "the gradient at the last step is " + left + " times as large ";
  }
  verdict.text += earlier(steps);
  return verdict;
}
inline FlowVerdict no_verdict(const std::string& why) {
  FlowVerdict verdict;
  verdict.text = "cannot be said: " + why;
  return verdict;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
