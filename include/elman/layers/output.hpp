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

#include "elman/kernels/softmax.hpp"
#include "elman/layers/activation.hpp"
#include "elman/layers/cpp_name.hpp"
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

/// log Σ exp(o) = largest + log(1 + others).
template <class Scalar>
struct ExponentialSum {
  Scalar largest;       ///< the largest logit
  Wide<Scalar> others;  ///< Σ exp(o_k − largest) of all other logits: what is small beside 1 keeps its digits

  /// log(1 + others), the −log y of the largest.
  Wide<Scalar> log() const {
    if constexpr (is_complex<Scalar>) {
      using std::log;
      return log(Wide<Scalar>(1) + others);
    } else if constexpr (sizeof(Scalar) < sizeof(double)) {
      return others < 0x1p-24 ? others : std::log(1 + others);  // float's digits, in half the time of log1p
    } else {
      return std::log1p(others);
    }
  }
  /// 1 − y_k.
  Scalar without(const Scalar& o_k, const Scalar& y_k) const {
    return o_k == largest ? static_cast<Scalar>(others / (Wide<Scalar>(1) + others)) : Scalar(1) - y_k;
  }
};

/// use(k, exp(o_k − largest)) for every k; 0 where that is no normal number.
template <class O, class Use>
ExponentialSum<typename O::Scalar> sum_of_exponentials(const O& o, Index column, const Use& use) {
  using Scalar = typename O::Scalar;
  using std::exp;
  Index j = 0;
  for (Index k = 1; k < o.rows(); ++k) {
    if (real_part(o(k, column)) > real_part(o(j, column))) j = k;
  }
  const Scalar largest = o(j, column);
  LongSum<Wide<Scalar>> others;
  for (Index k = 0; k < o.rows(); ++k) {
    Scalar e = exp(o(k, column) - largest);
    if constexpr (!is_complex<Scalar>) {
      if (e < (std::numeric_limits<Scalar>::min)()) e = Scalar(0);
    }
    if (k != j) others.add(e);
    use(k, e);
  }
  return {largest, others.sum + others.left_out};
}

}  // namespace detail

/// y = exp(o) / Σ exp(o), from o − max o, so that no logit overflows. A part too small for a normal number is 0: what
/// is masked by a logit of −∞ has no probability. NaN in a column makes all of it NaN.
struct Softmax {
  static constexpr int kept = 2;  ///< max o, and Σ exp(o − max o) without its largest term

  template <class O, class Y>
  void operator()(const O& o, Y&& y, const MatrixView<typename O::Scalar>& sums = {}) const {
    of<typename O::Scalar>(o, y, sums);
  }
  template <class Scalar>
  static void of(const ConstMatrixView<Scalar>& o, const MatrixView<Scalar>& y, const MatrixView<Scalar>& sums) {
    if constexpr (detail::has_kernels<Scalar>) {
      detail::softmax<Scalar>(o, y, sums.data());
    } else {
      for (Index column = 0; column < o.cols(); ++column) {
        const auto sum = detail::sum_of_exponentials(o, column, [&](Index k, const Scalar& e) { y(k, column) = e; });
        const auto total = static_cast<Scalar>(sum.others + Wide<Scalar>(1));
        for (Index k = 0; k < o.rows(); ++k) y(k, column) /= total;
        if (!sums.data()) continue;
        sums(0, column) = sum.largest;
        sums(1, column) = static_cast<Scalar>(sum.others);
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
