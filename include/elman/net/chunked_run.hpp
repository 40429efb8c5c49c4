// SPDX-License-Identifier: MIT
//
// A layer over all steps of a batch, of which the states of some are kept at a time: what predict is made of. Steps
// begin … end − 1 of packed sequences are adjacent columns and a packed batch by themselves, of the sequences that run
// at step `begin`, in the order of their slots. So they are a chunk: the layer's own forward runs it, from the state
// where the chunk before has ended.
//
//   kept   States of one chunk in the layer's tape, State × B after it, Out × B of the last outputs
//
// A chunk is so many whole blocks of steps (sequences/blocks.hpp), so that all products are those of one forward over
// all steps. A layer that also reads from the end of a sequence (not can_step) has all steps in one chunk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Columns, or steps if so many have more columns, that a chunk has at most: its states stay in the cache, and what is
/// done once a chunk (weights into panels, the state in and out) costs little beside its products.
inline constexpr Index chunk_columns = 2048;
inline constexpr Index chunk_steps = 8;

/// The end of the chunk that begins at step `begin`.
inline Index chunk_end(const Steps& steps, Index begin) {
  Index end = block_end(steps, begin);
  while (end < steps.count()) {
    const Index next = block_end(steps, end);
    if (steps.first(next) - steps.first(begin) > chunk_columns && next - begin > chunk_steps) break;
    end = next;
  }
  return end;
}

/// The numbers that the memory of a layer's tape grows with.
struct ChunkShape {
  Index steps = 0, batch = 0, columns = 0;
  Index states = 0;  ///< columns with h₀ in front

  static ChunkShape of(Index steps, Index batch, Index columns) { return {steps, batch, columns, batch + columns}; }
  /// The largest of any batch that is no larger than this one.
  static ChunkShape most(const Steps& whole) {
    return of((std::min)(whole.count(), chunk_columns), whole.batch(),
              (std::min)(whole.columns(), (std::max)(chunk_columns, chunk_steps * whole.batch())));
  }
  bool covers(const ChunkShape& other) const {
    return steps >= other.steps && batch >= other.batch && columns >= other.columns && states >= other.states;
  }
  void grow(const ChunkShape& other) {
    *this = {(std::max)(steps, other.steps), (std::max)(batch, other.batch), (std::max)(columns, other.columns),
             (std::max)(states, other.states)};
  }
};

template <class Scalar, class L>
class ChunkedRun {
 public:
  using Tape = typename L::template Tape<Scalar, Growing>;

  /// h0: State × B in the caller's order, or nothing for zero. use(begin, end) is called behind each chunk, whose steps
  /// tape() then has.
  template <class X, class Use>
  void operator()(const L& layer, const Scalar* theta, const X& x, const Steps& steps,
                  const ConstMatrixView<Scalar>& h0, const Use& use) {
    start(layer, steps, h0);
    reserve(layer, theta, x);
    for (Index begin = 0; begin < steps.count();) {
      const Index end = end_of_chunk(begin);
      const Index batch = begin == 0 ? steps.batch() : steps.width(begin);  // those of no step are in the first
      chunk_.assign("predict", batch, [&](Index slot) {
        return std::clamp(length_[static_cast<std::size_t>(slot)] - begin, Index{0}, end - begin);
      });
      const auto states = states_.view().leftCols(batch);
      layer.forward(theta, x.middleCols(steps.first(begin), chunk_.columns()), chunk_, ConstMatrixView<Scalar>(states),
                    tape_, nullptr);
      tape_.last(states);
      if (end == steps.count() || steps.width(end) < batch) tape_.last_output(outputs_.view().leftCols(batch));
      use(begin, end);
      begin = end;
    }
  }

  const Tape& tape() const { return tape_; }
  /// Of the last chunk: for who asks how many rows an output has.
  ConstMatrixView<Scalar> h() const { return tape_.h(); }
  /// The state, and the output, after each sequence's own last step, in the caller's order.
  void last(const MatrixView<Scalar>& result) const { in_order(states_.view(), result); }
  void last_output(const MatrixView<Scalar>& result) const { in_order(outputs_.view(), result); }

 private:
  Index end_of_chunk(Index begin) const { return L::can_step ? chunk_end(steps_, begin) : steps_.count(); }

  void start(const L& layer, const Steps& steps, const ConstMatrixView<Scalar>& h0) {
    steps_.assign(steps);
    length_.resize(static_cast<std::size_t>(steps.batch()));
    if (states_.rows() != layer.state() || outputs_.rows() != layer.out()) seen_ = {};  // another net's
    states_.reshape(layer.state(), steps.batch());
    outputs_.reshape(layer.out(), steps.batch());
    const auto states = states_.view();
    if (!h0.data()) set_zero(states);
    for (Index b = 0; b < steps.batch(); ++b) {
      const Index slot = steps.slot(b);
      length_[static_cast<std::size_t>(slot)] = steps.length(b);
      if (h0.data()) copy(h0.middleCols(b, 1), states.middleCols(slot, 1));
    }
  }

  /// Memory for the chunks of any batch that is no larger, so that none allocates because its sequences end in other
  /// places. What a tape needs, its layer alone knows: it runs a chunk of that shape, if none as large has been.
  template <class X>
  void reserve(const L& layer, const Scalar* theta, const X& x) {
    if constexpr (L::can_step) {
      const auto most = ChunkShape::most(steps_);
      const Index end = chunk_end(steps_, 0);
      const bool is_first = ChunkShape::of(end, steps_.batch(), steps_.first(end)).covers(most);
      if (!is_first && !seen_.covers(most)) {
        chunk_.assign("predict", most.batch,
                      [&](Index slot) { return std::clamp(most.columns - slot * most.steps, Index{0}, most.steps); });
        layer.forward(theta, x.middleCols(0, most.columns), chunk_, ConstMatrixView<Scalar>(), tape_, nullptr);
      }
      seen_.grow(most);
    }
  }

  void in_order(const ConstMatrixView<Scalar>& columns, const MatrixView<Scalar>& result) const {
    for (Index b = 0; b < steps_.batch(); ++b) copy(columns.middleCols(steps_.slot(b), 1), result.middleCols(b, 1));
  }

  Steps steps_;
  Steps chunk_;
  std::vector<Index> length_;    // by slot
  ColumnBuffer<Scalar> states_;  // State × B in slot order: h₀, and then after the last step of each so far
  ColumnBuffer<Scalar> outputs_;
  Tape tape_;
  ChunkShape seen_;
};

/// The body of a net.
template <class Scalar, class Body>
class BodyRun : public ChunkedRun<Scalar, Body> {};

/// Of an encoder and a decoder: one after the other. What is known afterwards is the decoder's.
template <class Scalar, class Encoder, class Decoder>
class BodyRun<Scalar, EncoderDecoder<Encoder, Decoder>> : public ChunkedRun<Scalar, Decoder> {
 public:
  template <class X, class Use>
  void operator()(const EncoderDecoder<Encoder, Decoder>& body, const Scalar* theta, const X& x, const Steps& steps,
                  const ConstMatrixView<Scalar>& h0, const Use& use) {
    encoder_(body.encoder(), theta, x.source, x.source_steps, h0, [](Index, Index) {});
    between_.reshape(body.state(), steps.batch());
    encoder_.last(between_.view());
    ChunkedRun<Scalar, Decoder>::operator()(body.decoder(), theta + body.encoder().parameter_count(), x.target, steps,
                                            std::as_const(between_).view(), use);  // (45)
  }

 private:
  ChunkedRun<Scalar, Encoder> encoder_;
  ColumnBuffer<Scalar> between_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
