// SPDX-License-Identifier: MIT
//
// The output activation y = out(o) of Eq. 3 (docs/math.md), column by column. A loss names the one it is fused with
// (`CrossEntropy::Output` is Softmax): a cell made with another does not compile with that loss. The output activation
// of a regression is `Identity`.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "elman/kernels/elementwise.hpp"
#include "elman/layers/activation.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// y = exp(o) / Σ exp(o), from o − max o, so that no logit overflows. A part too small for a normal number is 0: what
/// is masked by a logit of −∞ has no probability.
struct Softmax {
  template <class O, class Y>
  void operator()(const O& o, Y&& y) const {
    using Scalar = typename O::Scalar;
    if constexpr (detail::has_kernels<Scalar>) {
      detail::softmax<Scalar>(detail::strided(o), detail::strided_to_write(y));
    } else {
      for (Index column = 0; column < o.cols(); ++column) {
        Index largest = 0;
        o.col(column).real().maxCoeff(&largest);
        const Scalar shift = o(largest, column);
        y.col(column) = (o.col(column).array() - shift).exp();
        if constexpr (!is_complex<Scalar>) {  // Eigen's vectorised exp ends at a subnormal number, not at 0
          constexpr Scalar normal = (std::numeric_limits<Scalar>::min)();
          y.col(column) = y.col(column).unaryExpr([](const Scalar& e) { return e < normal ? Scalar(0) : e; });
        }
        y.col(column) /= y.col(column).sum();
      }
    }
  }
};

/// y = 1 / (1 + exp(−o)), one probability a row, from the exponential that does not overflow.
struct Sigmoid {
  template <class O, class Y>
  void operator()(const O& o, Y&& y) const {
    using Scalar = typename O::Scalar;
    y = o.unaryExpr([](const Scalar& logit) -> Scalar { return of(logit); });
  }

  template <class Scalar>
  static Scalar of(const Scalar& logit) {
    using std::exp;
    if (real_part(logit) >= 0) return Scalar(1) / (Scalar(1) + exp(-logit));
    const Scalar e = exp(logit);
    return e / (Scalar(1) + e);
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
