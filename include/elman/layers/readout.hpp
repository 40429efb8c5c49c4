// SPDX-License-Identifier: MIT
//
// The readout of a net (docs/math.md), of the columns of the layer below that are read:
//
//   o_t = V h_t + c     (2)
//   y_t = softmax(o_t)  (3)      or another Output
//
//   ∂L/∂V = Σ ∂L/∂o_t h_tᵀ    (11)        ∂L/∂c = Σ ∂L/∂o_t    (12)        Vᵀ ∂L/∂o_t, the first term of (6)
#pragma once

#include <string>
#include <utility>

#include "elman/kernels/product.hpp"
#include "elman/layers/bias.hpp"
#include "elman/layers/detail/counted_columns.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/output.hpp"
#include "elman/layers/readout_tape.hpp"
#include "elman/layers/step_columns.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// V (Out × In), c (Out, or nothing).
template <class Cursor>
struct ReadoutParameters {
  typename Cursor::Matrix V;
  typename Cursor::Vector c;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit("V", V);
    if (c.size() > 0) visit("c", c);
  }
};

/// In: rows of what it reads, a cell's Hidden. NoBias leaves c out (bias.hpp).
template <int In = Dynamic, int Out = Dynamic, class Output_ = Softmax, class Bias_ = WithBias>
class Readout : public LayerBase<Readout<In, Out, Output_, Bias_>, In, Out, false> {
  using Base = LayerBase<Readout, In, Out, false>;

 public:
  using Output = Output_;
  using Bias = Bias_;
  using Base::at;
  static constexpr int parameter_size =
      detail::sum_of_sizes({detail::product_of_sizes(Out, In), Bias::parameter_size(Out)});
  template <class Scalar, class Room = Growing>
  using Tape = ReadoutTape<Scalar, Output, Room, Room::size(In), Room::size(Out)>;

  /// Throws if a size is less than 1 or contradicts the compile-time one.
  Readout(Index in, Index out) : Base({"Readout"}, in, out) {}
  Readout(Index in, Index out, NoBias) requires std::same_as<Bias, NoBias> : Readout(in, out) {}
  Readout() requires Base::is_fixed : Readout(In, Out) {}

  template <class Cursor>
  ReadoutParameters<Cursor> take(Cursor& cursor) const {
    auto V = cursor.matrix(this->out(), this->in());
    return {V, Bias::take(cursor, this->out())};
  }

  /// Fills o and y of `tape`, which has been started, from the tape of the layer below.
  template <class Scalar, class Lower, class Tape>
  void forward(const Scalar* theta, const Lower& below, Tape& tape) const {
    const auto part = at(theta);
    tape.gather(below);
    tape.V.assign(part.V);
    const auto h = tape.h_read(below.h());
    detail::for_each_block(h.cols(), [&](Index first, Index columns) {
      const auto o = tape.o_to_write().middleCols(first, columns);
      set_product(tape.V, h.middleCols(first, columns), part.c, o);  // (2)
      const auto y = tape.y_to_write().middleCols(first, columns);
      if constexpr (detail::keeps_for_loss<Output>) {
        Output{}(o, y, tape.kept_to_write().middleCols(first, columns));  // (3)
      } else {
        Output{}(o, y);
      }
    });
  }

  /// Adds ∂L/∂V and ∂L/∂c, from the tape's ∂L/∂o, and makes ready what `send_down` sends.
  template <class Scalar, class Lower, class Tape>
  void bptt(const Scalar* theta, const Lower& below, Tape& tape, Scalar* d_theta) const {
    const auto part = at(theta);
    const auto d_part = at(d_theta);
    const auto d_o = std::as_const(tape).d_o();
    const auto h = tape.h_read(below.h());
    tape.d_o_panels.reserve(this->out(), (std::min)(d_o.cols(), Index{detail::block_columns}));
    detail::for_each_block(d_o.cols(), [&](Index block, Index columns) {
      const auto d_o_block = d_o.middleCols(block, columns);
      const auto h_block = h.middleCols(block, columns);
      const auto add_up = [&](Index first, Index count) {
        tape.d_o_panels.assign(d_o_block.middleCols(first, count));
        add_product_transposed(tape.d_o_panels, h_block.middleCols(first, count), d_part.V);  // (11)
        add_row_sums(tape.d_o_panels, d_part.c);                                              // (12)
      };
      detail::for_counted_columns<Scalar>(d_o_block, add_up, h_block);
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
    const auto send = [&tape](Index k, const MatrixView<Scalar>& to) {
      set_product(tape.V, std::as_const(tape).d_o().middleCols(k, to.cols()), to);
    };
    detail::send_to_columns(tape.selection(), tape.d_h_read, first, d_h, send);
  }

  /// o and y of one column a stream.
  template <class Cursor, class Scalar>
  void step(Cursor& cursor, const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& o,
            const MatrixView<Scalar>& y) const {
    const auto part = take(cursor);
    step_columns<Out, In, 0>(Identity{}, part.c.data(), part.V, h, nullptr, MatrixView<Scalar>(), o);  // (2)
    Output{}(o, y);                                                                                    // (3)
  }

  Form form() const {
    Form form{.name = "elman::Readout", .sizes = {this->in(), this->out()}, .policies = {cpp_name<Output>()}};
    if constexpr (!detail::HasBias<Readout>) form.policies.emplace_back(cpp_name<Bias>());
    return form;
  }
};

Readout(Index, Index)->Readout<Dynamic, Dynamic>;
Readout(Index, Index, NoBias)->Readout<Dynamic, Dynamic, Softmax, NoBias>;

}  // namespace ELMAN_ABI
}  // namespace elman
