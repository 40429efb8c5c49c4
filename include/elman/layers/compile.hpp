// SPDX-License-Identifier: MIT
//
// Compiles the loops over time of plain recurrences of tanh, and the kernels (kernels/compile.hpp), in the file that
// includes it, for all files of the program that define ELMAN_EXTERN_LOOPS and ELMAN_EXTERN_KERNELS. It is what
// elman::compiled is made of.
#pragma once

#include "elman/kernels/compile.hpp"
#include "elman/layers/recurrence.hpp"

#if ELMAN_HAS_KERNELS
namespace elman {
inline namespace ELMAN_ABI {
namespace detail {
ELMAN_LOOPS(, float)
ELMAN_LOOPS(, double)
}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
#endif
