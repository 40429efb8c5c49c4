// SPDX-License-Identifier: MIT
//
// What forward of a readout leaves for the loss and for bptt:
//
//   o y   Out × R   logits and outputs of the R columns that are read
//   d_o   Out × R   ∂L/∂o, which a loss writes and bptt reads
//
// Kept from call to call, as the tapes of all layers are (recurrence_tape.hpp). All that a tape hands out are views,
// valid until its next forward, as long as it lives.
#pragma once

#include <algorithm>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/layers/output.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Logits, outputs and their gradient for the columns that are read. In and Out: Room::size of the readout's; HasV:
/// whether it multiplies.
template <class Scalar_, class Output_ = Softmax, class Room = Growing, int In = Dynamic, int Out = Dynamic,
          bool HasV = true>
class ReadoutTape {
  static constexpr int outputs = detail::product_of_sizes(Out, Room::columns);
  static constexpr int inputs = detail::product_of_sizes(In, Room::block_columns);

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
  /// What the output has kept for its loss (output.hpp).
  ConstMatrixView<Scalar> kept() const requires(detail::keeps_for_loss<Output>) { return kept_.view(); }
  /// For the net: ∂L/∂o = 0, where L does not depend on o; and that no loss has followed. Neither says one has.
  void set_zero_d_o() { set_zero(d_o_.view()); }
  void forget_d_o() { has_d_o_ = false; }

  /// Which packed columns are read.
  const detail::Selection<Room>& selection() const { return selection_; }

  /// For the readout: memory for what `read` asks of `steps`.
  void start(Index out, const ReadSteps& read, const BasicSteps<Room>& steps) {
    selection_.assign(read, steps);
    may_gather_ = (std::max)(steps.batch(), detail::most_block_columns(steps));
    for (auto* buffer : {&o_, &y_, &d_o_}) buffer->reshape(out, selection_.count());
    if constexpr (detail::keeps_for_loss<Output>) kept_.reshape(detail::kept_by<Output>, selection_.count());
    has_d_o_ = false;
    h_begin_ = 0;
    first_read_ = 0;
    read_count_ = selection_.count();
  }
  /// For the readout: h has the packed columns begin … end − 1 alone, and of what is read, what lies there is read now;
  /// not of last steps. Returns whether there is any.
  bool narrow(Index begin, Index end) {
    h_begin_ = begin;
    first_read_ = selection_.reads_before(begin);
    read_count_ = selection_.reads_before(end) - first_read_;
    return read_count_ > 0;
  }

  /// The columns of h that are read, as many at a time as a block has.
  class ReadColumns {
   public:
    ReadColumns(ReadoutTape& tape, const ConstMatrixView<Scalar>& h) : tape_(tape), h_(h) {}
    Index cols() const { return tape_.read_count_; }
    /// Where they lie, or copies until the next call.
    ConstMatrixView<Scalar> middleCols(Index first, Index columns) const {
      const auto& read = tape_.selection_;
      const Index k = tape_.first_read_ + first;
      if (read.is_run()) return h_.middleCols(read.first() + k - tape_.h_begin_, columns);
      if (read.is_last()) return std::as_const(tape_.gathered_).view().middleCols(first, columns);
      tape_.gathered_.reshape(h_.rows(), columns);
      const auto gathered = tape_.gathered_.view();
      for (Index j = 0; j < columns; ++j) {
        copy(h_.middleCols(read[k + j] - tape_.h_begin_, 1), gathered.middleCols(j, 1));
      }
      return gathered;
    }

   private:
    ReadoutTape& tape_;
    ConstMatrixView<Scalar> h_;
  };

  /// For the readout: memory for what is not read where it lies, and the last outputs of the layer below.
  template <class Lower>
  void gather(const Lower& below) {
    const Index rows = below.h().rows();
    for (auto* buffer : {&gathered_, &d_h_read}) buffer->reserve(rows, may_gather_);
    if (!selection_.is_last()) return;
    gathered_.reshape(rows, selection_.count());
    below.last_output(gathered_.view());
  }
  /// Of the outputs h of the layer below (rows × N).
  ReadColumns h_read(const ConstMatrixView<Scalar>& h) { return {*this, h}; }

  /// For forward, which fills them: of the columns that are read of one block of steps.
  MatrixView<Scalar> o_to_write() { return o_.view().middleCols(first_read_, read_count_); }
  MatrixView<Scalar> y_to_write() { return y_.view().middleCols(first_read_, read_count_); }
  MatrixView<Scalar> kept_to_write() { return kept_.view().middleCols(first_read_, read_count_); }
  ColumnBuffer<Scalar, inputs> d_h_read;  ///< Vᵀ ∂L/∂o of the last steps, or of some columns that are not adjacent
  /// V made ready for forward, or Vᵀ for bptt.
  Factor<Scalar, HasV ? factor_size_of_both<Scalar>(Out, In) : 0> V;
  /// d_o made ready for ∂L/∂V.
  Factor<Scalar, HasV ? factor_size<Scalar>(Out, Room::block_columns) : 0> d_o_panels;

 private:
  detail::Selection<Room> selection_;
  ColumnBuffer<Scalar, outputs> o_;
  ColumnBuffer<Scalar, outputs> y_;
  ColumnBuffer<Scalar, outputs> d_o_;
  ColumnBuffer<Scalar, detail::product_of_sizes(detail::kept_by<Output>, Room::columns)> kept_;
  ColumnBuffer<Scalar, inputs> gathered_;
  Index may_gather_ = 0;
  Index h_begin_ = 0;                      ///< the packed column that is the first of h
  Index first_read_ = 0, read_count_ = 0;  ///< what is read now
  bool has_d_o_ = false;
};

namespace detail {

/// d_h ← what a readout sends down to the packed columns first, first + 1, …, zero where nothing is read. send(k, to)
/// writes that of the read columns k, k + 1, …; `some` is memory for a block of those that are not adjacent. What is
/// sent down from last steps is not among it, but goes to ∂L/∂(last output).
template <class Scalar, class Room, int Max, class Send>
void send_to_columns(const Selection<Room>& read, ColumnBuffer<Scalar, Max>& some, Index first,
                     const MatrixView<Scalar>& d_h, const Send& send) {
  const Index end = first + d_h.cols();
  if (read.is_run()) {
    const Index from = std::clamp(read.first(), first, end);
    const Index to = std::clamp(read.first() + read.count(), from, end);
    set_zero(d_h.leftCols(from - first));
    set_zero(d_h.middleCols(to - first, end - to));
    if (from < to) send(from - read.first(), d_h.middleCols(from - first, to - from));
    return;
  }
  set_zero(d_h);
  if (read.is_last()) return;
  Index k = 0, count = 0;
  while (k < read.count() && read[k] < first) ++k;
  while (k + count < read.count() && read[k + count] < end) ++count;
  for_each_block(count, [&](Index block, Index columns) {
    some.reshape(d_h.rows(), columns);
    const auto sent = some.view();
    send(k + block, sent);
    for (Index j = 0; j < columns; ++j) {
      copy(sent.middleCols(j, 1), d_h.middleCols(read[k + block + j] - first, 1));
    }
  });
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
