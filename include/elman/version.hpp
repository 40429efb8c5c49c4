// SPDX-License-Identifier: MIT
//
// The version of the library, and the name of its binary interface.
//
// ELMAN_ABI is an inline namespace around all of elman, named after what objects and functions depend on that two files
// of a program may disagree about: v0_1_0_eigen3_4_0_align16, say. Files whose flags differ in it would corrupt memory
// or compute wrong numbers, silently, when they hand elman's objects to each other; with the name in every mangled name
// they do not link. docs/embedding.md lists what is in it, and what may differ.
//
// What elman cannot be compiled with ends here, for all headers, with one sentence. It is the name of a header that is
// not there: the one error behind which compilers stop. Behind an #error they go on, through all the headers to come.
#pragma once

#if defined(ELMAN_SINGLE)
#include "elman_single.hpp is included, which has all of elman but elman/io: include that or headers of elman, not both"
#endif
#if defined(_MSC_VER) && !defined(__clang__)
#if _MSC_VER < 1929
#include "elman needs Visual Studio 2019 16.11 or newer, the first that has /std:c++20 (none is tested)"
#elif _MSVC_LANG < 202002L
#include "elman needs C++20: compile with /std:c++20"
#endif
static_assert(sizeof(U"σ") == 2 * sizeof(char32_t), "elman's headers are written in UTF-8: compile with /utf-8");
#elif defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#include "elman needs C++20: compile with -std=c++20 (g++ 12 and clang 14 or newer are tested)"
#endif
#include <version>
#if !defined(__cpp_lib_concepts)
#include "elman needs the standard library of C++20 (those of g++ 12 and of clang 13, or newer, are tested)"
#endif
#if !__has_include(<Eigen/Core>)
#include "elman needs Eigen 3.4 or newer: install libeigen3-dev and compile with -isystem /usr/include/eigen3"
#endif
#include <Eigen/Core>
#if !EIGEN_VERSION_AT_LEAST(3, 4, 0)
#include "elman needs Eigen 3.4 or newer, and this is an older one"
#endif

#define ELMAN_VERSION_MAJOR 0
#define ELMAN_VERSION_MINOR 1
#define ELMAN_VERSION_PATCH 0

// Joins what its arguments expand to.
#define ELMAN_EXPAND(x) x
#define ELMAN_JOIN_(a, b, c, d, e, f) a##b##c##d##e##f
#define ELMAN_JOIN(a, b, c, d, e, f) ELMAN_JOIN_(a, b, c, d, e, f)

// Eigen's own layouts and functions are those of its version. From 5 on its third number is the patch.
#if EIGEN_MAJOR_VERSION >= 5
#define ELMAN_ABI_EIGEN ELMAN_JOIN(_eigen, EIGEN_MAJOR_VERSION, _, EIGEN_MINOR_VERSION, _, EIGEN_PATCH_VERSION)
#else
#define ELMAN_ABI_EIGEN ELMAN_JOIN(_eigen, EIGEN_WORLD_VERSION, _, EIGEN_MAJOR_VERSION, _, EIGEN_MINOR_VERSION)
#endif

// Matrices of a fixed size are aligned to the first, memory on the heap to the second.
#if EIGEN_MAX_STATIC_ALIGN_BYTES == EIGEN_DEFAULT_ALIGN_BYTES
#define ELMAN_ABI_ALIGN ELMAN_JOIN(_align, EIGEN_DEFAULT_ALIGN_BYTES, , , , )
#else
#define ELMAN_ABI_ALIGN ELMAN_JOIN(_align, EIGEN_MAX_STATIC_ALIGN_BYTES, _, EIGEN_DEFAULT_ALIGN_BYTES, , )
#endif

// Memory that is padded by hand in one file is not to be freed by free in another. Wider alignment than malloc's is
// always padded; at 16 bytes g++'s address sanitizer makes a difference.
#if EIGEN_DEFAULT_ALIGN_BYTES == 16 && !EIGEN_MALLOC_ALREADY_ALIGNED
#define ELMAN_ABI_HEAP _padded
#elif EIGEN_DEFAULT_ALIGN_BYTES > 16 && EIGEN_MALLOC_ALREADY_ALIGNED
#define ELMAN_ABI_HEAP _unpadded
#else
#define ELMAN_ABI_HEAP
#endif

// What a file has of vectors beyond its processor's least: functions run on processors that have it, panels are as wide
// (factor.hpp), limit_simd does not go below it.
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__AVX512BW__)
#define ELMAN_ABI_VECTORS _avx512
#elif defined(__AVX512F__)
#define ELMAN_ABI_VECTORS _avx512f
#elif defined(__AVX2__)
#define ELMAN_ABI_VECTORS _avx2
#elif defined(__AVX__)
#define ELMAN_ABI_VECTORS _avx
#elif defined(__SSE2__) && !defined(__x86_64__)
#define ELMAN_ABI_VECTORS _sse2
#elif defined(__ARM_NEON) && !defined(__aarch64__)
#define ELMAN_ABI_VECTORS _neon
#elif defined(__VSX__)
#define ELMAN_ABI_VECTORS _vsx
#elif defined(__wasm_simd128__)
#define ELMAN_ABI_VECTORS _simd128
#else
#define ELMAN_ABI_VECTORS
#endif

// Fused multiply-adds round otherwise.
#if defined(__FMA__)
#define ELMAN_ABI_FMA _fma
#else
#define ELMAN_ABI_FMA
#endif

// Which products a net calls, and how its panels are packed (simd.hpp).
#if defined(ELMAN_NO_KERNELS)
#define ELMAN_ABI_KERNELS _no_kernels
#elif defined(ELMAN_NO_DISPATCH)
#define ELMAN_ABI_KERNELS _no_dispatch
#else
#define ELMAN_ABI_KERNELS
#endif

// Whether errors are thrown (check.hpp).
#if defined(__cpp_exceptions)
#define ELMAN_ABI_ERRORS
#else
#define ELMAN_ABI_ERRORS _no_exceptions
#endif

// Eigen's index: std::ptrdiff_t, whose first word stays as it is here and so is the first argument, or int, which makes
// room for the second. (Where a pointer has 32 bits they are as wide.)
#define ELMAN_INDEX_IS_int , 1
#define ELMAN_SECOND(a, b, ...) b
#define ELMAN_HAS_INT_INDEX_(word) ELMAN_EXPAND(ELMAN_SECOND(word, 0, 0))
#define ELMAN_HAS_INT_INDEX ELMAN_HAS_INT_INDEX_(ELMAN_JOIN(ELMAN_INDEX_IS_, EIGEN_DEFAULT_DENSE_INDEX_TYPE, , , , ))
#if ELMAN_HAS_INT_INDEX
#define ELMAN_ABI_INDEX _int_index
#else
#define ELMAN_ABI_INDEX
#endif

// Vectors and strings are members: whose they are, with iterators that are checked or without, and g++'s before 5.
#if defined(_GLIBCXX_DEBUG)
#define ELMAN_ABI_STD _debug
#elif defined(_LIBCPP_DEBUG) || defined(_LIBCPP_ENABLE_DEBUG_MODE)
#define ELMAN_ABI_STD ELMAN_JOIN(_libcxx, _LIBCPP_ABI_VERSION, _debug, , , )
#elif defined(_LIBCPP_ABI_VERSION)
#define ELMAN_ABI_STD ELMAN_JOIN(_libcxx, _LIBCPP_ABI_VERSION, , , , )
#else
#define ELMAN_ABI_STD
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
#define ELMAN_ABI_STRINGS _old_strings
#else
#define ELMAN_ABI_STRINGS
#endif

// The scalar of nets of long double: g++'s -mlong-double-64 changes it, and not its name.
#if (defined(__x86_64__) || defined(__i386__)) && __LDBL_MANT_DIG__ != 64
#define ELMAN_ABI_SCALAR ELMAN_JOIN(_long_double, __LDBL_MANT_DIG__, , , , )
#else
#define ELMAN_ABI_SCALAR
#endif

// nlohmann-json's objects, which elman/io reads with (io/detail/json.hpp).
#if defined(JSON_DIAGNOSTICS) && JSON_DIAGNOSTICS
#define ELMAN_JSON_DIAGNOSTICS 1
#define ELMAN_ABI_JSON _json_diagnostics
#else
#define ELMAN_JSON_DIAGNOSTICS 0
#define ELMAN_ABI_JSON
#endif

#define ELMAN_ABI_VERSION ELMAN_JOIN(v, ELMAN_VERSION_MAJOR, _, ELMAN_VERSION_MINOR, _, ELMAN_VERSION_PATCH)
#define ELMAN_ABI_MEMORY \
  ELMAN_JOIN(ELMAN_ABI_ALIGN, ELMAN_ABI_HEAP, ELMAN_ABI_INDEX, ELMAN_ABI_SCALAR, ELMAN_ABI_STD, ELMAN_ABI_STRINGS)
#define ELMAN_ABI_CODE ELMAN_JOIN(ELMAN_ABI_VECTORS, ELMAN_ABI_FMA, ELMAN_ABI_KERNELS, ELMAN_ABI_ERRORS, , )
#define ELMAN_ABI ELMAN_JOIN(ELMAN_ABI_VERSION, ELMAN_ABI_EIGEN, ELMAN_ABI_MEMORY, ELMAN_ABI_JSON, ELMAN_ABI_CODE, )

// In front of a variable that all shared objects of a program share, also where -fvisibility=hidden would give each its
// own. (On Windows each DLL has its own.)
#if defined(__ELF__) || defined(__APPLE__)
#define ELMAN_SHARED __attribute__((__visibility__("default")))
#else
#define ELMAN_SHARED
#endif

namespace elman {
inline namespace ELMAN_ABI {

static_assert(sizeof(Eigen::Index) == (ELMAN_HAS_INT_INDEX ? sizeof(int) : sizeof(void*)),
              "elman: EIGEN_DEFAULT_DENSE_INDEX_TYPE may be int, by that name, or a type as wide as a pointer");

/// What the macros say.
inline constexpr int version_major = ELMAN_VERSION_MAJOR;
inline constexpr int version_minor = ELMAN_VERSION_MINOR;
inline constexpr int version_patch = ELMAN_VERSION_PATCH;

}  // namespace ELMAN_ABI
}  // namespace elman
