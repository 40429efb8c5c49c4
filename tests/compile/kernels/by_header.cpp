// SPDX-License-Identifier: MIT
#include <elman/kernels/compile.hpp>
