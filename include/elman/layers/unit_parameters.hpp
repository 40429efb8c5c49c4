// SPDX-License-Identifier: MIT
//
// The parameters of an activation that has one a unit, p. They lie in the recurrence's part of θ, behind b and in front
// of those of what stands between two steps:
//
//   h_t[k] = σ(a_t[k], p[k])          ∂L/∂p += Σ_t ∂σ/∂p ∘ ∂L/∂h_t          (69)
//
// A number a unit that is given, not learned, is a p that optim::Grouped holds fixed.
#pragma once

#include <type_traits>

#include "elman/layers/activation.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// p (Hidden), as it is visited and initialised.
template <class Vector, class Policy>
struct UnitParameters {
  Vector values;
  [[__no_unique_address__]] Policy policy;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit(Policy::parameter, values);
  }
  void initialise() {
    for (Index row = 0; row < values.size(); ++row) {
      values[row] = static_cast<std::remove_cvref_t<decltype(values[row])>>(policy.initial());
    }
  }
};

template <class Policy>
constexpr int unit_parameters(int hidden) {
  return HasUnitParameter<Policy> ? hidden : 0;
}
template <class Policy, class Cursor>
auto take_unit_parameters(const Policy& activation, Cursor& cursor, Index hidden) {
  if constexpr (HasUnitParameter<Policy>) {
    static_assert(
        UnitActivation<Policy, double>,
        "elman: an activation that names a `parameter` has value(a, p), slope(h, p), parameter_slope(h, p) and "
        "initial(); see elman/layers/activation.hpp");
    return UnitParameters<typename Cursor::Vector, Policy>{cursor.vector(hidden), activation};
  } else {
    return NoParameters{};
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
