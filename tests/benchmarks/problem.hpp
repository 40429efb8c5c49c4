// SPDX-License-Identifier: MIT
//
// The data of a workload, the same in every run.
#pragma once

#include "peer.hpp"

namespace benchmarks {

/// Weights as PyTorch draws them, uniform in ±1/√H. The numbers in float are those in double, rounded.
template <class Scalar>
Problem<Scalar> make_problem(const Workload& work);

}  // namespace benchmarks
