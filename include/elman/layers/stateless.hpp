// SPDX-License-Identifier: MIT
//
// A layer of your own without a state: y_t = f(x_t), every step by itself. It says what it has, f and the way back; all
// else, from the tape to the steps of a stream, is StatelessLayer's. A whole one, which scales every row by a gain g:
//
//   template <int Rows = elman::Dynamic>
//   struct Gain : elman::StatelessLayer<Gain<Rows>, Rows, Rows> {                    // y_t = g ∘ x_t
//     explicit Gain(elman::Index rows) : Gain::Base({"Gain"}, rows, rows) {}
//     Gain() requires Gain::is_fixed : Gain(Rows) {}
//
//     static constexpr int parameter_size = Rows;
//     template <class Cursor>
//     struct Part {
//       typename Cursor::Vector g;
//       void for_each(const auto& visit) { visit("g", g); }
//       void initialise(elman::Random&) { g.setOnes(); }
//     };
//     template <class Cursor>
//     Part<Cursor> take(Cursor& cursor) const { return {cursor.vector(this->out())}; }
//
//     void apply(const auto& part, const auto& x, auto y) const { y = part.g.asDiagonal() * x; }
//     void apply_bptt(const auto& part, const auto& x, const auto& d_y, auto d_part, auto d_x) const {
//       d_part.g += d_y.cwiseProduct(x).rowwise().sum();                             // ∂L/∂g = Σ ∂L/∂y_t ∘ x_t
//       if (d_x.data()) d_x = part.g.asDiagonal() * d_y;                             // ∂L/∂x_t = g ∘ ∂L/∂y_t
//     }
//     elman::Form form() const { return {.name = "Gain", .sizes = {this->out()}}; }
//   };
//
// `x`, `y`, `d_y` and `d_x` are blocks of columns (types.hpp), any number of them: apply writes y, apply_bptt adds to
// d_part and writes d_x if it has memory. Written for any Scalar, it is checked by the complex step. A matrix that a
// frozen net keeps in few bits is read by `part.M(row, column)`.
#pragma once

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/layer.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The output of a layer without a state, and memory for ∂L/∂output of one block. Out: Room::size of the layer's.
template <class Scalar, class Room, int Out>
class StatelessTape {
 public:
  const BasicSteps<Room>& steps() const { return steps_; }
  ConstMatrixView<Scalar> h() const { return y_.view(); }
  void last(const MatrixView<Scalar>&) const {}
  void last_output(const MatrixView<Scalar>& result) const {
    set_zero(result);  // of a sequence without steps
    for (Index b = 0; b < steps_.batch(); ++b) {
      if (steps_.length(b) > 0) copy(h().middleCols(steps_.last_column(b), 1), result.middleCols(b, 1));
    }
  }

  /// Memory for the output.
  template <class Given>
  MatrixView<Scalar> start(Index out, const BasicSteps<Given>& steps) {
    steps_.assign(steps);
    y_.reshape(out, steps.columns());
    return y_.view();
  }
  ColumnBuffer<Scalar, detail::product_of_sizes(Out, Room::block_columns)> d_y;  ///< ∂L/∂output of some columns

 private:
  BasicSteps<Room> steps_;
  ColumnBuffer<Scalar, detail::product_of_sizes(Out, Room::columns)> y_;
};

template <class Derived, int In, int Out>
class StatelessLayer : public LayerBase<Derived, In, Out, false> {
 public:
  using Base = StatelessLayer;
  using LayerBase<Derived, In, Out, false>::at, LayerBase<Derived, In, Out, false>::out;
  template <class Scalar, class Room = Growing>
  using Tape = StatelessTape<Scalar, Room, Room::size(Out)>;

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>&, Tape& tape,
               Random*) const {
    derived().apply(at(theta), x, tape.start(out(), steps));
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>&, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>&) const {
    detail::for_each_block(tape.steps().columns(), [&](Index first, Index columns) {
      tape.d_y.reshape(out(), columns);
      const auto d_y = tape.d_y.view();
      from_above(first, d_y);
      derived().apply_bptt(at(theta), x.middleCols(first, columns), ConstMatrixView<Scalar>(d_y), at(d_theta),
                           d_x.middleCols(first, columns));
    });
  }

  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>&,
                               const MatrixView<Scalar>& scratch) const {
    derived().apply(derived().take(cursor), x, scratch);
    return scratch;
  }

 protected:
  using LayerBase<Derived, In, Out, false>::LayerBase;

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

}  // namespace ELMAN_ABI
}  // namespace elman
