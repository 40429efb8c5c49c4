// SPDX-License-Identifier: MIT
//
// Gradient clipping: between bptt and the optimizer's step, so that one steep place does not undo what was learnt.
// docs/math.md Eqs. 19, 56. A gradient is whatever a model is: one object, or std::tie(d_encoder, d_decoder), clipped
// as one vector.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <string_view>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/model.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace optim {

/// Of all vectors of a gradient together: Σ |g|, √Σ g², or the largest |g|. (norm_type 1, 2, inf of PyTorch's
/// clip_grad_norm_; docs/math.md Eq. 56)
enum class Norm { L1, L2, infinity };

}  // namespace optim

namespace detail {

/// √Σ (scale · g)² over all vectors.
template <class Gradient>
double scaled_norm(const Gradient& gradient, double scale) {
  using Sum = Wide<ScalarOf<Gradient>>;
  Sum sum = 0;
  for_each_theta([&](const auto& g) { sum += sum_of_squares<Sum>(g.data(), g.size(), Sum(scale)); }, gradient);
  return static_cast<double>(std::sqrt(sum));
}

template <class Gradient>
double euclidean_norm(const Gradient& gradient) {
  const double norm = scaled_norm(gradient, 1);
  if (norm > 1e-140 && norm < 1e150) return norm;
  const double scale = norm < 1 ? 0x1p600 : 0x1p-600;
  return scaled_norm(gradient, scale) / scale;
}

/// Throws unless a bound on what stands in these vectors is a number above 0 that they can hold, or infinite.
template <class Gradient>
void check_bound(const Gradient& gradient, std::string_view owner, std::string_view name, const double& bound) {
  require_that(bound > 0 && !is_nan(bound), owner, ": ", name, " is ", bound, "; expected above 0");
  if (!is_finite(bound)) return;
  for_each_theta(
      [&](const auto& g) {
        require_representable<typename std::remove_cvref_t<decltype(g)>::Scalar>(owner, name, bound);
      },
      gradient);
}

/// g ← g · threshold / norm of one vector, norm > threshold.
template <class Vector>
void scale_to(Vector& g, double threshold, double norm) {
  using Scalar = typename Vector::Scalar;
  using Number = Wide<Scalar>;
  const auto factor = static_cast<Scalar>(threshold / norm);
  const bool scales = !std::same_as<Scalar, Number> && factor >= (std::numeric_limits<Scalar>::min)();
  // Both by one power of two, so that no quotient vanishes whose product does not.
  const int exponent = threshold > 1 ? std::ilogb(threshold) : 0;
  const auto divisor = static_cast<Number>(std::ldexp(norm, -exponent));
  const auto multiplier = static_cast<Number>(std::ldexp(threshold, -exponent));
  Scalar* const begin = g.data();
  for_each_chunk(g.size(), [&](Index first, Index count) {
    Scalar* const here = begin + first;
    if (scales) {
      for_each_of_chunk(count, [&](Index k) { here[k] *= factor; });
    } else {  // it may be too small for a float where what comes of it is not
      for_each_of_chunk(
          count, [&](Index k) { here[k] = static_cast<Scalar>(static_cast<Number>(here[k]) / divisor * multiplier); });
    }
  });
}

}  // namespace detail

namespace optim {

/// A norm of all vectors of a gradient (or model) together. No square overflows or vanishes on the way. NaN if the
/// gradient has one, at whatever place; infinite if it has an infinity, or the norm exceeds what a double holds.
template <class Gradient>
double global_norm(const Gradient& gradient, Norm norm = Norm::L2) {
  using Scalar = ScalarOf<Gradient>;
  static_assert(std::floating_point<Scalar>, "elman: a norm to clip by needs a real Scalar");
  if (norm == Norm::L2) return detail::euclidean_norm(gradient);
  using Number = Wide<Scalar>;
  Number result(0);
  for_each_theta(
      [&](const auto& g) {
        if (norm == Norm::L1) {
          result += detail::sum_of_magnitudes<Number>(g.data(), g.size());
        } else {
          result = detail::largest_magnitude(g.data(), g.size(), result);
        }
      },
      gradient);
  return static_cast<double>(result);
}

/// Scales the gradient to the norm `threshold` if its norm is larger, and returns the norm it had: g ← threshold ·
/// g/‖g‖. Else, and if the norm is NaN or infinite, so that there is no scale to bring it back to, the gradient stays
/// as it is, bit for bit: leave such a step out (finite.hpp). Throws, before anything is written, unless threshold is
/// above 0 and, if finite, one that the gradient's Scalar holds.
/// (Pascanu, Mikolov and Bengio, ICML 2013, Algorithm 1; docs/math.md Eqs. 19, 56. torch.nn.utils.clip_grad_norm_ adds
/// 1e-6 to ‖g‖, and turns a gradient of infinite norm into zeros and NaN.)
template <class Gradient>
double clip_norm(Gradient&& gradient, const double& threshold, Norm norm = Norm::L2) {
  static_assert(detail::is_gradient_of_model<Gradient>());
  detail::check_bound(gradient, "clip_norm", "threshold", threshold);
  const double before = global_norm(gradient, norm);
  if (before > threshold && detail::is_finite(before)) {
    for_each_theta([&](auto&& g) { detail::scale_to(g, threshold, before); }, gradient);
  }
  return before;
}

/// Brings every coefficient into [−bound, bound], infinities too. NaN stays NaN. Throws, before anything is written,
/// unless bound is above 0 and, if finite, one that the gradient's Scalar holds. (torch.nn.utils.clip_grad_value_)
template <class Gradient>
void clip_value(Gradient&& gradient, const double& bound) {
  static_assert(detail::is_gradient_of_model<Gradient>());
  detail::check_bound(gradient, "clip_value", "bound", bound);
  for_each_theta(
      [&](auto&& g) {
        using Scalar = typename std::remove_cvref_t<decltype(g)>::Scalar;
        static_assert(std::floating_point<Scalar>, "elman: clip_value needs a real Scalar");
        const auto most = static_cast<Scalar>(bound);
        Scalar* const begin = g.data();
        detail::for_each_chunk(g.size(), [&](Index first, Index count) {
          Scalar* const here = begin + first;
          detail::for_each_of_chunk(count, [&](Index k) {
            here[k] = here[k] > most ? most : here[k] < -most ? -most : here[k];  // NaN stays
          });
        });
      },
      gradient);
}

}  // namespace optim

}  // namespace ELMAN_ABI
}  // namespace elman
