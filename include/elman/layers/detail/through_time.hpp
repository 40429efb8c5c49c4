// SPDX-License-Identifier: MIT
//
// The recurrence and its way back through time, the only two loops over time of the library:
//
//   h_t = σ(U x_t + W h_{t-1} + b)                                       (1)
//   ∂L/∂h_t = (what comes from above) + Wᵀ ∂L/∂a_{t+1}                   (6)
//   ∂L/∂a_t = σ'(a_t) ∘ ∂L/∂h_t                                          (7)
//
// Steps are taken in blocks of some hundred columns: U x for a whole block is one product, then W h_{t-1} follows step
// by step; backwards, the sums (8)–(10) over a block's steps are one product each. A block stays in the cache, and
// bptt's room does not grow with T. Equation numbers: docs/math.md.
#pragma once

#include <utility>

#include "elman/kernels/product.hpp"
#include "elman/layers/activation.hpp"
#include "elman/layers/from_above.hpp"
#include "elman/layers/tape.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Fills `tape`, which has been started with h₀, with h_t = σ(U x_t + W h_{t-1} + b) for all steps (Eq. 1). x: columns
/// (In × N) or OneHot.
template <class Scalar, class Activation, class X, class Tape>
void recurrence_forward(const ConstMatrixView<Scalar>& U, const ConstMatrixView<Scalar>& W,
                        const ConstMatrixView<Scalar>& b, const Activation& activation, const X& x, Tape& tape) {
  const auto& steps = tape.steps();
  const Index B = steps.batch();
  auto h = tape.h_with_h0();
  tape.U.assign(strided(U));
  tape.W.assign(strided(W));
  for (Index begin = 0; begin < steps.count();) {
    const Index end = block_end(steps, begin);
    const Index first = steps.first(begin);
    const Index columns = steps.first(end) - first;
    auto a = h.middleCols(B + first, columns);  // becomes h in place
    set_product(tape.U, x.middleCols(first, columns), b, a);
    Index prev = begin == 0 ? 0 : B + steps.first(begin - 1);
    for (Index t = begin; t < end; ++t) {
      const Index h_t = B + steps.first(t);
      const auto h_prev = h.middleCols(prev, steps.width(t));
      auto a_t = h.middleCols(h_t, steps.width(t));
      add_product(tape.W, tape.noise.dropped(h_prev), a_t);
      apply_activation(activation, a_t);  // (1)
      if (tape.noise.zones()) tape.noise.zone(steps.first(t), h_prev, a_t);
      prev = h_t;
    }
    begin = end;
  }
}

/// Backpropagation through time: adds ∂L/∂U, ∂L/∂W, ∂L/∂b to d_U, d_W, d_b (Eqs. 6–10); sets ∂L/∂x (packed) and
/// ∂L/∂h₀ (the caller's order) if `d_x` and `d_h0` have memory (Eqs. 13, 14). ∂L/∂h comes `from_above`, and d_last is
/// ∂L/∂(the state after each sequence's last step), Hidden × B in the caller's order, or nothing for zero.
template <class Scalar, class Activation, class X, class Tape>
void recurrence_bptt(const ConstMatrixView<Scalar>& U, const ConstMatrixView<Scalar>& W, const Activation& activation,
                     const X& x, Tape& tape, const FromAbove<Scalar>& from_above, const ConstStrided<Scalar>& d_last,
                     MatrixView<Scalar> d_U, MatrixView<Scalar> d_W, MatrixView<Scalar> d_b, Strided<Scalar> d_x,
                     Strided<Scalar> d_h0) {
  const auto& steps = tape.steps();
  const Index B = steps.batch();
  const auto h = std::as_const(tape).h();
  tape.W.assign_transposed(strided(W));
  tape.U.assign_transposed(strided(U));
  tape.d_h_next.reshape(W.rows(), B);
  auto d_h_next = tape.d_h_next.view();
  if (d_last.data()) {
    for (Index s = 0; s < B; ++s) d_h_next.col(steps.slot(s)) = d_last.col(s);
  } else {
    d_h_next.setZero();
  }

  for (Index end = steps.count(); end > 0;) {
    const Index begin = block_begin(steps, end);
    const Index first = steps.first(begin);
    const Index columns = steps.first(end) - first;
    tape.d_a.reshape(W.rows(), columns);
    auto d_a = tape.d_a.view();
    from_above(first, d_a);
    for (Index t = end - 1; t >= begin; --t) {
      const Index width = steps.width(t);
      auto d_a_t = d_a.middleCols(steps.first(t) - first, width);  // still ∂L/∂h_t
      auto d_h_prev = d_h_next.leftCols(width);
      if (tape.noise.zones()) {
        d_a_t += d_h_prev;  // (6)
        tape.noise.zone_bptt(steps.first(t), d_a_t, d_h_prev);
        apply_slope(activation, tape.noise.activated(steps.first(t), width), d_a_t);  // (7)
      } else {
        apply_slope(activation, h.middleCols(steps.first(t), width), d_h_prev, d_a_t);  // (6), (7)
      }
      if (t == 0 && !d_h0.data()) break;
      if (tape.noise.drops()) {
        auto before_mask = tape.noise.room(width);
        set_product(tape.W, d_a_t, before_mask);
        if (!tape.noise.zones()) d_h_prev.setZero();
        tape.noise.add_dropped(before_mask, d_h_prev);
      } else if (tape.noise.zones()) {
        add_product(tape.W, d_a_t, d_h_prev);
      } else {
        set_product(tape.W, d_a_t, d_h_prev);
      }
    }
    tape.d_a_panels.assign(strided(d_a));
    add_product_transposed(tape.d_a_panels, x.middleCols(first, columns), d_U);  // (8)
    add_product_transposed(tape.d_a_panels, tape.h_before(begin, end), d_W);     // (9)
    add_row_sums(tape.d_a_panels, d_b);                                          // (10)
    if (d_x.data()) set_product(tape.U, d_a, d_x.middleCols(first, columns));    // (13)
    end = begin;
  }
  if (d_h0.data()) {  // (14)
    for (Index s = 0; s < B; ++s) d_h0.col(s) = d_h_next.col(steps.slot(s));
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
