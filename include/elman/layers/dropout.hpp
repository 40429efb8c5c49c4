// SPDX-License-Identifier: MIT
//
// Dropout in front of a layer: while it trains, the layer sees m ∘ x, where every coefficient of m is 0 with
// probability `rate` and 1 / (1 − rate) else (docs/math.md Eq. 38), so that without masks nothing needs to be scaled.
//
//   every step its own mask     as torch.nn.RNN(dropout=…) between layers, when put around all layers but the first
//   variational                 one mask a sequence, the same at every step (Gal and Ghahramani, NIPS 2016; Keras'
//                               SimpleRNN(dropout=…)). For the same on h see Recurrence's recurrent_dropout.
//
// Masks are drawn by a forward that is given a generator.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/layers/detail/masks.hpp"
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
  void last(const detail::Strided<Scalar>& result) const { layer.last(result); }

  typename L::template Tape<Scalar, Room> layer;
  bool drops = false;
  detail::ColumnBuffer<Scalar, mask_size> mask;  ///< m, In × N in packed order
  detail::ColumnBuffer<Scalar, mask_size> x;     ///< m ∘ x
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

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const detail::ConstStrided<Scalar>& h0, Tape& tape,
               Random* random) const {
    check_columns<Scalar, X>();
    tape.drops = random && options_.rate > 0;
    if (tape.drops) draw(steps, tape, *random);
    if (tape.drops) tape.x.view() = x.cwiseProduct(tape.mask.view());
    layer().forward(theta, seen(x, tape), steps, h0, tape.layer, random);
  }
  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const detail::FromAbove<Scalar>& from_above,
            const detail::ConstStrided<Scalar>& d_last, Scalar* d_theta, detail::Strided<Scalar> d_x,
            const detail::Strided<Scalar>& d_h0) const {
    layer().bptt(theta, seen(x, tape), tape.layer, from_above, d_last, d_theta, d_x, d_h0);
    if (d_x.data() && tape.drops) d_x.array() *= tape.mask.view().array();
  }

 private:
  template <class Scalar, class X>
  static constexpr void check_columns() {
    static_assert(std::same_as<X, detail::ConstStrided<Scalar>>,
                  "elman::Dropout: tokens cannot be dropped in part; put an Embedding in front");
  }

  /// Sequence by sequence, so that the masks of a sequence do not depend on how the batch is packed.
  template <class S, class Tape>
  void draw(const S& steps, Tape& tape, Random& random) const {
    tape.mask.reshape(in(), steps.columns());
    tape.x.reshape(in(), steps.columns());
    auto mask = tape.mask.view();
    for (Index b = 0; b < steps.batch(); ++b) {
      for (Index t = 0; t < steps.length(b); ++t) {
        if (t == 0 || !options_.variational) {
          detail::draw_dropout(mask.col(steps.column(b, t)), options_.rate, random);
        } else {
          mask.col(steps.column(b, t)) = mask.col(steps.column(b, 0));
        }
      }
    }
  }

  template <class Scalar, class Tape>
  static detail::ConstStrided<Scalar> seen(const detail::ConstStrided<Scalar>& x, const Tape& tape) {
    return tape.drops ? detail::strided(tape.x.view()) : x;
  }

  DropoutOptions options_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
