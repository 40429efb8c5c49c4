// SPDX-License-Identifier: MIT
//
// The kernels of all tests (elman/kernels/product.hpp).
#define ELMAN_COMPILE_KERNELS
#include "elman/kernels/product.hpp"
