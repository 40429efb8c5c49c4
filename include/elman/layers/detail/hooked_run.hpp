// SPDX-License-Identifier: MIT
//
// What a hook (backward_hook.hpp) sees of bptt of one recurrence; the loop over time that calls it is in
// through_time.hpp. Nothing here runs, and no memory is taken, where there is no hook.
#pragma once

#include <algorithm>
#include <utility>

#include "elman/kernels/coefficients.hpp"
#include "elman/kernels/product.hpp"
#include "elman/layers/apply_activation.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/layers/bound_activation.hpp"
#include "elman/layers/step_columns.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Scalar, class Part, class Activation, class X, class Tape>
class HookedRun {
 public:
  HookedRun(const Part& part, const Activation& activation, const X& x, Tape& tape)
      : part_(part), activation_(activation), x_(x), tape_(tape), hook_(tape.hook) {
    if (!hook_) return;
    hook_->steps_.assign(tape.steps());
    const Index most = most_block_columns(tape.steps());
    for_each_buffer([&](auto& buffer) { buffer.reserve(tape_.states().rows(), most); });
    hook_->begin(run());
  }
  explicit operator bool() const { return hook_ != nullptr; }

  /// Steps begin … end − 1 are next; d_h is ∂L/∂output of their columns, from above.
  void begin_block(Index begin, Index end, const MatrixView<Scalar>& d_h) {
    begin_ = begin;
    end_ = end;
    first_ = tape_.steps().first(begin);
    hook_->above(run(), first_, d_h);
    see(tape_.seen(begin, end));
    for_each_buffer([&](auto& buffer) { buffer.reshape(d_h.rows(), d_h.cols()); });
  }
  /// What ∂L/∂a of the block is multiplied with in ∂L/∂W.
  ConstMatrixView<Scalar> seen() const { return {seen_, tape_.states().rows(), seen_columns_, seen_stride_}; }

  /// Before the policy's `retreat`: ∂L/∂output of the step is still in two parts.
  void before_step(Index t, const ConstMatrixView<Scalar>& d_h, const ConstMatrixView<Scalar>& d_next) {
    if (!hook_->needs().d_state) return;
    const auto d_state = of_step(hook_->d_state_, t, d_h.cols());
    copy(d_h, d_state);
    add(d_next, d_state);
  }
  /// Behind it; `d_prev` is what the step has sent back.
  void after_step(Index t, const ConstMatrixView<Scalar>& d_a, const ConstMatrixView<Scalar>& d_prev) {
    const BackwardNeeds& needs = hook_->needs();
    if (needs.jacobian) has_jacobian_ = find_jacobian(t, d_a.cols());
    if (needs.d_state) complete_d_state(t, d_a);
    if (needs.sent_back && t > 0) find_sent_back(t, d_a, d_prev);
  }
  /// Behind all steps of the block, whose ∂L/∂a is d_a.
  void end_block(const ConstMatrixView<Scalar>& d_a) {
    const BackwardNeeds& needs = hook_->needs();
    if (needs.sent_back) find_slopes_before();
    if (needs.slopes) find_slopes(first_, hook_->slopes_.view());
    if (needs.seen) {
      copy(seen(), hook_->seen_.view());
      see(hook_->seen_.view());
    }
    hook_->block(run(), {{.d_a = d_a,
                          .d_state = of(needs.d_state, hook_->d_state_),
                          .sent_back = of(needs.sent_back, hook_->sent_back_),
                          .slopes_before = of(needs.sent_back, hook_->slopes_before_),
                          .seen = needs.seen ? hook_->seen_.view() : MatrixView<Scalar>(),
                          .keep = of(has_jacobian_, hook_->keep_),
                          .left = of(has_jacobian_, hook_->left_),
                          .right = of(has_jacobian_, hook_->right_),
                          .slopes = of(needs.slopes, hook_->slopes_)},
                         begin_,
                         end_});
  }
  /// Behind step 0: ∂L/∂output of h₀.
  void before_finish(const MatrixView<Scalar>& d_h0) { hook_->initial(run(), d_h0); }

 private:
  auto& between() { return tape_.between; }
  BackwardRun<Scalar> run() const {
    const ConstMatrixView<Scalar> states = std::as_const(tape_).states();
    return {tape_.recurrence, hook_->share, hook_->steps_, part_.W, states, tape_.between.outputs(states)};
  }
  /// Each that is needed.
  template <class Visit>
  void for_each_buffer(const Visit& visit) {
    const BackwardNeeds& needs = hook_->needs();
    if (needs.d_state) visit(hook_->d_state_);
    if (needs.sent_back) visit(hook_->sent_back_), visit(hook_->slopes_before_);
    if (needs.seen) visit(hook_->seen_);
    if (needs.jacobian) visit(hook_->keep_), visit(hook_->left_), visit(hook_->right_);
    if (needs.jacobian || needs.slopes) visit(hook_->slopes_);
  }
  MatrixView<Scalar> of_step(ColumnBuffer<Scalar>& buffer, Index t, Index width) {
    return buffer.view().middleCols(tape_.steps().first(t) - first_, width);
  }
  void see(const ConstMatrixView<Scalar>& columns) {
    seen_ = columns.data();
    seen_columns_ = columns.cols();
    seen_stride_ = columns.outerStride();
  }

  static ConstMatrixView<Scalar> of(bool is_there, const ColumnBuffer<Scalar>& buffer) {
    return is_there ? buffer.view() : ConstMatrixView<Scalar>();
  }

  void complete_d_state(Index t, const ConstMatrixView<Scalar>& d_a) {
    const auto d_state = of_step(hook_->d_state_, t, d_a.cols());
    if constexpr (requires { between().complete_d_state(t, d_a, d_state); }) {
      between().complete_d_state(tape_.steps().first(t), d_a, d_state);
    }
  }
  void find_sent_back(Index t, const ConstMatrixView<Scalar>& d_a, const ConstMatrixView<Scalar>& d_prev) {
    const auto sent_back = of_step(hook_->sent_back_, t, d_a.cols());
    if (sends_product_alone()) {
      copy(d_prev, sent_back);
    } else {
      set_product(tape_.W, d_a, sent_back);
    }
  }
  /// Of as many steps at once as lie side by side.
  void find_slopes_before() {
    const auto& steps = tape_.steps();
    for (Index t = (std::max)(begin_, Index{1}), next = t; t < end_; t = next) {
      for (next = t + 1; next < end_ && steps.width(next) == steps.width(t - 1);) ++next;
      const Index columns = steps.first(next) - steps.first(t);
      find_slopes(steps.first(t - 1), of_step(hook_->slopes_before_, t, columns));
    }
  }
  /// σ' of the packed columns `first`, first + 1, …
  void find_slopes(Index first, const MatrixView<Scalar>& slopes) {
    set_slopes(without_gradient(activation_), activated(first, slopes.cols()), slopes);
  }
  /// Whether the policy says it.
  bool find_jacobian(Index t, Index width) {
    const Index first = tape_.steps().first(t);
    const auto slopes = of_step(hook_->slopes_, t, width);
    const auto keep = of_step(hook_->keep_, t, width);
    const auto left = of_step(hook_->left_, t, width);
    const auto right = of_step(hook_->right_, t, width);
    const auto before = std::as_const(tape_).states().middleCols(tape_.block(t - 1), width);
    if constexpr (requires { between().jacobian(activation_, first, before, slopes, keep, left, right); }) {
      copy(seen().middleCols(first - first_, width), right);
      step_columns<Dynamic, Dynamic, Dynamic>(Identity{}, part_.b.data(), part_.U, x_.middleCols(first, width), part_.W,
                                              right, slopes);  // a_t
      apply_derivative(activation_, slopes);
      between().jacobian(activation_, first, before, slopes, keep, left, right);
      return true;
    }
    return false;
  }

  ConstMatrixView<Scalar> activated(Index first, Index columns) {
    const auto states = std::as_const(tape_).states();
    const auto outputs = tape_.between.outputs(states).middleCols(tape_.steps().batch() + first, columns);
    if constexpr (requires { between().activated(first, outputs); }) {
      return between().activated(first, outputs);
    } else {
      return outputs;
    }
  }
  bool sends_product_alone() {
    if constexpr (requires { between().sends_product_alone(); }) {
      return between().sends_product_alone();
    } else {
      return false;
    }
  }

  const Part& part_;
  const Activation& activation_;
  const X& x_;
  Tape& tape_;
  BackwardHook<Scalar>* hook_;
  Index begin_ = 0, end_ = 0, first_ = 0;  ///< the steps of the block, and its first packed column
  bool has_jacobian_ = false;
  const Scalar* seen_ = nullptr;
  Index seen_columns_ = 0, seen_stride_ = 0;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
