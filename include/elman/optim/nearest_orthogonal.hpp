// SPDX-License-Identifier: MIT
//
// The orthogonal matrix nearest to a square one, its polar factor P Qᵀ where W = P Σ Qᵀ (docs/math.md Eq. 84): where W
// goes back to after a step that has left it. By products alone,
//
//   W ← W + ½ W (I − WᵀW)        each step of which turns a singular value s into ½ s (3 − s²)
//
// (Newton and Schulz; Björck and Bowie, SIAM J. Numer. Anal. 8(2), 1971), from ‖W‖² ≤ 2 on, to which W is scaled. It
// does not need to know how far W is, only that no singular value is nearly 0: after a step of training four to six
// products do. What is nearly singular goes to orthogonal_rotations.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/kernels/product.hpp"
#include "elman/optim/orthogonal_rotations.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar>
class NearestOrthogonal {
  using Number = Wide<Scalar>;
  using Limits = std::numeric_limits<Scalar>;

 public:
  /// Memory for matrices of up to so many rows; all but that of nearly singular ones, which is made for the first.
  void reserve(Index rows) {
    copy_.reserve(rows, rows);
    excess_.reserve(rows, rows);
    factor_.reserve(rows, rows);
  }

  /// W, of adjacent columns, ← the orthogonal matrix nearest to it, to round-off: ‖WᵀW − I‖_F ≤ n ε. One that is so
  /// near already keeps its bits, and so does one that is not finite.
  void operator()(const MatrixView<Scalar>& W) {
    if (multiply(W, true)) return;
    rotations_(W);
    multiply(W, false);  // what many rotations have left
  }

 private:
  /// Steps until W is orthogonal, which singular values of 1e-4 have become in 24. Returns whether it is.
  bool multiply(const MatrixView<Scalar>& W, bool may_scale) {
    const Scalar round_off = Limits::epsilon() * static_cast<Scalar>(W.rows()), last = std::sqrt(round_off) / 2;
    for (int step = 0; step < 24; ++step) {
      const Scalar distance = find_excess(W, may_scale && step == 0);
      if (!is_finite(distance)) return false;
      if (distance <= round_off) return true;
      factor_.assign(copy_.view());
      add_product(factor_, excess_.view(), W);
      if (distance <= last) return true;  // ¾ of its square is left: round-off
    }
    return false;
  }

  /// ½ (I − WᵀW), with W scaled before it if `scale` and if that is needed. Returns ‖WᵀW − I‖_F, or what is not finite.
  Scalar find_excess(const MatrixView<Scalar>& W, bool scale) {
    const Index n = W.rows();
    copy_.reshape(n, n);
    excess_.reshape(n, n);
    const MatrixView<Scalar> unscaled = copy_.view(), gram = excess_.view();
    copy(W, unscaled);
    factor_.assign_transposed(unscaled);
    set_product(factor_, unscaled, gram);
    Scalar squared(1);
    if (scale) {
      const Scalar bound = largest_sum(gram);  // ≥ ‖W‖²
      if (!is_finite(bound) || bound < (Limits::min)()) return infinite<Scalar>();
      if (bound > Scalar(2) || bound < Scalar(0.5)) {
        squared = Scalar(2) / bound;
        VectorView<Scalar>(W.data(), W.size()) *= std::sqrt(squared);
        copy(W, unscaled);
      }
    }
    Number squares(0);
    for (Index k = 0; k < n; ++k) {
      Scalar* const column = gram.data() + k * n;
      for (Index row = 0; row < n; ++row) column[row] *= Scalar(-0.5) * squared;
      column[k] += Scalar(0.5);
      squares += sum_of_squares<Number>(column, n, Number(2));
    }
    return static_cast<Scalar>(std::sqrt(squares));
  }

  static Scalar largest_sum(const ConstMatrixView<Scalar>& gram) {
    Scalar largest(0);
    for (Index k = 0; k < gram.cols(); ++k) {
      const auto sum = sum_of_magnitudes<Scalar>(gram.data() + k * gram.outerStride(), gram.rows());
      if (!is_finite(sum)) return sum;
      largest = (std::max)(largest, sum);
    }
    return largest;
  }

  ColumnBuffer<Scalar> copy_, excess_;
  Factor<Scalar> factor_;
  OrthogonalRotations<Scalar> rotations_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
