// SPDX-License-Identifier: MIT
//
// Compiles the kernels in the file that includes it, for all files of the program that define ELMAN_EXTERN_KERNELS.
// What was included before does not matter: a precompiled header, or another file of a unity build. Several files of a
// program may include it. One line is a whole file:
//
//     #include <elman/kernels/compile.hpp>
#pragma once

#if !defined(ELMAN_COMPILE_KERNELS)
#define ELMAN_COMPILE_KERNELS
#endif
#include "elman/kernels/elementwise.hpp"
#include "elman/kernels/product.hpp"
#include "elman/kernels/softmax.hpp"

#if ELMAN_HAS_KERNELS
namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

ELMAN_KERNELS(, float)
ELMAN_KERNELS(, double)
ELMAN_ELEMENTWISE_KERNELS(, float)
ELMAN_ELEMENTWISE_KERNELS(, double)
ELMAN_SOFTMAX_KERNELS(, float)
ELMAN_SOFTMAX_KERNELS(, double)

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
#endif
