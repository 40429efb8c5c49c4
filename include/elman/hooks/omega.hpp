// SPDX-License-Identifier: MIT
//
// Ω, which holds the norm of the gradient where it goes back through time (Pascanu, Mikolov and Bengio, On the
// difficulty of training recurrent neural networks, ICML 2013), of each sequence by itself, with δ_t = ∂L/∂a_t:
//
//   Ω = Σ_t (r_t − 1)²,   r_t = ‖(Wᵀ δ_{t+1}) ∘ σ'(a_t)‖ / ‖δ_{t+1}‖                  (79)
//   ∂Ω/∂W = Σ_t δ_{t+1} g_tᵀ,   q_t = (Wᵀ δ_{t+1}) ∘ σ'(a_t),   g_t = 2 (r_t − 1) q_t ∘ σ'(a_t) / (‖q_t‖ ‖δ_{t+1}‖)
//                                                                                         (80)
//
// The gradient is the paper's: by W where it stands in Ω, with a and δ held constant; g_t is added to what δ_{t+1} is
// multiplied with in ∂L/∂W (9).
#pragma once

#include <limits>
#include <utility>

#include "elman/hooks/column_norm.hpp"
#include "elman/hooks/penalty.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace hook {

/// A mean is over the B sequences of the batch, a sum over them too; both are sums over t. A step whose ‖δ_{t+1}‖ is 0,
/// or below 1024 times the smallest normal number of Scalar (1.2e-35 of a float), has no term; one whose q_t is has no
/// gradient. With a policy between steps (zoneout, recurrent dropout, a leak), Wᵀ δ is what goes back through W
/// alone, and a bidirectional net has an Ω a direction.
template <class Scalar>
class Omega : public Penalty<Scalar> {
 public:
  template <class Net>
  explicit Omega(const Net& net, PenaltyOptions options = {})
      : Penalty<Scalar>("Omega", net, std::move(options), {.sent_back = true, .seen = true}) {}

  void step(const BackwardRun<Scalar>& run, const BackwardStep<Scalar>& step) override {
    if (step.t == 0 || !this->applies(run)) return;
    const Index batch = run.steps.batch();
    const auto scale = static_cast<Wide<Scalar>>(this->scale(run, batch));
    q_.reshape(step.d_a.rows(), 1);
    Wide<Scalar> sum = 0;
    for (Index k = 0; k < step.width; ++k) sum += add_term(step, k, scale);
    this->add_value(run, static_cast<double>(sum), batch);
  }

 private:
  /// Of sequence k, whose term it returns.
  Wide<Scalar> add_term(const BackwardStep<Scalar>& step, Index k, Wide<Scalar> scale) {
    constexpr Wide<Scalar> least = 1024 * (std::numeric_limits<Scalar>::min)();
    const Index hidden = step.d_a.rows();
    const auto d_norm = detail::column_norm(step.d_a.col(k).data(), hidden);
    if (d_norm < least) return 0;
    const Scalar* const sent_back = step.sent_back.col(k).data();
    const Scalar* const slopes = step.slopes_before.col(k).data();
    Scalar* const q = q_.data();
    for (Index row = 0; row < hidden; ++row) q[row] = sent_back[row] * slopes[row];
    const auto q_norm = detail::column_norm(q, hidden);
    const auto miss = q_norm / d_norm - 1;  // (79)
    if (!(q_norm < least)) {                // (80)
      const auto to_unit = static_cast<Scalar>(1 / q_norm);
      const auto factor = static_cast<Scalar>(2 * scale * miss / d_norm);
      Scalar* const seen = step.seen.col(k).data();
      for (Index row = 0; row < hidden; ++row) seen[row] += factor * (to_unit * q[row] * slopes[row]);
    }
    return miss * miss;
  }

  ColumnBuffer<Scalar> q_;
};

template <class Net>
explicit Omega(const Net&) -> Omega<typename Net::Scalar>;
template <class Net>
Omega(const Net&, PenaltyOptions) -> Omega<typename Net::Scalar>;

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
