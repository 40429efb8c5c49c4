// SPDX-License-Identifier: MIT
//
// An activation with a parameter a unit, p (unit_parameters.hpp), is bound to it before the loops over time, in bptt to
// ∂L/∂p too, and handed on as one that knows its row: `apply_activation`, `apply_slope` and `step_columns` take the
// bound one, so that no policy between two steps sees a difference. One without a parameter is handed on as it is.
#pragma once

#include "elman/layers/activation.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Policy, class Scalar>
struct BoundActivation {
  [[__no_unique_address__]] Policy policy;
  const Scalar* parameters;
  Scalar* d_parameters;  ///< ∂L/∂p, which apply_slope adds to; null in forward

  /// ∂L/∂p += ∂σ/∂p ∂L/∂h of unit `row` (69).
  void learn(Index row, const Scalar& h, const Scalar& d_h) const {
    if (d_parameters) d_parameters[row] += policy.parameter_slope(h, parameters[row]) * d_h;
  }
};

template <class Type>
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
Scalar value_of_unit(const Policy& activation, [[__maybe_unused__]] Index row, const Scalar& a) {
  if constexpr (is_bound<Policy>) {
    return activation.policy.value(a, activation.parameters[row]);
  } else {
    return activation.value(a);
  }
}
template <class Policy, class Scalar>
Scalar slope_of_unit(const Policy& activation, [[__maybe_unused__]] Index row, const Scalar& h) {
  if constexpr (is_bound<Policy>) {
    return activation.policy.slope(h, activation.parameters[row]);
  } else {
    return activation.slope(h);
  }
}

/// σ'(a) of unit `row` from a itself, without what slope(σ(a)) cancels where the activation says how.
template <class Policy, class Scalar>
Scalar activation_derivative(const Policy& activation, [[__maybe_unused__]] Index row, const Scalar& a) {
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
