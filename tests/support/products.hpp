// SPDX-License-Identifier: MIT
//
// The complex step multiplies complex matrices, with Eigen's products, which take seconds to compile: products.cpp does
// it once for all tests that are built together.
#pragma once

#include <complex>

#include "elman/kernels/product.hpp"

#if defined(ELMAN_EXTERN_KERNELS)
#if !defined(TEST_PRODUCTS)
#define TEST_PRODUCTS extern
#endif
namespace elman {
inline namespace ELMAN_ABI {
namespace detail {
using Complex = std::complex<double>;
TEST_PRODUCTS template void multiply(Factor<Complex>&, const ConstMatrixView<Complex>&, bool, const Start<Complex>&,
                                     MatrixView<Complex>);
}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
#endif
