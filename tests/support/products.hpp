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
namespace elman::inline ELMAN_ABI::detail {
using Complex = std::complex<double>;
TEST_PRODUCTS template void multiply(Factor<Complex>&, const ConstStrided<Complex>&, bool, const Start<Complex>&,
                                     Strided<Complex>);
}  // namespace elman::inline ELMAN_ABI::detail
#endif
