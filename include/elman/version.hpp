// SPDX-License-Identifier: MIT
//
// The version of the library, and the name of its binary interface.
//
// ELMAN_ABI is an inline namespace named after what the layout of objects and the code of templates depend on: Eigen's
// alignment, which follows the vector width that a translation unit is compiled for; whether multiply-adds are fused;
// the two macros that turn kernels off (simd.hpp); and whether errors can be thrown (check.hpp). Two units compiled
// with different flags that exchange elman objects would corrupt memory silently, or run instructions that the
// processor does not have. With all that in every mangled name they fail to link instead.
//
// What elman cannot be compiled with ends here, for all headers, with one sentence. It is the name of a header that is
// not there: the one error behind which compilers stop. Behind an #error they go on, through all the headers to come.
#pragma once

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
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

#if defined(ELMAN_NO_KERNELS)
#define ELMAN_ABI_KERNELS _no_kernels
#elif defined(ELMAN_NO_DISPATCH)
#define ELMAN_ABI_KERNELS _no_dispatch
#elif defined(__FMA__)
#define ELMAN_ABI_KERNELS _fma
#else
#define ELMAN_ABI_KERNELS
#endif

#if defined(__cpp_exceptions)
#define ELMAN_ABI_ERRORS
#else
#define ELMAN_ABI_ERRORS _no_exceptions
#endif

#define ELMAN_JOIN_(a, b, c, d, e, f) a##b##c##d##e##f
#define ELMAN_JOIN(a, b, c, d, e, f) ELMAN_JOIN_(a, b, c, d, e, f)
#define ELMAN_ABI \
  ELMAN_JOIN(align_, EIGEN_MAX_STATIC_ALIGN_BYTES, _, EIGEN_DEFAULT_ALIGN_BYTES, ELMAN_ABI_KERNELS, ELMAN_ABI_ERRORS)

namespace elman {
inline namespace ELMAN_ABI {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace ELMAN_ABI
}  // namespace elman
