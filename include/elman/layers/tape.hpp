// SPDX-License-Identifier: MIT
//
// What forward leaves for the loss and for bptt, kept from call to call so that a shape seen once allocates nothing:
//
//   h     Hidden × (B + N)   block 0 is h₀, block t + 1 is h_t: "the block to the left" is h_{t-1}, t = 0 included
//   o y   Out × R            logits and outputs of the R columns that are read
//   d_o   Out × R            ∂L/∂o, which a loss writes and bptt reads
//
// A tape belongs to no net: any net of the same shape may use it, one at a time. Its Room (room.hpp) says whether it
// grows or has all memory inside; buffers of a Growing one do not know the net's sizes.
#pragma once

#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/layers/detail/recurrent_noise.hpp"
#include "elman/layers/output.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The hidden states of one forward, and the room in which bptt works. In and Hidden: Room::size of the layer's.
template <class Scalar, class Room = Growing, int In = Dynamic, int Hidden = Dynamic>
class RecurrenceTape {
  static constexpr int block_size = detail::product_of_sizes(Hidden, Room::block_columns);

 public:
  using Steps = BasicSteps<Room>;
  const Steps& steps() const { return steps_; }

  /// h_0 … h_{T-1} in packed columns (Hidden × N), h₀ not included.
  ConstMatrixView<Scalar> h() const {
    return {h_.view().data() + h_.rows() * steps_.batch(), h_.rows(), steps_.columns()};
  }

  /// The hidden state after each sequence's own last step (Hidden × B, the caller's order).
  void last(detail::Strided<Scalar> result) const {
    for (Index b = 0; b < steps_.batch(); ++b) result.col(b) = h().col(steps_.last_column(b));
  }

  /// For the recurrence: room for h over `steps`, whose block 0 becomes h₀: Hidden × B in the caller's order, or
  /// nothing for zero.
  template <class Given>
  void start(Index hidden, const BasicSteps<Given>& steps, const detail::ConstStrided<Scalar>& h0) {
    const Index B = steps.batch();
    [[maybe_unused]] const auto replaced =
        h_.reshape(hidden, B + steps.columns());  // alive until h₀, which may lie in it, is copied
    auto h = h_.view();
    if (!h0.data()) {
      h.leftCols(B).setZero();
    } else {
      for (Index b = 0; b < B; ++b) h.col(steps.slot(b)) = h0.col(b);
    }
    steps_ = steps;
  }

  /// For bptt: what W has multiplied in steps begin … end − 1, h_{t-1} beside the packed columns (Hidden × as many):
  /// where it lies if no sequence ends in them and nothing was dropped, else a copy.
  ConstMatrixView<Scalar> h_before(Index begin, Index end) {
    const auto h = std::as_const(h_).view();
    const auto block = [&](Index t) { return t < 0 ? Index{0} : steps_.batch() + steps_.first(t); };
    const Index columns = steps_.first(end) - steps_.first(begin);
    if (steps_.width(begin - 1) == steps_.width(end - 1) && !noise.drops()) {
      return {h.data() + h.rows() * block(begin - 1), h.rows(), columns};
    }
    h_prev_.reshape(h.rows(), columns);
    auto copy = h_prev_.view();
    for (Index t = begin; t < end; ++t) {
      copy.middleCols(steps_.first(t) - steps_.first(begin), steps_.width(t)) =
          noise.dropped(h.middleCols(block(t - 1), steps_.width(t)));
    }
    return std::as_const(h_prev_).view();
  }

  /// For the recurrence: h with block 0 (Hidden × (B + N)), and bptt's scratch.
  auto h_with_h0() { return h_.view(); }
  auto h_with_h0() const { return h_.view(); }
  detail::RecurrentNoise<Scalar, Room, Hidden> noise;
  detail::ColumnBuffer<Scalar, block_size> d_a;  ///< ∂L/∂a of one block of steps
  /// The part of ∂L/∂h_t that comes from step t + 1.
  detail::ColumnBuffer<Scalar, detail::product_of_sizes(Hidden, Room::batch)> d_h_next;
  /// U and W made ready for forward, or Uᵀ and Wᵀ for bptt.
  detail::Factor<Scalar, detail::factor_size_of_both<Scalar>(Hidden, In)> U;
  detail::Factor<Scalar, detail::factor_size<Scalar>(Hidden, Hidden)> W;
  detail::Factor<Scalar, detail::factor_size<Scalar>(Hidden, Room::block_columns)> d_a_panels;

 private:
  Steps steps_;
  detail::ColumnBuffer<Scalar, detail::product_of_sizes(Hidden, detail::sum_of_sizes({Room::batch, Room::columns}))> h_;
  detail::ColumnBuffer<Scalar, block_size> h_prev_;
};

/// Logits, outputs and their gradient for the columns that are read. In and Out: Room::size of the readout's.
template <class Scalar_, class Output_ = Softmax, class Room = Growing, int In = Dynamic, int Out = Dynamic>
class ReadoutTape {
  static constexpr int outputs = detail::product_of_sizes(Out, Room::columns);
  static constexpr int inputs = detail::product_of_sizes(In, Room::columns);

 public:
  using Scalar = Scalar_;
  using Output = Output_;

  ConstMatrixView<Scalar> o() const { return o_.view(); }
  ConstMatrixView<Scalar> y() const { return y_.view(); }

  /// ∂L/∂o, for a loss to write. Undefined until then; asking for it tells bptt that it has been written.
  MatrixView<Scalar> d_o() {
    has_d_o_ = true;
    return d_o_.view();
  }
  ConstMatrixView<Scalar> d_o() const { return d_o_.view(); }
  bool has_d_o() const { return has_d_o_; }

  /// Which packed columns are read.
  const detail::Selection<Room>& selection() const { return selection_; }

  /// For the readout: room for what `read` asks of `steps`.
  void start(Index out, const ReadSteps& read, const BasicSteps<Room>& steps) {
    selection_.assign(read, steps);
    for (auto* buffer : {&o_, &y_, &d_o_}) buffer->reshape(out, selection_.count());
    has_d_o_ = false;
  }

  /// For the readout: the columns of h (rows × N) that are read, where they lie if they are adjacent, else what was
  /// put into `gathered`.
  detail::ConstStrided<Scalar> read(const ConstMatrixView<Scalar>& h) const {
    if (!selection_.is_run()) return detail::strided(gathered_.view());
    return detail::strided(h.middleCols(selection_.first(), selection_.count()));
  }
  /// Room for the columns that are read, where they are not adjacent (rows × R).
  MatrixView<Scalar> gathered(Index rows) {
    gathered_.reshape(rows, selection_.count());
    return gathered_.view();
  }

  auto o_to_write() { return o_.view(); }
  auto y_to_write() { return y_.view(); }
  detail::ColumnBuffer<Scalar, inputs> d_h_read;  ///< Vᵀ ∂L/∂o of columns that are not adjacent
  /// V made ready for forward, or Vᵀ for bptt.
  detail::Factor<Scalar, detail::factor_size_of_both<Scalar>(Out, In)> V;
  detail::Factor<Scalar, detail::factor_size<Scalar>(Out, Room::block_columns)> d_o_panels;

 private:
  detail::Selection<Room> selection_;
  detail::ColumnBuffer<Scalar, outputs> o_;
  detail::ColumnBuffer<Scalar, outputs> y_;
  detail::ColumnBuffer<Scalar, outputs> d_o_;
  detail::ColumnBuffer<Scalar, inputs> gathered_;
  bool has_d_o_ = false;
};

}  // namespace ELMAN_ABI
}  // namespace elman
