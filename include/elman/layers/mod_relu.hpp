// SPDX-License-Identifier: MIT
//
// The activation of unitary recurrent nets for real numbers, with one β a unit that is learned (docs/math.md Eq. 70):
//
//   h = sign(a) max(|a| + β, 0)      σ' = 0 where h = 0 and β < 0, else 1      ∂σ/∂β = sign(h)
//
// It keeps the sign of a and is linear at β = 0, where it begins; a negative β switches small a off, a positive one
// none, but h jumps at a = 0, where h and ∂σ/∂β are 0 and σ' is 1, as on either side. (Arjovsky, Shah and Bengio 2016,
// arXiv:1511.06464, section 4.2, with W kept orthogonal and no b: Recurrence<In, Hidden, ModReLU, NothingBetween,
// NoBias>)
#pragma once

#include "elman/layers/activation.hpp"
#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// h = sign(a) max(|a| + β, 0).
struct ModReLU {
  static constexpr const char* parameter = "beta";
  static double initial() { return 0; }

  template <class Scalar>
  Scalar value(const Scalar& a, const Scalar& beta) const {
    if (real_part(a) == 0 && real_part(beta) >= 0) return a;
    const bool is_negative = real_part(a) < 0;
    Scalar size = (is_negative ? -a : a) + beta;
    if (real_part(size) <= 0) size = Scalar(0);  // NaN stays NaN
    return is_negative ? -size : size;
  }
  template <class Scalar>
  Scalar slope(const Scalar& h, const Scalar& beta) const {
    return real_part(h) == 0 && real_part(beta) < 0 ? Scalar(0) : Scalar(1);
  }
  template <class Scalar>
  Scalar parameter_slope(const Scalar& h, const Scalar&) const {
    return real_part(h) == 0 ? Scalar(0) : real_part(h) < 0 ? Scalar(-1) : Scalar(1);
  }
};

template <>
struct CppName<ModReLU> {
  static constexpr const char* value = "elman::ModReLU";
};

}  // namespace ELMAN_ABI
}  // namespace elman
