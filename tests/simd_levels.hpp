// SPDX-License-Identifier: MIT
//
// The same test at every level of vector instructions that this processor has (elman/simd.hpp).
#pragma once

#include "elman/simd.hpp"

template <class Test>
void for_each_simd_level(const Test& test) {
  const elman::Simd before = elman::simd();
  for (const auto level : {elman::Simd::compiled, elman::Simd::avx2, elman::Simd::avx512}) {
    if (elman::limit_simd(level) != level && level != elman::Simd::compiled) continue;
    test();
  }
  elman::limit_simd(before);
}
