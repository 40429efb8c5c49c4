// SPDX-License-Identifier: MIT
//
// exp and tanh of vectors of float and double, by
//
//   y = n log 2 + r, |r| ≤ (log 2) / 2        exp(y) − 1 = 2ⁿ (exp(r) − 1) + (2ⁿ − 1)
//
// and a polynomial for (exp(r) − 1 − r) / r². With t = exp(2|x|) − 1, tanh |x| = t / (t + 2): nothing cancels near 0,
// where t ≈ 2|x|, so that one formula serves all x. tanh finds NaN by its bits, so that -ffast-math does not lose it
// (exp's NaN it does lose; and what tanh corrects, so that it is within 3 units in the last place there).
#pragma once

#include <cstdint>
#include <cstring>

#include "elman/detail/vector.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

namespace elman::inline ELMAN_ABI::detail {

template <class Scalar>
struct ExpConstants;

template <>
struct ExpConstants<float> {
  static constexpr float log2_high = 0x1.62e4p-1F;  // its product with n ≤ 2⁷ is exact
  static constexpr float log2_low = 0x1.7f7d1cp-20F;
  // 1/2!, 1/3!, …: what the next term would add is less than a quarter of a unit in the last place.
  static constexpr float even[] = {0x1p-1F, 0x1.555556p-5F, 0x1.6c16c2p-10F, 0x1.a01a02p-16F};
  static constexpr float odd[] = {0x1.555556p-3F, 0x1.111112p-7F, 0x1.a01a02p-13F, 0x1.71de3ap-19F};
  static constexpr int mantissa_bits = 23;
  static constexpr int exponent_bias = 127;
  static constexpr float saturated = 10;          ///< tanh is 1 from here on
  static constexpr float least = -0x1.5d589ep6F;  ///< exp is a normal number down to here
};
template <>
struct ExpConstants<double> {
  static constexpr double log2_high = 0x1.62e42feep-1;  // its product with n ≤ 2¹¹ is exact
  static constexpr double log2_low = 0x1.a39ef35793c76p-33;
  static constexpr double even[] = {0x1p-1,
                                    0x1.5555555555555p-5,
                                    0x1.6c16c16c16c17p-10,
                                    0x1.a01a01a01a01ap-16,
                                    0x1.27e4fb7789f5cp-22,
                                    0x1.1eed8eff8d898p-29,
                                    0x1.93974a8c07c9dp-37};
  static constexpr double odd[] = {0x1.5555555555555p-3,  0x1.1111111111111p-7,  0x1.a01a01a01a01ap-13,
                                   0x1.71de3a556c734p-19, 0x1.ae64567f544e4p-26, 0x1.6124613a86d09p-33,
                                   0x1.ae7f3e733b81fp-41};
  static constexpr int mantissa_bits = 52;
  static constexpr int exponent_bias = 1023;
  static constexpr double saturated = 20;
  static constexpr double least = -0x1.6232bdd7abcd2p9;
};

template <class Scalar, int Lanes>
struct VectorMath {
  using C = ExpConstants<Scalar>;
  using V = Lane<Scalar, Lanes>;
  using Integers = Lane<Bits<Scalar>, Lanes>;
  using Exponents = Lane<std::int32_t, Lanes>;
  static constexpr Bits<Scalar> sign_bit = static_cast<Bits<Scalar>>(Bits<Scalar>{1} << (8 * sizeof(Scalar) - 1));

  ELMAN_INLINE static void bits(const V& v, Integers& result) { std::memcpy(&result, &v, sizeof(V)); }
  ELMAN_INLINE static void from_bits(const Integers& i, V& result) { std::memcpy(&result, &i, sizeof(V)); }

  /// For y = n log 2 + r: 2ⁿ, and exp(r) − 1 as the sum of r and a smaller term. n is y / log 2 + `rounding`, towards
  /// 0.
  ELMAN_INLINE static void split(const V& y, Scalar rounding, V& power, V& r, V& term) {
    const V scaled = y * Scalar(0x1.71547652b82fep0) + rounding;
    Exponents n;
    V n_real;
    Integers exponent;
    if constexpr (Lanes == 1) {
      n = static_cast<std::int32_t>(scaled);
      n_real = static_cast<Scalar>(n);
      exponent = n;
    } else {
      n = __builtin_convertvector(scaled, Exponents);
      n_real = __builtin_convertvector(n, V);
      exponent = __builtin_convertvector(n, Integers);
    }
    r = (y - n_real * C::log2_high) - n_real * C::log2_low;
    const V square = r * r;
    constexpr int terms = static_cast<int>(sizeof(C::even) / sizeof(Scalar));
    V even = square * C::even[terms - 1] + C::even[terms - 2];
    V odd = square * C::odd[terms - 1] + C::odd[terms - 2];
    ELMAN_UNROLL
    for (int k = terms - 3; k >= 0; --k) {
      even = even * square + C::even[k];
      odd = odd * square + C::odd[k];
    }
    term = square * (even + odd * r);
    from_bits((exponent + C::exponent_bias) << C::mantissa_bits, power);
  }

  /// tanh x: odd, within 1 unit in the last place, or 2 where multiply-adds are not fused; NaN of NaN.
  ELMAN_INLINE static void tanh(const V& x, V& result) {
    Integers i;
    bits(x, i);
    const Integers sign = i & sign_bit;
    const Integers magnitude = i & ~sign_bit;
    constexpr auto infinity = static_cast<Bits<Scalar>>(~((Bits<Scalar>{1} << C::mantissa_bits) - 1) & ~sign_bit);
    V y, saturated, two, power, r, term;
    from_bits(magnitude, y);
    fill<Scalar, Lanes>(C::saturated, saturated);
    fill<Scalar, Lanes>(Scalar(2), two);
    y = y < saturated ? y : saturated;
    y = y + y;
    split(y, Scalar(0.25), power, r, term);
    // t and t + 2, each with what its rounding lost.
    const V rest = r + term;
    const V scaled = power * rest;
    const V base = power - Scalar(1);
    const V t = base + scaled;
    const V t_lost = ((base - t) + scaled) + power * ((r - rest) + term);
    const V sum = t + Scalar(2);
    const V sum_lost = (t < two ? (two - sum) + t : (t - sum) + two) + t_lost;
    const V inverse = Scalar(1) / sum;
    const V rough = t * inverse;
    const V remainder = (t - rough * sum) + (t_lost - rough * sum_lost);
    const V quotient = rough + remainder * inverse;
    Integers q;
    bits(quotient, q);
    q = magnitude > infinity ? i : (q | sign);
    from_bits(q, result);
  }

  /// exp x for x ≤ 0, within 1.25 units in the last place; 0 where that is no normal number; NaN of NaN.
  ELMAN_INLINE static void exp_negative(const V& x, V& result) {
    V least;
    fill<Scalar, Lanes>(C::least, least);
    const V y = x < least ? least : x;
    V power, r, term;
    split(y, Scalar(-0.5), power, r, term);
    const V e = power * (r + term) + power;
    result = x < least ? V{} : e;
  }
};

}  // namespace elman::inline ELMAN_ABI::detail

#endif  // ELMAN_HAS_KERNELS
