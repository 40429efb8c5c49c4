// SPDX-License-Identifier: MIT
//
// The output activation y = out(o) of Eq. 3 (docs/math.md), column by column. A loss names the one it is fused with
// (`CrossEntropy::Output` is Softmax): a cell made with another does not compile with that loss. The output activation
// of a regression is `Identity`.
//
// One of your own is a struct that is called with o and y. What its loss would have to compute again it may keep in the
// tape: `kept` numbers a column, for which it is called with o, y and a matrix of so many rows.
#pragma once

#include <cmath>
#include <limits>
#include <utility>

#include "elman/kernels/softmax.hpp"
#include "elman/layers/activation.hpp"
#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// How many numbers a column an output keeps for its loss.
template <class Output>
inline constexpr int kept_by = 0;
template <class Output>
requires requires { Output::kept; }
inline constexpr int kept_by<Output> = Output::kept;
template <class Output>
inline constexpr bool keeps_for_loss = kept_by<Output> != 0;

/// use(k, exp(o_k − max o)) for every k; 0 where that is no normal number. Returns max o and the sum.
template <class O, class Use>
auto for_exponentials(const O& o, Index column, const Use& use) {
  using Scalar = typename O::Scalar;
  using std::exp;
  Index j = 0;
  for (Index k = 1; k < o.rows(); ++k) {
    if (real_part(o(k, column)) > real_part(o(j, column))) j = k;
  }
  const Scalar largest = o(j, column);
  LongSum<Wide<Scalar>> sum;
  for (Index k = 0; k < o.rows(); ++k) {
    Scalar e = exp(o(k, column) - largest);
    if constexpr (!is_complex<Scalar>) {
      if (e < (std::numeric_limits<Scalar>::min)()) e = Scalar(0);
    }
    sum.add(e);
    use(k, e);
  }
  return std::pair<Scalar, Wide<Scalar>>(largest, sum.sum + sum.left_out);
}

}  // namespace detail

/// y = exp(o) / Σ exp(o), from o − max o, so that no logit overflows. A part too small for a normal number is 0: what
/// is masked by a logit of −∞ has no probability. NaN in a column makes all of it NaN.
struct Softmax {
  static constexpr int kept = 2;  ///< max o and max y

  template <class O, class Y>
  void operator()(const O& o, Y&& y, const MatrixView<typename O::Scalar>& maxima = {}) const {
    of<typename O::Scalar>(o, y, maxima);
  }
  template <class Scalar>
  static void of(const ConstMatrixView<Scalar>& o, const MatrixView<Scalar>& y, const MatrixView<Scalar>& maxima) {
    if constexpr (detail::has_kernels<Scalar>) {
      detail::softmax<Scalar>(o, y, maxima.data());
    } else {
      for (Index column = 0; column < o.cols(); ++column) {
        const auto take = [&](Index k, const Scalar& e) { y(k, column) = e; };
        const auto [largest, sum] = detail::for_exponentials(o, column, take);
        const auto top = static_cast<Scalar>(Wide<Scalar>(1) / sum);
        for (Index k = 0; k < o.rows(); ++k) y(k, column) *= top;
        if (!maxima.data()) continue;
        maxima(0, column) = largest;
        maxima(1, column) = top;
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
