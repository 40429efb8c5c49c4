// SPDX-License-Identifier: MIT
//
// Gradient clipping: between bptt and the optimizer's step, so that one steep place does not undo what was learnt.
// docs/math.md Eq. 19. A gradient is whatever a model is: one object, or std::tie(d_encoder, d_decoder), clipped as one
// vector.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/model.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// Neither infinite nor NaN, by the bits, which -ffast-math leaves alone.
inline bool is_finite(double value) {
  constexpr std::uint64_t exponent = 0x7ff0000000000000;
  return (std::bit_cast<std::uint64_t>(value) & exponent) != exponent;
}

/// √Σ (scale · g)² over all vectors.
template <class Gradient>
double scaled_norm(const Gradient& gradient, double scale) {
  using Sum = Wide<ScalarOf<Gradient>>;
  Sum sum = 0;
  for_each_theta([&](const auto& g) { sum += sum_of_squares<Sum>(g.data(), g.size(), Sum(scale)); }, gradient);
  return static_cast<double>(std::sqrt(sum));
}

}  // namespace detail

namespace optim {

/// The Euclidean norm of all vectors of a gradient (or model) together. No square overflows or vanishes on the way.
/// NaN if the gradient has one; infinite if it has an infinity, or the norm exceeds what a double holds.
template <class Gradient>
double global_norm(const Gradient& gradient) {
  static_assert(std::floating_point<ScalarOf<Gradient>>, "elman: a norm to clip by needs a real Scalar");
  const double norm = detail::scaled_norm(gradient, 1);
  if (norm > 1e-140 && norm < 1e150) return norm;
  const double scale = norm < 1 ? 0x1p600 : 0x1p-600;
  return detail::scaled_norm(gradient, scale) / scale;
}

/// Scales the gradient to the norm `threshold` if its norm is larger, and returns the norm it had: g ← threshold ·
/// g/‖g‖. Else, and if the norm is NaN or infinite, so that there is no scale to bring it back to, the gradient stays
/// as it is, bit for bit: look at the returned norm to leave such a step out. Throws unless threshold is above 0.
/// (Pascanu, Mikolov and Bengio, ICML 2013, Algorithm 1. torch.nn.utils.clip_grad_norm_ adds 1e-6 to ‖g‖, and turns a
/// gradient of infinite norm into zeros and NaN.)
template <class Gradient>
double clip_norm(Gradient&& gradient, double threshold) {
  static_assert(detail::is_gradient_of_model<Gradient>());
  detail::require(threshold > 0, "clip_norm: threshold is ", threshold, "; expected above 0");
  const double norm = global_norm(gradient);
  if (norm > threshold && detail::is_finite(norm)) {
    for_each_theta(
        [&](auto&& g) {
          using Scalar = typename std::remove_cvref_t<decltype(g)>::Scalar;
          using Factor = Wide<Scalar>;
          const auto factor = static_cast<Scalar>(threshold / norm);
          const bool scales = !std::same_as<Scalar, Factor> && factor >= (std::numeric_limits<Scalar>::min)();
          Scalar* const begin = g.data();
          detail::for_each_chunk(g.size(), [&](Index first, Index count) {
            Scalar* const here = begin + first;
            if (scales) {
              detail::for_each_of_chunk(count, [&](Index k) { here[k] *= factor; });
            } else {  // it may be too small for a float where what comes of it is not
              detail::for_each_of_chunk(count, [&](Index k) {
                here[k] = static_cast<Scalar>(static_cast<Factor>(here[k]) / Factor(norm) * Factor(threshold));
              });
            }
          });
        },
        gradient);
  }
  return norm;
}

/// Brings every coefficient into [−bound, bound]. NaN stays NaN. Throws unless bound is above 0.
/// (torch.nn.utils.clip_grad_value_)
template <class Gradient>
void clip_value(Gradient&& gradient, double bound) {
  static_assert(detail::is_gradient_of_model<Gradient>());
  detail::require(bound > 0, "clip_value: bound is ", bound, "; expected above 0");
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
