// SPDX-License-Identifier: MIT
//
// The adding problem (Hochreiter and Schmidhuber, Neural Computation 9, 1997) in the form of Le, Jaitly and Hinton
// (arXiv:1504.00941, 2015). A step is a pair: a value, uniform in [0, 1], and a mark, which is 1 at two steps, one of
// each half of the sequence, and else 0. The target, told at the end, is the sum of the two values that are marked.
//
//   the net that always says 1 has the mean squared error Var(u₁ + u₂) = 1/6 ≈ 0.167 (the paper prints 0.1767)
#pragma once

#include <elman/elman.hpp>
#include <utility>

namespace example {

struct Adding {
  static constexpr const char* name = "adding problem";
  static constexpr elman::Index shortest() { return 2; }
  static constexpr elman::Index inputs() { return 2; }
  static constexpr elman::Index outputs() { return 1; }
  static constexpr double baseline() { return 1.0 / 6; }

  using Sequence = elman::Matrix<float, 2, elman::Dynamic>;

  std::pair<Sequence, float> operator()(elman::Index length, elman::Random& random) const {
    Sequence x(2, length);
    for (elman::Index t = 0; t < length; ++t) x.col(t) << static_cast<float>(random.uniform(0, 1)), 0.0f;
    const elman::Index half = length / 2;
    const elman::Index first = random.below(half), second = half + random.below(length - half);
    x(1, first) = x(1, second) = 1;
    return {x, x(0, first) + x(0, second)};
  }
};

}  // namespace example
