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
// bptt's room does not grow with T. What is named `between` does what stands there in a recurrence of 1990, and more in
// others (between.hpp); a hook may look on (backward_hook.hpp). Equation numbers: docs/math.md.
#pragma once

#include <utility>

#include "elman/kernels/product.hpp"
#include "elman/layers/bound_activation.hpp"
#include "elman/layers/detail/counted_columns.hpp"
#include "elman/layers/detail/hooked_run.hpp"
#include "elman/layers/from_above.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Fills `tape`, which has been started with h₀, with the states of all steps. x: columns (In × N) or OneHot. Part: U,
/// W and b.
template <class Part, class Activation, class X, class Tape>
void run_forward(const Part& part, const Activation& activation, const X& x, Tape& tape) {
  const auto& steps = tape.steps();
  auto& between = tape.between;
  const auto states = tape.states();
  const auto outputs = between.outputs(states);
  tape.U.assign(part.U);
  tape.W.assign(part.W);
  for (Index begin = 0; begin < steps.count();) {
    const Index end = block_end(steps, begin);
    const Index first = steps.first(begin);
    const Index columns = steps.first(end) - first;
    set_product(tape.U, x.middleCols(first, columns), part.b, states.middleCols(steps.batch() + first, columns));
    for (Index t = begin; t < end; ++t) {
      const Index before = tape.block(t - 1);
      const Index width = steps.width(t);
      const auto h_t = states.middleCols(tape.block(t), width);  // still U x_t + b
      add_product(tape.W, between.seen(outputs.middleCols(before, width)), h_t);
      between.advance(activation, steps.first(t), states.middleCols(before, width), h_t);  // (1)
    }
    begin = end;
  }
}

/// Backpropagation through time: adds ∂L/∂U, ∂L/∂W, ∂L/∂b to d_part (Eqs. 6–10); sets ∂L/∂x (packed) and ∂L/∂h₀ (the
/// caller's order) if `d_x` and `d_h0` have memory (Eqs. 13, 14). ∂L/∂h comes `from_above`, and d_last is ∂L/∂(the
/// state after each sequence's last step), Hidden × B in the caller's order, or nothing for zero.
template <class Scalar, class Part, class Activation, class X, class Tape, class Gradient>
void run_bptt(const Part& part, const Activation& activation, const X& x, Tape& tape,
              const FromAbove<Scalar>& from_above, const ConstMatrixView<Scalar>& d_last, const Gradient& d_part,
              const MatrixView<Scalar>& d_x, const MatrixView<Scalar>& d_h0) {
  const auto& steps = tape.steps();
  auto& between = tape.between;
  const ConstMatrixView<Scalar> states = tape.states();
  const auto outputs = between.outputs(states);
  tape.W.assign_transposed(part.W);
  tape.U.assign_transposed(part.U);
  tape.reserve_blocks();
  tape.d_next.reshape(states.rows(), steps.batch());
  const auto d_next = tape.d_next.view();
  // Where the output of h₀ is σ of it, ∂L/∂p has a part there (69).
  const bool reaches_start = d_h0.data() || is_bound<Activation>;
  if (d_last.data()) {
    for (Index s = 0; s < steps.batch(); ++s) copy(d_last.middleCols(s, 1), d_next.middleCols(steps.slot(s), 1));
  } else {
    set_zero(d_next);
  }
  between.start_bptt(d_part, d_next);
  HookedRun<Scalar, Part, Activation, X, Tape> hooked(part, activation, x, tape);

  for (Index end = steps.count(); end > 0;) {
    const Index begin = block_begin(steps, end);
    const Index first = steps.first(begin);
    const Index columns = steps.first(end) - first;
    tape.d_a.reshape(states.rows(), columns);
    const auto d_a = tape.d_a.view();
    from_above(first, d_a);
    if (hooked) hooked.begin_block(begin, end, d_a);
    for (Index t = end - 1; t >= begin; --t) {
      const Index width = steps.width(t);
      const auto d_a_t = d_a.middleCols(steps.first(t) - first, width);  // still ∂L/∂h_t
      const auto d_h_prev = d_next.leftCols(width);
      if (hooked) hooked.before_step(t, d_a_t, d_h_prev);
      between.retreat(activation, steps.first(t), states.middleCols(tape.block(t - 1), width),
                      states.middleCols(tape.block(t), width), d_h_prev, d_a_t);  // (6), (7)
      if (t > 0 || reaches_start) between.send_back(tape.W, d_a_t, d_h_prev);
      if (hooked) hooked.after_step(t, d_a_t, d_h_prev);
    }
    if (hooked) hooked.end_block(d_a);
    const auto x_block = x.middleCols(first, columns);
    const auto h_prev = hooked ? hooked.seen() : tape.seen(begin, end);
    const auto add_up = [&](Index from, Index count) {
      tape.d_a_panels.assign(d_a.middleCols(from, count));
      add_product_transposed(tape.d_a_panels, x_block.middleCols(from, count), d_part.U);  // (8)
      add_product_transposed(tape.d_a_panels, h_prev.middleCols(from, count), d_part.W);   // (9)
      add_row_sums(tape.d_a_panels, d_part.b);                                             // (10)
    };
    for_counted_columns<Scalar>(d_a, add_up, x_block, h_prev);
    if (d_x.data()) set_product(tape.U, d_a, d_x.middleCols(first, columns));  // (13)
    end = begin;
  }
  if (reaches_start) {
    if (hooked) hooked.before_finish(d_next);
    between.finish(activation, outputs.leftCols(steps.batch()), d_next);
  }
  if (d_h0.data()) {  // (14)
    for (Index s = 0; s < steps.batch(); ++s) copy(d_next.middleCols(steps.slot(s), 1), d_h0.middleCols(s, 1));
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
