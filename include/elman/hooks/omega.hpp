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

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "elman/hooks/penalty.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/column_norm.hpp"
#include "elman/kernels/column_squares.hpp"
#include "elman/sequences/blocks.hpp"
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
    if (!this->applies(run)) return;
    for (auto* buffer : {&d_norms_, &q_norms_, &misses_, &units_, &factors_}) {
      buffer->reserve(detail::most_block_columns(run.steps), 1);
    }
    q_.reserve(run.W.rows(), 1);
    lift_ = 1;
  }

  void block(const BackwardRun<Scalar>& run, const BackwardBlock<Scalar>& block) override {
    if (!this->applies(run)) return;
    const Index batch = run.steps.batch();
    const Index first = block.begin == 0 ? run.steps.width(0) : 0;  // step 0 sends nothing back
    const auto columns = block.middle(first, block.d_a.cols() - first);
    const auto sum = add_up(columns, static_cast<Sum>(2 * this->scale(run, batch)));
    detail::add_products_of_columns(columns.sent_back, columns.slopes_before, std::as_const(units_).data(),
                                    std::as_const(factors_).data(), columns.seen);
    this->add_value(run, static_cast<double>(sum), batch);
  }

 private:
  /// Squares of norms up to it and down to 1 / it lose no digits; lifted by most, norms from 1 / most² to 1 do, and by
  /// most² what is less.
  static constexpr Scalar most = [] {
    constexpr Scalar epsilon = std::numeric_limits<Scalar>::epsilon();
    Scalar power = 1;
    while (power * power < (std::numeric_limits<Scalar>::max)() * epsilon * epsilon) power *= 2;
    return power;
  }();

  /// Norms below it are too small to count, lifted or not.
  static constexpr Scalar least = 1024 * (std::numeric_limits<Scalar>::min)();

  /// The sum of the columns' terms; g_t is left as factor (unit q_t) ∘ σ'(a_t).
  Sum add_up(const BackwardColumns<Scalar>& columns, Sum scale) {
    const Index count = columns.d_a.cols();
    for (auto* buffer : {&d_norms_, &q_norms_, &misses_, &units_, &factors_}) buffer->reshape(count, 1);
    Scalar *const d_norms = d_norms_.data(), *const q_norms = q_norms_.data(), *const misses = misses_.data();
    Scalar *const units = units_.data(), *const factors = factors_.data();
    detail::squares_of_columns(columns.d_a, columns.sent_back, columns.slopes_before, lift_, d_norms, q_norms);
    detail::take_roots(d_norms, count);
    detail::take_roots(q_norms, count);
    const Scalar lift = lift_, lifted_scale = static_cast<Scalar>(scale) * lift;
    const Scalar low = (std::max)(1 / most, least * lift);
    Index usual = 0;
    ELMAN_INDEPENDENT
    for (Index k = 0; k < count; ++k) {
      const Scalar to_d_unit = 1 / d_norms[k];
      misses[k] = q_norms[k] * to_d_unit - 1;  // (79)
      units[k] = lift / q_norms[k];
      factors[k] = lifted_scale * misses[k] * to_d_unit;  // (80)
      usual += is_usual(d_norms[k], q_norms[k], low) ? 1 : 0;
    }
    if (usual < count) {
      for (Index k = 0; k < count; ++k) {
        if (!is_usual(d_norms[k], q_norms[k], low)) add_unusual(columns, k, scale);
      }
      lift_ = best_lift();  // for the steps before
    }
    return detail::sum_of_squares(std::as_const(misses_).data(), count, Sum(1));
  }
  /// That under which most columns of the block are usual, lift_ if others are no better.
  Scalar best_lift() const {
    Scalar best = lift_;
    Index most_usual = -1;
    for (const Scalar lift : {lift_, Scalar(1), most, most * most}) {
      const Scalar by = lift / lift_, low = (std::max)(1 / most, least * lift);
      Index usual = 0;
      for (Index k = 0; k < d_norms_.rows(); ++k) {
        usual += is_usual(by * d_norms_.data()[k], by * q_norms_.data()[k], low) ? 1 : 0;
      }
      if (usual <= most_usual) continue;
      most_usual = usual;
      best = lift;
    }
    return best;
  }
  /// Whether two norms that are lifted have all digits, and are not too small to count.
  static bool is_usual(Scalar d_norm, Scalar q_norm, Scalar low) {
    return (d_norm >= low) & (d_norm <= most) & (q_norm >= low) & (q_norm <= most);
  }
  /// Whatever the norms of column k.
  void add_unusual(const BackwardColumns<Scalar>& columns, Index k, Sum scale) {
    const Index hidden = columns.d_a.rows();
    q_.reshape(hidden, 1);
    Scalar* const q = q_.data();
    for (Index row = 0; row < hidden; ++row) q[row] = columns.sent_back(row, k) * columns.slopes_before(row, k);
    const Sum d_norm = detail::column_norm(columns.d_a.col(k).data(), hidden);
    const Sum q_norm = detail::column_norm(q, hidden);
    const Sum miss = d_norm < least ? 0 : q_norm / d_norm - 1;
    d_norms_.data()[k] = static_cast<Scalar>(d_norm) * lift_;
    q_norms_.data()[k] = static_cast<Scalar>(q_norm) * lift_;
    misses_.data()[k] = static_cast<Scalar>(miss);
    units_.data()[k] = static_cast<Scalar>(q_norm < least ? 0 : 1 / q_norm);
    factors_.data()[k] = static_cast<Scalar>(d_norm < least ? 0 : scale * miss / d_norm);
  }

  ColumnBuffer<Scalar> d_norms_, q_norms_, misses_, units_, factors_;  ///< a number a column of the block
  ColumnBuffer<Scalar> q_;
  Scalar lift_ = 1;  ///< by which δ and q are multiplied before they are squared: 1, most or most²
};

template <class Net>
explicit Omega(const Net&) -> Omega<typename Net::Scalar>;
template <class Net>
Omega(const Net&, PenaltyOptions) -> Omega<typename Net::Scalar>;

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
