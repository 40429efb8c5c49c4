// SPDX-License-Identifier: MIT
//
// The hidden activation σ of Eq. 1 (docs/math.md), a policy of the recurrence:
//
//   value(a)        h = σ(a)
//   slope(h)        σ'(a), written in terms of h = σ(a), which is all that bptt keeps (Eq. 7)
//   derivative(a)   σ'(a) from a itself, for one whose slope(σ(a)) cancels; nobody else needs it
//
// Your own is a struct with the first two for one scalar; it may have public fields (a leak, a gain), and check(),
// which throws if one is out of range. It must accept std::complex<double> too if the complex step is to check it;
// branch on `real_part`. One that has a parameter a unit is told that, and names it (unit_parameters.hpp):
//
//   static constexpr const char* parameter = "beta";   double initial() const;   value(a, p)   slope(h, p)
//   parameter_slope(h, p)   ∂σ/∂p at the a with σ(a) = h (Eq. 69)
#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

#include "elman/layers/form.hpp"
#include "elman/option_ranges.hpp"
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

/// h = a where a > 0, else s a (docs/math.md Eq. 68): units that are off still learn. σ' = 1 where h > 0, else s.
/// (torch.nn.functional.leaky_relu; Maas, Hannun and Ng 2013)
struct LeakyReLU {
  double negative_slope = 0.01;  ///< s, in (0, 1]: with s = 0, which is ReLU, h ≤ 0 would not tell a

  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return real_part(a) <= 0 ? Scalar(static_cast<Real<Scalar>>(negative_slope)) * a : a;
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return real_part(h) <= 0 ? Scalar(static_cast<Real<Scalar>>(negative_slope)) : Scalar(1);
  }
  /// Throws if the slope is out of range.
  void(check)() const {
    detail::require_that(negative_slope > 0 && detail::within(negative_slope, 0.0, 1.0),
                         "LeakyReLU: negative_slope is ", negative_slope, "; expected in (0, 1]; ReLU has 0");
  }

  FormOptions form() const { return {"elman::LeakyReLU", {{"negative_slope", negative_slope}}}; }
  static LeakyReLU from(const FormOptions& options) { return {options.number("negative_slope")}; }
};

/// h = a between −1 and 1, and the nearer of them beyond: σ' = 1 where −1 < h < 1, else 0. (torch's hardtanh)
struct HardTanh {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return real_part(a) <= -1 ? Scalar(-1) : real_part(a) >= 1 ? Scalar(1) : a;  // NaN stays NaN
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return real_part(h) <= -1 || real_part(h) >= 1 ? Scalar(0) : Scalar(1);
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
struct CppName<LeakyReLU> {
  static constexpr const char* value = "elman::LeakyReLU";
};
template <>
struct CppName<HardTanh> {
  static constexpr const char* value = "elman::HardTanh";
};
template <>
struct CppName<Identity> {
  static constexpr const char* value = "elman::Identity";
};

/// An activation with a parameter a unit.
template <class Policy>
concept HasUnitParameter = requires {
  { Policy::parameter } -> std::convertible_to<const char*>;
};

namespace detail {

template <class Policy, class Scalar>
concept UnitActivation = HasUnitParameter<Policy> && requires(const Policy policy, const Scalar a, const Scalar p) {
  { policy.value(a, p) } -> std::convertible_to<Scalar>;
  { policy.slope(a, p) } -> std::convertible_to<Scalar>;
  { policy.parameter_slope(a, p) } -> std::convertible_to<Scalar>;
  { policy.initial() } -> std::convertible_to<double>;
};
template <class Policy, class Scalar>
concept PlainActivation = requires(const Policy policy, const Scalar a) {
  { policy.value(a) } -> std::convertible_to<Scalar>;
  { policy.slope(a) } -> std::convertible_to<Scalar>;
};

}  // namespace detail

template <class Policy, class Scalar>
concept Activation = std::copyable<Policy> &&
    (detail::PlainActivation<Policy, Scalar> || detail::UnitActivation<Policy, Scalar>);

}  // namespace ELMAN_ABI
}  // namespace elman
