// SPDX-License-Identifier: MIT
//
// The kernels of all tests (elman/detail/product.hpp).
#define ELMAN_COMPILE_KERNELS
#include "elman/kernels/product.hpp"
