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

#include <cmath>
#include <limits>
#include <utility>

#include "elman/hooks/column_norm.hpp"
#include "elman/hooks/penalty.hpp"
#include "elman/kernels/coefficients.hpp"
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
  using Sum = Wide<Scalar>;

 public:
  template <class Net>
  explicit Omega(const Net& net, PenaltyOptions options = {})
      : Penalty<Scalar>("Omega", net, std::move(options), {.sent_back = true, .seen = true}) {}

  void step(const BackwardRun<Scalar>& run, const BackwardStep<Scalar>& step) override {
    if (step.t == 0 || !this->applies(run)) return;
    const Index batch = run.steps.batch();
    const auto scale = static_cast<Sum>(this->scale(run, batch));
    q_.reshape(step.d_a.rows(), 1);
    Sum sum = 0;
    for (Index k = 0; k < step.width; ++k) sum += add_term(step, k, scale);
    this->add_value(run, static_cast<double>(sum), batch);
  }

 private:
  /// Of sequence k, whose term it returns.
  Sum add_term(const BackwardStep<Scalar>& step, Index k, Sum scale) {
    constexpr Sum least = 1024 * (std::numeric_limits<Scalar>::min)();
    const Index hidden = step.d_a.rows();
    const Scalar* const d_a = step.d_a.col(k).data();
    const Scalar* const sent_back = step.sent_back.col(k).data();
    const Scalar* const slopes = step.slopes_before.col(k).data();
    const auto d_square = static_cast<Sum>(detail::sum_of_squares(d_a, hidden, Scalar(1)));
    const auto q_square = static_cast<Sum>(detail::sum_of_square_products(sent_back, slopes, hidden));
    if (is_usual(d_square) && is_usual(q_square)) {
      const Sum miss = std::sqrt(q_square / d_square) - 1;  // (79)
      const Sum norms = (miss + 1) * d_square;
      add_gradient(step, k, static_cast<Scalar>(2 * scale * miss / norms), Scalar(1));  // (80)
      return miss * miss;
    }
    const Sum d_norm = detail::column_norm(d_a, hidden);
    if (d_norm < least) return 0;
    for (Index row = 0; row < hidden; ++row) q_.data()[row] = sent_back[row] * slopes[row];
    const Sum q_norm = detail::column_norm(q_.data(), hidden);
    const Sum miss = q_norm / d_norm - 1;
    if (!(q_norm < least)) {
      add_gradient(step, k, static_cast<Scalar>(1 / q_norm), static_cast<Scalar>(2 * scale * miss / d_norm));
    }
    return miss * miss;
  }
  /// A square of a norm whose terms have lost nothing, from which neither products nor quotients leave the range.
  static bool is_usual(Sum square) {
    constexpr Scalar epsilon = std::numeric_limits<Scalar>::epsilon();
    constexpr Scalar low = (std::numeric_limits<Scalar>::min)() / (epsilon * epsilon);
    return square >= low && square <= 1 / low;
  }
  /// first · q_t ∘ σ'(a_t) · second, into what δ_{t+1} is multiplied with.
  static void add_gradient(const BackwardStep<Scalar>& step, Index k, Scalar first, Scalar second) {
    const Scalar* const sent_back = step.sent_back.col(k).data();
    const Scalar* const slopes = step.slopes_before.col(k).data();
    Scalar* const seen = step.seen.col(k).data();
    const auto add = [&](Index row) { seen[row] += first * (sent_back[row] * slopes[row]) * slopes[row] * second; };
    Index row = 0;
    for (; row + 8 <= step.seen.rows(); row += 8) {
      ELMAN_INDEPENDENT
      for (Index lane = 0; lane < 8; ++lane) add(row + lane);
    }
    for (; row < step.seen.rows(); ++row) add(row);
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
