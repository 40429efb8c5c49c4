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

#include <algorithm>

#include "elman/activation.hpp"
#include "elman/detail/product.hpp"
#include "elman/steps.hpp"
#include "elman/tape.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

/// What bptt can give beside the parameters' gradients; what is not asked for is not computed.
template <class Scalar, int In, int Hidden>
struct InputGradients {
  Columns<Scalar, In>* d_x = nullptr;       ///< ∂L/∂x, In × N in the order of x's columns; resized and overwritten
  Columns<Scalar, Hidden>* d_h0 = nullptr;  ///< ∂L/∂h₀, Hidden × B in the caller's order; resized and overwritten
};

namespace detail {

/// Columns to a block of steps, unless one step has more.
inline constexpr Index block_columns = 128;

/// The steps from `begin` on (or, going back, up to `end`) that make one block.
inline Index block_end(const Steps& steps, Index begin) {
  Index end = begin + 1;
  while (end < steps.count() && steps.first(end + 1) - steps.first(begin) <= block_columns) ++end;
  return end;
}
inline Index block_begin(const Steps& steps, Index end) {
  Index begin = end - 1;
  while (begin > 0 && steps.first(end) - steps.first(begin - 1) <= block_columns) --begin;
  return begin;
}

/// Fills `tape`, which has been started with h₀, with h_t = σ(U x_t + W h_{t-1} + b) for all steps (Eq. 1).
template <class Scalar, class Activation, class X>
void recurrence_forward(const ConstMatrixView<Scalar>& U, const ConstMatrixView<Scalar>& W,
                        const ConstMatrixView<Scalar>& b, const Activation& activation, const X& x,
                        RecurrenceTape<Scalar>& tape) {
  const Steps& steps = tape.steps();
  const Index B = steps.batch();
  auto h = tape.h_with_h0();
  for (Index begin = 0; begin < steps.count();) {
    const Index end = block_end(steps, begin);
    const Index first = steps.first(begin);
    const Index columns = steps.first(end) - first;
    auto a = h.middleCols(B + first, columns);  // becomes h in place
    a.colwise() = b.col(0);
    add_product(U, x.middleCols(first, columns), a);
    Index h_prev = begin == 0 ? 0 : B + steps.first(begin - 1);
    for (Index t = begin; t < end; ++t) {
      const Index h_t = B + steps.first(t);
      auto a_t = h.middleCols(h_t, steps.width(t));
      add_product(W, h.middleCols(h_prev, steps.width(t)), a_t);
      apply_activation(activation, a_t);  // (1)
      h_prev = h_t;
    }
    begin = end;
  }
}

/// Backpropagation through time: adds ∂L/∂U, ∂L/∂W, ∂L/∂b to d_U, d_W, d_b (Eqs. 6–10); sets ∂L/∂x (packed) and
/// ∂L/∂h₀ (the caller's order) if `d_x` and `d_h0` have memory (Eqs. 13, 14). `from_above(first, d_h)` sets d_h to what
/// reaches the packed columns first, first + 1, … other than through time.
template <class Scalar, class Activation, class X, class FromAbove>
void recurrence_bptt(const ConstMatrixView<Scalar>& U, const ConstMatrixView<Scalar>& W, const Activation& activation,
                     const X& x, RecurrenceTape<Scalar>& tape, const FromAbove& from_above, MatrixView<Scalar> d_U,
                     MatrixView<Scalar> d_W, MatrixView<Scalar> d_b, MatrixView<Scalar> d_x, MatrixView<Scalar> d_h0) {
  const Steps& steps = tape.steps();
  const Index B = steps.batch();
  const auto h = std::as_const(tape).h_with_h0();
  tape.d_h_next.reshape(W.rows(), B);
  auto d_h_next = tape.d_h_next.view();

  Index arriving = 0;  // columns of d_h_next that hold a gradient: the sequences that run at step t + 1
  for (Index end = steps.count(); end > 0;) {
    const Index begin = block_begin(steps, end);
    const Index first = steps.first(begin);
    const Index columns = steps.first(end) - first;
    tape.d_a.reshape(W.rows(), columns);
    auto d_a = tape.d_a.view();
    from_above(first, d_a);
    for (Index t = end - 1; t >= begin; --t) {
      const Index width = steps.width(t);
      auto d_a_t = d_a.middleCols(steps.first(t) - first, width);               // still ∂L/∂h_t
      d_a_t.leftCols(arriving) += d_h_next.leftCols(arriving);                  // (6)
      apply_slope(activation, h.middleCols(B + steps.first(t), width), d_a_t);  // (7)
      if (t > 0 || d_h0.data()) {
        d_h_next.leftCols(width).setZero();
        add_transposed_product(W, d_a_t, d_h_next.leftCols(width));
      }
      arriving = width;
    }
    add_product_transposed(d_a, x.middleCols(first, columns), d_U);  // (8)
    add_product_transposed(d_a, tape.h_before(begin, end), d_W);     // (9)
    d_b.col(0) += d_a.rowwise().sum();                               // (10)
    if (d_x.data()) {                                                // (13)
      d_x.middleCols(first, columns).setZero();
      add_transposed_product(U, d_a, d_x.middleCols(first, columns));
    }
    end = begin;
  }
  if (d_h0.data()) {  // (14)
    for (Index s = 0; s < B; ++s) d_h0.col(s) = d_h_next.col(steps.slot(s));
  }
}

}  // namespace detail

}  // namespace elman::inline ELMAN_ABI
