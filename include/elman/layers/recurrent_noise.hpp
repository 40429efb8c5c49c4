// SPDX-License-Identifier: MIT
//
// Noise between one hidden state and the next (docs/math.md Eqs. 38–41), a policy of the recurrence (between.hpp):
//
//   a_t = U x_t + W (m ∘ h_{t-1}) + b          recurrent dropout: one mask m a sequence, the same at every step
//   h_t = z_t ∘ h_{t-1} + (1 − z_t) ∘ σ(a_t)   zoneout: a mask z_t of zeros and ones for every step, or their mean z
//
// (Gal and Ghahramani, NIPS 2016; Krueger et al., ICLR 2017.) A run that is given a generator draws the masks; one that
// is not has m = 1 and z = the rate (net/noise.hpp).
#pragma once

#include <cassert>
#include <string>
#include <type_traits>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/between.hpp"
#include "elman/layers/detail/masks.hpp"
#include "elman/layers/form.hpp"
#include "elman/option_ranges.hpp"
#include "elman/random.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

struct RecurrentNoise {
  double recurrent_dropout = 0;  ///< the share of h_{t-1} that W does not see, in [0, 1)
  double zoneout = 0;            ///< the share of units that keep their state, in [0, 1)

  static constexpr int parameter_size(int) { return 0; }
  template <class Cursor>
  static NoParameters take(Cursor&, Index) {
    return {};
  }
  bool needs_masks(bool draws) const { return (draws && recurrent_dropout > 0) || zoneout > 0; }
  bool has_dropout() const { return recurrent_dropout > 0; }
  /// Throws if an option is out of range.
  void check() const {
    detail::require_decay_rate("Recurrence", "recurrent_dropout", recurrent_dropout);
    detail::require_decay_rate("Recurrence", "zoneout", zoneout);
  }

  FormOptions form() const {
    return {"elman::RecurrentNoise", {{"recurrent_dropout", recurrent_dropout}, {"zoneout", zoneout}}};
  }
  static RecurrentNoise from(const FormOptions& options) {
    return {options.number("recurrent_dropout"), options.number("zoneout")};
  }

  /// A step has z = the rate, zoneout in expectation.
  template <int In, int Hidden, class Activation, class Part, class X, class Scalar>
  ConstMatrixView<Scalar> step(const Activation& activation, const Part& part, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const {
    const bool zones = zoneout > 0;
    step_columns<Hidden, In, Hidden>(activation, part.b.data(), part.U, x, part.W, h, scratch, !zones);
    if (zones) {  // (40)
      const auto z = Scalar(static_cast<Real<Scalar>>(zoneout));
      const auto rest = Scalar(static_cast<Real<Scalar>>(1 - zoneout));  // also where z rounds to 1
      for (Index k = 0; k < h.cols(); ++k) {
        for (Index row = 0; row < h.rows(); ++row) h(row, k) = z * h(row, k) + rest * scratch(row, k);
      }
    }
    return h;
  }

  template <class Scalar, class Room, int Hidden>
  class Run;
};

template <class Scalar, class Room, int Hidden>
class RecurrentNoise::Run {
  static constexpr int mask_size(int columns) { return Room::masks ? detail::product_of_sizes(Hidden, columns) : 0; }

 public:
  /// Draws the masks: those of sequences in the caller's order, then those of steps in packed order.
  template <class Activation, class Given>
  void start(const RecurrentNoise& options, const Activation&, const NoParameters&, const MatrixView<Scalar>& states,
             const BasicSteps<Given>& steps, Random* random) {
    assert(Room::masks || !options.needs_masks(random));
    const Index hidden = states.rows();
    drops_ = random && options.recurrent_dropout > 0;
    zones_ = options.zoneout > 0;
    draws_zones_ = random && zones_;
    zoneout_ = Scalar(static_cast<Real<Scalar>>(options.zoneout));
    rest_ = Scalar(static_cast<Real<Scalar>>(1 - options.zoneout));
    if (drops_) {
      dropout_.reshape(hidden, steps.batch());
      dropped_.reshape(hidden, steps.batch());
      for (Index b = 0; b < steps.batch(); ++b) {
        detail::draw_dropout(dropout_.view().col(steps.slot(b)), options.recurrent_dropout, *random);
      }
    }
    if (zones_) activated_.reshape(hidden, steps.columns());
    if (draws_zones_) {
      zone_.reshape(hidden, steps.columns());
      for (Index k = 0; k < steps.columns(); ++k) detail::draw_zoneout(zone_.view().col(k), options.zoneout, *random);
    }
  }

  template <class Element>
  static BasicMatrixView<Element> outputs(const BasicMatrixView<Element>& states) {
    return states;
  }

  bool sees_outputs() const { return !drops_; }
  /// m ∘ h, of the sequences of the first slots; h itself where nothing is dropped.
  ConstMatrixView<Scalar> seen(const ConstMatrixView<Scalar>& h_prev) {
    if (!drops_) return h_prev;
    const auto result = dropped_.view().leftCols(h_prev.cols());
    flat(result) = mask(h_prev.cols()) * flat(h_prev);
    return result;
  }

  /// h, which is a_t so far, becomes z ∘ h_{t-1} + (1 − z) ∘ σ(a_t); σ(a_t) is kept for bptt.
  template <class Activation>
  void advance(const Activation& activation, Index first, const ConstMatrixView<Scalar>& h_prev,
               const MatrixView<Scalar>& h) {
    apply_activation(activation, h);
    if (!zones_) return;
    copy(h, activated_.view().middleCols(first, h.cols()));
    with_zone(first, h.cols(), [&](const auto& z, const auto& rest) { flat(h) = z * flat(h_prev) + rest * flat(h); });
  }

  template <class Part>
  void start_bptt(const Part&, const MatrixView<Scalar>&) {}
  /// With zoneout z ∘ ∂L/∂h_t goes to d_next, past the step; (1 − z) ∘ ∂L/∂h_t is ∂L/∂σ(a_t).
  template <class Activation>
  void retreat(const Activation& activation, Index first, const ConstMatrixView<Scalar>&,
               const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& d_next, const MatrixView<Scalar>& d) const {
    if (!zones_) return apply_slope(activation, h, d_next, d);  // (6), (7)
    flat(d) += flat(d_next);                                    // (6)
    with_zone(first, d.cols(), [&](const auto& z, const auto& rest) {
      flat(d_next) = z * flat(d);
      flat(d) *= rest;
    });
    apply_slope(activation, activated_.view().middleCols(first, d.cols()), d);  // (7)
  }
  template <class Factor>
  void send_back(Factor& W, const ConstMatrixView<Scalar>& d_a, const MatrixView<Scalar>& d_prev) {
    if (drops_) {
      const auto before_mask = dropped_.view().leftCols(d_a.cols());
      set_product(W, d_a, before_mask);
      if (!zones_) set_zero(d_prev);
      flat(d_prev) += mask(d_a.cols()) * flat(before_mask);
    } else if (zones_) {
      add_product(W, d_a, d_prev);
    } else {
      set_product(W, d_a, d_prev);
    }
  }
  template <class Activation>
  static void finish(const Activation&, const ConstMatrixView<Scalar>&, const MatrixView<Scalar>&) {}
  template <class Activation>
  static void output_bptt(const Activation&, const ConstMatrixView<Scalar>&, const MatrixView<Scalar>&) {}

 private:
  /// Adjacent columns as one array.
  template <class Element>
  static auto flat(const BasicMatrixView<Element>& columns) {
    using Array = Eigen::Array<Scalar, Dynamic, 1>;
    return View<std::conditional_t<std::is_const_v<Element>, const Array, Array>>(columns.data(), columns.size());
  }
  /// m of the first slots.
  auto mask(Index cols) const { return flat(dropout_.view().leftCols(cols)); }
  /// use(z, 1 − z) with the z of a step.
  template <class Use>
  void with_zone(Index first, Index cols, const Use& use) const {
    if (draws_zones_) {
      const auto z = flat(zone_.view().middleCols(first, cols));
      use(z, Scalar(1) - z);
    } else {
      const auto all = [&](const Scalar& value) {
        return Eigen::Array<Scalar, Dynamic, 1>::Constant(activated_.rows() * cols, value);
      };
      use(all(zoneout_), all(rest_));
    }
  }

  bool drops_ = false;
  bool zones_ = false;
  bool draws_zones_ = false;
  Scalar zoneout_{}, rest_{};  // rest_: 1 − zoneout, which is not 0 where zoneout rounds to 1
  ColumnBuffer<Scalar, mask_size(Room::batch)> dropout_;      // m, Hidden × B in slot order
  ColumnBuffer<Scalar, mask_size(Room::batch)> dropped_;      // m ∘ h_{t-1}, or the gradient on its way back
  ColumnBuffer<Scalar, mask_size(Room::columns)> zone_;       // z, Hidden × N
  ColumnBuffer<Scalar, mask_size(Room::columns)> activated_;  // σ(a), Hidden × N
};

template <>
struct CppName<RecurrentNoise> {
  static constexpr const char* value = "elman::RecurrentNoise";
};

}  // namespace ELMAN_ABI
}  // namespace elman
