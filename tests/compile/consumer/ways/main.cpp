// SPDX-License-Identifier: MIT
//
// What must have come to who links elman: its headers, the Eigen that was brought (of which 5 has a header of its
// version), and C++20. Eigen is read in one way alone, because that is what takes time.
#if !__has_include(<elman/elman.hpp>)
#error "elman's headers are not there"
#endif
#if !__has_include(<Eigen/Core>) || __has_include(<Eigen/Version>) != (EIGEN_MAJOR_EXPECTED == 5)
#error "that Eigen is not there"
#endif
#if defined(READS_EIGEN)
#include <elman/kernels/one_hot.hpp>
#endif
static_assert(__cplusplus >= 202002L);

int main() { return 0; }
