// SPDX-License-Identifier: MIT
//
// The Elman network:
//
//   h_t = σ(U x_t + W h_{t-1} + b)      (1)      σ = tanh unless another Activation is named
//   o_t = V h_t + c                     (2)
//   y_t = softmax(o_t)                  (3)      or another Output
//
// forward fills a tape, a loss leaves ∂L/∂o in it, bptt adds ∂L/∂U, ∂L/∂W, ∂L/∂V, ∂L/∂b, ∂L/∂c to a gradient.
// Equation numbers: docs/math.md. Shapes: docs/notation.md.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "elman/activation.hpp"
#include "elman/check.hpp"
#include "elman/output.hpp"
#include "elman/parameters.hpp"
#include "elman/read.hpp"
#include "elman/readout.hpp"
#include "elman/recurrence.hpp"
#include "elman/sequences.hpp"
#include "elman/state.hpp"
#include "elman/tape.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

/// What one forward of RNNCell leaves behind: h, o, y and, after a loss, d_o (tape.hpp).
template <class Scalar, class Output = Softmax>
class Tape : public RecurrenceTape<Scalar>, public ReadoutTape<Scalar, Output> {};

/// U, W, V, b, c (inherited views of θ) and the three verbs that use them. Sizes are compile-time or Dynamic.
template <class Scalar, int In, int Hidden, int Out, class Activation = Tanh, class Output = Softmax>
class RNNCell : public Parameters<Scalar, In, Hidden, Out> {
  static_assert(elman::Activation<Activation, Scalar>,
                "elman::RNNCell: Activation must have value(a) and slope(h) for one Scalar; see elman/activation.hpp");

 public:
  using Gradient = Parameters<Scalar, In, Hidden, Out>;
  using Tape = elman::Tape<Scalar, Output>;
  using InputGradients = elman::InputGradients<Scalar, In, Hidden>;
  using Gradient::b;
  using Gradient::c;
  using Gradient::U;
  using Gradient::V;
  using Gradient::W;

  /// All parameters zero.
  RNNCell() requires Gradient::is_fixed = default;
  RNNCell(Index in, Index hidden, Index out) : Gradient(in, hidden, out) {}

  /// Parameters as `initialise(parameters)` sets them: elman::init::standard(random).
  template <std::invocable<Gradient&> Initialiser>
  requires Gradient::is_fixed explicit RNNCell(Initialiser&& initialise) { initialise(static_cast<Gradient&>(*this)); }
  template <std::invocable<Gradient&> Initialiser>
  RNNCell(Index in, Index hidden, Index out, Initialiser&& initialise) : Gradient(in, hidden, out) {
    initialise(static_cast<Gradient&>(*this));
  }
  explicit RNNCell(Gradient parameters) : Gradient(std::move(parameters)) {}

  Tape tape() const { return {}; }
  Gradient zero_gradient() const { return Gradient(this->in(), this->hidden(), this->out()); }

  /// Runs all steps of all sequences and leaves h, o and y in the tape.
  /// x: Sequences (In × N, packed), or any In × T matrix: one sequence. read: every_step, last_step or at_steps({…}).
  /// h0: Hidden × B in the caller's order; zero by default. Allocates only when the tape has seen no shape as large.
  /// Throws std::invalid_argument if a size does not fit, with the tape untouched.
  template <class X>
  void forward(const X& x, Tape& tape, const ReadSteps& read = every_step) const {
    forward(x, tape, read, Columns<Scalar, Hidden>(this->hidden(), 0));
  }
  template <class X, class H0>
  void forward(const X& x, Tape& tape, const ReadSteps& read, const Eigen::MatrixBase<H0>& h0) const {
    check_types<X>();
    static_assert(fits<Hidden, H0::RowsAtCompileTime> && std::same_as<typename H0::Scalar, Scalar>,
                  "elman::RNNCell::forward: h0 must have Hidden rows of the cell's Scalar");
    const auto& columns = detail::columns_of(x);
    const Steps& steps = detail::steps_of(x);
    check_x("forward", columns, steps);
    detail::require(h0.cols() == 0 || h0.rows() == this->hidden(), "RNNCell::forward: h0 has ", h0.rows(),
                    " rows; expected Hidden = ", this->hidden());
    detail::require(h0.cols() == 0 || h0.cols() == steps.batch(), "RNNCell::forward: h0 has ", h0.cols(),
                    " columns; expected B = ", steps.batch());
    detail::check(read, steps);

    tape.RecurrenceTape::start(this->hidden(), steps, h0.derived());
    tape.ReadoutTape::start(this->out(), read, steps);
    // h_t = σ(U x_t + W h_{t-1} + b)                        (1)
    detail::recurrence_forward<Scalar>(any(U()), any(W()), any(b()), activation, columns, tape);
    // o_t = V h_t + c  (2),  y_t = softmax(o_t)             (3)
    detail::readout_forward<Scalar, Output>(any(V()), any(c()), tape.h(), tape);
  }

  /// Adds the gradient of the loss that is in the tape's d_o to `gradient`; ∂L/∂x and ∂L/∂h₀ too if asked:
  /// bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0}). x is what forward had.
  /// Throws std::invalid_argument if the tape holds no forward of such an x by such a cell, or no loss has followed it.
  template <class X>
  void bptt(const X& x, Tape& tape, Gradient& gradient, const InputGradients& asked = {}) const {
    check_types<X>();
    const auto& columns = detail::columns_of(x);
    const Steps& steps = detail::steps_of(x);
    check_x("bptt", columns, steps);
    check_tape(tape, steps);
    detail::require(gradient.same_shape(*this), "RNNCell::bptt: gradient is ", gradient.in(), "-", gradient.hidden(),
                    "-", gradient.out(), "; expected In-Hidden-Out = ", this->in(), "-", this->hidden(), "-",
                    this->out());

    const MatrixView<Scalar> d_x = resized(asked.d_x, this->in(), steps.columns());
    const MatrixView<Scalar> d_h0 = resized(asked.d_h0, this->hidden(), steps.batch());
    // ∂L/∂V, ∂L/∂c and what ∂L/∂o sends down to h           (11, 12)
    detail::readout_bptt<Scalar, Output>(any(V()), tape.h(), tape, any(gradient.V()), any(gradient.c()));
    const auto from_output = [&](Index first, const MatrixView<Scalar>& d_h) {
      detail::readout_d_h<Scalar, Output>(any(V()), tape, first, d_h);
    };
    // ∂L/∂U, ∂L/∂W, ∂L/∂b, backwards through time           (6-10, 13, 14)
    detail::recurrence_bptt<Scalar>(any(U()), any(W()), activation, columns, tape, from_output, any(gradient.U()),
                                    any(gradient.W()), any(gradient.b()), d_x, d_h0);
  }

  /// One step: h ← σ(U x + W h + b); returns y (Out × Batch), which lives in the state. For use inside loops: sizes are
  /// asserted, not checked; no heap with compile-time sizes.
  template <class X, int Batch>
  const Matrix<Scalar, Out, Batch>& step(const Eigen::MatrixBase<X>& x,
                                         State<Scalar, Hidden, Out, Batch>& state) const noexcept {
    static_assert(fits<In, X::RowsAtCompileTime> && std::same_as<typename X::Scalar, Scalar>,
                  "elman::RNNCell::step: x must have In rows of the cell's Scalar");
    assert(x.rows() == this->in() && x.cols() == state.h.cols() && state.h.rows() == this->hidden());
    state.h_next.noalias() = U() * x;
    state.h_next.noalias() += W() * state.h;
    state.h_next.colwise() += b();
    detail::apply_activation(activation, state.h_next);  // (1)
    state.h = state.h_next;
    state.o.noalias() = V() * state.h;  // (2)
    state.o.colwise() += c();
    Output{}(state.o, state.y);  // (3)
    return state.y;
  }

  /// The zero state of one stream, or of `batch` streams side by side.
  State<Scalar, Hidden, Out> initial_state() const { return zero_state<1>(1); }
  State<Scalar, Hidden, Out, Dynamic> initial_state(Index batch) const {
    detail::require(batch >= 1, "RNNCell::initial_state: batch is ", batch, "; expected at least 1");
    return zero_state<Dynamic>(batch);
  }

  /// The same cell in another scalar.
  template <class Other>
  RNNCell<Other, In, Hidden, Out, Activation, Output> cast() const {
    RNNCell<Other, In, Hidden, Out, Activation, Output> other(Gradient::template cast<Other>());
    other.activation = activation;
    return other;
  }

  [[no_unique_address]] Activation activation{};

 private:
  using RecurrenceTape = elman::RecurrenceTape<Scalar>;
  using ReadoutTape = elman::ReadoutTape<Scalar, Output>;

  /// A view without its compile-time size, for the loops over time.
  template <class M>
  static MatrixView<Scalar> any(View<M> view) requires(!std::is_const_v<M>) {
    return {view.data(), view.rows(), view.cols()};
  }
  template <class M>
  static ConstMatrixView<Scalar> any(View<const M> view) {
    return {view.data(), view.rows(), view.cols()};
  }

  template <int Wanted, int Given>
  static constexpr bool fits = Wanted == Given || Wanted == Dynamic || Given == Dynamic;

  /// What was asked for, in the given shape; a view of nothing if it was not.
  template <class M>
  static MatrixView<Scalar> resized(M* asked, Index rows, Index cols) {
    if (!asked) return {nullptr, 0, 0};
    asked->resize(rows, cols);
    return {asked->data(), rows, cols};
  }

  template <class X>
  static constexpr void check_types() {
    static_assert(detail::IsInput<X>, "elman::RNNCell: x must be elman::Sequences or an Eigen matrix, a column a step");
    if constexpr (detail::IsInput<X>) {
      static_assert(std::same_as<detail::ScalarOfInput<X>, Scalar>, "elman::RNNCell: x must have the cell's Scalar");
      static_assert(fits<In, detail::rows_of_input<X>>, "elman::RNNCell: x must have as many rows as the cell's In");
    }
  }

  void check_x(const char* function, const auto& columns, const Steps& steps) const {
    detail::require(steps.count() >= 1, "RNNCell::", function, ": x has 0 steps; expected at least 1");
    detail::require(columns.rows() == this->in(), "RNNCell::", function, ": x has ", columns.rows(),
                    " rows; expected In = ", this->in());
    detail::require(columns.cols() == steps.columns(), "RNNCell::", function, ": x has ", columns.cols(),
                    " columns; expected N = ", steps.columns(), " as its steps say");
  }

  void check_tape(const Tape& tape, const Steps& steps) const {
    detail::require(tape.steps().count() > 0, "RNNCell::bptt: tape is empty; expected forward(x, tape) before");
    detail::require(tape.steps() == steps, "RNNCell::bptt: tape holds a forward of T = ", tape.steps().count(),
                    ", N = ", tape.steps().columns(), "; expected the steps of x, T = ", steps.count(),
                    ", N = ", steps.columns());
    detail::require(tape.h().rows() == this->hidden() && tape.o().rows() == this->out(), "RNNCell::bptt: tape holds a ",
                    "forward of Hidden = ", tape.h().rows(), ", Out = ", tape.o().rows(),
                    "; expected Hidden = ", this->hidden(), ", Out = ", this->out());
    detail::require(tape.has_d_o(), "RNNCell::bptt: tape has no d_o; expected a loss after forward");
  }

  template <int Batch>
  State<Scalar, Hidden, Out, Batch> zero_state(Index batch) const {
    State<Scalar, Hidden, Out, Batch> state;
    for (auto* part : {&state.h, &state.h_next}) part->setZero(this->hidden(), batch);
    for (auto* part : {&state.o, &state.y}) part->setZero(this->out(), batch);
    return state;
  }
};

}  // namespace elman::inline ELMAN_ABI
