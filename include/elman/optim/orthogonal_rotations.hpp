// SPDX-License-Identifier: MIT
//
// The orthogonal matrix nearest to any square one (docs/math.md Eq. 84), singular ones too, by the singular value
// decomposition: pairs of columns are rotated until all are orthogonal, which turns W into P Σ and I into Q (Hestenes,
// J. SIAM 6(1), 1958). For what products alone do not bring there (nearest_orthogonal.hpp), which is seldom.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar>
class OrthogonalRotations {
  using Number = Wide<Scalar>;

 public:
  /// W ← P Qᵀ, for adjacent columns. Columns of P of a singular value of 0 are any that are orthogonal to the others:
  /// no choice is nearer. What is not finite keeps its bits. Memory is made for the first.
  void operator()(const MatrixView<Scalar>& W) {
    const Index n = W.rows();
    const Number largest = largest_magnitude(W.data(), W.size(), Number(0));
    if (!is_finite(largest)) return;
    rotated_.reshape(n, n);
    rotation_.reshape(n, n);
    const MatrixView<Number> A = rotated_.view(), V = rotation_.view();
    set_zero(V);
    for (Index col = 0; col < n; ++col) {
      V(col, col) = 1;
      for (Index row = 0; row < n; ++row) A(row, col) = static_cast<Number>(W(row, col)) / (largest > 0 ? largest : 1);
    }
    const Number size = static_cast<Number>(n), close = size * std::numeric_limits<Number>::epsilon();
    const Number least = close * close * size;  // below it, a square of a length is round-off
    bool is_done = false;
    for (int sweep = 0; sweep < 60 && !is_done; ++sweep) {
      is_done = true;
      for (Index k = 1; k < n; ++k) {
        for (Index j = 0; j < k; ++j) is_done = turn(A, V, j, k, close, least) && is_done;
      }
    }
    for (Index k = 0; k < n; ++k) {
      const Number squared = dot(A, k, k);
      for (Index row = 0; row < n; ++row) A(row, k) *= squared > least ? 1 / std::sqrt(squared) : Number(0);
    }
    for (Index k = 0; k < n; ++k) complete(A, k);
    for (Index col = 0; col < n; ++col) {
      for (Index row = 0; row < n; ++row) {
        Number sum(0);
        for (Index k = 0; k < n; ++k) sum += A(row, k) * V(col, k);
        W(row, col) = static_cast<Scalar>(sum);
      }
    }
  }

 private:
  static Number dot(const MatrixView<Number>& A, Index j, Index k) {
    Number sum(0);
    for (Index row = 0; row < A.rows(); ++row) sum += A(row, j) * A(row, k);
    return sum;
  }

  /// Columns j and k of A, orthogonal to each other, and the same rotation of V's. Returns whether they were already.
  static bool turn(const MatrixView<Number>& A, const MatrixView<Number>& V, Index j, Index k, Number close,
                   Number least) {
    const Number of_j = dot(A, j, j), of_k = dot(A, k, k), both = dot(A, j, k);
    if (of_j <= least || of_k <= least || (std::abs)(both) <= close * std::sqrt(of_j) * std::sqrt(of_k)) return true;
    const Number zeta = (of_k - of_j) / (2 * both);
    const Number tangent = (zeta < 0 ? -1 : 1) / ((std::abs)(zeta) + std::sqrt(1 + zeta * zeta));
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

  /// Column k, if it is 0 as all that are not known yet: the unit vector that has least in common with the others, less
  /// what it has, of length 1.
  static void complete(const MatrixView<Number>& A, Index k) {
    if (dot(A, k, k) > 0) return;
    std::pair<Number, Index> least{2, 0};
    for (Index row = 0; row < A.rows(); ++row) {
      Number squares(0);
      for (Index col = 0; col < A.cols(); ++col) squares += A(row, col) * A(row, col);
      least = (std::min)(least, {squares, row});
    }
    A(least.second, k) = 1;
    for (Index col = 0; col < A.cols(); ++col) {
      const Number common = col == k ? Number(0) : dot(A, col, k);
      for (Index row = 0; row < A.rows(); ++row) A(row, k) -= common * A(row, col);
    }
    const Number length = std::sqrt(dot(A, k, k));
    for (Index row = 0; row < A.rows(); ++row) A(row, k) /= length;
  }

  ColumnBuffer<Number> rotated_, rotation_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
