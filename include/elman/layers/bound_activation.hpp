// SPDX-License-Identifier: MIT
//
// An activation with a parameter a unit, p, lies with it in the recurrence's part of θ, behind b and in front of those
// of what stands between two steps:
//
//   h_t[k] = σ(a_t[k], p[k])          ∂L/∂p += Σ_t ∂σ/∂p ∘ ∂L/∂h_t          (69)
//
// Before the loops over time it is bound to its p, in bptt to ∂L/∂p too, and handed on as one that knows its row:
// `apply_activation`, `apply_slope` and `step_columns` take the bound one, so that no policy between two steps sees a
// difference. One without a parameter is handed on as it is. A number a unit that is given, not learned, is a p that
// optim::Grouped holds fixed.
#pragma once

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
  [[no_unique_address]] Policy policy;

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

template <class Policy, class Scalar>
struct BoundActivation {
  [[no_unique_address]] Policy policy;
  const Scalar* parameters;
  Scalar* d_parameters;  ///< ∂L/∂p, which apply_slope adds to; null in forward
};

template <class T>
inline constexpr bool is_bound = false;
template <class Policy, class Scalar>
inline constexpr bool is_bound<BoundActivation<Policy, Scalar>> = true;

/// σ as the loops over time call it, with the p of a recurrence's part.
template <class Scalar, class Policy, class Part>
decltype(auto) bind_activation(const Policy& activation, const Part& part) {
  if constexpr (HasUnitParameter<Policy>) {
    return BoundActivation<Policy, Scalar>{activation, part.activation.values.data(), nullptr};
  } else {
    return (activation);
  }
}
/// In bptt, where d_part takes the gradient.
template <class Scalar, class Policy, class Part, class Gradient>
decltype(auto) bind_activation(const Policy& activation, const Part& part, const Gradient& d_part) {
  if constexpr (HasUnitParameter<Policy>) {
    return BoundActivation<Policy, Scalar>{activation, part.activation.values.data(), d_part.activation.values.data()};
  } else {
    return (activation);
  }
}

/// The same for somebody who looks on: apply_slope adds nothing to ∂L/∂p.
template <class Policy>
decltype(auto) without_gradient(const Policy& activation) {
  if constexpr (is_bound<Policy>) {
    Policy same = activation;
    same.d_parameters = nullptr;
    return same;
  } else {
    return (activation);
  }
}

/// σ(a), and σ' by h = σ(a), of unit `row`: of any activation, bound or not.
template <class Policy, class Scalar>
Scalar value_of_unit(const Policy& activation, [[maybe_unused]] Index row, const Scalar& a) {
  if constexpr (is_bound<Policy>) {
    return activation.policy.value(a, activation.parameters[row]);
  } else {
    return activation.value(a);
  }
}
template <class Policy, class Scalar>
Scalar slope_of_unit(const Policy& activation, [[maybe_unused]] Index row, const Scalar& h) {
  if constexpr (is_bound<Policy>) {
    return activation.policy.slope(h, activation.parameters[row]);
  } else {
    return activation.slope(h);
  }
}

/// σ'(a) of unit `row` from a itself, without what slope(σ(a)) cancels where the activation says how.
template <class Policy, class Scalar>
Scalar activation_derivative(const Policy& activation, [[maybe_unused]] Index row, const Scalar& a) {
  if constexpr (requires { activation.derivative(a); }) {
    return activation.derivative(a);
  } else if constexpr (requires { activation.policy.derivative(a, activation.parameters[row]); }) {
    return activation.policy.derivative(a, activation.parameters[row]);
  } else {
    return slope_of_unit(activation, row, value_of_unit(activation, row, a));
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
