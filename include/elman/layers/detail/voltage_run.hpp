// SPDX-License-Identifier: MIT
//
// What one forward keeps for its bptt where the state is a voltage v and the output is σ(v): of the leak in its voltage
// form (docs/math.md Eqs. 72, 74). A Run of between.hpp, but for its start.
//
//   v_t = keep ∘ v_{t-1} + rest ∘ (W σ(v_{t-1}) + U x_t + b)
#pragma once

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/apply_activation.hpp"
#include "elman/layers/detail/kept_share.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The sizes of rooms: of m, of the shares (kept_share.hpp), of σ(v) with h₀ in front, of a, and of one step;
/// what is learned of the shares (leak_rate.hpp).
template <class Scalar, int DropoutSize, int UnitsSize, int OutputsSize, int InputsSize, int StepSize, class Rate>
class VoltageRun {
 public:
  /// σ of the states, whichever part of them is asked for: all of them.
  ConstMatrixView<Scalar> outputs(const ConstMatrixView<Scalar>&) const { return outputs_.view(); }
  bool sees_outputs() const { return !dropout_.drops(); }
  ConstMatrixView<Scalar> seen(const ConstMatrixView<Scalar>& outputs) { return dropout_.seen(outputs); }

  /// v, which is a_t so far, becomes keep ∘ v_{t-1} + rest ∘ a_t.
  template <class Activation>
  void advance(const Activation& activation, Index first, const ConstMatrixView<Scalar>& v_prev,
               const MatrixView<Scalar>& v) {
    if constexpr (InputsSize != 0) copy(v, a_.view().middleCols(first, v.cols()));
    share_.mix(first, v_prev, v);
    set_outputs(activation, v, batch_ + first);
  }

  template <class Part>
  void start_bptt(const Part& d_part, const MatrixView<Scalar>& d_next) {
    rate_.start_bptt(d_part.between);
    d_kept_.reshape(d_next.rows(), d_next.cols());
    copy(d_next, d_kept_.view());
    set_zero(d_next);
  }
  template <class Activation>
  void retreat(const Activation& activation, Index first, const ConstMatrixView<Scalar>& v_prev,
               const ConstMatrixView<Scalar>&, const MatrixView<Scalar>& d_next, const MatrixView<Scalar>& d) {
    const auto d_kept = d_kept_.view().leftCols(d.cols());
    apply_slope(activation, outputs_.view().middleCols(batch_ + first, d.cols()), d_next, d);
    flat(d) += flat(d_kept);  // ∂L/∂v_t
    if constexpr (InputsSize != 0) rate_.add_gradient(d, a_.view().middleCols(first, d.cols()), v_prev);
    share_.split(first, d, d_kept);
  }
  template <class Factor>
  void send_back(Factor& W, const ConstMatrixView<Scalar>& d_a, const MatrixView<Scalar>& d_prev) {
    dropout_.send_back(W, d_a, d_prev, false);
  }
  template <class Activation>
  void finish(const Activation& activation, const ConstMatrixView<Scalar>& h0, const MatrixView<Scalar>& d_h0) const {
    apply_slope(activation, h0, d_h0);
    add(d_kept_.view(), d_h0);
  }
  template <class Activation>
  static void output_bptt(const Activation& activation, const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& d) {
    apply_slope(activation, h, d);
  }

  bool sends_product_alone() const { return !dropout_.drops(); }
  /// ∂L/∂v_t, of which retreat has left keep ∘ and rest ∘.
  void complete_d_state(Index, const ConstMatrixView<Scalar>& d_a, const MatrixView<Scalar>& d_h) const {
    copy(d_a, d_h);
    add(d_kept_.view().leftCols(d_a.cols()), d_h);
  }
  /// ∂v_t/∂v_{t-1} = diag(keep) + diag(rest) W diag(m ∘ σ'(v_{t-1})).
  template <class Activation>
  void jacobian(const Activation& activation, Index first, const ConstMatrixView<Scalar>& v_prev,
                const ConstMatrixView<Scalar>&, const MatrixView<Scalar>& keep, const MatrixView<Scalar>& left,
                const MatrixView<Scalar>& right) const {
    share_.write(first, keep, left);
    copy(v_prev, right);
    apply_derivative(activation, right);
    dropout_.apply(right);
  }

 protected:
  /// Memory for all steps, and σ(v₀); `states` has v₀ in front (Hidden × (B + N)).
  template <class Activation>
  void reserve(const Activation& activation, const MatrixView<Scalar>& states, Index batch) {
    batch_ = batch;
    outputs_.reshape(states.rows(), states.cols());
    if constexpr (InputsSize != 0) a_.reshape(states.rows(), states.cols() - batch);
    set_outputs(activation, states.leftCols(batch), 0);
  }

  RecurrentMask<Scalar, DropoutSize> dropout_;
  KeptShare<Scalar, UnitsSize, 0> share_;
  [[__no_unique_address__]] Rate rate_;

 private:
  template <class Activation>
  void set_outputs(const Activation& activation, const ConstMatrixView<Scalar>& v, Index column) {
    copy(v, outputs_.view().middleCols(column, v.cols()));
    apply_activation(activation, outputs_.view().middleCols(column, v.cols()));
  }

  Index batch_ = 0;
  ColumnBuffer<Scalar, OutputsSize> outputs_;  // σ(v), Hidden × (B + N)
  ColumnBuffer<Scalar, InputsSize> a_;         // Hidden × N, where shares are learned
  ColumnBuffer<Scalar, StepSize> d_kept_;      // keep ∘ ∂L/∂v of the step behind, Hidden × B
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
