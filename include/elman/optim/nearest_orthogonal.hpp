// SPDX-License-Identifier: MIT
//
// The orthogonal matrix nearest to a square one, its polar factor, of which W V Vᵀ = U Vᵀ for W = U Σ Vᵀ (docs/math.md
// Eq. 84): where W goes back to after a step that has left it. By products alone,
//
//   W ← W + ½ W (I − WᵀW)        each step of which turns a singular value s into ½ s (3 − s²)
//
// (Newton and Schulz; Björck and Bowie, SIAM J. Numer. Anal. 8(2), 1971), from ‖W‖² ≤ 2 on, to which W is scaled. It
// does not need to know how far W is, only that no singular value is nearly 0: after a step of training two to four
// products of W with itself do. What is nearly singular is rotated until its columns are orthogonal (Hestenes 1958).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/kernels/product.hpp"
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

  /// W ← the orthogonal matrix nearest to it, to round-off: ‖WᵀW − I‖_F ≤ n ε. One that is so near already keeps its
  /// bits, and so does one that is not finite.
  void operator()(const MatrixView<Scalar>& W) {
    constexpr int most = 24;  // a singular value of 1e-4 has grown to 1 by then
    const Scalar round_off = Limits::epsilon() * static_cast<Scalar>(W.rows()), last = std::sqrt(round_off) / 2;
    for (int step = 0; step < most; ++step) {
      const Scalar distance = find_excess(W, step == 0);
      if (!is_finite(distance)) break;
      if (distance <= round_off) return;
      factor_.assign(copy_.view());
      add_product(factor_, excess_.view(), W);
      if (distance <= last) return;  // ¾ of its square is left: round-off
    }
    rotate(W);
  }

 private:
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
      if (!is_finite(bound) || bound < Limits::min()) return Limits::infinity();
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

  /// W = U Σ Vᵀ by rotations of pairs of columns, which turn W into U Σ and I into V; then U Vᵀ. Columns of U that
  /// belong to a singular value of 0 are any that are orthogonal to the others: none is nearer.
  void rotate(const MatrixView<Scalar>& W) {
    const Index n = W.rows();
    Number largest(0);
    for (Index k = 0; k < n; ++k) largest = largest_magnitude(W.data() + k * W.outerStride(), n, largest);
    if (!is_finite(largest)) return;
    rotated_.reshape(n, n);
    rotation_.reshape(n, n);
    const MatrixView<Number> A = rotated_.view(), V = rotation_.view();
    set_zero(V);
    for (Index col = 0; col < n; ++col) {
      V(col, col) = 1;
      for (Index row = 0; row < n; ++row) {
        A(row, col) = largest > 0 ? static_cast<Number>(W(row, col)) / largest : Number(0);
      }
    }
    constexpr Number round_off = std::numeric_limits<Number>::epsilon();
    const Number close = round_off * static_cast<Number>(n), least = square(close) * static_cast<Number>(n);
    bool is_done = false;
    for (int sweep = 0; sweep < 60 && !is_done; ++sweep) {
      is_done = true;
      for (Index k = 1; k < n; ++k) {
        for (Index j = 0; j < k; ++j) is_done = turn(A, V, j, k, close, least) && is_done;
      }
    }
    for (Index k = 0; k < n; ++k) {
      const Number squared = dot(A, k, k);
      const Number factor = squared > least ? 1 / std::sqrt(squared) : Number(0);
      for (Index row = 0; row < n; ++row) A(row, k) *= factor;
    }
    for (Index k = 0; k < n; ++k) {
      if (!(dot(A, k, k) > 0)) complete(A, k);
    }
    for (Index col = 0; col < n; ++col) {
      for (Index row = 0; row < n; ++row) {
        Number sum(0);
        for (Index k = 0; k < n; ++k) sum += A(row, k) * V(col, k);
        W(row, col) = static_cast<Scalar>(sum);
      }
    }
  }

  static Number square(Number x) { return x * x; }
  static Number dot(const MatrixView<Number>& A, Index j, Index k) {
    Number sum(0);
    for (Index row = 0; row < A.rows(); ++row) sum += A(row, j) * A(row, k);
    return sum;
  }

  /// Columns j and k of A, orthogonal to each other, and the same rotation of V's. Returns whether they were already.
  static bool turn(const MatrixView<Number>& A, const MatrixView<Number>& V, Index j, Index k, Number close,
                   Number least) {
    const Number of_j = dot(A, j, j), of_k = dot(A, k, k), both = dot(A, j, k);
    if (of_j <= least || of_k <= least || std::abs(both) <= close * std::sqrt(of_j) * std::sqrt(of_k)) return true;
    const Number zeta = (of_k - of_j) / (2 * both);
    const Number tangent = (zeta < 0 ? -1 : 1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
    const Number cosine = 1 / std::sqrt(1 + tangent * tangent), sine = cosine * tangent;
    for (const MatrixView<Number>& M : {A, V}) {
      for (Index row = 0; row < M.rows(); ++row) {
        const Number first = M(row, j), second = M(row, k);
        M(row, j) = cosine * first - sine * second;
        M(row, k) = sine * first + cosine * second;
      }
    }
    return false;
  }

  /// Column k, which is 0 as all that are not yet known, of unit length and orthogonal to the others: the unit vector
  /// that has least in common with them, less what it has.
  static void complete(const MatrixView<Number>& A, Index k) {
    Index best = 0;
    Number least(2);
    for (Index row = 0; row < A.rows(); ++row) {
      Number squares(0);
      for (Index col = 0; col < A.cols(); ++col) squares += square(A(row, col));
      if (squares < least) {
        least = squares;
        best = row;
      }
    }
    A(best, k) = 1;
    for (int again = 0; again < 2; ++again) {  // once would leave round-off over what is left
      for (Index col = 0; col < A.cols(); ++col) {
        if (col == k) continue;
        const Number common = dot(A, col, k);
        for (Index row = 0; row < A.rows(); ++row) A(row, k) -= common * A(row, col);
      }
    }
    const Number length = std::sqrt(dot(A, k, k));
    for (Index row = 0; row < A.rows(); ++row) A(row, k) /= length;
  }

  ColumnBuffer<Scalar> copy_, excess_;
  Factor<Scalar> factor_;
  ColumnBuffer<Number> rotated_, rotation_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
