// SPDX-License-Identifier: MIT
//
// Penalties on the outputs h of recurrences (output_penalty.hpp has the frame, and one of your own):
//
//   ActivityPenalty   p = ‖h_t‖²                 (81)  Merity, Keskar and Socher 2018, AR; Keras has it too
//   NormPenalty       p = (‖h_t‖ − ‖h_{t-1}‖)²   (82)  Krueger and Memisevic 2016
//   ChangePenalty     p = ‖h_t − h_{t-1}‖²       (82)  Merity, Keskar and Socher 2018, TAR
//
//   hook::NormPenalty steady{net, {.weight = 50}};
//   loop.hook(steady);
#pragma once

#include <limits>
#include <utility>

#include "elman/hooks/output_penalty.hpp"
#include "elman/kernels/column_norm.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace hook {

/// Large activities. The papers' and Keras' weights are of other means: over Hidden · N numbers (AR, weight / Hidden
/// here), or a sum over the steps of each sequence (Keras, weight · N / B here).
template <class Scalar>
class ActivityPenalty : public OutputPenalty<Scalar> {
 public:
  template <class Net>
  explicit ActivityPenalty(const Net& net, PenaltyOptions options = {})
      : OutputPenalty<Scalar>("ActivityPenalty", net, std::move(options)) {}

  double term(const ConstVectorView<Scalar>& h, const ConstVectorView<Scalar>&, VectorView<Scalar> d_h,
              VectorView<Scalar>) const override {
    Wide<Scalar> square = 0;
    for (Index row = 0; row < h.size(); ++row) {
      square += static_cast<Wide<Scalar>>(h[row]) * h[row];
      d_h[row] += 2 * h[row];
    }
    return static_cast<double>(square);
  }
};

/// Norms that change from step to step. ∂‖h‖/∂h is h/‖h‖, and 0 at h = 0 and where ‖h‖ is no normal number.
template <class Scalar>
class NormPenalty : public OutputPenalty<Scalar> {
 public:
  template <class Net>
  explicit NormPenalty(const Net& net, PenaltyOptions options = {})
      : OutputPenalty<Scalar>("NormPenalty", net, std::move(options)) {}

  double term(const ConstVectorView<Scalar>& h, const ConstVectorView<Scalar>& h_prev, VectorView<Scalar> d_h,
              VectorView<Scalar> d_h_prev) const override {
    const auto norm = detail::column_norm(h.data(), h.size());
    const auto norm_prev = detail::column_norm(h_prev.data(), h.size());
    const auto change = norm - norm_prev;
    add_unit(2 * change, h, norm, d_h);
    add_unit(-2 * change, h_prev, norm_prev, d_h_prev);
    return static_cast<double>(change * change);
  }

 private:
  static void add_unit(Wide<Scalar> factor, const ConstVectorView<Scalar>& h, Wide<Scalar> norm,
                       const VectorView<Scalar>& d) {
    if (norm < (std::numeric_limits<Wide<Scalar>>::min)()) return;
    const Wide<Scalar> of_h = factor / norm;
    for (Index row = 0; row < h.size(); ++row) d[row] += static_cast<Scalar>(of_h * h[row]);
  }
};

/// Outputs that change from step to step.
template <class Scalar>
class ChangePenalty : public OutputPenalty<Scalar> {
 public:
  template <class Net>
  explicit ChangePenalty(const Net& net, PenaltyOptions options = {})
      : OutputPenalty<Scalar>("ChangePenalty", net, std::move(options)) {}

  double term(const ConstVectorView<Scalar>& h, const ConstVectorView<Scalar>& h_prev, VectorView<Scalar> d_h,
              VectorView<Scalar> d_h_prev) const override {
    Wide<Scalar> square = 0;
    for (Index row = 0; row < h.size(); ++row) {
      const Scalar change = h[row] - h_prev[row];
      square += static_cast<Wide<Scalar>>(change) * change;
      d_h[row] += 2 * change;
      d_h_prev[row] -= 2 * change;
    }
    return static_cast<double>(square);
  }
};

template <class Net>
explicit ActivityPenalty(const Net&) -> ActivityPenalty<typename Net::Scalar>;
template <class Net>
ActivityPenalty(const Net&, PenaltyOptions) -> ActivityPenalty<typename Net::Scalar>;
template <class Net>
explicit NormPenalty(const Net&) -> NormPenalty<typename Net::Scalar>;
template <class Net>
NormPenalty(const Net&, PenaltyOptions) -> NormPenalty<typename Net::Scalar>;
template <class Net>
explicit ChangePenalty(const Net&) -> ChangePenalty<typename Net::Scalar>;
template <class Net>
ChangePenalty(const Net&, PenaltyOptions) -> ChangePenalty<typename Net::Scalar>;

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
