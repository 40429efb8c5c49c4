// SPDX-License-Identifier: MIT
//
// What a hook (backward_hook.hpp) sees of bptt of one recurrence; the loop over time that calls it is in
// through_time.hpp. Nothing here runs, and no memory is taken, where there is no hook.
#pragma once

#include <type_traits>
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
    hook_->seen_.reserve(tape.states().rows(), most_block_columns(tape.steps()));
    hook_->begin(run());
  }
  explicit operator bool() const { return hook_ != nullptr; }

  /// Steps begin … end − 1 are next; d_h is ∂L/∂output of their columns, from above.
  void begin_block(Index begin, Index end, const MatrixView<Scalar>& d_h) {
    first_ = tape_.steps().first(begin);
    hook_->above(run(), first_, d_h);
    const auto seen_by_W = tape_.seen(begin, end);
    see(seen_by_W);
    if (!hook_->needs().seen) return;
    const auto may_change = shaped(hook_->seen_, seen_by_W);
    copy(seen_by_W, may_change);
    see(may_change);
  }
  /// What ∂L/∂a of the block is multiplied with in ∂L/∂W.
  ConstMatrixView<Scalar> seen() const { return {seen_, tape_.states().rows(), seen_columns_, seen_stride_}; }

  /// Before the policy's `retreat`: ∂L/∂output of the step is still in two parts.
  void before_step(const ConstMatrixView<Scalar>& d_h, const ConstMatrixView<Scalar>& d_next) {
    if (!hook_->needs().d_state) return;
    const auto d_state = shaped(hook_->d_state_, d_h);
    copy(d_h, d_state);
    add(d_next, d_state);
  }
  /// Behind it; `d_prev` is what the step has sent back.
  void after_step(Index t, const ConstMatrixView<Scalar>& d_a, const ConstMatrixView<Scalar>& d_prev) {
    const BackwardNeeds& needs = hook_->needs();
    const bool sends = needs.sent_back && t > 0;
    const bool has_jacobian = needs.jacobian && find_jacobian(t, d_a);
    if (needs.d_state) complete_d_state(t, d_a);
    if (sends) find_slopes(t - 1, d_a, hook_->slopes_before_);
    if (needs.slopes) find_slopes(t, d_a, hook_->slopes_);
    hook_->step(run(), {.t = t,
                        .width = d_a.cols(),
                        .d_a = d_a,
                        .d_state = of(needs.d_state, hook_->d_state_),
                        .sent_back = sends ? sent_back(d_a, d_prev) : ConstMatrixView<Scalar>(),
                        .slopes_before = of(sends, hook_->slopes_before_),
                        .seen = needs.seen ? hook_->seen_.view().middleCols(tape_.steps().first(t) - first_, d_a.cols())
                                           : MatrixView<Scalar>(),
                        .keep = of(has_jacobian, hook_->keep_),
                        .left = of(has_jacobian, hook_->left_),
                        .right = of(has_jacobian, hook_->right_),
                        .slopes = of(needs.slopes, hook_->slopes_)});
  }
  /// Behind step 0: ∂L/∂output of h₀.
  void before_finish(const MatrixView<Scalar>& d_h0) { hook_->initial(run(), d_h0); }

 private:
  auto& between() { return tape_.between; }
  BackwardRun<Scalar> run() const {
    const ConstMatrixView<Scalar> states = std::as_const(tape_).states();
    return {tape_.recurrence, hook_->share, hook_->steps_, part_.W, states, tape_.between.outputs(states)};
  }
  ConstMatrixView<Scalar> outputs(Index t, Index width) const {
    return tape_.between.outputs(std::as_const(tape_).states()).middleCols(tape_.block(t), width);
  }
  static MatrixView<Scalar> shaped(ColumnBuffer<Scalar>& buffer, const ConstMatrixView<Scalar>& as) {
    buffer.reshape(as.rows(), as.cols());
    return buffer.view();
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
    const auto d_state = hook_->d_state_.view();
    if constexpr (requires { between().complete_d_state(t, d_a, d_state); }) {
      between().complete_d_state(tape_.steps().first(t), d_a, d_state);
    }
  }
  ConstMatrixView<Scalar> sent_back(const ConstMatrixView<Scalar>& d_a, const ConstMatrixView<Scalar>& d_prev) {
    if (sends_product_alone()) return d_prev;
    const auto product = shaped(hook_->sent_back_, d_a);
    set_product(tape_.W, d_a, product);
    return product;
  }
  void find_slopes(Index t, const ConstMatrixView<Scalar>& d_a, ColumnBuffer<Scalar>& buffer) {
    const auto slopes = shaped(buffer, d_a);
    Scalar* const ones = slopes.data();
    for_each_chunk(slopes.size(), [ones](Index first, Index count) {
      for_each_of_chunk(count, [from = ones + first](Index k) { from[k] = Scalar(1); });
    });
    apply_slope(without_gradient(activation_), activated(t, d_a.cols()), slopes);
  }
  /// Whether the policy says it.
  bool find_jacobian(Index t, const ConstMatrixView<Scalar>& d_a) {
    const Index first = tape_.steps().first(t);
    const auto slopes = shaped(hook_->slopes_, d_a);
    const auto keep = shaped(hook_->keep_, d_a);
    const auto left = shaped(hook_->left_, d_a);
    const auto right = shaped(hook_->right_, d_a);
    const auto before = std::as_const(tape_).states().middleCols(tape_.block(t - 1), d_a.cols());
    if constexpr (requires { between().jacobian(activation_, first, before, slopes, keep, left, right); }) {
      copy(seen().middleCols(first - first_, d_a.cols()), right);
      step_columns<Dynamic, Dynamic, Dynamic>(Identity{}, part_.b.data(), part_.U, x_.middleCols(first, d_a.cols()),
                                              part_.W, right, slopes);  // a_t
      apply_derivative(activation_, slopes);
      between().jacobian(activation_, first, before, slopes, keep, left, right);
      return true;
    }
    return false;
  }

  ConstMatrixView<Scalar> activated(Index t, Index width) {
    const auto its_outputs = outputs(t, width);
    if constexpr (requires { between().activated(Index{}, its_outputs); }) {
      return between().activated(tape_.steps().first(t), its_outputs);
    } else {
      return its_outputs;
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
  Index first_ = 0;  ///< the packed column where the block begins
  const Scalar* seen_ = nullptr;
  Index seen_columns_ = 0, seen_stride_ = 0;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
