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
    y = o;
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

/// a ← σ(a), every coefficient.
template <class Policy, class Block>
void apply_activation(const Policy& activation, Block&& a) {
  using Scalar = typename std::remove_cvref_t<Block>::Scalar;
  if constexpr (runs_in_vectors<Policy, Scalar>) {
    apply_form<typename VectorForm<Policy>::type>(strided_to_write(a));
  } else if constexpr (!std::same_as<Policy, Identity>) {
    a = a.unaryExpr([&activation](const Scalar& value) -> Scalar { return activation.value(value); });
  }
}

/// d_h ← σ'(a) ∘ d_h = d_a, with σ' from h = σ(a) (Eq. 7). All are blocks of whole columns.
template <class Policy, class H, class Block>
void apply_slope(const Policy& activation, const H& h, Block&& d_h) {
  using Scalar = typename std::remove_cvref_t<Block>::Scalar;
  if constexpr (runs_in_vectors<Policy, Scalar>) {
    apply_slope_of_form<typename VectorForm<Policy>::type, Scalar>(h.data(), nullptr, d_h.data(), d_h.size());
  } else if constexpr (!std::same_as<Policy, Identity>) {
    d_h = d_h.binaryExpr(
        h, [&activation](const Scalar& d, const Scalar& value) -> Scalar { return d * activation.slope(value); });
  }
}

/// d_h ← σ'(a) ∘ (d_h + d_next): what comes from above and what comes from the next step (Eqs. 6, 7).
template <class Policy, class H, class Next, class Block>
void apply_slope(const Policy& activation, const H& h, const Next& d_next, Block&& d_h) {
  using Scalar = typename std::remove_cvref_t<Block>::Scalar;
  if constexpr (runs_in_vectors<Policy, Scalar>) {
    apply_slope_of_form<typename VectorForm<Policy>::type, Scalar>(h.data(), d_next.data(), d_h.data(), d_h.size());
  } else {
    d_h += d_next;
    apply_slope(activation, h, d_h);
  }
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
