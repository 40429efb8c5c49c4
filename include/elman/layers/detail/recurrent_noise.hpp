// SPDX-License-Identifier: MIT
//
// What may stand between one hidden state and the next (docs/math.md Eqs. 38–41):
//
//   a_t = U x_t + W (m ∘ h_{t-1}) + b          recurrent dropout: one mask m a sequence, the same at every step
//   h_t = z_t ∘ h_{t-1} + (1 − z_t) ∘ σ(a_t)   zoneout: a mask z_t of zeros and ones for every step, or their mean z
//
// (Gal and Ghahramani, NIPS 2016; Krueger et al., ICLR 2017.) A run that is given a generator draws the masks; one that
// is not has m = 1 and z = the rate. With neither option set nothing is kept and nothing is computed.
#pragma once

#include <cassert>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/detail/masks.hpp"
#include "elman/option_ranges.hpp"
#include "elman/random.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

struct RecurrenceOptions {
  double recurrent_dropout = 0;  ///< the share of h_{t-1} that W does not see, in [0, 1)
  double zoneout = 0;            ///< the share of units that keep their state, in [0, 1)
};

namespace detail {

/// Whether a run keeps masks, with a generator or without.
inline bool needs_masks(const RecurrenceOptions& options, bool draws) {
  return (draws && options.recurrent_dropout > 0) || options.zoneout > 0;
}

template <class Scalar, class Room = Growing, int Hidden = Dynamic>
class RecurrentNoise {
  static constexpr int mask_size(int columns) { return Room::masks ? product_of_sizes(Hidden, columns) : 0; }

 public:
  /// Draws what `options` ask for: the masks of sequences in the caller's order, then those of steps in packed order.
  template <class Given>
  void start(const RecurrenceOptions& options, Index hidden, const BasicSteps<Given>& steps, Random* random) {
    assert(Room::masks || !needs_masks(options, random));
    drops_ = random && options.recurrent_dropout > 0;
    zones_ = options.zoneout > 0;
    draws_zones_ = random && zones_;
    zoneout_ = static_cast<Real<Scalar>>(options.zoneout);
    if (drops_) {
      dropout_.reshape(hidden, steps.batch());
      dropped_.reshape(hidden, steps.batch());
      for (Index b = 0; b < steps.batch(); ++b) {
        draw_dropout(dropout_.view().col(steps.slot(b)), options.recurrent_dropout, *random);
      }
    }
    if (zones_) activated_.reshape(hidden, steps.columns());
    if (draws_zones_) {
      zone_.reshape(hidden, steps.columns());
      for (Index k = 0; k < steps.columns(); ++k) draw_zoneout(zone_.view().col(k), options.zoneout, *random);
    }
  }

  bool drops() const { return drops_; }
  bool zones() const { return zones_; }

  /// m ∘ h, of the sequences of the first slots; h itself where nothing is dropped.
  template <class H>
  ConstStrided<Scalar> dropped(const H& h) {
    if (!drops_) return strided(h);
    auto result = dropped_.view().leftCols(h.cols());
    result = dropout_.view().leftCols(h.cols()).cwiseProduct(h);
    return strided(result);
  }
  /// d_h += m ∘ d for what W sends back.
  template <class D, class DH>
  void add_dropped(const D& d, DH&& d_h) const {
    d_h += dropout_.view().leftCols(d.cols()).cwiseProduct(d);
  }
  /// Room for what W sends back, before it is dropped.
  MatrixView<Scalar> room(Index cols) { return {dropped_.view().data(), dropped_.rows(), cols}; }

  /// h_t, which is σ(a_t) so far, becomes z ∘ h_{t-1} + (1 − z) ∘ h_t; σ(a_t) is kept for bptt. `first`: the packed
  /// column where the step begins.
  template <class HPrev, class H>
  void zone(Index first, const HPrev& h_prev, H&& h_t) {
    activated_.view().middleCols(first, h_t.cols()) = h_t;
    with_zone(first, h_t.cols(),
              [&](const auto& z) { h_t.array() = z * h_prev.array() + (Scalar(1) - z) * h_t.array(); });
  }
  /// Splits ∂L/∂h_t in two: z ∘ ∂L/∂h_t goes to d_h_prev, (1 − z) ∘ ∂L/∂h_t = ∂L/∂σ(a_t) stays.
  template <class DH, class DHPrev>
  void zone_bptt(Index first, DH&& d_h, DHPrev&& d_h_prev) const {
    with_zone(first, d_h.cols(), [&](const auto& z) {
      d_h_prev.array() = z * d_h.array();
      d_h.array() *= Scalar(1) - z;
    });
  }
  /// σ(a) of packed columns, if units zone out.
  auto activated(Index first, Index cols) const { return activated_.view().middleCols(first, cols); }

 private:
  template <class Use>
  void with_zone(Index first, Index cols, const Use& use) const {
    if (draws_zones_) {
      use(zone_.view().middleCols(first, cols).array());
    } else {
      using Block = Matrix<Scalar, Dynamic, Dynamic>;
      use(Block::Constant(activated_.rows(), cols, Scalar(zoneout_)).array());
    }
  }

  bool drops_ = false;
  bool zones_ = false;
  bool draws_zones_ = false;
  Real<Scalar> zoneout_ = 0;
  ColumnBuffer<Scalar, mask_size(Room::batch)> dropout_;      // m, Hidden × B in slot order
  ColumnBuffer<Scalar, mask_size(Room::batch)> dropped_;      // m ∘ h_{t-1}, or the gradient on its way back
  ColumnBuffer<Scalar, mask_size(Room::columns)> zone_;       // z, Hidden × N
  ColumnBuffer<Scalar, mask_size(Room::columns)> activated_;  // σ(a), Hidden × N
};

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
