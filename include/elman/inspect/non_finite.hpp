// SPDX-License-Identifier: MIT
//
// Which matrix of a gradient, or of a net, is not finite.
//
//   if (!guarded.step(net, gradient)) log(elman::non_finite(gradient));        "layer1.W(3, 0) is nan"
#pragma once

#include <string>

#include "elman/inspect/gradient_check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The first coefficient of a net, a gradient, or a tuple of them that is infinite or NaN, in words: its matrix by
/// name, its row and column, and what it is. "" where all are finite. Matrices of the k-th of a tuple begin with
/// "[k].".
template <class Model>
std::string non_finite(const Model& model) {
  std::string found;
  detail::for_each_named(model, [&](const std::string& name, const auto& matrix) {
    for (Index col = 0; found.empty() && col < matrix.cols(); ++col) {
      for (Index row = 0; found.empty() && row < matrix.rows(); ++row) {
        const auto value = matrix(row, col);
        if (detail::is_finite(value)) continue;
        found = name + "(" + std::to_string(row) + ", " + std::to_string(col) + ") is ";
        found += detail::is_nan(value) ? "nan" : value > 0 ? "inf" : "-inf";
      }
    }
  });
  return found;
}

}  // namespace ELMAN_ABI
}  // namespace elman
