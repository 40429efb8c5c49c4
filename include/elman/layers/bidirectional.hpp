// SPDX-License-Identifier: MIT
//
// Two layers on the same x, one forwards and one backwards in time; the output is both, one below the other:
//
//   forwards    h_t  = σ(U  x_t + W  h_{t-1} + b)      from each sequence's first step to its last
//   backwards   h'_t = σ(U' x_t + W' h'_{t+1} + b')    from each sequence's own last step to its first      (43)
//
// The backwards layer is the same layer on reversed sequences: step t of a sequence of τ steps is its step τ − 1 − t. A
// sequence keeps its slot and its length, so the reversed batch has the same Steps and the same loops run it. The state
// after the last step, which `last_step` reads, is that of both: backwards, it is the state at step 0.
// (Schuster and Paliwal, IEEE Trans. Signal Processing 45(11), 1997.)
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/recurrences.hpp"
#include "elman/sequences/list.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// For each packed column the column of the same sequence as many steps from its other end.
template <class Room>
class Mirror {
 public:
  template <class Given>
  void assign(const BasicSteps<Given>& steps) {
    columns_.resize(static_cast<std::size_t>(steps.columns()));
    for (Index b = 0; b < steps.batch(); ++b) {
      const Index length = steps.length(b);
      for (Index t = 0; t < length; ++t) {
        columns_[static_cast<std::size_t>(steps.column(b, t))] = steps.column(b, length - 1 - t);
      }
    }
  }
  Index operator[](Index column) const { return columns_[static_cast<std::size_t>(column)]; }

 private:
  List<Index, Room::columns> columns_;
};

}  // namespace detail

template <class Scalar, class Room, class Forwards, class Backwards>
class BidirectionalTape {
  static constexpr int size(int rows) { return detail::product_of_sizes(Room::size(rows), Room::columns); }
  static constexpr int out = detail::sum_of_sizes({Forwards::out_size, Backwards::out_size});

 public:
  const BasicSteps<Room>& steps() const { return forwards.steps(); }
  ConstMatrixView<Scalar> h() const { return both.view(); }
  void last(const MatrixView<Scalar>& result) const {
    forwards.last(result.topRows(forwards_state));
    backwards.last(result.middleRows(forwards_state, result.rows() - forwards_state));
  }
  void last_output(const MatrixView<Scalar>& result) const {
    const Index rows = forwards.h().rows();
    forwards.last_output(result.topRows(rows));
    backwards.last_output(result.middleRows(rows, result.rows() - rows));
  }

  /// x with every sequence reversed.
  ConstMatrixView<Scalar> reversed(const ConstMatrixView<Scalar>& x) {
    reversed_x.reshape(x.rows(), x.cols());
    const auto result = reversed_x.view();
    for (Index k = 0; k < x.cols(); ++k) copy(x.middleCols(mirror[k], 1), result.middleCols(k, 1));
    return result;
  }
  OneHot<Scalar> reversed(const OneHot<Scalar>& x) {
    reversed_tokens.resize(static_cast<std::size_t>(x.cols()));
    for (Index k = 0; k < x.cols(); ++k) reversed_tokens[static_cast<std::size_t>(k)] = x.token(mirror[k]);
    return {reversed_tokens.data(), x.rows(), x.cols()};
  }

  typename Forwards::template Tape<Scalar, Room> forwards;
  typename Backwards::template Tape<Scalar, Room> backwards;
  Index forwards_state = 0;                                    ///< rows of its state
  detail::Mirror<Room> mirror;                                 ///< column → the same step from the other end
  ColumnBuffer<Scalar, size(Forwards::in_size)> reversed_x;    ///< each sequence from its end
  detail::List<Index, Room::columns> reversed_tokens;          ///< the same of tokens
  ColumnBuffer<Scalar, size(out)> both;                        ///< the output, each column at its own time
  ColumnBuffer<Scalar, size(out)> d_both;                      ///< ∂L/∂both
  ColumnBuffer<Scalar, size(Forwards::in_size)> d_reversed_x;  ///< ∂L/∂x by way of the backwards layer
};

/// Both layers may be of any kind and have different widths.
template <class Forwards, class Backwards = Forwards>
class Bidirectional {
  static_assert(detail::are_inner_layers<Forwards, Backwards>());
  static_assert(detail::fits<Forwards::in_size, Backwards::in_size>,
                "elman::Bidirectional: both layers must have the same number of inputs");

 public:
  static constexpr int in_size = Forwards::in_size == Dynamic ? Backwards::in_size : Forwards::in_size;
  static constexpr int out_size = detail::sum_of_sizes({Forwards::out_size, Backwards::out_size});
  static constexpr int state_size = detail::sum_of_sizes({Forwards::state_size, Backwards::state_size});
  static constexpr int step_size = detail::sum_of_sizes({Forwards::step_size, Backwards::step_size});
  static constexpr int parameter_size = detail::sum_of_sizes({Forwards::parameter_size, Backwards::parameter_size});
  static constexpr bool can_step = false;
  static constexpr bool ends_in_state = Forwards::ends_in_state && Backwards::ends_in_state;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = Forwards::learns_start || Backwards::learns_start;
  static constexpr bool is_fixed = Forwards::is_fixed && Backwards::is_fixed;
  template <class Scalar, class Room = Growing>
  using Tape = BidirectionalTape<Scalar, Room, Forwards, Backwards>;

  Bidirectional() requires is_fixed = default;
  /// Throws if the layers have different numbers of inputs.
  Bidirectional(Forwards forwards, Backwards backwards)
      : forwards_(std::move(forwards)), backwards_(std::move(backwards)) {
    detail::require_that(forwards_.in() == backwards_.in(), "Bidirectional: the backwards layer has ", backwards_.in(),
                         " inputs; expected ", forwards_.in(), " as the forwards layer has");
  }
  /// Two layers of the same shape.
  explicit Bidirectional(const Forwards& both) requires std::same_as<Forwards, Backwards> : Bidirectional(both, both) {}

  Index in() const { return forwards_.in(); }
  Index out() const { return forwards_.out() + backwards_.out(); }
  Index state() const { return forwards_.state() + backwards_.state(); }
  Index step_rows() const { return forwards_.step_rows() + backwards_.step_rows(); }
  Index parameter_count() const { return forwards_.parameter_count() + backwards_.parameter_count(); }
  bool needs_masks(bool draws) const { return forwards_.needs_masks(draws) || backwards_.needs_masks(draws); }
  bool has_dropout() const { return detail::has_dropout(forwards_) || detail::has_dropout(backwards_); }
  const Forwards& forwards() const { return forwards_; }
  const Backwards& backwards() const { return backwards_; }
  bool same_shape(const Bidirectional& other) const {
    return forwards_.same_shape(other.forwards_) && backwards_.same_shape(other.backwards_);
  }

  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    forwards_.for_each_part(theta, path + "forwards.", visit);
    backwards_.for_each_part(theta + forwards_.parameter_count(), path + "backwards.", visit);
  }

  template <class Path, class Tape, class Visit>
  void for_each_recurrence(const Path& path, Tape& tape, const Visit& visit) const {
    detail::for_each_recurrence(forwards_, path("forwards"), tape.forwards, visit);
    detail::for_each_recurrence(backwards_, path("backwards"), tape.backwards, visit);
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    const Index rows = forwards_.state();
    tape.forwards_state = rows;
    tape.mirror.assign(steps);
    forwards_.forward(theta, x, steps, h0.topRows(rows), tape.forwards, random);
    backwards_.forward(theta + forwards_.parameter_count(), tape.reversed(x), steps,
                       h0.middleRows(rows, backwards_.state()), tape.backwards, random);
    tape.both.reshape(out(), steps.columns());
    const auto both = tape.both.view();
    copy(tape.forwards.h(), both.topRows(forwards_.out()));
    reorder(tape.mirror, tape.backwards.h(), both.middleRows(forwards_.out(), backwards_.out()));
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    const Index columns = tape.steps().columns();
    tape.d_both.reshape(out(), columns);
    const auto d_both = tape.d_both.view();
    from_above(0, d_both);
    const auto to_forwards = [&](Index first, const MatrixView<Scalar>& d_h) {
      copy(d_both.topRows(d_h.rows()).middleCols(first, d_h.cols()), d_h);
    };
    const auto to_backwards = [&](Index first, const MatrixView<Scalar>& d_h) {
      const auto d = d_both.middleRows(forwards_.out(), d_h.rows());
      for (Index k = 0; k < d_h.cols(); ++k) copy(d.middleCols(tape.mirror[first + k], 1), d_h.middleCols(k, 1));
    };
    const Index count = forwards_.parameter_count();
    const Index rows = forwards_.state();
    forwards_.bptt(theta, x, tape.forwards, FromAbove<Scalar>(to_forwards), d_last.topRows(rows), d_theta, d_x,
                   d_h0.topRows(rows));
    tape.d_reversed_x.reshape(d_x.rows(), d_x.data() ? columns : 0);
    const auto d_reversed_x = d_x.data() ? tape.d_reversed_x.view() : MatrixView<Scalar>();
    backwards_.bptt(theta + count, reversed_of(x, tape), tape.backwards, FromAbove<Scalar>(to_backwards),
                    d_last.middleRows(rows, backwards_.state()), d_theta + count, d_reversed_x,
                    d_h0.middleRows(rows, backwards_.state()));
    if (d_x.data()) {
      for (Index k = 0; k < columns; ++k) add(d_reversed_x.middleCols(tape.mirror[k], 1), d_x.middleCols(k, 1));
    }
  }

  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const requires(ends_in_state) {
    const Index count = forwards_.parameter_count();
    forwards_.last_output_bptt(theta, tape.forwards, d_output.topRows(forwards_.out()), d_theta,
                               d_state.topRows(forwards_.state()));
    backwards_.last_output_bptt(theta + count, tape.backwards, d_output.middleRows(forwards_.out(), backwards_.out()),
                                d_theta + count, d_state.middleRows(forwards_.state(), backwards_.state()));
  }

  template <class Cursor>
  void take(Cursor& cursor) const {
    forwards_.take(cursor);
    backwards_.take(cursor);
  }
  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    forwards_.start(cursor, h.topRows(forwards_.state()));
    backwards_.start(cursor, h.middleRows(forwards_.state(), backwards_.state()));
  }
  template <class Scalar>
  void start_bptt(Scalar* d_theta, const ConstMatrixView<Scalar>& d_h) const {
    forwards_.start_bptt(d_theta, d_h.topRows(forwards_.state()));
    backwards_.start_bptt(d_theta + forwards_.parameter_count(), d_h.middleRows(forwards_.state(), backwards_.state()));
  }

  Form form() const { return {.name = "elman::Bidirectional", .inner = {form_of(forwards_), form_of(backwards_)}}; }
  static Bidirectional from(const Form& form) {
    return {layer_from<Forwards>(form.inner_at(0)), layer_from<Backwards>(form.inner_at(1))};
  }

 private:
  /// Column k of `to` ← column mirror[k] of `from`.
  template <class Room, class Scalar>
  static void reorder(const detail::Mirror<Room>& mirror, const ConstMatrixView<Scalar>& from,
                      const MatrixView<Scalar>& to) {
    for (Index k = 0; k < to.cols(); ++k) copy(from.middleCols(mirror[k], 1), to.middleCols(k, 1));
  }
  /// The reversed x that forward left in the tape.
  template <class Scalar, class Tape>
  static ConstMatrixView<Scalar> reversed_of(const ConstMatrixView<Scalar>&, const Tape& tape) {
    return tape.reversed_x.view();
  }
  template <class Scalar, class Tape>
  static OneHot<Scalar> reversed_of(const OneHot<Scalar>& x, const Tape& tape) {
    return {tape.reversed_tokens.data(), x.rows(), x.cols()};
  }

  Forwards forwards_;
  Backwards backwards_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
