// SPDX-License-Identifier: MIT
//
// Targets with a weight w a column of o, any finite number (docs/math.md Eq. 49): L = Σ w L_column, and a mean, which
// needs Σ w > 0, is divided by Σ w where it would be divided by the number of columns. A mask is a weight of 0 or 1:
// what a column of weight 0 holds, NaN too, has no part in L or its gradient. If all weights are 0 the mean is NaN, or
// 0 with Reduction::mean_or_zero, and the gradient 0.
//
//   loss(tape, weighted(labels, mask))
//   loss(tape, weighted(labels, per_sequence(weights, x.steps)))
#pragma once

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

/// Weights: a range of numbers or an Eigen vector. Either is a value, or a const reference.
template <class Targets, class Weights>
struct Weighted {
  Targets targets;
  Weights weights;

  Index size() const { return static_cast<Index>(std::size(weights)); }
  double operator()(Index column) const {
    constexpr bool is_vector = detail::IsMatrix<std::remove_cvref_t<Weights>>;
    return static_cast<double>(weights[static_cast<std::conditional_t<is_vector, Index, std::size_t>>(column)]);
  }
};

}  // namespace loss

namespace detail {

/// What is kept of an argument T&&: a reference to what has a name, and what has none itself, an expression of Eigen's
/// evaluated, because its parts may be temporaries too.
template <class Type>
struct KeptOf {
  using type = std::remove_const_t<Type>;
};
template <class Type>
struct KeptOf<Type&> {
  using type = const Type&;
};
template <class Type>
requires(!std::is_reference_v<Type> && IsMatrix<Type> && !HasColumns<std::remove_cv_t<Type>>) struct KeptOf<Type> {
  using type = typename Type::PlainObject;
};
template <class Type>
using Kept = typename KeptOf<Type>::type;

}  // namespace detail

namespace loss {

/// Refers to targets and weights that have a name, which must outlive it, and owns those that were temporaries.
template <class Targets, class Weights>
Weighted<detail::Kept<Targets>, detail::Kept<Weights>> weighted(Targets&& targets, Weights&& weights) {
  using W = std::remove_cvref_t<Weights>;
  if constexpr (detail::IsMatrix<W>) {
    static_assert(W::IsVectorAtCompileTime, "elman::loss::weighted: weights must be a vector, one a column");
  }
  return {std::forward<Targets>(targets), std::forward<Weights>(weights)};
}

/// The same without owning anything.
template <class Targets, class Weights>
Weighted<const std::remove_reference_t<Targets>&, const std::remove_reference_t<Weights>&> refer_to(
    const Weighted<Targets, Weights>& weighted) {
  return {weighted.targets, weighted.weights};
}

/// The weight of each sequence, in the caller's order, at every one of its steps, in packed order. Throws unless there
/// are as many weights as sequences. With a result there is, it allocates only where the result has not been as large.
template <class Weights>
void per_sequence(const Weights& weights, const Steps& steps, std::vector<double>& result) {
  const Weighted<const Weights&, const Weights&> of{weights, weights};
  detail::require_that(of.size() == steps.batch(), "per_sequence: weights has ", of.size(),
                       " entries; expected B = ", steps.batch());
  result.resize(static_cast<std::size_t>(steps.columns()));
  for (Index b = 0; b < steps.batch(); ++b) {
    for (Index t = 0; t < steps.length(b); ++t) result[static_cast<std::size_t>(steps.column(b, t))] = of(b);
  }
}
template <class Weights>
std::vector<double> per_sequence(const Weights& weights, const Steps& steps) {
  std::vector<double> result;
  per_sequence(weights, steps, result);
  return result;
}

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
