// SPDX-License-Identifier: MIT
//
// The short way to a layer around another of the same shape: all that it does not say itself is the inner layer's.
// Dropout and LearnedStart are such layers; yours may change x on its way in, or the state at the start, in a few
// lines.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "elman/layers/layer.hpp"
#include "elman/layers/recurrences.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

template <class Steps>
struct RoomOf;
template <class Room>
struct RoomOf<BasicSteps<Room>> {
  using type = Room;
};
/// The tape of L of the same scalar and room as another tape.
template <class L, class Tape>
using TapeLike = typename L::template Tape<
    typename std::remove_cvref_t<decltype(std::declval<const Tape&>().h())>::Scalar,
    typename RoomOf<std::remove_cvref_t<decltype(std::declval<const Tape&>().steps())>>::type>;

}  // namespace detail

template <class L>
class Wrapper {
  static_assert(detail::are_inner_layers<L>());

 public:
  using Inner = L;
  static constexpr int in_size = L::in_size;
  static constexpr int out_size = L::out_size;
  static constexpr int state_size = L::state_size;
  static constexpr int step_size = L::step_size;
  static constexpr int parameter_size = L::parameter_size;
  static constexpr bool can_step = L::can_step;
  static constexpr bool ends_in_state = L::ends_in_state;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = L::learns_start;
  static constexpr bool is_fixed = L::is_fixed;

  Wrapper() requires is_fixed = default;
  explicit Wrapper(L layer) : layer_(std::move(layer)) {}

  const L& layer() const { return layer_; }
  Index in() const { return layer_.in(); }
  Index out() const { return layer_.out(); }
  Index state() const { return layer_.state(); }
  Index step_rows() const { return layer_.step_rows(); }
  bool needs_masks(bool draws) const { return layer_.needs_masks(draws); }
  bool has_dropout() const { return detail::has_dropout(layer_); }
  Index parameter_count() const { return layer_.parameter_count(); }
  bool same_shape(const Wrapper& other) const { return layer_.same_shape(other.layer_); }

  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    layer_.for_each_part(theta, path, visit);
  }
  template <class Path, class Tape, class Visit>
  void for_each_recurrence(const Path& path, Tape& tape, const Visit& visit) const {
    using InnerTape = detail::TapeLike<L, Tape>;
    if constexpr (std::is_same_v<Tape, InnerTape>) {
      detail::for_each_recurrence(layer_, path, tape, visit);
    } else if constexpr (requires { requires std::is_same_v<decltype(tape.layer), InnerTape>; }) {
      detail::for_each_recurrence(layer_, path, tape.layer, visit);
    }
  }
  template <class Cursor>
  void take(Cursor& cursor) const {
    layer_.take(cursor);
  }
  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const requires(ends_in_state) {
    layer_.last_output_bptt(theta, tape, d_output, d_theta, d_state);
  }
  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const requires(can_step) {
    return layer_.step(cursor, x, h, scratch);
  }
  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    layer_.start(cursor, h);
  }
  template <class Scalar>
  void start_bptt(Scalar* d_theta, const ConstMatrixView<Scalar>& d_h) const {
    layer_.start_bptt(d_theta, d_h);
  }

 private:
  L layer_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
