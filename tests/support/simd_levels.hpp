// SPDX-License-Identifier: MIT
//
// The same test at every level of vector instructions that this processor has (elman/kernels/simd.hpp).
#pragma once

#include <limits>

#include "elman/kernels/elementwise.hpp"
#include "elman/kernels/simd.hpp"

#if ELMAN_HAS_KERNELS
/// a ← a (2 − a) − 1.
struct ProbeForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(elman::detail::Lane<Scalar, Lanes>& a) {
    a = a * (Scalar(2) - a) - Scalar(1);
  }
};
#endif

/// Whether this file's kernels fuse multiply-adds at the level in use: then (1 + ε)(1 − ε) − 1 is not rounded to 0.
inline bool fuses_multiply_adds() {
#if ELMAN_HAS_KERNELS
  float a[64];
  for (float& value : a) value = 1 + std::numeric_limits<float>::epsilon();
  elman::detail::run_kernel(elman::simd(), elman::detail::ValueKernel<float, ProbeForm>{a, 64});
  return a[0] != 0;
#else
  return false;
#endif
}

template <class Test>
void for_each_simd_level(const Test& test) {
  const elman::Simd before = elman::simd();
  for (const auto level : {elman::Simd::compiled, elman::Simd::avx2, elman::Simd::avx512}) {
    if (elman::limit_simd(level) != level && level != elman::Simd::compiled) continue;
    test();
  }
  elman::limit_simd(before);
}
