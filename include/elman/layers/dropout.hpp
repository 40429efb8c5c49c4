// SPDX-License-Identifier: MIT
//
// Dropout in front of a layer: while it trains, the layer sees m ∘ x, where every coefficient of m is 0 with
// probability `rate` and 1 / (1 − rate) else (docs/math.md Eq. 38), so that without masks nothing needs to be scaled.
//
//   every step its own mask     as torch.nn.RNN(dropout=…) between layers, when put around all layers but the first
//   variational                 one mask a sequence, the same at every step (Gal and Ghahramani, NIPS 2016; Keras'
//                               SimpleRNN(dropout=…)). For the same on h see Recurrence's recurrent_dropout.
//
// Masks are drawn by a forward that is given a generator; one that goes without says so, or bptt refuses what it left
// (net/noise.hpp).
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/detail/masks.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/wrapper.hpp"
#include "elman/option_ranges.hpp"

namespace elman {
inline namespace ELMAN_ABI {

struct DropoutOptions {
  double rate = 0.5;         ///< the share of inputs that the layer does not see, in [0, 1)
  bool variational = false;  ///< the same mask at every step of a sequence
};

template <class Scalar, class Room, class L>
class DropoutTape {
  static constexpr int mask_size = Room::masks ? detail::product_of_sizes(Room::size(L::in_size), Room::columns) : 0;

 public:
  const BasicSteps<Room>& steps() const { return layer.steps(); }
  ConstMatrixView<Scalar> h() const { return layer.h(); }
  void last(const MatrixView<Scalar>& result) const { layer.last(result); }
  void last_output(const MatrixView<Scalar>& result) const { layer.last_output(result); }

  typename L::template Tape<Scalar, Room> layer;
  bool drops = false;                    ///< whether forward has drawn a mask
  ColumnBuffer<Scalar, mask_size> mask;  ///< m, In × N in packed order
  ColumnBuffer<Scalar, mask_size> x;     ///< m ∘ x
};

template <class L>
class Dropout : public Wrapper<L> {
  using Base = Wrapper<L>;

 public:
  template <class Scalar, class Room = Growing>
  using Tape = DropoutTape<Scalar, Room, L>;
  using Base::in;
  using Base::layer;

  /// Throws if the rate is out of range.
  explicit Dropout(L inner, const DropoutOptions& options = {}) : Base(std::move(inner)), options_(options) {
    detail::require_decay_rate("Dropout", "rate", options.rate);
  }
  explicit Dropout(const DropoutOptions& options = {}) requires Base::is_fixed : Dropout(L(), options) {}

  const DropoutOptions& options() const { return options_; }
  bool needs_masks(bool draws) const { return (draws && options_.rate > 0) || layer().needs_masks(draws); }
  bool has_dropout() const { return options_.rate > 0 || detail::has_dropout(layer()); }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    static_assert(takes<Scalar, X>());
    tape.drops = random && options_.rate > 0;
    if (tape.drops) drop(x, steps, tape, *random);
    layer().forward(theta, seen(x, tape), steps, h0, tape.layer, random);
  }
  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    layer().bptt(theta, seen(x, tape), tape.layer, from_above, d_last, d_theta, d_x, d_h0);
    if (d_x.data() && tape.drops) mask(ConstMatrixView<Scalar>(d_x), tape, d_x);
  }
  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const requires(L::ends_in_state) {
    layer().last_output_bptt(theta, tape.layer, d_output, d_theta, d_state);
  }

  Form form() const {
    return {.name = "elman::Dropout",
            .inner = {form_of(layer())},
            .options = {{"elman::DropoutOptions",
                         {{"rate", options_.rate}, {"variational", options_.variational ? 1.0 : 0.0, true}}}}};
  }
  static Dropout from(const Form& form) {
    const auto& options = form.options_at(0);
    return Dropout(layer_from<L>(form.inner_at(0)),
                   {.rate = options.number("rate"), .variational = options.number("variational") != 0});
  }

 private:
  template <class Scalar, class X>
  static constexpr bool takes() {
    static_assert(std::same_as<X, ConstMatrixView<Scalar>>,
                  "elman::Dropout: tokens cannot be dropped in part; put an Embedding in front");
    return true;
  }

  /// m ∘ x, m drawn sequence by sequence, so that the masks of a sequence do not depend on how the batch is packed.
  template <class Scalar, class S, class Tape>
  void drop(const ConstMatrixView<Scalar>& x, const S& steps, Tape& tape, Random& random) const {
    tape.mask.reshape(in(), steps.columns());
    tape.x.reshape(in(), steps.columns());
    const auto mask_columns = tape.mask.view();
    for (Index b = 0; b < steps.batch(); ++b) {
      for (Index t = 0; t < steps.length(b); ++t) {
        if (t == 0 || !options_.variational) {
          detail::draw_dropout(mask_columns.col(steps.column(b, t)), options_.rate, random);
        } else {
          copy(mask_columns.middleCols(steps.column(b, 0), 1), mask_columns.middleCols(steps.column(b, t), 1));
        }
      }
    }
    mask(x, tape, tape.x.view());
  }
  /// to ← m ∘ from.
  template <class Scalar, class Tape>
  static void mask(const ConstMatrixView<Scalar>& from, const Tape& tape, MatrixView<Scalar> to) {
    to = from.cwiseProduct(tape.mask.view());
  }

  template <class Scalar, class Tape>
  static ConstMatrixView<Scalar> seen(const ConstMatrixView<Scalar>& x, const Tape& tape) {
    return tape.drops ? tape.x.view() : x;
  }

  DropoutOptions options_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
