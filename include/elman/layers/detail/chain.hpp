// SPDX-License-Identifier: MIT
//
// What is the same for layers one upon the other, however they are kept (stacked.hpp, repeated.hpp): the output of each
// is the x of the next, ∂L/∂x of each is what reaches the one below from above, and parameters and states lie in the
// order of the layers, the lowest first. `Derived` has
//
//   bottom()                          the lowest layer, which alone sees x
//   for_each_upper(visit)             visit(layer) for the others, from below
//   for_each_link(tape, visit)        visit(layer, link, link below) for the others, from below
//   for_each_link_down(tape, visit)   the same from the top
//   with_top(tape, visit)             visit(layer, its tape) for the highest, which may be the lowest too
//
// and its Tape bottom(), the link of the lowest.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/from_above.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/recurrences.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The tape of one of the layers.
template <class Scalar, class Room, class L>
struct ChainLink {
  typename L::template Tape<Scalar, Room> tape;
  Index state = 0;  ///< rows of the layer's state
  /// ∂L/∂(output), of all but the highest.
  ColumnBuffer<Scalar, product_of_sizes(Room::size(L::out_size), Room::columns)> d_h;
};

/// Hands out rows, one part below the other.
template <class View>
class RowCursor {
 public:
  explicit RowCursor(const View& all) : all_(all) {}
  View next(Index rows) {
    first_ += rows;
    return all_.middleRows(first_ - rows, rows);
  }

 private:
  const View& all_;
  Index first_ = 0;
};

template <class Derived>
class Chain {
 public:
  Index in() const { return derived().bottom().in(); }
  Index state() const {
    return sum([](const auto& layer) { return layer.state(); });
  }
  Index step_rows() const {
    return sum([](const auto& layer) { return layer.step_rows(); });
  }
  Index parameter_count() const {
    return sum([](const auto& layer) { return layer.parameter_count(); });
  }
  bool needs_masks(bool draws) const {
    return sum([&](const auto& layer) { return layer.needs_masks(draws) ? 1 : 0; }) > 0;
  }
  bool has_dropout() const {
    return sum([](const auto& layer) { return detail::has_dropout(layer) ? 1 : 0; }) > 0;
  }

  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    std::size_t k = 0;
    for_each_layer([&](const auto& layer) {
      layer.for_each_part(theta, path + "layer" + std::to_string(k++) + ".", visit);
      theta += layer.parameter_count();
    });
  }

  template <class Path, class Tape, class Visit>
  void for_each_recurrence(const Path& path, Tape& tape, const Visit& visit) const {
    Index k = 0;
    const auto walk = [&](const auto& layer, auto& link) {
      detail::for_each_recurrence(layer, path("layer", k++), link.tape, visit);
    };
    walk(derived().bottom(), tape.bottom());
    derived().for_each_link(tape, [&](const auto& layer, auto& link, const auto&) { walk(layer, link); });
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    RowCursor rows(h0);
    const auto run = [&](const auto& layer, auto& link, const auto& its_x) {
      link.state = layer.state();
      layer.forward(theta, its_x, steps, rows.next(link.state), link.tape, random);
      theta += layer.parameter_count();
    };
    run(derived().bottom(), tape.bottom(), x);
    derived().for_each_link(
        tape, [&](const auto& layer, auto& link, const auto& below) { run(layer, link, below.tape.h()); });
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    Index place = parameter_count();
    Index row = state();
    bool is_top = true;
    const auto run = [&](const auto& layer, auto& link, const auto& its_x, const MatrixView<Scalar>& its_d_x) {
      place -= layer.parameter_count();
      row -= link.state;
      const auto from_link = [&](Index first, const MatrixView<Scalar>& d_h) {
        copy(link.d_h.view().middleCols(first, d_h.cols()), d_h);
      };
      layer.bptt(theta + place, its_x, link.tape, is_top ? from_above : FromAbove<Scalar>(from_link),
                 d_last.middleRows(row, link.state), d_theta + place, its_d_x, d_h0.middleRows(row, link.state));
      is_top = false;
    };
    derived().for_each_link_down(tape, [&](const auto& layer, auto& link, auto& below) {
      const auto h = below.tape.h();
      below.d_h.reshape(h.rows(), h.cols());
      run(layer, link, h, below.d_h.view());
    });
    run(derived().bottom(), tape.bottom(), x, d_x);
  }

  /// The output is the top layer's: nothing reaches the states of the others.
  template <class Tape, class Scalar, class Whole = Derived>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const requires(Whole::ends_in_state) {
    derived().with_top(tape, [&](const auto& layer, const auto& its_tape) {
      const Index below = d_state.rows() - layer.state();
      set_zero(d_state.topRows(below));
      const Index place = parameter_count() - layer.parameter_count();
      layer.last_output_bptt(theta + place, its_tape, d_output, d_theta + place,
                             d_state.middleRows(below, layer.state()));
    });
  }

  template <class Cursor>
  void take(Cursor& cursor) const {
    for_each_layer([&](const auto& layer) { layer.take(cursor); });
  }
  template <class Cursor, class X, class Scalar, class Whole = Derived>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const requires(Whole::can_step) {
    RowCursor states(h), scratches(scratch);
    std::optional<ConstMatrixView<Scalar>> out;
    const auto run = [&](const auto& layer, const auto& its_x) {
      out.emplace(layer.step(cursor, its_x, states.next(layer.state()), scratches.next(layer.step_rows())));
    };
    run(derived().bottom(), x);
    derived().for_each_upper([&](const auto& layer) { run(layer, ConstMatrixView<Scalar>(*out)); });
    return *out;
  }

  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    RowCursor rows(h);
    for_each_layer([&](const auto& layer) { layer.start(cursor, rows.next(layer.state())); });
  }
  template <class Scalar>
  void start_bptt(Scalar* d_theta, const ConstMatrixView<Scalar>& d_h) const {
    RowCursor rows(d_h);
    for_each_layer([&](const auto& layer) {
      layer.start_bptt(d_theta, rows.next(layer.state()));
      d_theta += layer.parameter_count();
    });
  }

 protected:
  template <class Visit>
  void for_each_layer(const Visit& visit) const {
    visit(derived().bottom());
    derived().for_each_upper(visit);
  }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
  template <class Count>
  Index sum(const Count& count) const {
    Index all = 0;
    for_each_layer([&](const auto& layer) { all += count(layer); });
    return all;
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
