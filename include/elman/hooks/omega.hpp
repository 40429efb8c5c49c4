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
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "elman/hooks/penalty.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/column_norm.hpp"
#include "elman/kernels/column_squares.hpp"
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

  void begin(const BackwardRun<Scalar>& run) override {
    const auto batch = static_cast<std::size_t>(run.steps.batch());
    if (batch > squares_.size()) squares_.resize(batch), factors_.resize(batch);
    q_.reserve(run.W.rows(), 1);
  }

  void step(const BackwardRun<Scalar>& run, const BackwardStep<Scalar>& step) override {
    if (step.t == 0 || !this->applies(run)) return;
    const Index batch = run.steps.batch();
    const auto scale = static_cast<Sum>(this->scale(run, batch));
    auto* const squares = squares_.data();
    Scalar* const factors = factors_.data();
    detail::squares_of_columns(step.d_a, step.sent_back, step.slopes_before, squares);
    Sum sum = 0;
    for (Index k = 0; k < step.width; ++k) {
      const Sum d_square = squares[k].d, q_square = squares[k].q;
      if (is_usual(d_square) && is_usual(q_square)) {
        const Sum r = std::sqrt(q_square / d_square);                            // (79)
        factors[k] = static_cast<Scalar>(2 * scale * (r - 1) / (r * d_square));  // (80)
        sum += (r - 1) * (r - 1);
      } else {
        factors[k] = 0;
        sum += add_unusual(step, k, scale);
      }
    }
    detail::add_products_of_columns(step.sent_back, step.slopes_before, std::as_const(factors_).data(), step.seen);
    this->add_value(run, static_cast<double>(sum), batch);
  }

 private:
  /// Whether the square of a norm has lost no digits, and neither products nor quotients of such leave the range.
  static bool is_usual(Sum square) {
    constexpr Scalar epsilon = std::numeric_limits<Scalar>::epsilon();
    constexpr Scalar least = (std::numeric_limits<Scalar>::min)() / (epsilon * epsilon);
    return square >= least && square <= 1 / least;
  }
  /// Whatever the norms of sequence k; returns its term.
  Sum add_unusual(const BackwardStep<Scalar>& step, Index k, Sum scale) {
    constexpr Sum least = 1024 * (std::numeric_limits<Scalar>::min)();
    const Index hidden = step.d_a.rows();
    const Sum d_norm = detail::column_norm(step.d_a.col(k).data(), hidden);
    if (d_norm < least) return 0;
    q_.reshape(hidden, 1);
    Scalar* const q = q_.data();
    for (Index row = 0; row < hidden; ++row) q[row] = step.sent_back(row, k) * step.slopes_before(row, k);
    const Sum q_norm = detail::column_norm(q, hidden);
    const Sum miss = q_norm / d_norm - 1;
    if (!(q_norm < least)) {
      const auto to_unit = static_cast<Scalar>(1 / q_norm);
      const auto factor = static_cast<Scalar>(2 * scale * miss / d_norm);
      for (Index row = 0; row < hidden; ++row) {
        step.seen(row, k) += factor * (to_unit * q[row] * step.slopes_before(row, k));
      }
    }
    return miss * miss;
  }

  std::vector<detail::ColumnSquares<Scalar>> squares_;  ///< one a sequence
  std::vector<Scalar> factors_;
  ColumnBuffer<Scalar> q_;
};

template <class Net>
explicit Omega(const Net&) -> Omega<typename Net::Scalar>;
template <class Net>
Omega(const Net&, PenaltyOptions) -> Omega<typename Net::Scalar>;

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
