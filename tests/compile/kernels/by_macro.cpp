// SPDX-License-Identifier: MIT
#define ELMAN_COMPILE_KERNELS
#include <elman/kernels/product.hpp>
