// SPDX-License-Identifier: MIT
//
// What forward of a recurrence leaves for bptt, kept from call to call so that a shape seen once allocates nothing:
//
//   states     Hidden × (B + N)   block 0 is h₀, block t + 1 is h_t: "the block to the left" is h_{t-1}, t = 0 included
//
// A tape belongs to no net: any net of the same shape may use it, one at a time. Its Room (sequences/room.hpp) says
// whether it grows or has all memory inside; buffers of a Growing one do not know the net's sizes.
#pragma once

#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The states of one forward of a recurrence, and the memory in which bptt works. In and Hidden: Room::size of the
/// layer's; Between: the layer's (between.hpp).
template <class Scalar, class Room, int In, int Hidden, class Between>
class RecurrenceTape {
  static constexpr int block_size = detail::product_of_sizes(Hidden, Room::block_columns);

 public:
  const BasicSteps<Room>& steps() const { return steps_; }

  /// The outputs h_0 … h_{T-1} in packed columns (Hidden × N), that of h₀ not included.
  ConstMatrixView<Scalar> h() const { return between.outputs(states()).middleCols(steps_.batch(), steps_.columns()); }

  /// The state, and the output, after each sequence's own last step (Hidden × B, the caller's order).
  void last(const MatrixView<Scalar>& result) const { last_of(states(), result); }
  void last_output(const MatrixView<Scalar>& result) const { last_of(between.outputs(states()), result); }

  /// For the recurrence: memory for the states over `steps`, whose block 0 becomes h₀: Hidden × B in the caller's
  /// order, or nothing for zero.
  template <class Given>
  void start(Index hidden, const BasicSteps<Given>& steps, const ConstMatrixView<Scalar>& h0) {
    [[__maybe_unused__]] const auto replaced =
        states_.reshape(hidden, steps.batch() + steps.columns());  // alive until h₀, which may lie in it, is copied
    const auto first = states().leftCols(steps.batch());
    if (!h0.data()) {
      set_zero(first);
    } else {
      for (Index b = 0; b < steps.batch(); ++b) copy(h0.middleCols(b, 1), first.middleCols(steps.slot(b), 1));
    }
    steps_.assign(steps);
  }

  /// For bptt: memory for any block of steps of any batch of as many columns and sequences, so that none allocates
  /// because its steps fall into other blocks, or because its sequences end in other places.
  void reserve_blocks() {
    const Index hidden = states_.rows();
    const Index columns = detail::most_block_columns(steps_);
    for (auto* buffer : {&d_a, &seen_}) buffer->reserve(hidden, columns);
    d_a_panels.reserve(hidden, columns);
  }

  /// The states with h₀ in front (Hidden × (B + N)), and the column where step t begins in them; t = -1 is h₀.
  MatrixView<Scalar> states() { return states_.view(); }
  ConstMatrixView<Scalar> states() const { return states_.view(); }
  Index block(Index t) const { return t < 0 ? 0 : steps_.batch() + steps_.first(t); }
  /// The column in them of the caller's sequence b after its last step: h₀ of one that has none.
  Index last_column(Index b) const { return block(steps_.length(b) - 1) + steps_.slot(b); }

  /// What W has multiplied in steps begin … end − 1, beside the packed columns (Hidden × as many): where it lies if no
  /// sequence ends in them and W sees the outputs as they are, else a copy.
  ConstMatrixView<Scalar> seen(Index begin, Index end) {
    const ConstMatrixView<Scalar> outputs = between.outputs(states());
    const Index columns = steps_.first(end) - steps_.first(begin);
    if (between.sees_outputs() && steps_.width(begin - 1) == steps_.width(end - 1)) {
      return outputs.middleCols(block(begin - 1), columns);
    }
    seen_.reshape(outputs.rows(), columns);
    for (Index t = begin; t < end; ++t) {
      copy(between.seen(outputs.middleCols(block(t - 1), steps_.width(t))),
           seen_.view().middleCols(steps_.first(t) - steps_.first(begin), steps_.width(t)));
    }
    return std::as_const(seen_).view();
  }

  typename Between::template Run<Scalar, Room, Hidden> between;
  BackwardHook<Scalar>* hook = nullptr;  ///< who looks on while bptt runs (backward_hook.hpp)
  Index recurrence = 0;                  ///< which of the net's it is called then
  ColumnBuffer<Scalar, block_size> d_a;  ///< ∂L/∂a of one block of steps
  /// What step t + 1 has sent back to step t.
  ColumnBuffer<Scalar, detail::product_of_sizes(Hidden, Room::batch)> d_next;
  /// U and W made ready for forward, or Uᵀ and Wᵀ for bptt.
  Factor<Scalar, factor_size_of_both<Scalar>(Hidden, In)> U;
  Factor<Scalar, factor_size<Scalar>(Hidden, Hidden)> W;
  /// d_a made ready for ∂L/∂U and ∂L/∂W.
  Factor<Scalar, factor_size<Scalar>(Hidden, Room::block_columns)> d_a_panels;

 private:
  void last_of(const ConstMatrixView<Scalar>& columns, const MatrixView<Scalar>& result) const {
    for (Index b = 0; b < steps_.batch(); ++b) {
      copy(columns.middleCols(last_column(b), 1), result.middleCols(b, 1));
    }
  }

  BasicSteps<Room> steps_;
  ColumnBuffer<Scalar, detail::product_of_sizes(Hidden, detail::sum_of_sizes({Room::batch, Room::columns}))> states_;
  ColumnBuffer<Scalar, block_size> seen_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
