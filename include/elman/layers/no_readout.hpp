// SPDX-License-Identifier: MIT
//
// A net without a readout: what is read are the outputs h of the body, o_t = y_t = h_t, and there is no V and no c. So
// a recurrence is a part of somebody else's net, whose head reads y() and gives back ∂L/∂y, and ∂L/∂(last state) if it
// reads last_h() too (docs/math.md, Eq. 53):
//
//   Net<float, Recurrence<3, 8>, NoReadout<8>> net{init::standard(random)};
//   net.forward(x, tape, last_step);
//   const Eigen::MatrixXf scores = head * tape.y();                        // a matrix of yours, Out × Hidden
//   d_head += d_scores * tape.y().transpose();                             // with a ∂L/∂scores of yours
//   tape.d_o() = head.transpose() * d_scores;
//   net.bptt(x, tape, gradient, {.d_last = &d_last, .d_x = &d_x});         // both may be left out
//
// The output is Identity, so that losses of such (SquaredError) compare h itself.
#pragma once

#include <string>
#include <utility>

#include "elman/layers/activation.hpp"
#include "elman/layers/between.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/readout_tape.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Size: rows of the body's output, a recurrence's Hidden.
template <int Size = Dynamic>
class NoReadout : public LayerBase<NoReadout<Size>, Size, Size, false> {
  using Base = LayerBase<NoReadout, Size, Size, false>;

 public:
  using Output = Identity;
  static constexpr int parameter_size = 0;
  template <class Scalar, class Room = Growing>
  using Tape = ReadoutTape<Scalar, Output, Room, Room::size(Size), Room::size(Size), false>;

  /// Throws if the size is less than 1 or contradicts the compile-time one.
  NoReadout(Index size) : Base({"NoReadout"}, size, size) {}  // NOLINT: {8} is one
  NoReadout() requires Base::is_fixed : NoReadout(Size) {}

  template <class Cursor>
  NoParameters take(Cursor&) const {
    return {};
  }
  template <class Element, class Visit>
  void for_each_part(Element*, const std::string&, const Visit&) const {}

  /// o, y ← h of the columns that are read.
  template <class Scalar, class Lower, class Tape>
  void forward(const Scalar*, const Lower& below, Tape& tape) const {
    tape.gather(below);
    const auto h = tape.h_read(below.h());
    detail::for_each_block(h.cols(), [&](Index first, Index columns) {
      const auto block = h.middleCols(first, columns);
      copy(block, tape.o_to_write().middleCols(first, columns));
      copy(block, tape.y_to_write().middleCols(first, columns));
    });
  }
  template <class Scalar, class Lower, class Tape>
  void bptt(const Scalar*, const Lower&, Tape& tape, Scalar*) const {
    if (!tape.selection().is_last()) return;
    const auto d_o = std::as_const(tape).d_o();
    tape.d_h_read.reshape(d_o.rows(), d_o.cols());
    copy(d_o, tape.d_h_read.view());
  }
  /// d_h ← ∂L/∂o, as Readout's.
  template <class Scalar, class Tape>
  static void send_down(Tape& tape, Index first, const MatrixView<Scalar>& d_h) {
    const auto send = [&tape](Index k, const MatrixView<Scalar>& to) {
      copy(std::as_const(tape).d_o().middleCols(k, to.cols()), to);
    };
    detail::send_to_columns(tape.selection(), tape.d_h_read, first, d_h, send);
  }

  /// o and y of one column a stream.
  template <class Cursor, class Scalar>
  void step(Cursor&, const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& o, const MatrixView<Scalar>& y) const {
    copy(h, o);
    copy(h, y);
  }

  Form form() const { return {.name = "elman::NoReadout", .sizes = {this->in()}}; }
};

NoReadout(Index)->NoReadout<Dynamic>;

}  // namespace ELMAN_ABI
}  // namespace elman
