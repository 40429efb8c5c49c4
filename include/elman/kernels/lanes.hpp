// SPDX-License-Identifier: MIT
//
// Vectors of Lanes scalars, in the extensions that g++ and clang share, and kernels that are compiled for several
// instruction sets.
//
// A kernel is a struct with run<Bytes>(), a template over the bytes of a vector. `run_kernel` compiles it once for each
// level (simd.hpp): everything it calls is ELMAN_INLINE, so that all of its code is part of a function that may
// use that level's instructions. A vector of one lane is the scalar itself: what is left when fewer rows than the
// smallest vector are there, and all there is on processors without vectors.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "elman/kernels/simd.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Whether the products and activations of this scalar have kernels of their own.
template <class Scalar>
inline constexpr bool has_kernels = ELMAN_HAS_KERNELS && (std::same_as<Scalar, float> || std::same_as<Scalar, double>);

/// Bytes of the widest vector that a kernel may be run with, so that no aligned vector lies in two cache lines.
template <class Scalar>
inline constexpr std::size_t kernel_alignment = (ELMAN_DISPATCHES != 0 && has_kernels<Scalar>)
                                                    ? 64
                                                    : alignof(Vector<Scalar, 16>);

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

/// In front of a loop of constant length that must become straight code, so that arrays of vectors stay in registers.
#if defined(__GNUC__)
#define ELMAN_UNROLL _Pragma("GCC unroll 16")
#else
#define ELMAN_UNROLL
#endif

#if ELMAN_HAS_KERNELS

#define ELMAN_INLINE __attribute__((__always_inline__)) inline

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Bytes of a vector that every processor has that this program runs on; less than a scalar means none.
#if defined(__AVX__)
inline constexpr int compiled_bytes = guaranteed_simd == Simd::avx512 ? 64 : 32;
#elif defined(__SSE2__) || defined(__ARM_NEON) || defined(__VSX__) || defined(__s390x__) || defined(__wasm_simd128__)
inline constexpr int compiled_bytes = 16;
#else
inline constexpr int compiled_bytes = 1;
#endif

/// Lanes of the vectors of a kernel that is compiled for `Bytes`.
template <class Scalar, int Bytes>
inline constexpr int lanes = (std::max)(1, Bytes / static_cast<int>(sizeof(Scalar)));

/// The lanes of the vectors that columns take which do not fill one of `Lanes`: half, and below 16 bytes one.
template <class Scalar, int Lanes>
inline constexpr int narrower = Lanes * sizeof(Scalar) > 16 ? Lanes / 2 : 1;

template <class Scalar, int Lanes>
struct VectorTypes {
  typedef Scalar Vector __attribute__((__vector_size__(Lanes * sizeof(Scalar))));
  typedef Scalar Unaligned
      __attribute__((__vector_size__(Lanes * sizeof(Scalar)), __aligned__(alignof(Scalar)), __may_alias__));
};
template <class Scalar>
struct VectorTypes<Scalar, 1> {
  using Vector = Scalar;
  using Unaligned = Scalar;
};
template <class Scalar, int Lanes>
using Lane = typename VectorTypes<Scalar, Lanes>::Vector;

/// The integers as wide as a scalar, for its bits and for masks.
template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::int32_t, std::int64_t>;

// Vectors are passed by reference: what passes one by value is another function at every level.
template <class Scalar, int Lanes>
ELMAN_INLINE void load(const Scalar* from, Lane<Scalar, Lanes>& to) {
  to = *reinterpret_cast<const typename VectorTypes<Scalar, Lanes>::Unaligned*>(from);
}
template <class Scalar, int Lanes>
ELMAN_INLINE void store(const Lane<Scalar, Lanes>& from, Scalar* to) {
  *reinterpret_cast<typename VectorTypes<Scalar, Lanes>::Unaligned*>(to) = from;
}
template <class Scalar, int Lanes>
ELMAN_INLINE void fill(const Scalar& value, Lane<Scalar, Lanes>& to) {
  if constexpr (Lanes == 1) {
    to = value;
  } else {
    to = Lane<Scalar, Lanes>{} + value;  // g++ assigns a vector of equal elements one by one, a sum at once
  }
}

/// Keeps what has been loaded in a register: g++ reads what is used twice from memory twice.
template <class Scalar, int Lanes>
ELMAN_INLINE void keep([[__maybe_unused__]] Lane<Scalar, Lanes>& v) {
#if defined(__x86_64__) && !defined(__clang__)
  if constexpr (Lanes > 1) asm("" : "+v"(v));
#endif
}

/// The first `count` < Lanes scalars of a vector, the others as they are.
template <class Scalar, int Lanes>
ELMAN_INLINE void load_part(const Scalar* from, Index count, Lane<Scalar, Lanes>& to) {
  std::memcpy(&to, from, static_cast<std::size_t>(count) * sizeof(Scalar));
}
template <class Scalar, int Lanes>
ELMAN_INLINE void store_part(const Lane<Scalar, Lanes>& from, Index count, Scalar* to) {
  std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(Scalar));
}

/// Zeros behind the first `count` scalars.
template <class Scalar, int Lanes>
ELMAN_INLINE void clear_behind([[__maybe_unused__]] Index count, [[__maybe_unused__]] Lane<Scalar, Lanes>& v) {
  if constexpr (Lanes > 1) {
    constexpr Bits<Scalar> numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    Lane<Bits<Scalar>, Lanes> lane, end;
    load<Bits<Scalar>, Lanes>(numbers, lane);
    fill<Bits<Scalar>, Lanes>(static_cast<Bits<Scalar>>(count), end);
    const Lane<Scalar, Lanes> zero{};
    v = lane < end ? v : zero;
  }
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define ELMAN_HAS_SHUFFLES 1
/// v[i][k] ↔ v[k][i], of as many vectors as they have lanes.
ELMAN_INLINE void transpose(Lane<double, 2> (&v)[2]) {
  const Lane<double, 2> first = __builtin_shufflevector(v[0], v[1], 0, 2);
  v[1] = __builtin_shufflevector(v[0], v[1], 1, 3);
  v[0] = first;
}
ELMAN_INLINE void transpose(Lane<float, 4> (&v)[4]) {
  Lane<float, 4> pairs[4];  // of v[0] and v[1], of v[2] and v[3]
  ELMAN_UNROLL
  for (int k = 0; k < 4; k += 2) {
    pairs[k] = __builtin_shufflevector(v[k], v[k + 1], 0, 4, 1, 5);
    pairs[k + 1] = __builtin_shufflevector(v[k], v[k + 1], 2, 6, 3, 7);
  }
  ELMAN_UNROLL
  for (Index k = 0; k < 2; ++k) {
    v[2 * k] = __builtin_shufflevector(pairs[k], pairs[k + 2], 0, 1, 4, 5);
    v[2 * k + 1] = __builtin_shufflevector(pairs[k], pairs[k + 2], 2, 3, 6, 7);
  }
}
#endif
#endif
#if !defined(ELMAN_HAS_SHUFFLES)
#define ELMAN_HAS_SHUFFLES 0
#endif

#if ELMAN_DISPATCHES
template <class Kernel>
void run_compiled(const Kernel& kernel) {
  kernel.template run<compiled_bytes>();
}
template <class Kernel>
__attribute__((__target__("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))) void run_avx512(const Kernel& kernel) {
  kernel.template run<64>();
}
template <class Kernel>
__attribute__((__target__("avx2,fma"))) void run_avx2(const Kernel& kernel) {
  kernel.template run<32>();
}
#endif

/// The level for columns of so many rows: those that fill no vector of AVX-512 run as AVX2, where there is a choice.
template <class Scalar>
Simd simd_for(Index rows) {
  constexpr Index lanes_of_avx512 = 64 / sizeof(Scalar);
  return rows < lanes_of_avx512 ? (std::min)(simd(), Simd::avx2) : simd();
}
/// Whether a kernel of so many lanes is run with columns that fill a vector only.
template <class Scalar, int Lanes>
inline constexpr bool never_narrow = (guaranteed_simd < Simd::avx512) && (Lanes * sizeof(Scalar) == 64);

/// Runs a kernel at a level that the processor has. Where there is a choice no level is part of the caller, which stays
/// small enough to be part of its own.
template <class Kernel>
ELMAN_INLINE void run_kernel(Simd level, const Kernel& kernel) {
  if constexpr (ELMAN_DISPATCHES && guaranteed_simd < Simd::avx512) {
    if (level == Simd::avx512) return run_avx512(kernel);
    if constexpr (guaranteed_simd < Simd::avx2) {
      if (level == Simd::avx2) return run_avx2(kernel);
    }
    run_compiled(kernel);
  } else {
    static_cast<void>(level);
    kernel.template run<compiled_bytes>();
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#else

#define ELMAN_INLINE inline

#endif  // ELMAN_HAS_KERNELS
