// SPDX-License-Identifier: MIT
//
// Random nets and data for the tests.
#pragma once

#include <cmath>

#include "elman/random.hpp"
#include "elman/types.hpp"

namespace nets {

using elman::Index;

template <class M>
M normal(Index rows, Index cols, elman::Random& random) {
  M result(rows, cols);
  for (Index column = 0; column < cols; ++column) {
    for (Index row = 0; row < rows; ++row) {
      result(row, column) = typename M::Scalar(static_cast<elman::Real<typename M::Scalar>>(random.normal()));
    }
  }
  return result;
}

/// Normal weights: W of standard deviation scale/√Hidden ("σ√Hidden = scale"), U of scale/√In, V of 1/√Hidden, biases
/// of 0.3.
template <class Cell>
void randomise(Cell& cell, double scale, elman::Random& random) {
  using Scalar = typename Cell::Scalar;
  const auto fill = [&](auto view, double deviation) {
    for (Index k = 0; k < view.size(); ++k) {
      view.data()[k] = Scalar(static_cast<elman::Real<Scalar>>(deviation * random.normal()));
    }
  };
  fill(cell.U(), scale / std::sqrt(static_cast<double>(cell.in())));
  fill(cell.W(), scale / std::sqrt(static_cast<double>(cell.hidden())));
  fill(cell.b(), 0.3);
  fill(cell.V(), 1 / std::sqrt(static_cast<double>(cell.hidden())));
  fill(cell.c(), 0.3);
}

}  // namespace nets
