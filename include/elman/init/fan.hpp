// SPDX-License-Identifier: MIT
//
// Initialisers that fill one weight matrix with independent numbers, whose spread is chosen so that signals (He) or
// signals and gradients (Glorot) keep their size: rows = fan out, columns = fan in (docs/math.md Eqs. 30, 31).
//
// A matrix is any writable Eigen matrix or view: `init::glorot_uniform(cell.U(), random)`. The numbers are drawn in
// double, column by column, and then rounded to the matrix's scalar: a float and a double net get the same weights.
// Complex matrices get real numbers.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

#include "elman/option_ranges.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// M(row, col) ← number(row, col), column by column.
template <class M, class Number>
void fill(M& matrix, Number&& number) {
  using Scalar = typename M::Scalar;
  static_assert(RealOrComplex<Scalar>, "elman: Scalar must be float, double, long double or std::complex of one");
  for (Index col = 0; col < matrix.cols(); ++col) {
    for (Index row = 0; row < matrix.rows(); ++row) {
      matrix(row, col) = Scalar(static_cast<Real<Scalar>>(number(row, col)));
    }
  }
}

/// Throws, before anything is written, unless `value` and `times` as much are numbers above 0 that M's scalar, and a
/// double, hold with all their digits.
template <class M>
void require_spread(std::string_view owner, std::string_view name, double value, double times) {
  using Scalar = Real<typename std::remove_cvref_t<M>::Scalar>;
  require_positive_in<Scalar>(owner, name, value);
  using Narrower = std::conditional_t<narrower_than_double<Scalar>, Scalar, double>;
  const double least = static_cast<double>((std::numeric_limits<Narrower>::min)());
  const double most = static_cast<double>((std::numeric_limits<Narrower>::max)()) / times;
  require_that(value >= least, owner, ": ", name, " is ", value, "; expected at least ", least);
  require_that(value <= most, owner, ": ", name, " is ", value, "; expected at most ", most);
}

template <class M>
double fan_in(const M& matrix) {
  return static_cast<double>(matrix.cols());
}
template <class M>
double fan_in_and_out(const M& matrix) {
  return static_cast<double>(matrix.rows() + matrix.cols());
}

}  // namespace detail

namespace init {

/// Uniform in [−bound, bound). Throws unless bound is above 0 and in the range of the matrix's scalar, up to half of
/// the largest.
template <class M>
void uniform(M&& matrix, Random& random, double bound) {
  detail::require_spread<M>("init::uniform", "bound", bound, 2);
  detail::fill(matrix, [&](Index, Index) { return random.uniform(-bound, bound); });
}

/// Normal with mean 0 and the given standard deviation. Throws unless it is above 0 and 64 times as much, which no
/// number reaches, is in the range of the matrix's scalar.
template <class M>
void normal(M&& matrix, Random& random, double deviation) {
  detail::require_spread<M>("init::normal", "deviation", deviation, 64);
  detail::fill(matrix, [&](Index, Index) { return deviation * random.normal(); });
}

/// Uniform, variance 2 / (fan in + fan out): for tanh and the identity. (Glorot and Bengio, AISTATS 2010, Eq. 16)
template <class M>
void glorot_uniform(M&& matrix, Random& random) {
  uniform(matrix, random, std::sqrt(6 / detail::fan_in_and_out(matrix)));
}

/// Normal, variance 2 / (fan in + fan out). (Glorot and Bengio, AISTATS 2010, Eq. 12)
template <class M>
void glorot_normal(M&& matrix, Random& random) {
  normal(matrix, random, std::sqrt(2 / detail::fan_in_and_out(matrix)));
}

/// Uniform, variance 2 / fan in: for ReLU. (He et al., ICCV 2015, Eq. 10)
template <class M>
void he_uniform(M&& matrix, Random& random) {
  uniform(matrix, random, std::sqrt(6 / detail::fan_in(matrix)));
}

/// Normal, variance 2 / fan in. (He et al., ICCV 2015, Eq. 10)
template <class M>
void he_normal(M&& matrix, Random& random) {
  normal(matrix, random, std::sqrt(2 / detail::fan_in(matrix)));
}

}  // namespace init

}  // namespace ELMAN_ABI
}  // namespace elman
