// SPDX-License-Identifier: MIT
//
// What must have come to who links elman: its headers, an Eigen of the version that was brought, and C++20.
#include <elman/kernels/one_hot.hpp>

static_assert(__cplusplus >= 202002L);
#if EIGEN_VERSION_AT_LEAST(4, 0, 0)
static_assert(EIGEN_MAJOR_EXPECTED == 5);
#else
static_assert(EIGEN_MAJOR_EXPECTED == 3);
#endif

int main() { return 0; }
