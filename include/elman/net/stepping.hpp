// SPDX-License-Identifier: MIT
//
// Step by step: what a net does for one stream, or for several side by side, as samples come. The state is the
// caller's; the net is const, so many states may run on it from many threads. With compile-time sizes a step takes no
// heap, no lock, no exception and no system call, and its time depends on nothing but the sizes.
//
//   auto state = net.initial_state();
//   for (;;) y = net.step(x, state);
//
// `Net` and `FrozenNet` have these verbs. With compile-time sizes a step of one stream sums in another order than
// forward does over whole sequences, and differs from it by round-off (layers/step_columns.hpp); forward on
// chunks of one step has forward's bits.
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <span>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/layers/layer.hpp"
#include "elman/net/state.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::nonblocking)
#define ELMAN_NONBLOCKING [[clang::nonblocking]]
#endif
#endif
#if !defined(ELMAN_NONBLOCKING)
#define ELMAN_NONBLOCKING
#endif

namespace elman {
inline namespace ELMAN_ABI {

struct SettleOptions {
  /// At rest: no hidden unit changes by more in a step; at least 0. A net that forgets slowly has further to go, by
  /// about so much for every step of its memory. Below some units in the last place a net need not get.
  double tolerance = 1e-6;
  Index most_steps = 100000;  ///< at least 1; a net need not come to rest: it may oscillate
};

/// `Derived` has in(), out(), state(), body(), readout(), a cursor() of its parameters (layers/parameter_cursor.hpp)
/// and a static owner(), its name in messages.
template <class Derived, class Scalar, class Body, class Readout>
class Stepping {
 public:
  template <int Batch>
  using StateOf = State<Scalar, Body::state_size, Body::step_size, Readout::out_size, Batch>;
  /// Whether S is a state of this net, of any number of streams.
  template <int Batch>
  static void take_state(StateOf<Batch>&);
  /// The same, to ask.
  template <class S>
  static constexpr bool takes_state = requires(S&& state) {
    take_state(static_cast<S&&>(state));
  };
  /// Columns, a token, or one a stream. A real number is no token, though it converts to one.
  template <class X>
  static constexpr bool takes_x = detail::IsMatrix<X> || std::convertible_to<const X&, std::span<const Index>> ||
                                  (std::convertible_to<const X&, Index> && !std::floating_point<X>);

  /// One step of each stream: h ← σ(U x + W h + b) in every layer; returns y (Out × Batch), which lives in the state.
  /// x: a column a stream. For use inside loops: sizes are asserted, not checked; no heap with compile-time sizes.
  template <class X, int Batch>
  const Matrix<Scalar, Readout::out_size, Batch>& step(const Eigen::MatrixBase<X>& x,
                                                       StateOf<Batch>& state) const noexcept ELMAN_NONBLOCKING {
    static_assert(detail::fits<Body::in_size, X::RowsAtCompileTime> && std::same_as<typename X::Scalar, Scalar>,
                  "elman::Net::step: x must have In rows of the net's Scalar");
    assert(x.rows() == derived().in() && x.cols() == state.h.cols());
    if constexpr (detail::HasColumns<X>) {
      return step_of(ConstMatrixView<Scalar>(x.derived()), state);
    } else {
      const Matrix<Scalar, X::RowsAtCompileTime, X::ColsAtCompileTime> columns = x;
      return step_of(ConstMatrixView<Scalar>(columns), state);
    }
  }
  /// The same of one token a stream, 0 ≤ token < In.
  template <int Batch>
  const Matrix<Scalar, Readout::out_size, Batch>& step(std::span<const Index> tokens,
                                                       StateOf<Batch>& state) const noexcept ELMAN_NONBLOCKING {
    assert(static_cast<Index>(tokens.size()) == state.h.cols());
    assert(
        std::all_of(tokens.begin(), tokens.end(), [&](Index token) { return token >= 0 && token < derived().in(); }));
    return step_of(OneHot<Scalar>(tokens.data(), derived().in(), state.h.cols()), state);
  }
  template <int Batch>
  const Matrix<Scalar, Readout::out_size, Batch>& step(Index token,
                                                       StateOf<Batch>& state) const noexcept ELMAN_NONBLOCKING {
    return step(std::span<const Index>(&token, 1), state);
  }

  /// Of other arguments: ends in a sentence, at compile time.
  template <class X, class S>
  requires(!(takes_x<X> && takes_state<S>)) auto step(const X&, S&&) const {
    static_assert(takes_state<S>,
                  "elman::Net::step: second comes a state of this net, a variable: auto state = net.initial_state(); "
                  "net.step(x, state)");
    static_assert(
        takes_x<X>,
        "elman::Net::step: x must be an Eigen vector of In rows, a column a stream (elman::Vector<float, 1>(x) "
        "of one number), or a token, an integer");
    return detail::Anything();
  }
  template <class X>
  auto step(const X&) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::step: second comes a state of this net, a variable: auto state = net.initial_state(); "
                  "net.step(x, state)");
    return detail::Anything();
  }

  /// The state from which one stream starts, or `batch` streams side by side. Kept and restored by copying; of it, `h`
  /// and `fresh` are what the next step depends on. Throws if batch is less than 1.
  StateOf<1> initial_state() const { return new_state<1>(1); }
  StateOf<Dynamic> initial_state(Index batch) const {
    detail::require_that(batch >= 1, where("initial_state"), ": batch is ", batch, "; expected at least 1");
    return new_state<Dynamic>(batch);
  }

  /// Stream b starts anew; the others go on. Throws if there is no such stream.
  template <int Batch>
  void reset(StateOf<Batch>& state, Index b) const {
    detail::require_that(b >= 0 && b < state.h.cols(), where("reset"), ": stream ", b, "; expected less than ",
                         state.h.cols(), ", the state's streams");
    start(state, b);
    state.fresh(b) = true;
  }
  /// All streams start anew.
  template <int Batch>
  void reset(StateOf<Batch>& state) const {
    for (Index b = 0; b < state.h.cols(); ++b) reset(state, b);
  }

  /// Steps on the same x, from where the state is, until all of it rests: so that a stream which begins there, after a
  /// reset for instance, makes no click. Returns whether it came to rest in most_steps; y is that of the last step. A
  /// unit that is NaN or infinite is not at rest. No heap with compile-time sizes. Throws if an option is out of range.
  template <class X, int Batch>
  bool settle(const Eigen::MatrixBase<X>& x, StateOf<Batch>& state, const SettleOptions& options = {}) const {
    detail::require_not_negative(where("settle"), "tolerance", options.tolerance);
    detail::require_at_least_one(where("settle"), "most_steps", options.most_steps);
    auto before = state.h;
    for (Index k = 0; k < options.most_steps; ++k) {
      before = state.h;
      step(x, state);
      bool rests = true;
      for (Index unit = 0; unit < before.size(); ++unit) {
        const auto change = static_cast<double>((std::abs)(state.h(unit) - before(unit)));
        rests = rests && detail::within(change, 0.0, options.tolerance);
      }
      if (rests) return true;
    }
    return false;
  }

 protected:
  static constexpr detail::Where where(const char* function) { return {Derived::owner(), function}; }

  template <int Batch>
  StateOf<Batch> new_state(Index batch) const {
    StateOf<Batch> state;
    detail::resize(state.h, derived().state(), batch);
    detail::resize(state.scratch, derived().body().step_rows(), batch);
    for (auto* part : {&state.o, &state.y}) detail::resize(*part, derived().out(), batch);
    set_zero(MatrixView<Scalar>(state.scratch));
    for (auto* part : {&state.o, &state.y}) set_zero(MatrixView<Scalar>(*part));
    state.fresh.setConstant(1, batch, true);
    for (Index b = 0; b < batch; ++b) start(state, b);
    return state;
  }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }

  /// h of stream b ← the net's start.
  template <class State>
  void start(State& state, Index b) const {
    auto cursor = derived().cursor();
    derived().body().start(cursor, MatrixView<Scalar>(state.h).middleCols(b, 1));
  }

  template <class X, class State>
  const auto& step_of(const X& x, State& state) const noexcept {
    static_assert(
        Body::can_step,
        "elman::Net::step: a bidirectional layer reads from the end of a sequence; it cannot run step by step");
    auto cursor = derived().cursor();
    const auto h =
        derived().body().step(cursor, x, MatrixView<Scalar>(state.h), MatrixView<Scalar>(state.scratch));  // (1)
    derived().readout().step(cursor, h, MatrixView<Scalar>(state.o), MatrixView<Scalar>(state.y));         // (2), (3)
    state.fresh.setConstant(false);
    return state.y;
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
