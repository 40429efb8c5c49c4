// SPDX-License-Identifier: MIT
//
// How much a matrix can stretch, and how much its powers do:
//
//   spectral_radius(W)            max |λ(W)| = lim ‖Wⁿ‖^(1/n)                  (77)
//   largest_singular_value(J)     max ‖J v‖ / ‖v‖ = √(spectral radius of JᵀJ)   (76)
//
// Power iteration by squaring: k products make a matrix's 2ᵏ-th power, scaled to norm 1 after each, so that nothing
// overflows. It needs no start vector, and pairs of complex eigenvalues, multiple ones and nilpotent matrices are no
// special cases. Equation numbers: docs/math.md.
#pragma once

#include <cmath>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/column_norm.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/kernels/product.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

using DenseDouble = Matrix<double, Dynamic, Dynamic>;

template <class M>
DenseDouble dense_double(const M& matrix) {
  DenseDouble result(matrix.rows(), matrix.cols());
  for (Index k = 0; k < matrix.cols(); ++k) {
    for (Index row = 0; row < matrix.rows(); ++row) result(row, k) = static_cast<double>(matrix(row, k));
  }
  return result;
}

/// A ← A / ‖A‖ (Frobenius) if that is above 0 and finite; returns ‖A‖. A template, as are its callers, so that nobody
/// compiles it who does not call them.
template <class Dense>
double normalise(Dense& A) {
  const double norm = static_cast<double>(column_norm(A.data(), A.size()));
  if (norm > 0 && is_finite(norm)) {
    for (Index k = 0; k < A.size(); ++k) A.data()[k] /= norm;
  }
  return norm;
}

/// ln max |λ(A)|: with A_0 = A / ‖A‖ and A_j = A_{j-1}² / s_j, s_j its norm, it is ln ‖A‖ + Σ ln(s_j) / 2ʲ. Of
/// symmetric matrices the s_j do not fall, and where they have come to rest so has the sum.
template <class Dense>
double log_spectral_radius(Dense A, bool is_symmetric) {
  constexpr int squarings = 30;
  double s = normalise(A), log_radius = std::log(s), weight = 1;
  Dense square(A.rows(), A.cols());
  Factor<double> factor;
  for (int j = 0; j < squarings && s > 0 && is_finite(s); ++j) {
    factor.assign(A);
    set_product(factor, A, square);
    A.swap(square);
    const double before = s;
    s = normalise(A);
    weight /= 2;
    log_radius += weight * std::log(s);
    if (is_symmetric && j > 10 && s - before <= 1e-15) break;
  }
  if (!is_finite(s)) return not_a_number();
  if (s == 0) return -infinite();
  return log_radius + weight * std::log(s);  // and what is left of the sum, if it goes on as it does
}

/// ln of the largest singular value of J.
template <class Dense>
double log_largest_singular_value(Dense J) {
  const double norm = normalise(J);
  if (!is_finite(norm)) return not_a_number();
  if (norm == 0) return -infinite();
  Dense gram(J.cols(), J.cols());
  Factor<double> factor;
  factor.assign_transposed(J);
  set_product(factor, J, gram);
  return std::log(norm) + log_spectral_radius(gram, true) / 2;
}

}  // namespace detail

/// max |λ(W)| of a square W (77), in double whatever its scalar: to 1e-8 of it, or about the m-th root of round-off if
/// m eigenvalues are one in a single block (as of any method). 0 of nothing but zeros, NaN of what is not finite. Takes
/// 60 Hidden³ operations and memory for three matrices. Throws std::invalid_argument if W is not square or is empty.
template <class M>
double spectral_radius(const M& W) {
  static_assert(detail::IsMatrix<M>, "elman::spectral_radius takes a matrix of real numbers.");
  detail::require_that(W.rows() == W.cols() && W.rows() > 0, "spectral_radius: W is ", W.rows(), " x ", W.cols(),
                       "; expected a square matrix");
  const double log_radius = detail::log_spectral_radius(detail::dense_double(W), false);
  return std::exp(log_radius);
}

/// max ‖J v‖ / ‖v‖, the 2-norm of any matrix (76), in double, to 1e-10 of it; NaN of what is not finite. Throws
/// std::invalid_argument if J is empty.
template <class M>
double largest_singular_value(const M& J) {
  static_assert(detail::IsMatrix<M>, "elman::largest_singular_value takes a matrix of real numbers.");
  detail::require_that(J.size() > 0, "largest_singular_value: J is ", J.rows(), " x ", J.cols(),
                       "; expected a matrix that is not empty");
  return std::exp(detail::log_largest_singular_value(detail::dense_double(J)));
}

}  // namespace ELMAN_ABI
}  // namespace elman
