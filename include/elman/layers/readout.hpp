// SPDX-License-Identifier: MIT
//
// The readout of a net (docs/math.md), of the columns of the layer below that are read:
//
//   o_t = V h_t + c     (2)
//   y_t = softmax(o_t)  (3)      or another Output
//
//   ∂L/∂V = Σ ∂L/∂o_t h_tᵀ    (11)        ∂L/∂c = Σ ∂L/∂o_t    (12)        Vᵀ ∂L/∂o_t, the first term of (6)
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "elman/kernels/product.hpp"
#include "elman/layers/cpp_name.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/output.hpp"
#include "elman/layers/readout_tape.hpp"
#include "elman/layers/step_columns.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// V (Out × In), c (Out).
template <class Cursor>
struct ReadoutParameters {
  typename Cursor::Matrix V;
  typename Cursor::Vector c;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit("V", V);
    visit("c", c);
  }
};

/// In: rows of what it reads, a cell's Hidden.
template <int In = Dynamic, int Out = Dynamic, class Output_ = Softmax>
class Readout : public LayerBase<Readout<In, Out, Output_>, In, Out, false> {
  using Base = LayerBase<Readout, In, Out, false>;

 public:
  using Output = Output_;
  using Base::at;
  static constexpr int parameter_size = detail::sum_of_sizes({detail::product_of_sizes(Out, In), Out});
  template <class Scalar, class Room = Growing>
  using Tape = ReadoutTape<Scalar, Output, Room, Room::size(In), Room::size(Out)>;

  /// Throws if a size is less than 1 or contradicts the compile-time one.
  Readout(Index in, Index out) : Base({"Readout"}, in, out) {}
  Readout() requires Base::is_fixed : Readout(In, Out) {}

  template <class Cursor>
  ReadoutParameters<Cursor> take(Cursor& cursor) const {
    auto V = cursor.matrix(this->out(), this->in());
    return {V, cursor.vector(this->out())};
  }

  /// Fills o and y of `tape`, which has been started, from the tape of the layer below.
  template <class Scalar, class Below, class Tape>
  void forward(const Scalar* theta, const Below& below, Tape& tape) const {
    const auto part = at(theta);
    tape.gather(below);
    tape.V.assign(part.V);
    const auto h = tape.h_read(below.h());
    detail::for_each_block(h.cols(), [&](Index first, Index columns) {
      const auto o = tape.o_to_write().middleCols(first, columns);
      set_product(tape.V, h.middleCols(first, columns), part.c, o);  // (2)
      Output{}(o, tape.y_to_write().middleCols(first, columns));     // (3)
    });
  }

  /// Adds ∂L/∂V and ∂L/∂c, from the tape's ∂L/∂o, and makes ready what `send_down` sends.
  template <class Scalar, class Below, class Tape>
  void bptt(const Scalar* theta, const Below& below, Tape& tape, Scalar* d_theta) const {
    const auto part = at(theta);
    const auto d_part = at(d_theta);
    const auto d_o = std::as_const(tape).d_o();
    const auto h = tape.h_read(below.h());
    tape.d_o_panels.reserve(this->out(), (std::min)(d_o.cols(), Index{detail::block_columns}));
    detail::for_each_block(d_o.cols(), [&](Index first, Index columns) {
      tape.d_o_panels.assign(d_o.middleCols(first, columns));
      add_product_transposed(tape.d_o_panels, h.middleCols(first, columns), d_part.V);  // (11)
      add_row_sums(tape.d_o_panels, d_part.c);                                          // (12)
    });
    tape.V.assign_transposed(part.V);
    if (tape.selection().is_last()) {
      tape.d_h_read.reshape(this->in(), d_o.cols());
      set_product(tape.V, d_o, tape.d_h_read.view());
    }
  }

  /// d_h ← Vᵀ ∂L/∂o for the packed columns first, first + 1, …, zero where nothing is read; after bptt. What the last
  /// steps' read-outs send down is not among it, but in tape.d_h_read: it goes to ∂L/∂(last output).
  template <class Scalar, class Tape>
  static void send_down(Tape& tape, Index first, const MatrixView<Scalar>& d_h) {
    const auto& read = tape.selection();
    const Index end = first + d_h.cols();
    if (read.is_run()) {
      const Index from = std::clamp(read.first(), first, end);
      const Index to = std::clamp(read.first() + read.count(), from, end);
      set_zero(d_h.leftCols(from - first));
      set_zero(d_h.middleCols(to - first, end - to));
      if (from == to) return;
      set_product(tape.V, std::as_const(tape).d_o().middleCols(from - read.first(), to - from),
                  d_h.middleCols(from - first, to - from));
      return;
    }
    set_zero(d_h);
    if (read.is_last()) return;
    Index k = 0;
    while (k < read.count() && read[k] < first) ++k;
    Index count = 0;
    while (k + count < read.count() && read[k + count] < end) ++count;
    detail::for_each_block(count, [&](Index block, Index columns) {
      tape.d_h_read.reshape(d_h.rows(), columns);
      const auto sent = tape.d_h_read.view();
      set_product(tape.V, std::as_const(tape).d_o().middleCols(k + block, columns), sent);
      for (Index j = 0; j < columns; ++j) {
        copy(sent.middleCols(j, 1), d_h.middleCols(read[k + block + j] - first, 1));
      }
    });
  }

  /// o and y of one column a stream.
  template <class Cursor, class Scalar>
  void step(Cursor& cursor, const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& o,
            const MatrixView<Scalar>& y) const {
    const auto part = take(cursor);
    step_columns<Out, In, 0>(Identity{}, part.c.data(), part.V, h, nullptr, MatrixView<Scalar>(), o);  // (2)
    Output{}(o, y);                                                                                    // (3)
  }

  std::string cpp_type() const {
    return "elman::Readout<" + std::to_string(this->in()) + ", " + std::to_string(this->out()) + ", " +
           cpp_name<Output>() + ">";
  }
};

Readout(Index, Index)->Readout<Dynamic, Dynamic>;

}  // namespace ELMAN_ABI
}  // namespace elman
