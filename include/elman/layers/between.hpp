// SPDX-License-Identifier: MIT
//
// What stands between two steps of a recurrence, a policy of it (recurrence.hpp). Nothing does in the recurrence of
// 1990:
//
//   a_t = U x_t + W h_{t-1} + b        h_t = σ(a_t)        (1)
//
// A policy may change what W sees of the state (recurrent dropout), what becomes of the state and σ(a_t) (zoneout, a
// leak) and what the layer above sees of the state (h = σ(v) of a state v). It is a struct of what the user chose, with
//
//   parameter_size(hidden)      how many parameters of its own it has behind U, W, b, or Dynamic
//   take(cursor, hidden)        takes them; returns a struct with for_each(visit), and initialise(random) if it has any
//   needs_masks(draws)          whether a run keeps masks in the tape
//   has_dropout()               whether it has dropout, if it keeps masks in all runs (layer.hpp)
//   step_vectors                how many vectors of Hidden rows a step needs as scratch, if more than one
//   step(…)                     one step of a stream
//   check(), form(), from(…)    if it has options: throws if one is out of range; what is written of it (form.hpp)
//   Run<Scalar, Room, Hidden>   what one forward keeps in the tape for its bptt; the two loops over time call its
//                               functions (detail/through_time.hpp), in the order below
//
// Columns are those of the states with h₀ in front, `first` is the packed column where a step begins. σ is called by
// apply_activation, apply_slope (once for each σ(a)) and step_columns alone: they know its parameters, if it has any.
#pragma once

#include "elman/kernels/product.hpp"
#include "elman/layers/apply_activation.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/layers/step_columns.hpp"
#include "elman/random.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

template <class Between>
inline constexpr int step_vectors = 1;
template <class Between>
requires requires { Between::step_vectors; }
inline constexpr int step_vectors<Between> = Between::step_vectors;

}  // namespace detail

/// Nothing stands between two steps: the Elman network.
struct NothingBetween {
  static constexpr int parameter_size(int) { return 0; }
  template <class Cursor>
  static NoParameters take(Cursor&, Index) {
    return {};
  }
  static constexpr bool needs_masks(bool) { return false; }

  /// h ← σ(U x + W h + b), one column a stream; returns the output.
  template <int In, int Hidden, class Activation, class Part, class X, class Scalar>
  static ConstMatrixView<Scalar> step(const Activation& activation, const Part& part, const X& x,
                                      const MatrixView<Scalar>& h, const MatrixView<Scalar>& scratch) {
    step_columns<Hidden, In, Hidden>(activation, part.b.data(), part.U, x, part.W, h, scratch, true);
    return h;
  }

  template <class Scalar, class Room, int Hidden>
  struct Run {
    /// Before forward; `states` has h₀ in front (Hidden × (B + N)).
    template <class Activation, class Given>
    void start(const NothingBetween&, const Activation&, const NoParameters&, const MatrixView<Scalar>&,
               const BasicSteps<Given>&, Random*) {}
    /// What W and the layer above see of the states.
    static MatrixView<Scalar> outputs(const MatrixView<Scalar>& states) { return states; }
    static ConstMatrixView<Scalar> outputs(const ConstMatrixView<Scalar>& states) { return states; }
    /// Whether W sees the outputs as they are, and what it sees of those of one step.
    static constexpr bool sees_outputs() { return true; }
    static ConstMatrixView<Scalar> seen(const ConstMatrixView<Scalar>& h_prev) { return h_prev; }
    /// state ← what the step makes of the state before and of a_t, which lies in its place.
    template <class Activation>
    static void advance(const Activation& activation, Index, const ConstMatrixView<Scalar>&,
                        const MatrixView<Scalar>& h) {
      apply_activation(activation, h);  // (1)
    }

    /// Before bptt; d_next is ∂L/∂(last state) of all sequences, in slot order.
    template <class Part>
    void start_bptt(const Part&, const MatrixView<Scalar>&) {}
    /// d ← ∂L/∂a_t, from ∂L/∂output of the step in d and d_next, what step t + 1 has sent back; the states
    /// are h_{t-1} and h_t.
    template <class Activation>
    static void retreat(const Activation& activation, Index, const ConstMatrixView<Scalar>&,
                        const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& d_next,
                        const MatrixView<Scalar>& d) {
      apply_slope(activation, h, d_next, d);  // (6), (7)
    }
    /// d_prev ← what the step sends to the one before: Wᵀ ∂L/∂a_t. W: made ready, transposed.
    template <class Factor>
    static void send_back(Factor& W, const ConstMatrixView<Scalar>& d_a, const MatrixView<Scalar>& d_prev) {
      set_product(W, d_a, d_prev);
    }
    /// d_h0, what step 0 has sent back, becomes ∂L/∂h₀. `h0`: the output of h₀.
    template <class Activation>
    static void finish(const Activation&, const ConstMatrixView<Scalar>&, const MatrixView<Scalar>&) {}
    /// d, ∂L/∂(output h) of a last step, becomes ∂L/∂(last state).
    template <class Activation>
    static void output_bptt(const Activation&, const ConstMatrixView<Scalar>&, const MatrixView<Scalar>&) {}

    /// For hooks (backward_hook.hpp), all three optional, as is complete_d_state(first, d_a, d_h) of a state that is
    /// not its output: behind retreat, d_h, ∂L/∂output of the step by all ways, becomes ∂L/∂state. Whether send_back
    /// leaves Wᵀ ∂L/∂a_t in d_prev and nothing else.
    static constexpr bool sends_product_alone() { return true; }
    /// σ(a_t), of which the slope is taken, of the step that begins at packed column `first`; else its outputs.
    static ConstMatrixView<Scalar> activated(Index, const ConstMatrixView<Scalar>& outputs) { return outputs; }
    /// ∂state_t/∂state_{t-1} = diag(keep) + diag(left) W diag(right), a column a sequence; slopes: σ'(a_t).
    template <class Activation>
    static void jacobian(const Activation&, Index, const ConstMatrixView<Scalar>&,
                         const ConstMatrixView<Scalar>& slopes, const MatrixView<Scalar>& keep,
                         const MatrixView<Scalar>& left, const MatrixView<Scalar>& right) {
      set_zero(keep);
      copy(slopes, left);
      for (Index k = 0; k < right.size(); ++k) right.data()[k] = Scalar(1);
    }
  };
};

template <>
struct CppName<NothingBetween> {
  static constexpr const char* value = "elman::NothingBetween";
};

}  // namespace ELMAN_ABI
}  // namespace elman
