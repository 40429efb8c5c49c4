// SPDX-License-Identifier: MIT
//
// Random masks, drawn in double from one generator, so that a seed gives the same ones for every scalar: for the
// complex step too.
#pragma once

#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Dropout of one column: every coefficient 0 with probability `rate`, else 1 / (1 − rate), so that the mean stays.
template <class Column>
void draw_dropout(Column&& mask, double rate, Random& random) {
  using Scalar = typename std::remove_cvref_t<Column>::Scalar;
  const auto kept = Scalar(static_cast<Real<Scalar>>(1 / (1 - rate)));
  for (Index row = 0; row < mask.rows(); ++row) mask(row) = random.uniform() < rate ? Scalar(0) : kept;
}

/// Zoneout of one column: every coefficient 1 (the unit keeps its state) with probability `rate`, else 0.
template <class Column>
void draw_zoneout(Column&& mask, double rate, Random& random) {
  using Scalar = typename std::remove_cvref_t<Column>::Scalar;
  for (Index row = 0; row < mask.rows(); ++row) mask(row) = Scalar(random.uniform() < rate ? 1 : 0);
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
