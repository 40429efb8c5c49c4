// SPDX-License-Identifier: MIT
//
// All contenders for a problem, checked against each other before anything is timed.
#pragma once

#include <string>
#include <vector>

#include "peer.hpp"

namespace benchmarks {

template <class Scalar>
struct Named {
  std::string name;
  ContenderPointer<Scalar> contender;
};

/// The names of all contenders, elman first.
inline constexpr const char* elman_name = "elman";
inline constexpr const char* onednn_name = "oneDNN";
inline constexpr const char* torch_name = "libtorch";
inline constexpr const char* hoisted_name = "Eigen, hoisted";
inline constexpr const char* stepwise_name = "Eigen, stepwise";
inline constexpr const char* per_sample_name = "Eigen, per sample";
inline constexpr const char* all_names[] = {elman_name,   onednn_name,   torch_name,
                                            hoisted_name, stepwise_name, per_sample_name};

/// The contender of that name; null if it is not installed or does not know the scalar.
template <class Scalar>
ContenderPointer<Scalar> make_contender(const std::string& name, const Problem<Scalar>& problem);

/// All of those names that there are.
template <class Scalar>
std::vector<Named<Scalar>> make_contenders(const std::vector<std::string>& names, const Problem<Scalar>& problem);

/// Runs all contenders and compares y, L and ∂L/∂U, W, V, b, c with what hand-written Eigen computes in double from the
/// same numbers. Returns the largest error, relative to the norm; throws std::runtime_error if it is too large.
template <class Scalar>
double check(const std::vector<Named<Scalar>>& contenders, const Problem<Scalar>& problem);

}  // namespace benchmarks
