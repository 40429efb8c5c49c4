// SPDX-License-Identifier: MIT
//
// exp and tanh of vectors of float and double.
//
//   y = n log 2 + r, |r| ≤ (log 2) / 2        exp(y) = 2ⁿ + 2ⁿ (exp(r) − 1),  exp(r) − 1 = r + r² C(r)
//   |x| < bend                                tanh(x) = x + x³ R(x²)
//   |x| ≥ bend                                tanh|x| = 1 − 2 / (exp(2|x|) + 1)
//
// From the bend on, 1 is nearly three times as large as what is taken from it, or more, and the errors of exp weigh as
// much less. C and R are polynomials whose largest error in the result is least (Remez): less than 1/16 of a unit in
// the last place. Compiled with -ffast-math, NaN may be lost.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar>
struct MathConstants;

template <>
struct MathConstants<float> {
  static constexpr float log2_high = 0x1.62e4p-1F;  // its product with n ≤ 2⁷ is exact
  static constexpr float log2_low = 0x1.7f7d1cp-20F;
  static constexpr float C[] = {0x1p-1F, 0x1.55548ep-3F, 0x1.55545ep-5F, 0x1.123b84p-7F, 0x1.6db44p-10F};
  static constexpr float R[] = {-0x1.55553ep-2F, 0x1.110b3cp-3F,  -0x1.b92884p-5F,
                                0x1.5d072ap-6F,  -0x1.e59774p-8F, 0x1.9f6e9ep-10F};
  static constexpr int mantissa_bits = 23;
  static constexpr int exponent_bias = 127;
  static constexpr float bend = 0.8F;
  static constexpr float saturated = 10;          ///< tanh is 1 from here on
  static constexpr float least = -0x1.5d589ep6F;  ///< exp is a normal number down to here
};
template <>
struct MathConstants<double> {
  static constexpr double log2_high = 0x1.62e42feep-1;  // its product with n ≤ 2¹¹ is exact
  static constexpr double log2_low = 0x1.a39ef35793c76p-33;
  static constexpr double C[] = {0x1p-1,
                                 0x1.555555555555cp-3,
                                 0x1.555555555555ep-5,
                                 0x1.111111110ebaap-7,
                                 0x1.6c16c16c13555p-10,
                                 0x1.a01a01b3c0467p-13,
                                 0x1.a01a01b4642adp-16,
                                 0x1.71ddef83fc1e9p-19,
                                 0x1.27e4bf13ed996p-22,
                                 0x1.af6cec600ec9ep-26,
                                 0x1.1f9e182ed55efp-29};
  static constexpr double R[] = {-0x1.5555555555552p-2,  0x1.1111111110d42p-3,   -0x1.ba1ba1b9ebfb4p-5,
                                 0x1.664f48794fe53p-6,   -0x1.226e344196f36p-7,  0x1.d6d3a5458aa5bp-9,
                                 -0x1.7da11a8a17192p-10, 0x1.35425bf66414cp-11,  -0x1.f451af961a05fp-13,
                                 0x1.909d35295c676p-14,  -0x1.33f3ca36f46a3p-15, 0x1.a3d0eadb717dbp-17,
                                 -0x1.b00c17adca9cdp-19, 0x1.dcb14f3cd0f04p-22};
  static constexpr int mantissa_bits = 52;
  static constexpr int exponent_bias = 1023;
  static constexpr double bend = 0.8;
  static constexpr double saturated = 20;
  static constexpr double least = -0x1.6232bdd7abcd2p9;
};

template <class Scalar, int Lanes>
struct VectorMath {
  using Constants = MathConstants<Scalar>;
  using V = Lane<Scalar, Lanes>;
  using Integers = Lane<Bits<Scalar>, Lanes>;
  using Exponents = Lane<std::int32_t, Lanes>;
  static constexpr Scalar one_by_log2 = Scalar(0x1.71547652b82fep0);
  static constexpr Bits<Scalar> sign_bit = static_cast<Bits<Scalar>>(Bits<Scalar>{1} << (8 * sizeof(Scalar) - 1));

  ELMAN_INLINE static void bits(const V& v, Integers& result) { std::memcpy(&result, &v, sizeof(V)); }
  ELMAN_INLINE static void from_bits(const Integers& i, V& result) { std::memcpy(&result, &i, sizeof(V)); }

  /// p(t) = Σ (p₂ₖ + p₂ₖ₊₁ t) t²ᵏ: terms side by side make a short chain.
  template <std::size_t Count>
  ELMAN_INLINE static void polynomial(const Scalar (&p)[Count], const V& t, const V& square, V& result) {
    constexpr int pairs = static_cast<int>(Count / 2);
    if constexpr (Count % 2 == 0) {
      result = t * p[Count - 1] + p[Count - 2];
    } else {
      result = square * p[Count - 1] + (t * p[Count - 2] + p[Count - 3]);
    }
    ELMAN_UNROLL
    for (int k = pairs - 2; k >= 0; --k) result = result * square + (t * p[2 * k + 1] + p[2 * k]);
  }

  /// n, the whole part of y, and 2ⁿ.
  ELMAN_INLINE static void split(const V& y, V& n, V& power) {
    Integers exponent;
    if constexpr (Lanes == 1) {
      exponent = static_cast<std::int32_t>(y);
      n = static_cast<Scalar>(exponent);
    } else {
      const Exponents whole = __builtin_convertvector(y, Exponents);
      exponent = __builtin_convertvector(whole, Integers);
      n = __builtin_convertvector(whole, V);
    }
    from_bits((exponent + Constants::exponent_bias) << Constants::mantissa_bits, power);
  }

  /// exp(r) − 1.
  ELMAN_INLINE static void exp_minus_one(const V& r, V& result) {
    const V square = r * r;
    V c;
    polynomial(Constants::C, r, square, c);
    result = square * c + r;
  }

  /// tanh x: odd, within [-1, 1] and 1.1 units in the last place (1.2 where multiply-adds are not fused); NaN of NaN.
  /// From one number to the next it falls by no more than a unit.
  ELMAN_INLINE static void tanh(const V& x, V& result) {
    Integers x_bits, y_bits, most, h_bits;
    bits(x, x_bits);
    const Integers magnitude_bits = x_bits & ~sign_bit;
    V magnitude, y, bend, saturated, n, power, e, r, R;
    from_bits(magnitude_bits, magnitude);
    fill<Scalar, Lanes>(Constants::bend, bend);
    fill<Scalar, Lanes>(Constants::saturated, saturated);
    bits(saturated, most);
    y_bits = magnitude_bits < most ? magnitude_bits : most;  // numbers that are not negative are in order as integers
    from_bits(y_bits, y);
    split(y * (2 * one_by_log2) + Scalar(0.5), n, power);
    if constexpr (std::same_as<Scalar, float>) {
      r = (y + y) - n * (Constants::log2_high + Constants::log2_low);  // 1/30 of a unit from log 2; double 1/5
    } else {
      r = (y + y) - n * Constants::log2_high - n * Constants::log2_low;
    }
    exp_minus_one(r, e);
    const V outer = Scalar(1) - Scalar(2) / (power * e + (power + Scalar(1)));
    const V square = x * x;
    polynomial(Constants::R, square, square * square, R);
    const V inner = (magnitude * square) * R + magnitude;
    bits(magnitude >= bend ? outer : inner, h_bits);  // inner is NaN of NaN
    from_bits(h_bits | (x_bits & sign_bit), result);
  }

  /// exp x for x ≤ 0, within 1.25 units in the last place; 0 where that is no normal number; NaN of NaN.
  ELMAN_INLINE static void exp_negative(const V& x, V& result) {
    V least;
    fill<Scalar, Lanes>(Constants::least, least);
    const V y = x < least ? least : x;
    V n, power, e;
    split(y * one_by_log2 - Scalar(0.5), n, power);
    exp_minus_one((y - n * Constants::log2_high) - n * Constants::log2_low, e);
    result = x < least ? V{} : power * e + power;
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
