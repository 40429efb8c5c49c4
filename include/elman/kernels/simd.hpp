// SPDX-License-Identifier: MIT
//
// Which vector instructions the products and activations run with. A program compiled without -march has its kernels
// for AVX2 and AVX-512 too, and takes the widest that the processor has; flags that allow more make that the least. On
// other processors there is one level, which the compiler's flags choose (NEON is in every aarch64 build).
//
// Sums of products have the same order at every level and differ by the rounding that fused multiply-add leaves out;
// the sum of a softmax is taken over as many lanes as a vector has.
#pragma once

#include <algorithm>
#include <atomic>

#include "elman/version.hpp"

// The kernels are written in the vector extensions of g++ and clang; other compilers, and whoever defines
// ELMAN_NO_KERNELS, get Eigen's products.
#if (defined(__GNUC__) || defined(__clang__)) && !defined(ELMAN_NO_KERNELS)
#define ELMAN_HAS_KERNELS 1
#else
#define ELMAN_HAS_KERNELS 0
#endif

// Whether there are levels to choose from while the program runs.
#if ELMAN_HAS_KERNELS && defined(__x86_64__) && !defined(ELMAN_NO_DISPATCH)
#define ELMAN_DISPATCHES 1
#else
#define ELMAN_DISPATCHES 0
#endif

namespace elman {
inline namespace ELMAN_ABI {

/// Levels in rising order. `compiled` is what the flags of the program allow on any processor it runs on.
enum class Simd : int { compiled, avx2, avx512 };

namespace detail {

/// The level that the flags already guarantee.
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__AVX512BW__)
inline constexpr Simd guaranteed_simd = Simd::avx512;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr Simd guaranteed_simd = Simd::avx2;
#else
inline constexpr Simd guaranteed_simd = Simd::compiled;
#endif

/// The level in use; below 0 until somebody has asked. Constant-initialised: no code runs before main.
ELMAN_SHARED inline constinit std::atomic<int> simd_in_use{-1};

}  // namespace detail

/// The widest level of this processor that this program has kernels for.
inline Simd best_simd() noexcept {
#if ELMAN_DISPATCHES
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    return Simd::avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Simd::avx2;
#endif
  return detail::guaranteed_simd;
}

/// The level in use.
inline Simd simd() noexcept {
  int level = detail::simd_in_use.load(std::memory_order_relaxed);
  if (level < 0) {
    level = static_cast<int>(best_simd());
    detail::simd_in_use.store(level, std::memory_order_relaxed);
  }
  return static_cast<Simd>(level);
}

/// From now on no level above `limit` is used, in the whole program (what that is with shared objects:
/// docs/embedding.md); best_simd() lifts a limit set before. Returns the level in use: what the flags guarantee is not
/// given up. Calls that run in other threads end with the level they began with.
inline Simd limit_simd(Simd limit) noexcept {
  const Simd level = (std::max)(detail::guaranteed_simd, (std::min)(limit, best_simd()));
  detail::simd_in_use.store(static_cast<int>(level), std::memory_order_relaxed);
  return level;
}

}  // namespace ELMAN_ABI
}  // namespace elman
