// SPDX-License-Identifier: MIT
//
// What forward leaves for the loss and for bptt, kept from call to call so that a shape seen once allocates nothing:
//
//   h     Hidden × (B + N)   block 0 is h₀, block t + 1 is h_t: "the block to the left" is h_{t-1}, t = 0 included
//   o y   Out × R            logits and outputs of the R columns that are read
//   d_o   Out × R            ∂L/∂o, which a loss writes and bptt reads
//
// A tape belongs to no cell: any cell of the same sizes may use it, one at a time.
#pragma once

#include <utility>

#include "elman/check.hpp"
#include "elman/detail/column_buffer.hpp"
#include "elman/output.hpp"
#include "elman/read.hpp"
#include "elman/steps.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

/// The hidden states of one forward, and the room in which bptt works.
template <class Scalar>
class RecurrenceTape {
 public:
  const Steps& steps() const { return steps_; }

  /// h_0 … h_{T-1} in packed columns (Hidden × N), h₀ not included.
  ConstMatrixView<Scalar> h() const {
    return {h_.view().data() + h_.rows() * steps_.batch(), h_.rows(), steps_.columns()};
  }

  /// The hidden state after each sequence's own last step (Hidden × B, the caller's order): what the next chunk of a
  /// stream starts from. The first form allocates, the second does not if `result` has the shape.
  Matrix<Scalar, Dynamic, Dynamic> last_h() const {
    Matrix<Scalar, Dynamic, Dynamic> result;
    last_h(result);
    return result;
  }
  template <int Hidden, int Batch>
  void last_h(Matrix<Scalar, Hidden, Batch>& result) const {
    result.resize(h_.rows(), steps_.batch());
    for (Index b = 0; b < steps_.batch(); ++b) result.col(b) = h().col(steps_.last_column(b));
  }

  /// For the recurrence: room for h over `steps`, whose block 0 becomes h₀: Hidden × B in the caller's order, or
  /// Hidden × 0 for zero.
  template <class H0>
  void start(Index hidden, const Steps& steps, const H0& h0) {
    const Index B = steps.batch();
    const auto replaced = h_.reshape(hidden, B + steps.columns());  // alive until h₀, which may lie in it, is copied
    auto h = h_.view();
    if (h0.cols() == 0) {
      h.leftCols(B).setZero();
    } else {
      for (Index b = 0; b < B; ++b) h.col(steps.slot(b)) = h0.col(b);
    }
    steps_ = steps;
  }

  /// For bptt: h_{t-1} beside the packed columns of steps begin … end - 1 (Hidden × as many), where it lies if no
  /// sequence ends in them, else a copy.
  ConstMatrixView<Scalar> h_before(Index begin, Index end) {
    const auto h = std::as_const(h_).view();
    const auto block = [&](Index t) { return t < 0 ? Index{0} : steps_.batch() + steps_.first(t); };
    const Index columns = steps_.first(end) - steps_.first(begin);
    if (steps_.width(begin - 1) == steps_.width(end - 1)) {
      return {h.data() + h.rows() * block(begin - 1), h.rows(), columns};
    }
    h_prev_.reshape(h.rows(), columns);
    auto copy = h_prev_.view();
    for (Index t = begin; t < end; ++t) {
      copy.middleCols(steps_.first(t) - steps_.first(begin), steps_.width(t)) =
          h.middleCols(block(t - 1), steps_.width(t));
    }
    return std::as_const(h_prev_).view();
  }

  /// For the recurrence: h with block 0 (Hidden × (B + N)), and bptt's scratch.
  auto h_with_h0() { return h_.view(); }
  auto h_with_h0() const { return h_.view(); }
  detail::ColumnBuffer<Scalar> d_a;       ///< ∂L/∂a of one block of steps
  detail::ColumnBuffer<Scalar> d_h_next;  ///< Wᵀ ∂L/∂a_{t+1}: the part of ∂L/∂h_t that comes from step t + 1

 private:
  Steps steps_;
  detail::ColumnBuffer<Scalar> h_;
  detail::ColumnBuffer<Scalar> h_prev_;
};

/// Logits, outputs and their gradient for the columns that are read.
template <class Scalar_, class Output_ = Softmax>
class ReadoutTape {
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
  const detail::Selection& selection() const { return selection_; }

  /// For the readout: room for what `read` asks of `steps`.
  void start(Index out, const ReadSteps& read, const Steps& steps) {
    selection_.assign(read, steps);
    for (auto* buffer : {&o_, &y_, &d_o_}) buffer->reshape(out, selection_.count());
    has_d_o_ = false;
  }

  /// For the readout: the columns of h that are read (Hidden × R), where they lie if they are adjacent, else copied.
  ConstMatrixView<Scalar> read(const ConstMatrixView<Scalar>& h) {
    if (selection_.is_run()) {
      return {h.data() + h.rows() * selection_.first(), h.rows(), selection_.count()};
    }
    read_.reshape(h.rows(), selection_.count());
    auto copy = read_.view();
    for (Index k = 0; k < selection_.count(); ++k) copy.col(k) = h.col(selection_[k]);
    return std::as_const(read_).view();
  }

  auto o_to_write() { return o_.view(); }
  auto y_to_write() { return y_.view(); }
  detail::ColumnBuffer<Scalar> d_h_read;  ///< Vᵀ ∂L/∂o of columns that are not adjacent

 private:
  detail::Selection selection_;
  detail::ColumnBuffer<Scalar> o_;
  detail::ColumnBuffer<Scalar> y_;
  detail::ColumnBuffer<Scalar> d_o_;
  detail::ColumnBuffer<Scalar> read_;
  bool has_d_o_ = false;
};

}  // namespace elman::inline ELMAN_ABI
