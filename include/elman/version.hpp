// SPDX-License-Identifier: MIT
//
// The version of the library, and the name of its binary interface.
//
// ELMAN_ABI is an inline namespace named after Eigen's alignment. Eigen lays out fixed-size objects by the vector
// width a translation unit is compiled for; two units compiled with different -m flags that exchange elman objects
// would corrupt memory silently. With the alignment in every mangled name they fail to link instead.
#pragma once

#include <Eigen/Core>

#define ELMAN_JOIN_(a, b, c, d) a##b##c##d
#define ELMAN_JOIN(a, b, c, d) ELMAN_JOIN_(a, b, c, d)
#define ELMAN_ABI ELMAN_JOIN(align_, EIGEN_MAX_STATIC_ALIGN_BYTES, _, EIGEN_DEFAULT_ALIGN_BYTES)

namespace elman::inline ELMAN_ABI {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace elman::inline ELMAN_ABI
