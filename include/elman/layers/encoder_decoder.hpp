// SPDX-License-Identifier: MIT
//
// Sequence to sequence: one layer reads the source, and its last state is the first of another, which writes the
// target:
//
//   h⁰ of the decoder = h_τ of the encoder,   ∂L/∂h_τ = ∂L/∂h⁰      (45)
//
// x is a pair, SourceTarget{source, target}: what the encoder reads and what the decoder reads, a batch of as many
// sequences each. In training the decoder reads the right output of the step before (teacher forcing); running free, it
// reads its own: net.encode(source) gives the state to step from (Sutskever, Vinyals and Le, NIPS 2014).
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/recurrences.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The x of an EncoderDecoder: two batches, in the same order of sequences. SourceTarget{source, target} has copies of
/// both; SourceTarget{std::cref(source), std::cref(target)} refers to them, at no cost, and they must outlive it.
template <class Source, class Target>
struct SourceTarget {
  Source source;
  Target target;
};
template <class Source, class Target>
SourceTarget(Source, Target) -> SourceTarget<std::unwrap_reference_t<Source>, std::unwrap_reference_t<Target>>;

namespace detail {

/// The same as the layers see it.
template <class Source, class SourceSteps, class Target>
struct SourceTargetColumns {
  Source source;
  const SourceSteps& source_steps;
  Target target;
};
template <class Source, class SourceSteps, class Target>
SourceTargetColumns(Source, const SourceSteps&, Target) -> SourceTargetColumns<Source, SourceSteps, Target>;

/// Where ∂L/∂source and ∂L/∂target go.
template <class Scalar>
struct SourceTargetGradients {
  MatrixView<Scalar> source;
  MatrixView<Scalar> target;
};

}  // namespace detail

template <class Scalar, class Room, class Encoder, class Decoder>
class EncoderDecoderTape {
  using States = ColumnBuffer<Scalar, detail::product_of_sizes(Room::size(Encoder::state_size), Room::batch)>;

 public:
  const BasicSteps<Room>& steps() const { return decoder.steps(); }
  const BasicSteps<Room>& source_steps() const { return encoder.steps(); }
  ConstMatrixView<Scalar> h() const { return decoder.h(); }
  void last(const MatrixView<Scalar>& result) const { decoder.last(result); }
  void last_output(const MatrixView<Scalar>& result) const { decoder.last_output(result); }

  typename Encoder::template Tape<Scalar, Room> encoder;
  typename Decoder::template Tape<Scalar, Room> decoder;
  States between;    ///< the encoder's last state, State × B in the caller's order
  States d_between;  ///< its gradient
};

/// Any two layers of equal state.
template <class Encoder, class Decoder>
class EncoderDecoder {
  static_assert(detail::are_inner_layers<Encoder, Decoder>());
  static_assert(detail::fits<Encoder::state_size, Decoder::state_size>,
                "elman::EncoderDecoder: the decoder's state must be as large as the encoder's, which it starts from");
  static_assert(!Decoder::learns_start,
                "elman::EncoderDecoder: the decoder starts from the encoder's last state; it "
                "cannot learn another");

 public:
  static constexpr int in_size = Decoder::in_size;
  static constexpr int out_size = Decoder::out_size;
  static constexpr int state_size = Encoder::state_size == Dynamic ? Decoder::state_size : Encoder::state_size;
  static constexpr int step_size = Decoder::step_size;
  static constexpr int parameter_size = detail::sum_of_sizes({Encoder::parameter_size, Decoder::parameter_size});
  static constexpr bool can_step = Decoder::can_step;
  static constexpr bool ends_in_state = Decoder::ends_in_state;
  static constexpr bool reads_pair = true;
  static constexpr bool learns_start = Encoder::learns_start;
  static constexpr bool is_fixed = Encoder::is_fixed && Decoder::is_fixed;
  template <class Scalar, class Room = Growing>
  using Tape = EncoderDecoderTape<Scalar, Room, Encoder, Decoder>;

  EncoderDecoder() requires is_fixed = default;
  /// Throws if the states are not equally large.
  EncoderDecoder(Encoder encoder, Decoder decoder) : encoder_(std::move(encoder)), decoder_(std::move(decoder)) {
    detail::require_that(encoder_.state() == decoder_.state(), "EncoderDecoder: the decoder's state has ",
                         decoder_.state(), " rows; expected ", encoder_.state(), " as the encoder's has");
  }

  const Encoder& encoder() const { return encoder_; }
  const Decoder& decoder() const { return decoder_; }
  /// Of the decoder's input; the encoder's is encoder().in().
  Index in() const { return decoder_.in(); }
  Index out() const { return decoder_.out(); }
  Index state() const { return encoder_.state(); }
  Index step_rows() const { return decoder_.step_rows(); }
  bool needs_masks(bool draws) const { return encoder_.needs_masks(draws) || decoder_.needs_masks(draws); }
  bool has_dropout() const { return detail::has_dropout(encoder_) || detail::has_dropout(decoder_); }
  Index parameter_count() const { return encoder_.parameter_count() + decoder_.parameter_count(); }
  bool same_shape(const EncoderDecoder& other) const {
    return encoder_.same_shape(other.encoder_) && decoder_.same_shape(other.decoder_);
  }

  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    encoder_.for_each_part(theta, path + "encoder.", visit);
    decoder_.for_each_part(theta + encoder_.parameter_count(), path + "decoder.", visit);
  }

  template <class Path, class Tape, class Visit>
  void for_each_recurrence(const Path& path, Tape& tape, const Visit& visit) const {
    detail::for_each_recurrence(encoder_, path("encoder"), tape.encoder, visit);
    detail::for_each_recurrence(decoder_, path("decoder"), tape.decoder, visit);
  }

  /// The encoder alone: its last state is then in tape.between.
  template <class Scalar, class Source, class S, class Tape>
  void encode(const Scalar* theta, const Source& source, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
              Random* random) const {
    encoder_.forward(theta, source, steps, h0, tape.encoder, random);
    tape.between.reshape(state(), steps.batch());
    tape.encoder.last(tape.between.view());
  }

  template <class Scalar, class Source, class SourceSteps, class Target, class S, class Tape>
  void forward(const Scalar* theta, const detail::SourceTargetColumns<Source, SourceSteps, Target>& x, const S& steps,
               const ConstMatrixView<Scalar>& h0, Tape& tape, Random* random) const {
    encode(theta, x.source, x.source_steps, h0, tape, random);
    decoder_.forward(theta + encoder_.parameter_count(), x.target, steps, std::as_const(tape.between).view(),
                     tape.decoder, random);  // (45)
  }

  template <class Scalar, class Source, class SourceSteps, class Target, class Tape>
  void bptt(const Scalar* theta, const detail::SourceTargetColumns<Source, SourceSteps, Target>& x, Tape& tape,
            const FromAbove<Scalar>& from_above, const ConstMatrixView<Scalar>& d_last, Scalar* d_theta,
            const detail::SourceTargetGradients<Scalar>& d_x, const MatrixView<Scalar>& d_h0) const {
    const Index count = encoder_.parameter_count();
    tape.d_between.reshape(state(), tape.steps().batch());
    const auto d_between = tape.d_between.view();
    decoder_.bptt(theta + count, x.target, tape.decoder, from_above, d_last, d_theta + count, d_x.target, d_between);
    encoder_.bptt(theta, x.source, tape.encoder, FromAbove<Scalar>(NothingAbove{}), ConstMatrixView<Scalar>(d_between),
                  d_theta, d_x.source, d_h0);
  }

  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const requires(Decoder::ends_in_state) {
    const Index count = encoder_.parameter_count();
    decoder_.last_output_bptt(theta + count, tape.decoder, d_output, d_theta + count, d_state);
  }

  template <class Cursor>
  void take(Cursor& cursor) const {
    encoder_.take(cursor);
    decoder_.take(cursor);
  }
  /// One step of the decoder.
  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const requires(Decoder::can_step) {
    encoder_.take(cursor);
    return decoder_.step(cursor, x, h, scratch);
  }

  /// The state before the source's first step.
  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    encoder_.start(cursor, h);
  }
  template <class Scalar>
  void start_bptt(Scalar* d_theta, const ConstMatrixView<Scalar>& d_h) const {
    encoder_.start_bptt(d_theta, d_h);
  }

  Form form() const { return {.name = "elman::EncoderDecoder", .inner = {form_of(encoder_), form_of(decoder_)}}; }
  static EncoderDecoder from(const Form& form) {
    return {layer_from<Encoder>(form.inner_at(0)), layer_from<Decoder>(form.inner_at(1))};
  }

 private:
  Encoder encoder_;
  Decoder decoder_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
