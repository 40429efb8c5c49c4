// SPDX-License-Identifier: MIT
//
// The kernels of all tests.
#include "elman/kernels/compile.hpp"
