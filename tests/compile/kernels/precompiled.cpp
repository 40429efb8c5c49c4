// SPDX-License-Identifier: MIT
#define ELMAN_COMPILE_KERNELS
#include <elman/elman.hpp>
