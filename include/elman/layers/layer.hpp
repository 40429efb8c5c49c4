// SPDX-License-Identifier: MIT
//
// What a layer is: a shape without weights. The parameters of all layers of a net lie in the net's one vector θ; a
// layer is handed the place where its own begin, and says how many they are. So layers compose by adding up sizes:
//
//   in, out         rows of its input and output, a column a step and sequence
//   state           rows of what it carries from step to step: the hidden states of all recurrences in it, one below
//                   the other. h₀, the last state and ∂L/∂h₀ have this height and B columns in the caller's order.
//   forward         x → tape.h(), the output of all steps (out × N, packed); tape.last(…), the state after the last
//   bptt            ∂L/∂output from above and ∂L/∂(last state) → parameters' gradients, ∂L/∂x, ∂L/∂h₀
//   step            one step of one column a stream, if the layer can run forwards in time alone (`can_step`)
//   read            takes its parameters from a reader (layers/parameter_cursor.hpp), in the order in which they lie in
//   θ needs_masks     whether a run keeps masks in the tape, one that draws them or one that does not start the state
//   before the first step, zero or learned (`learns_start`) for_each_last   where the output of the last step lies in
//   the state, if all of it does (`ends_in_state`)
//
// Ours: Recurrence, Stacked, Bidirectional, Embedding, LearnedStart, Dropout, EncoderDecoder. Your own composes in the
// same way: whatever satisfies `Layer`.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/layers/from_above.hpp"
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
    require(n == Size, owner, ": ", name, " is ", n, "; expected ", Size);
  }
  static constexpr Index value() { return Size; }
};

template <>
struct Extent<Dynamic> {
  Extent(const char* owner, const char* name, Index n) : size(n) {
    require(n >= 1, owner, ": ", name, " is ", n, "; expected at least 1");
  }
  Index value() const { return size; }
  Index size;
};

/// Whether two sizes can be equal.
template <int Wanted, int Given>
inline constexpr bool fits = Wanted == Given || Wanted == Dynamic || Given == Dynamic;

/// The sizes that a view tells Eigen. Beyond 128 they would gain nothing, and overflow the arithmetic by which
/// Eigen 3.4 plans its loops.
template <int Size>
inline constexpr int view_size = Size <= 128 ? Size : Dynamic;

/// A view of parameters; Parameter is the net's Scalar, or const.
template <class Parameter, int Rows, int Cols,
          class M = Matrix<std::remove_const_t<Parameter>, view_size<Rows>, view_size<Cols>>>
using ParameterView = View<std::conditional_t<std::is_const_v<Parameter>, const M, M>>;

/// A view without its compile-time size, for the loops over time.
template <class M>
MatrixView<typename M::Scalar> any_size(View<M> view) requires(!std::is_const_v<M>) {
  return {view.data(), view.rows(), view.cols()};
}
template <class M>
ConstMatrixView<typename M::Scalar> any_size(View<const M> view) {
  return {view.data(), view.rows(), view.cols()};
}

/// Some rows of a matrix of any kind, as many at compile time as are known then.
template <int Rows, class M>
auto middle_rows(M&& matrix, Index first, Index rows) {
  return matrix.template middleRows<Rows>(first, rows);
}

}  // namespace detail

template <class L>
concept Layer = std::copyable<L> && requires(const L layer) {
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
  typename L::template Tape<double, Growing>;
  { layer.in() } -> std::convertible_to<Index>;
  { layer.out() } -> std::convertible_to<Index>;
  { layer.state() } -> std::convertible_to<Index>;
  { layer.step_rows() } -> std::convertible_to<Index>;
  { layer.parameter_count() } -> std::convertible_to<Index>;
  { layer.same_shape(layer) } -> std::convertible_to<bool>;
  { layer.needs_masks(true) } -> std::convertible_to<bool>;
};

namespace detail {

/// For layers that are made of others.
template <class... Layers>
constexpr bool read_columns() {
  static_assert(
      (!Layers::reads_pair && ...),
      "elman: an EncoderDecoder takes a pair as x and must be the whole body of a net; nest layers in its encoder "
      "and its decoder");
  return true;
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
