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
#include "elman/kernels/product.hpp"
