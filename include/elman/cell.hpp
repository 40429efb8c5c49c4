// SPDX-License-Identifier: MIT
//
// The Elman network:
//
//   h_t = σ(U x_t + W h_{t-1} + b)      (1)      σ = tanh unless another Activation is named
//   o_t = V h_t + c                     (2)
//   y_t = softmax(o_t)                  (3)      or another Output
//
// forward fills a tape, a loss leaves ∂L/∂o in it, bptt adds ∂L/∂U, ∂L/∂W, ∂L/∂V, ∂L/∂b, ∂L/∂c to a gradient. These
// verbs are those of every net (net.hpp): a cell is the net of one recurrence (layers/recurrence.hpp, and its loops in
// layers/detail/through_time.hpp) and one readout (layers/readout.hpp).
#pragma once

#include <concepts>
#include <utility>

#include "elman/layers/activation.hpp"
#include "elman/layers/output.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/net.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// The first base of a cell, so that a size that is none is said before all that is made of it.
template <int... Sizes>
struct PositiveSizes {
  static_assert((SizeOrDynamic<Sizes> && ...), "elman: In, Hidden and Out must be positive, or elman::Dynamic");
};

}  // namespace detail

/// U, W, V, b, c (views of θ) and the verbs of a net. Sizes are compile-time or Dynamic.
template <class Scalar, int In, int Hidden, int Out, class Activation = Tanh, class Output = Softmax>
class RNNCell : detail::PositiveSizes<In, Hidden, Out>,
                public Net<Scalar, Recurrence<In, Hidden, Activation>, Readout<Hidden, Out, Output>> {
  static_assert(
      elman::Activation<Activation, Scalar>,
      "elman::RNNCell: Activation must have value(a) and slope(h) for one Scalar; see elman/layers/activation.hpp");

  using Body = Recurrence<In, Hidden, Activation>;
  using Base = Net<Scalar, Body, Readout<Hidden, Out, Output>>;

 public:
  using Base::Base;

  /// Parameters as `initialise(parameters)` sets them: elman::init::standard(random), or elman::zero.
  template <std::invocable<typename Base::Parameters&> Initialiser>
  RNNCell(Index in, Index hidden, Index out, Initialiser&& initialise)
      : Base{Body(in, hidden), Readout<Hidden, Out, Output>(hidden, out), std::forward<Initialiser>(initialise)} {}
  /// These two do not compile where they are called, and say what to write.
  template <class Nothing = void>
  RNNCell() : Base(zero) {
    detail::is_initialised<Nothing>();
  }
  template <class Nothing = void>
  RNNCell(Index in, Index hidden, Index out) : RNNCell(in, hidden, out, zero) {
    detail::is_initialised<Nothing>();
  }

  const Activation& activation() const { return this->body().activation(); }

  /// The same cell in another scalar.
  template <class Other>
  RNNCell<Other, In, Hidden, Out, Activation, Output> cast() const {
    return RNNCell<Other, In, Hidden, Out, Activation, Output>(Base::Parameters::template cast<Other>());
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
