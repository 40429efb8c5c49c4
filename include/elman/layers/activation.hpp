// SPDX-License-Identifier: MIT
//
// The hidden activation σ of Eq. 1 (docs/math.md), a policy of the recurrence:
//
//   value(a)   h = σ(a)
//   slope(h)   σ'(a), written in terms of h = σ(a), which is all that bptt keeps (Eq. 7)
//
// Your own is a struct with these two for one scalar; it may have public fields (a leak, a gain). It must accept
// std::complex<double> too if the complex step is to check it; branch on `real_part`.
#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

#include "elman/kernels/elementwise.hpp"
#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// h = tanh(a), σ' = 1 − h².
struct Tanh {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    if constexpr (is_complex<Scalar>) {
      // (tanh x + i tan y) / (1 + i tanh x tan y), with 1 − tanh² x = 1 / cosh² x: both parts to a few units in the
      // last place, where std::tanh loses digits that long sequences multiply up.
      const auto t = std::tanh(a.real()), cosh = std::cosh(a.real()), u = std::tan(a.imag());
      const auto size = 1 + t * t * u * u;
      return {t * (1 + u * u) / size, u / cosh / cosh / size};
    } else {
      return std::tanh(a);
    }
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return Scalar(1) - h * h;
  }
  /// 1 / cosh²(a): 1 − tanh²(a) is 0 from |a| ≈ 19 on, and has lost half its digits at 9.
  template <class Scalar>
  Scalar derivative(const Scalar& a) const {
    using std::cosh;
    const Scalar root = Scalar(1) / cosh(a);
    return root * root;
  }
};

/// h = max(a, 0), σ' = 1 where h > 0, else 0 (0 at 0, as in PyTorch's relu).
struct ReLU {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    // Written this way round, NaN stays NaN.
    return real_part(a) <= 0 ? Scalar(0) : a;
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return real_part(h) <= 0 ? Scalar(0) : Scalar(1);
  }
};

/// h = a: a linear recurrence. Also the output activation y = o of a regression.
struct Identity {
  template <class O, class Y>
  void operator()(const O& o, Y&& y) const {
    copy(ConstMatrixView<typename O::Scalar>(o), MatrixView<typename O::Scalar>(y));
  }

  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return a;
  }
  template <class Scalar>
  Scalar slope(const Scalar&) const {
    return Scalar(1);
  }
};

template <>
struct CppName<Tanh> {
  static constexpr const char* value = "elman::Tanh";
};
template <>
struct CppName<ReLU> {
  static constexpr const char* value = "elman::ReLU";
};
template <>
struct CppName<Identity> {
  static constexpr const char* value = "elman::Identity";
};

template <class Policy, class Scalar>
concept Activation = std::copyable<Policy> && requires(const Policy policy, const Scalar a) {
  { policy.value(a) } -> std::convertible_to<Scalar>;
  { policy.slope(a) } -> std::convertible_to<Scalar>;
};

namespace detail {

/// The form of an activation that runs in vectors (kernels/elementwise.hpp); void if it has none.
template <class Policy>
struct VectorForm {
  using type = void;
};
#if ELMAN_HAS_KERNELS
template <>
struct VectorForm<Tanh> {
  using type = TanhForm;
};
template <>
struct VectorForm<ReLU> {
  using type = ReLUForm;
};
#endif
template <class Policy, class Scalar>
inline constexpr bool runs_in_vectors = has_kernels<Scalar> && !std::same_as<typename VectorForm<Policy>::type, void>;

}  // namespace detail

/// a ← σ(a), every coefficient.
template <class Policy, class Scalar>
void apply_activation(const Policy& activation, const MatrixView<Scalar>& a) {
  if constexpr (detail::runs_in_vectors<Policy, Scalar>) {
    detail::apply_form<typename detail::VectorForm<Policy>::type>(a);
  } else if constexpr (!std::same_as<Policy, Identity>) {
    for (Index k = 0; k < a.cols(); ++k) {
      for (Index row = 0; row < a.rows(); ++row) a(row, k) = activation.value(a(row, k));
    }
  }
}

/// d ← σ'(a) ∘ d, with σ' from h = σ(a) (docs/math.md Eq. 7). h and d are whole adjacent columns. Where d is 0 it stays
/// 0, whatever h is.
template <class Policy, class Scalar>
void apply_slope(const Policy& activation, const std::type_identity_t<ConstMatrixView<Scalar>>& h,
                 const MatrixView<Scalar>& d) {
  if constexpr (detail::runs_in_vectors<Policy, Scalar>) {
    detail::apply_slope_of_form<typename detail::VectorForm<Policy>::type, Scalar>(h.data(), nullptr, d.data(),
                                                                                   d.size());
  } else if constexpr (!std::same_as<Policy, Identity>) {
    for (Index k = 0; k < d.size(); ++k) {
      if (d.data()[k] != Scalar(0)) d.data()[k] *= activation.slope(h.data()[k]);
    }
  }
}

/// d ← σ'(a) ∘ (d + d_next): what comes from above and what comes from the next step (Eqs. 6, 7).
template <class Policy, class Scalar>
void apply_slope(const Policy& activation, const std::type_identity_t<ConstMatrixView<Scalar>>& h,
                 const std::type_identity_t<ConstMatrixView<Scalar>>& d_next, const MatrixView<Scalar>& d) {
  if constexpr (detail::runs_in_vectors<Policy, Scalar>) {
    detail::apply_slope_of_form<typename detail::VectorForm<Policy>::type, Scalar>(h.data(), d_next.data(), d.data(),
                                                                                   d.size());
  } else {
    for (Index k = 0; k < d.size(); ++k) d.data()[k] += d_next.data()[k];
    apply_slope(activation, h, d);
  }
}

}  // namespace ELMAN_ABI
}  // namespace elman
