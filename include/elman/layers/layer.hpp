// SPDX-License-Identifier: MIT
//
// What a layer is: a shape without weights. The parameters of all layers of a net lie in the net's one vector θ; a
// layer is handed the place where its own begin, and says how many they are. So layers compose by adding up sizes:
//
//   in, out         rows of its input and output, a column a step and sequence; and in_size, out_size, state_size,
//                   step_size (of a step's scratch), parameter_size: at compile time, Dynamic if only known later
//   state           rows of what it carries from step to step: the hidden states of all recurrences in it, one below
//                   the other. h₀, the last state and ∂L/∂h₀ have this height and B columns in the caller's order.
//   take            takes its parameters from a cursor (parameter_cursor.hpp), in the order in which they lie in θ
//   Tape            what forward leaves for bptt: h(), the output of all steps (out × N, packed); last(…), the state
//                   after each sequence's last step, and last_output(…), the output there, B columns
//   forward         x, h₀ → tape
//   bptt            ∂L/∂output from above and ∂L/∂(last state) → parameters' gradients, ∂L/∂x, ∂L/∂h₀
//   reads_pair      whether x is a SourceTarget
//   step            one step of one column a stream, if the layer can run forwards in time alone (`can_step`)
//   last_output_bptt  ∂L/∂(last output) → ∂L/∂(last state), and what parameters have a part in it, if the layer
//                     `ends_in_state`
//   start           the state before the first step, zero or learned (`learns_start`)
//   needs_masks     whether a run keeps masks in the tape, one that draws them or one that does not
//   has_dropout     whether a run that draws no masks leaves out what training has; said only by layers that keep masks
//                   in both kinds of run, and by those that are made of others
//
// Whatever satisfies `Layer` composes. There are three ways to write one: `Wrapper` (wrapper.hpp), the short way for a
// layer around another; `StatelessLayer` (stateless.hpp), for y_t = f(x_t), with a whole small layer in its comment;
// and `LayerBase` below, which has what is the same for all and leaves forward, bptt and step.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/layers/from_above.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/random.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// A size that costs no memory when it is known at compile time.
template <int Size>
struct Extent {
  Extent() = default;
  Extent(const char* owner, const char* name, Index n) {
    require_that(n == Size, owner, ": ", name, " is ", n, "; expected ", Size);
  }
  static constexpr Index value() { return Size; }
};

template <>
struct Extent<Dynamic> {
  Extent(const char* owner, const char* name, Index n) : size(n) {
    require_that(n >= 1, owner, ": ", name, " is ", n, "; expected at least 1");
  }
  Index value() const { return size; }
  Index size;
};

/// Whether two sizes can be equal.
template <int Wanted, int Given>
inline constexpr bool fits = Wanted == Given || Wanted == Dynamic || Given == Dynamic;

}  // namespace detail

/// The names of the sizes of a layer, for messages.
struct SizeNames {
  const char* layer;
  const char* in = "In";
  const char* out = "Out";
};

/// What is the same for all layers that are not made of others, to derive from. HasState: the state is as large as the
/// output. `Derived` has take(cursor), which returns its part: a struct of what it has taken, whose for_each(visit)
/// calls visit(name, view); and forward, bptt, step and Tape.
template <class Derived, int In, int Out, bool HasState>
class LayerBase {
  static_assert(SizeOrDynamic<In> && SizeOrDynamic<Out>,
                "elman: In, Hidden and Out must be positive, or elman::Dynamic");

 public:
  static constexpr int in_size = In;
  static constexpr int out_size = Out;
  static constexpr int state_size = HasState ? Out : 0;
  static constexpr int step_size = Out;
  static constexpr bool is_fixed = In != Dynamic && Out != Dynamic;
  static constexpr bool can_step = true;
  static constexpr bool ends_in_state = HasState;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = false;

  Index in() const { return in_.value(); }
  Index out() const { return out_.value(); }
  Index state() const { return HasState ? out() : 0; }
  /// Rows of the scratch that a step needs.
  Index step_rows() const { return out(); }
  Index parameter_count() const {
    detail::CountingCursor counter;
    derived().take(counter);
    return counter.count;
  }
  bool same_shape(const LayerBase& other) const { return in() == other.in() && out() == other.out(); }
  bool needs_masks(bool) const { return false; }

  /// The parameters in a vector where they begin at `theta`.
  template <class Element>
  auto at(Element* theta) const {
    ParameterCursor<Element> cursor(theta);
    return derived().take(cursor);
  }
  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    visit(path, at(theta));
  }

  /// Of a layer whose output is its state.
  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar*, const Tape&, const std::type_identity_t<ConstMatrixView<Scalar>>& d_output,
                        Scalar*, const MatrixView<Scalar>& d_state) const {
    copy(d_output, d_state);
  }

  /// The state before the first step of a sequence: zero (State × 1).
  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    derived().take(cursor);
    set_zero(h);
  }
  template <class Scalar>
  void start_bptt(Scalar*, const ConstMatrixView<Scalar>&) const {}

 protected:
  /// Throws if a size is less than 1 or contradicts the compile-time one.
  LayerBase(const SizeNames& names, Index in, Index out)
      : in_(names.layer, names.in, in), out_(names.layer, names.out, out) {}

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }

  [[__no_unique_address__]] detail::Extent<In> in_;
  [[__no_unique_address__]] detail::Extent<Out> out_;
};

namespace detail {

template <class L>
concept HasSizes = std::copyable<L> && requires {
  { L::in_size } -> std::convertible_to<int>;
  { L::out_size } -> std::convertible_to<int>;
  { L::state_size } -> std::convertible_to<int>;
  { L::step_size } -> std::convertible_to<int>;
  { L::parameter_size } -> std::convertible_to<int>;
  { L::is_fixed } -> std::convertible_to<bool>;
  { L::can_step } -> std::convertible_to<bool>;
  { L::ends_in_state } -> std::convertible_to<bool>;
  { L::reads_pair } -> std::convertible_to<bool>;
  { L::learns_start } -> std::convertible_to<bool>;
};

template <class L>
concept HasShape = requires(const L layer) {
  { layer.in() } -> std::convertible_to<Index>;
  { layer.out() } -> std::convertible_to<Index>;
  { layer.state() } -> std::convertible_to<Index>;
  { layer.step_rows() } -> std::convertible_to<Index>;
  { layer.parameter_count() } -> std::convertible_to<Index>;
  { layer.same_shape(layer) } -> std::convertible_to<bool>;
  { layer.needs_masks(true) } -> std::convertible_to<bool>;
};

/// Whether a layer, or what stands between two steps, has dropout: it says so, or keeps masks only where they are
/// drawn.
template <class L>
bool has_dropout(const L& layer) {
  bool said = false;
  if constexpr (requires { layer.has_dropout(); }) said = layer.has_dropout();
  return said || (layer.needs_masks(true) && !layer.needs_masks(false));
}

/// What visits the parts of a layer.
struct AnyVisit {
  template <class Part>
  void operator()(const std::string&, const Part&) const {}
};

template <class L>
concept HasParameters = requires(const L layer, CountingCursor& cursor, const double* theta, const std::string& path) {
  layer.take(cursor);
  layer.for_each_part(theta, path, AnyVisit{});
};

template <class Tape>
concept LayerTape = requires(const Tape tape, const MatrixView<double>& columns) {
  { tape.steps() } -> std::convertible_to<const BasicSteps<Growing>&>;
  { tape.h() } -> std::convertible_to<ConstMatrixView<double>>;
  tape.last(columns);
  tape.last_output(columns);
};
template <class L>
concept HasTape = LayerTape<typename L::template Tape<double, Growing>>;

/// What a layer reads: columns, if it takes no pair.
template <class L>
concept HasForward = L::reads_pair ||
    requires(const L layer, const double* theta, const ConstMatrixView<double>& x, const Steps& steps,
             typename L::template Tape<double, Growing>& tape, Random* random) {
  layer.forward(theta, x, steps, x, tape, random);
};
template <class L>
concept HasBptt = L::reads_pair ||
    requires(const L layer, const double* theta, const ConstMatrixView<double>& x,
             typename L::template Tape<double, Growing>& tape, const FromAbove<double>& from_above, double* d_theta,
             const MatrixView<double>& d_x) {
  layer.bptt(theta, x, tape, from_above, x, d_theta, d_x, d_x);
};
template <class L>
concept HasStep = !L::can_step || L::reads_pair ||
                  requires(const L layer, ParameterCursor<const double>& cursor, const ConstMatrixView<double>& x,
                           const MatrixView<double>& h) {
  { layer.step(cursor, x, h, h) } -> std::convertible_to<ConstMatrixView<double>>;
};
template <class L>
concept HasLastOutput =
    !L::ends_in_state ||
    requires(const L layer, const double* theta, const typename L::template Tape<double, Growing>& tape,
             const ConstMatrixView<double>& d_h, double* d_theta, const MatrixView<double>& d_state) {
  layer.last_output_bptt(theta, tape, d_h, d_theta, d_state);
};
template <class L>
concept HasStart = requires(const L layer, ParameterCursor<const double>& cursor, const MatrixView<double>& h,
                            double* d_theta, const ConstMatrixView<double>& d_h) {
  layer.start(cursor, h);
  layer.start_bptt(d_theta, d_h);
};

}  // namespace detail

template <class L>
concept Layer = detail::HasSizes<L> && detail::HasShape<L> && detail::HasParameters<L> && detail::HasTape<L> &&
    detail::HasForward<L> && detail::HasBptt<L> && detail::HasLastOutput<L> && detail::HasStep<L> &&
    detail::HasStart<L>;

namespace detail {

/// For what is made of layers: says what a type lacks that is none.
template <class... Layers>
constexpr bool are_layers() {
  static_assert((HasSizes<Layers> && ...),
                "elman: a layer is copyable and has the constants in_size, out_size, state_size, step_size, "
                "parameter_size, is_fixed, can_step, ends_in_state, reads_pair and learns_start; derive from "
                "elman::LayerBase, see elman/layers/layer.hpp");
  if constexpr ((HasSizes<Layers> && ...)) {
    static_assert((HasShape<Layers> && ...),
                  "elman: a layer has in(), out(), state(), step_rows(), parameter_count(), same_shape(other) and "
                  "needs_masks(draws); see elman/layers/layer.hpp");
    static_assert((HasParameters<Layers> && ...),
                  "elman: a layer has take(cursor), which takes its parameters, and for_each_part(theta, path, visit); "
                  "see elman/layers/layer.hpp");
    static_assert((HasTape<Layers> && ...),
                  "elman: a layer has a Tape<Scalar, Room> with steps(), h(), last(state) and "
                  "last_output(output); see elman/layers/layer.hpp");
    if constexpr ((HasTape<Layers> && ...)) {
      static_assert((HasForward<Layers> && ...),
                    "elman: a layer has forward(theta, x, steps, h0, tape, random); see elman/layers/layer.hpp");
      static_assert((HasBptt<Layers> && ...),
                    "elman: a layer has bptt(theta, x, tape, from_above, d_last, d_theta, d_x, d_h0); see "
                    "elman/layers/layer.hpp");
      static_assert((HasLastOutput<Layers> && ...),
                    "elman: a layer that ends_in_state has last_output_bptt(theta, tape, d_output, d_theta, "
                    "d_state); see "
                    "elman/layers/layer.hpp");
    }
    static_assert((HasStep<Layers> && ...),
                  "elman: a layer that can_step has step(cursor, x, h, scratch), which returns a view of its output; "
                  "see elman/layers/layer.hpp");
    static_assert((HasStart<Layers> && ...),
                  "elman: a layer has start(cursor, h) and start_bptt(d_theta, d_h); see elman/layers/layer.hpp");
  }
  return true;
}

/// For layers that are made of others.
template <class... Layers>
constexpr bool are_inner_layers() {
  static_assert(are_layers<Layers...>());
  static_assert((!Layers::reads_pair && ...),
                "elman: an EncoderDecoder takes a pair as x and must be the whole body of a net; nest layers in its "
                "encoder and its decoder");
  return true;
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
