// SPDX-License-Identifier: MIT
//
// Who looks on while bptt goes back through the recurrences of a net, and may add to what goes back:
//
//   struct Watch : BackwardHook<double> {
//     Watch() : BackwardHook<double>({.d_state = true}) {}
//     void step(const BackwardRun<double>& run, const BackwardStep<double>& step) override { … step.d_state … }
//   };
//   net.bptt(x, tape, gradient, {.hook = &watch});
//
// Recurrences are numbered as they lie in θ, 0, 1, … (recurrence_names tells their names), and bptt goes through them
// from the top down, through the steps of each from the last to the first; a hook hears of some steps at a time, when
// all of them are done. Without a hook, bptt asks whether there is one, once a step, and nothing else. A hook's memory
// grows to that of the largest run it has seen, and is its own.
#pragma once

#include "elman/kernels/column_buffer.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// What a hook wants to see of each step; what nobody wants is not computed.
struct BackwardNeeds {
  bool d_state = false;    ///< ∂L/∂(state after the step)
  bool sent_back = false;  ///< Wᵀ ∂L/∂a_t, and the slopes of the step before
  bool seen = false;       ///< what ∂L/∂a_t is multiplied with in ∂L/∂W, which may then be changed
  bool jacobian = false;   ///< ∂state_t/∂state_{t-1}
  bool slopes = false;     ///< σ'(a_t), as bptt takes it from h

  BackwardNeeds operator|(const BackwardNeeds& others) const {
    return {.d_state = d_state || others.d_state,
            .sent_back = sent_back || others.sent_back,
            .seen = seen || others.seen,
            .jacobian = jacobian || others.jacobian,
            .slopes = slopes || others.slopes};
  }
};

/// What is the same for all steps of one recurrence.
template <class Scalar>
struct BackwardRun {
  Index recurrence;                ///< which of the net's
  double share;                    ///< by which what a hook adds to gradients is multiplied (BackwardHook::share)
  const Steps& steps;              ///< which column is which step
  ConstMatrixView<Scalar> W;       ///< Hidden × Hidden
  ConstMatrixView<Scalar> states;  ///< Hidden × (B + N), with h₀ in front
  ConstMatrixView<Scalar>
      outputs;  ///< of these, what W and the layer above see: the states themselves if h is the state

  /// The columns of step t in a matrix with h₀ in front, of the first `width` slots; t = −1 is h₀.
  ConstMatrixView<Scalar> at(const ConstMatrixView<Scalar>& columns, Index t, Index width) const {
    return columns.middleCols(t < 0 ? 0 : steps.batch() + steps.first(t), width);
  }
};

/// Columns of the way back, one for each sequence and step, in the order of the packed columns (Steps::slot). What was
/// not asked for has none.
template <class Scalar>
struct BackwardColumns {
  ConstMatrixView<Scalar> d_a;                 ///< ∂L/∂a_t  (7)
  ConstMatrixView<Scalar> d_state = {};        ///< ∂L/∂h_t by all ways  (6)
  ConstMatrixView<Scalar> sent_back = {};      ///< Wᵀ ∂L/∂a_t
  ConstMatrixView<Scalar> slopes_before = {};  ///< σ'(a_{t-1}), as bptt takes it from h
  MatrixView<Scalar> seen = {};                ///< h_{t-1}: ∂L/∂W gets ∂L/∂a_t · seenᵀ  (9)
  /// ∂state_t/∂state_{t-1} = diag(keep) + diag(left) W diag(right); nothing of a policy that does not say
  /// (between.hpp).
  ConstMatrixView<Scalar> keep = {}, left = {}, right = {};
  ConstMatrixView<Scalar> slopes = {};  ///< σ'(a_t), as bptt takes it from h: 1 − h² cancels where |h| is near 1

  /// Of it what these needs ask for.
  BackwardColumns only(const BackwardNeeds& needs) const {
    return each([&needs]<class View>(const View& view, bool BackwardNeeds::*need) {
      return !need || needs.*need ? view : View();
    });
  }
  /// So many of its columns.
  BackwardColumns middle(Index first, Index count) const {
    return each([=]<class View>(const View& view, bool BackwardNeeds::*) {
      return view.cols() > 0 ? view.middleCols(first, count) : view;
    });
  }

 private:
  template <class Change>
  BackwardColumns each(const Change& change) const {
    return {.d_a = change(d_a, nullptr),
            .d_state = change(d_state, &BackwardNeeds::d_state),
            .sent_back = change(sent_back, &BackwardNeeds::sent_back),
            .slopes_before = change(slopes_before, &BackwardNeeds::sent_back),
            .seen = change(seen, &BackwardNeeds::seen),
            .keep = change(keep, &BackwardNeeds::jacobian),
            .left = change(left, &BackwardNeeds::jacobian),
            .right = change(right, &BackwardNeeds::jacobian),
            .slopes = change(slopes, &BackwardNeeds::slopes)};
  }
};

/// One step, a column a sequence that runs at it.
template <class Scalar>
struct BackwardStep : BackwardColumns<Scalar> {
  Index t;      ///< from 0; step 0 sends nothing back: sent_back and slopes_before have no columns there
  Index width;  ///< how many sequences run at it
};

/// Steps begin … end − 1 one behind the other: sent_back and slopes_before have columns of step 0 too, which mean
/// nothing.
template <class Scalar>
struct BackwardBlock : BackwardColumns<Scalar> {
  Index begin, end;

  BackwardStep<Scalar> step(const Steps& steps, Index t) const {
    const BackwardNeeds all{.d_state = true, .sent_back = t > 0, .seen = true, .jacobian = true, .slopes = true};
    const Index width = steps.width(t);
    return {this->middle(steps.first(t) - steps.first(begin), width).only(all), t, width};
  }
};

namespace detail {

template <class Scalar, class Part, class Activation, class X, class Tape>
class HookedRun;

}  // namespace detail

template <class Scalar>
class BackwardHook {
 public:
  explicit BackwardHook(const BackwardNeeds& needs = {}) : needs_(needs) {}
  BackwardHook(const BackwardHook&) = default;
  BackwardHook& operator=(const BackwardHook&) = default;
  virtual ~BackwardHook() = default;

  /// A bptt begins, of a net with so many recurrences.
  virtual void start(Index /*recurrences*/) {}
  /// It begins to go back through one of them.
  virtual void begin(const BackwardRun<Scalar>&) {}
  /// d_h is ∂L/∂output of the packed columns first, first + 1, … as far as it comes from above, for a hook to add to.
  virtual void above(const BackwardRun<Scalar>&, Index /*first*/, const MatrixView<Scalar>& /*d_h*/) {}
  /// It has gone back through a step.
  virtual void step(const BackwardRun<Scalar>&, const BackwardStep<Scalar>&) {}
  /// It has gone back through some steps, all at once for who works on many columns faster; else one by one.
  virtual void block(const BackwardRun<Scalar>& run, const BackwardBlock<Scalar>& block) {
    for (Index t = block.end - 1; t >= block.begin; --t) step(run, block.step(run.steps, t));
  }
  /// It has gone back through all of them: d_h0 is ∂L/∂output of h₀, Hidden × B in the order of slots, for a hook to
  /// add to. Where nothing depends on it, it is not called.
  virtual void initial(const BackwardRun<Scalar>&, const MatrixView<Scalar>& /*d_h0*/) {}

  const BackwardNeeds& needs() const { return needs_; }
  /// What a hook adds to gradients is multiplied by it: 1, or the share of a piece in a batch that is run in pieces.
  double share = 1;

 private:
  template <class S, class Part, class Activation, class X, class Tape>
  friend class detail::HookedRun;

  BackwardNeeds needs_;
  Steps steps_;
  ColumnBuffer<Scalar> d_state_, sent_back_, slopes_before_, seen_, slopes_, keep_, left_, right_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
