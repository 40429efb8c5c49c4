// SPDX-License-Identifier: MIT
//
// σ and σ' of whole columns, Hidden × (a column a sequence): what the loops over time and the policies between two
// steps call (docs/math.md Eqs. 1, 7, 69). Ours run in vectors (kernels/elementwise.hpp), any other one number at a
// time.
#pragma once

#include <concepts>
#include <type_traits>

#include "elman/kernels/elementwise.hpp"
#include "elman/layers/activation.hpp"
#include "elman/layers/bound_activation.hpp"
#include "elman/layers/mod_relu.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// `of(activation)`: the form in which an activation runs in vectors, if it has one.
template <class Policy, class Scalar>
struct VectorForm {};
#if ELMAN_HAS_KERNELS
template <class Scalar>
struct VectorForm<Tanh, Scalar> {
  static TanhForm of(const Tanh&) { return {}; }
};
template <class Scalar>
struct VectorForm<ReLU, Scalar> {
  static ReLUForm of(const ReLU&) { return {}; }
};
template <class Scalar>
struct VectorForm<HardTanh, Scalar> {
  static HardTanhForm of(const HardTanh&) { return {}; }
};
template <class Scalar>
struct VectorForm<LeakyReLU, Scalar> {
  static LeakyReLUForm<Scalar> of(const LeakyReLU& activation) {
    return {static_cast<Scalar>(activation.negative_slope)};
  }
};
template <class Scalar>
struct VectorForm<BoundActivation<ModReLU, Scalar>, Scalar> {
  static ModReLUForm<Scalar> of(const BoundActivation<ModReLU, Scalar>& activation) {
    return {activation.parameters, activation.d_parameters};
  }
};
#endif
template <class Policy, class Scalar>
inline constexpr bool runs_in_vectors = has_kernels<Scalar>&& requires(const Policy& activation) {
  VectorForm<Policy, Scalar>::of(activation);
};

}  // namespace detail

/// a ← σ(a), every coefficient.
template <class Policy, class Scalar>
void apply_activation(const Policy& activation, const MatrixView<Scalar>& a) {
  if constexpr (detail::runs_in_vectors<Policy, Scalar>) {
    detail::apply_form(detail::VectorForm<Policy, Scalar>::of(activation), a);
  } else if constexpr (!std::same_as<Policy, Identity>) {
    for (Index k = 0; k < a.cols(); ++k) {
      for (Index row = 0; row < a.rows(); ++row) a(row, k) = detail::value_of_unit(activation, row, a(row, k));
    }
  }
}

namespace detail {

/// d ← σ'(a) ∘ d, one number at a time; of a bound activation ∂L/∂p += ∂σ/∂p ∘ d, with what d was (69).
template <class Policy, class Scalar>
void apply_slope_by_unit(const Policy& activation, const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& d) {
  for (Index k = 0; k < d.cols(); ++k) {
    for (Index row = 0; row < d.rows(); ++row) {
      Scalar& its_d = d(row, k);
      if (its_d == Scalar(0)) continue;
      if constexpr (is_bound<Policy>) activation.learn(row, h(row, k), its_d);
      its_d *= slope_of_unit(activation, row, h(row, k));
    }
  }
}

}  // namespace detail

/// d ← σ'(a) ∘ d, with σ' from h = σ(a) (docs/math.md Eq. 7). h and d are whole adjacent columns. Where d is 0 it stays
/// 0, whatever h is.
template <class Policy, class Scalar>
void apply_slope(const Policy& activation, const std::type_identity_t<ConstMatrixView<Scalar>>& h,
                 const MatrixView<Scalar>& d) {
  if constexpr (detail::runs_in_vectors<Policy, Scalar>) {
    detail::apply_slope_of_form(detail::VectorForm<Policy, Scalar>::of(activation), h.data(),
                                static_cast<const Scalar*>(nullptr), d);
  } else if constexpr (!std::same_as<Policy, Identity>) {
    detail::apply_slope_by_unit<Policy, Scalar>(activation, h, d);
  }
}

/// d ← σ'(a) ∘ (d + d_next): what comes from above and what comes from the next step (Eqs. 6, 7).
template <class Policy, class Scalar>
void apply_slope(const Policy& activation, const std::type_identity_t<ConstMatrixView<Scalar>>& h,
                 const std::type_identity_t<ConstMatrixView<Scalar>>& d_next, const MatrixView<Scalar>& d) {
  if constexpr (detail::runs_in_vectors<Policy, Scalar>) {
    detail::apply_slope_of_form(detail::VectorForm<Policy, Scalar>::of(activation), h.data(), d_next.data(), d);
  } else {
    for (Index k = 0; k < d.size(); ++k) d.data()[k] += d_next.data()[k];
    apply_slope(activation, h, d);
  }
}

namespace detail {

/// slopes ← σ'(a) from h = σ(a), both whole adjacent columns.
template <class Policy, class Scalar>
void set_slopes(const Policy& activation, const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& slopes) {
  if constexpr (runs_in_vectors<Policy, Scalar>) {
    set_slopes_of_form(VectorForm<Policy, Scalar>::of(activation), h.data(), slopes);
  } else {
    for (Index k = 0; k < slopes.size(); ++k) slopes.data()[k] = Scalar(1);
    apply_slope(activation, h, slopes);
  }
}

/// a ← σ'(a), every coefficient, from a itself.
template <class Policy, class Scalar>
void apply_derivative(const Policy& activation, const MatrixView<Scalar>& a) {
  for (Index k = 0; k < a.cols(); ++k) {
    for (Index row = 0; row < a.rows(); ++row) a(row, k) = activation_derivative(activation, row, a(row, k));
  }
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
