// SPDX-License-Identifier: MIT
#include "elman/kernels/vector_math.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "elman/kernels/elementwise.hpp"
#include "elman/random.hpp"
#include "support/catch.hpp"
#include "support/simd_levels.hpp"

#if ELMAN_HAS_KERNELS

using elman::Index;

namespace {

struct ExpForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(elman::detail::Lane<Scalar, Lanes>& a) {
    elman::detail::VectorMath<Scalar, Lanes>::exp_negative(a, a);
  }
};

template <class Form, class Scalar>
std::vector<Scalar> apply(std::vector<Scalar> values) {
  elman::detail::run_kernel(elman::simd(),
                            elman::detail::ValueKernel<Scalar, Form>{values.data(), static_cast<Index>(values.size())});
  return values;
}

/// The distance to `exact` in units of its last place; infinity, which no maximum passes over, of NaN.
template <class Scalar>
double ulps(Scalar value, long double exact) {
  if (value != value) return std::numeric_limits<double>::infinity();
  const auto rounded = static_cast<Scalar>(std::abs(exact));
  const Scalar unit = std::nextafter(rounded, std::numeric_limits<Scalar>::infinity()) - rounded;
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / static_cast<long double>(unit));
}

/// Numbers of all magnitudes down to 2^smallest_exponent, evenly spread ones up to `largest`, and as many from 1/4 to
/// 5/4, where one formula of tanh gives way to the other.
template <class Scalar>
std::vector<Scalar> arguments(Scalar largest, int smallest_exponent) {
  elman::Random random(7);
  std::vector<Scalar> result;
  for (int k = 0; k < 100000; ++k) {
    const int exponent = -static_cast<int>(random.below(static_cast<Index>(-smallest_exponent)));
    result.push_back(static_cast<Scalar>(std::ldexp(1 + random.uniform(), exponent)));
    result.push_back(largest * static_cast<Scalar>(random.uniform()));
    result.push_back(static_cast<Scalar>(0.25 + random.uniform()));
  }
  return result;
}

template <class Scalar>
double worst_tanh() {
  const auto x = arguments<Scalar>(20, -30);
  const auto h = apply<elman::detail::TanhForm>(x);
  double worst = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    worst = (std::max)(worst, ulps(h[k], std::tanh(static_cast<long double>(x[k]))));
  }
  return worst;
}

template <class Scalar>
double worst_exp(Scalar least) {
  auto x = arguments<Scalar>(-least, -30);
  for (auto& value : x) value = -value;
  const auto e = apply<ExpForm>(x);
  double worst = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    worst = (std::max)(worst, ulps(e[k], std::exp(static_cast<long double>(x[k]))));
  }
  return worst;
}

/// The scalar whose bits, as an integer, are `steps` above those of x.
float above(float x, std::int32_t steps) {
  std::int32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  bits += steps;
  std::memcpy(&x, &bits, sizeof(bits));
  return x;
}

template <class Scalar>
void check_special_values() {
  using Limits = std::numeric_limits<Scalar>;
  const Scalar inf = Limits::infinity();
  const auto h = apply<elman::detail::TanhForm>(
      std::vector<Scalar>{0, -Scalar(0), inf, -inf, 1e30F, -1e30F, Limits::denorm_min(), -Limits::denorm_min(),
                          (Limits::min)(), Limits::quiet_NaN(), -Limits::quiet_NaN(), 30, -30});
  CHECK((h[0] == 0 && !std::signbit(h[0])));
  CHECK((h[1] == 0 && std::signbit(h[1])));
  CHECK(h[2] == 1);
  CHECK(h[3] == -1);
  CHECK(h[4] == 1);
  CHECK(h[5] == -1);
  CHECK(h[6] == Limits::denorm_min());
  CHECK(h[7] == -Limits::denorm_min());
  CHECK(h[8] == (Limits::min)());
  CHECK(h[9] != h[9]);
  CHECK(h[10] != h[10]);
  CHECK(h[11] == 1);
  CHECK(h[12] == -1);

  const Scalar least = std::log((Limits::min)());
  const auto e = apply<ExpForm>(std::vector<Scalar>{0, -Scalar(0), -inf, Limits::quiet_NaN(), least + Scalar(0.01),
                                                    least - Scalar(0.01), -1e30F});
  CHECK(e[0] == 1);
  CHECK(e[1] == 1);
  CHECK(e[2] == 0);
  CHECK(e[3] != e[3]);
  CHECK(e[4] >= (Limits::min)());
  CHECK(e[5] == 0);
  CHECK(e[6] == 0);
}

/// Whether tanh(-x) = -tanh(x), and |tanh| ≤ 1, bit for bit.
template <class Scalar>
void check_odd() {
  const auto x = arguments<Scalar>(20, -30);
  auto minus_x = x;
  for (auto& value : minus_x) value = -value;
  const auto h = apply<elman::detail::TanhForm>(x);
  const auto minus_h = apply<elman::detail::TanhForm>(minus_x);
  Index wrong = 0;
  for (std::size_t k = 0; k < x.size(); ++k) wrong += h[k] != -minus_h[k] || h[k] > 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("tanh and exp in vectors are within little more than one unit in the last place") {
  for_each_simd_level([] {
    CAPTURE(static_cast<int>(elman::simd()));
    const double units = fuses_multiply_adds() ? 1.1 : 1.2;
    CHECK(worst_tanh<float>() <= units);
    CHECK(worst_tanh<double>() <= units);
    CHECK(worst_exp<float>(-87) <= 1.25);
    CHECK(worst_exp<double>(-708) <= 1.25);
  });
}

TEST_CASE("zeros, infinities, NaN and subnormal numbers") {
  for_each_simd_level([] {
    check_special_values<float>();
    check_special_values<double>();
  });
}

TEST_CASE("tanh is odd and never above one") {
  for_each_simd_level([] {
    check_odd<float>();
    check_odd<double>();
  });
}

TEST_CASE("tanh is one from where it rounds to one") {
  // Past 44 in float and 355 in double, exp(2|x|) is no number.
  const auto check = [](auto from) {
    using Scalar = decltype(from);
    std::vector<Scalar> x;
    for (Scalar value = from; value < (std::numeric_limits<Scalar>::max)() / 2; value *= Scalar(1.01)) {
      x.push_back(value);
    }
    const auto h = apply<elman::detail::TanhForm>(x);
    CHECK(static_cast<Index>(x.size()) == std::count(h.begin(), h.end(), Scalar(1)));
  };
  for_each_simd_level([&] {
    check(9.1F);
    check(19.1);
  });
}

TEST_CASE("tanh of float falls by no more than one unit from one number to the next") {
  // Every 97th pair of neighbours from 2^-12 to where tanh is 1.
  std::vector<float> x;
  for (float value = 0x1p-12F; value < 10; value = above(value, 97)) {
    x.push_back(value);
    x.push_back(above(value, 1));
  }
  for_each_simd_level([&] {
    const auto h = apply<elman::detail::TanhForm>(x);
    Index wrong = 0;
    for (std::size_t k = 0; k < x.size(); k += 2) wrong += above(h[k + 1], 1) < h[k];
    CHECK(wrong == 0);
  });
}

TEST_CASE("the number of elements does not matter") {
  for_each_simd_level([] {
    const auto all = arguments<float>(4, -10);
    const auto h = apply<elman::detail::TanhForm>(std::vector<float>(all.begin(), all.begin() + 70));
    for (std::size_t count = 0; count <= 70; ++count) {
      std::vector<float> some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
      CHECK(apply<elman::detail::TanhForm>(some) ==
            std::vector<float>(h.begin(), h.begin() + static_cast<std::ptrdiff_t>(count)));
    }
  });
}

#endif  // ELMAN_HAS_KERNELS
