// SPDX-License-Identifier: MIT
//
// Where vectors as long as a model's parameters lie: inside their object if they are small, else on the heap.
#pragma once

#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI::detail {

/// Parameter vectors of at most this many bytes lie inside their object.
inline constexpr int inline_bytes = 32 * 1024;

template <class Scalar, int Size>
inline constexpr bool is_inline = (Size != Dynamic) && Size <= inline_bytes / static_cast<int>(sizeof(Scalar));

/// Memory for as many scalars as a parameter vector has: a gradient's, a model's, an optimizer's.
template <class Scalar, int Size>
using ParameterStorage = Vector<Scalar, is_inline<Scalar, Size> ? Size : Dynamic>;

}  // namespace elman::inline ELMAN_ABI::detail
