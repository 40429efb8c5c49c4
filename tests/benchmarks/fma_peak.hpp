// SPDX-License-Identifier: MIT
//
// What this machine can do at most.
#pragma once

namespace benchmarks {

/// Fused multiply-adds a second, counted as two, in GFLOP/s, of one core with the widest vectors it has; 0 where that
/// is not known. The best of some milliseconds.
template <class Scalar>
double fma_peak();

}  // namespace benchmarks
