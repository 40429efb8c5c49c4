// SPDX-License-Identifier: MIT
//
// Targets with a weight w a column of o, any finite number (docs/math.md Eq. 49): L = Σ w L_column, and a mean, which
// needs Σ w > 0, is divided by Σ w where it would be divided by the number of columns. A mask is a weight of 0 or 1: what
// a column of weight 0 holds, NaN too, has no part in L or its gradient. If all weights are 0 the mean is NaN, or 0 with
// Reduction::mean_or_zero, and the gradient 0.
//
//   loss(tape, weighted(labels, mask))
//   loss(tape, weighted(labels, per_sequence(weights, x.steps)))
#pragma once

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

/// Refers to both, which must outlive it. Weights: a range of numbers or an Eigen vector.
template <class Targets, class Weights>
struct Weighted {
  const Targets& targets;
  const Weights& weights;

  Index size() const { return static_cast<Index>(std::size(weights)); }
  double operator()(Index column) const {
    return static_cast<double>(
        weights[static_cast<std::conditional_t<detail::IsMatrix<Weights>, Index, std::size_t>>(column)]);
  }
};
template <class Targets, class Weights>
Weighted<Targets, Weights> weighted(const Targets& targets, const Weights& weights) {
  if constexpr (detail::IsMatrix<Weights>) {
    static_assert(Weights::IsVectorAtCompileTime, "elman::loss::weighted: weights must be a vector, one a column");
  }
  return {targets, weights};
}

/// The weight of each sequence, in the caller's order, at every one of its steps, in packed order. Throws unless there
/// are as many weights as sequences.
template <class Weights>
std::vector<double> per_sequence(const Weights& weights, const Steps& steps) {
  const Weighted<Weights, Weights> of{weights, weights};
  detail::require(of.size() == steps.batch(), "per_sequence: weights has ", of.size(),
                  " entries; expected B = ", steps.batch());
  std::vector<double> result(static_cast<std::size_t>(steps.columns()));
  for (Index b = 0; b < steps.batch(); ++b) {
    for (Index t = 0; t < steps.length(b); ++t) result[static_cast<std::size_t>(steps.column(b, t))] = of(b);
  }
  return result;
}

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
