// SPDX-License-Identifier: MIT
//
// What a GradientFlow keeps of one recurrence while bptt goes back through it: of every step and sequence ‖∂L/∂h_t‖,
// the Jacobian J_t = ∂h_t/∂h_{t-1} as three columns (between.hpp), how many units are saturated, and what is left of
// the gradient of the sequence's last step:
//
//   p_τ = ∂L/∂h_τ,   p_{t-1} = J_tᵀ p_t = keep ∘ p_t + right ∘ Wᵀ (left ∘ p_t)       (78)
//
// Columns are those of the states with h₀ in front. p is kept at norm 1, and the logarithm of its norm beside it, so
// that a thousand steps neither overflow nor vanish. Memory: 3 Hidden N scalars and 3 N + 3 B Hidden + 2 Hidden²
// doubles, of the largest batch so far.
#pragma once

#include <cmath>

#include "elman/inspect/spectrum.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/column_norm.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/kernels/product.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar>
struct FlowRecord {
  Steps steps;
  bool is_whole = false;  ///< bptt has gone through all steps
  bool has_jacobian = false;
  ColumnBuffer<double> W, norms, log_left, saturated;
  ColumnBuffer<Scalar> keep, left, right;

  /// The column of step t, −1 for h₀, among those with h₀ in front.
  Index column(Index t, Index slot) const { return t < 0 ? slot : steps.batch() + steps.first(t) + slot; }

  void begin(const BackwardRun<Scalar>& run) {
    steps.assign(run.steps);
    has_jacobian = false;
    const Index hidden = run.W.rows();
    W.reshape(hidden, hidden);
    W.view() = run.W.template cast<double>();
    W_transposed_.assign_transposed(W.view());
    saturated.reshape(1, steps.columns());
    for (auto* buffer : {&norms, &log_left}) {
      buffer->reshape(1, steps.batch() + steps.columns());
      for (Index k = 0; k < buffer->cols(); ++k) buffer->data()[k] = not_a_number();
    }
    for (auto* buffer : {&keep, &left, &right}) buffer->reshape(hidden, steps.columns());
    for (auto* buffer : {&carried_, &scaled_, &sent_}) buffer->reshape(hidden, steps.batch());
  }

  void step(const BackwardStep<Scalar>& step, double saturated_below) {
    const Index first = steps.first(step.t);
    for (Index slot = 0; slot < step.width; ++slot) {
      norms.data()[column(step.t, slot)] = static_cast<double>(column_norm(step.d_state.col(slot).data(), W.rows()));
      double count = 0;
      for (Index row = 0; row < step.slopes.rows(); ++row) {
        count += static_cast<double>(step.slopes(row, slot)) < saturated_below ? 1 : 0;
      }
      saturated.data()[first + slot] = count;
    }
    is_whole = step.t == 0;
    has_jacobian = step.keep.cols() > 0;
    if (!has_jacobian) return;
    copy(step.keep, keep.view().middleCols(first, step.width));
    copy(step.left, left.view().middleCols(first, step.width));
    copy(step.right, right.view().middleCols(first, step.width));
    const Index running = step.t + 1 < steps.count() ? steps.width(step.t + 1) : 0;
    for (Index slot = running; slot < step.width; ++slot) start(step, slot);
    send_back(step, carried_.view(), carried_.view());
    for (Index slot = 0; slot < step.width; ++slot) {
      const double growth = normalise_column(slot);
      log_left.data()[column(step.t - 1, slot)] = log_left.data()[column(step.t, slot)] + std::log(growth);
    }
    if (step.t > 0) return;
    send_back(step, step.d_state, sent_.view());
    for (Index slot = 0; slot < step.width; ++slot)
      norms.data()[slot] = column_norm(sent_.view().col(slot).data(), W.rows());
  }

 private:
  /// A sequence ends at this step: p = ∂L/∂h, of which all is left; nothing can be said of one that is 0.
  void start(const BackwardStep<Scalar>& step, Index slot) {
    for (Index row = 0; row < W.rows(); ++row)
      carried_.view()(row, slot) = static_cast<double>(step.d_state(row, slot));
    const double norm = normalise_column(slot);
    log_left.data()[column(step.t, slot)] = norm > 0 && is_finite(norm) ? 0 : not_a_number();
  }
  double normalise_column(Index slot) {
    auto p = carried_.view().col(slot);
    return normalise(p);
  }
  /// to ← keep ∘ from + right ∘ Wᵀ (left ∘ from), which may be one.
  template <class From>
  void send_back(const BackwardStep<Scalar>& step, const From& from, const MatrixView<double>& to) {
    const auto scaled = scaled_.view().leftCols(step.width), sent = sent_.view().leftCols(step.width);
    for (Index k = 0; k < step.width; ++k) {
      for (Index row = 0; row < W.rows(); ++row) {
        scaled(row, k) = static_cast<double>(step.left(row, k)) * static_cast<double>(from(row, k));
      }
    }
    set_product(W_transposed_, scaled, sent);
    for (Index k = 0; k < step.width; ++k) {
      for (Index row = 0; row < W.rows(); ++row) {
        to(row, k) = static_cast<double>(step.keep(row, k)) * static_cast<double>(from(row, k)) +
                     static_cast<double>(step.right(row, k)) * sent(row, k);
      }
    }
  }

  ColumnBuffer<double> carried_, scaled_, sent_;
  Factor<double> W_transposed_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
