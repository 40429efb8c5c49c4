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
#include "elman/layers/cpp_name.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// y = exp(o) / Σ exp(o), from o − max o, so that no logit overflows. A part too small for a normal number is 0: what
/// is masked by a logit of −∞ has no probability.
struct Softmax {
  template <class O, class Y>
  void operator()(const O& o, Y&& y) const {
    of<typename O::Scalar>(o, y);
  }

  template <class Scalar>
  static void of(const ConstMatrixView<Scalar>& o, const MatrixView<Scalar>& y) {
    if constexpr (detail::has_kernels<Scalar>) {
      detail::softmax<Scalar>(o, y);
    } else {
      for (Index column = 0; column < o.cols(); ++column) {
        Index largest = 0;
        o.col(column).real().maxCoeff(&largest);
        const Scalar shift = o(largest, column);
        auto y_column = y.col(column);
        y_column = (o.col(column).array() - shift).exp();
        if constexpr (!is_complex<Scalar>) {  // Eigen's vectorised exp ends at a subnormal number, not at 0
          constexpr Scalar normal = (std::numeric_limits<Scalar>::min)();
          y_column = y_column.unaryExpr([](const Scalar& e) { return e < normal ? Scalar(0) : e; });
        }
        y_column /= y_column.sum();
      }
    }
  }
};

/// y = 1 / (1 + exp(−o)), one probability a row, from the exponential that does not overflow.
struct Sigmoid {
  template <class O, class Y>
  void operator()(const O& o, Y&& y) const {
    for (Index column = 0; column < o.cols(); ++column) {
      for (Index row = 0; row < o.rows(); ++row) y(row, column) = of(o(row, column));
    }
  }

  template <class Scalar>
  static Scalar of(const Scalar& logit) {
    using std::exp;
    if (real_part(logit) >= 0) return Scalar(1) / (Scalar(1) + exp(-logit));
    const Scalar e = exp(logit);
    return e / (Scalar(1) + e);
  }
};

template <>
struct CppName<Softmax> {
  static constexpr const char* value = "elman::Softmax";
};
template <>
struct CppName<Sigmoid> {
  static constexpr const char* value = "elman::Sigmoid";
};

}  // namespace ELMAN_ABI
}  // namespace elman
