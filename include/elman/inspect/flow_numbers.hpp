// SPDX-License-Identifier: MIT
//
// The numbers that a GradientFlow answers with: what a batch of sequences has, and how much a Jacobian stretches.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Of the sequences that have a number; NaN if there is none, or one is NaN. The median of an even count is the mean of
/// the two in the middle.
struct Spread {
  double min, median, max;  ///< min ≤ median ≤ max
};

/// ∂h_{t1}/∂h_{t0}: its norms as natural logarithms, as a product over many steps need not fit a double.
struct Growth {
  Index steps;
  double log_frobenius;  ///< of √(sum of its squares), (75)
  double log_largest;    ///< of its largest singular value: by so much a gradient can grow at most (76)

  double frobenius() const { return std::exp(log_frobenius); }
  double largest() const { return std::exp(log_largest); }
  double largest_a_step() const { return std::exp(log_largest / static_cast<double>(steps)); }
};

namespace detail {

/// Sorts numbers.
inline Spread spread_of(std::vector<double>& numbers) {
  const double nothing = not_a_number();
  if (numbers.empty() ||
      std::any_of(numbers.begin(), numbers.end(), [](const double& number) { return is_nan(number); })) {
    return {nothing, nothing, nothing};
  }
  std::sort(numbers.begin(), numbers.end());
  const double low = numbers[(numbers.size() - 1) / 2], high = numbers[numbers.size() / 2];
  return {numbers.front(), low + (high - low) / 2, numbers.back()};
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
