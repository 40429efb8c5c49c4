// SPDX-License-Identifier: MIT
//
// Noise between one hidden state and the next (docs/math.md Eqs. 38–41), a policy of the recurrence (between.hpp):
//
//   a_t = U x_t + W (m ∘ h_{t-1}) + b          recurrent dropout: one mask m a sequence, the same at every step
//   h_t = z_t ∘ h_{t-1} + (1 − z_t) ∘ σ(a_t)   zoneout: a mask z_t of zeros and ones for every step, or their mean z
//
// (Gal and Ghahramani, NIPS 2016; Krueger et al., ICLR 2017.) A run that is given a generator draws the masks; one that
// is not has m = 1 and z = the rate (net/noise.hpp): then zoneout is a leak in the rate form with α = 1 − z
// (leaky.hpp), and both are one code (detail/rate_run.hpp).
#pragma once

#include <cassert>

#include "elman/layers/between.hpp"
#include "elman/layers/detail/kept_share.hpp"
#include "elman/layers/detail/masks.hpp"
#include "elman/layers/detail/rate_run.hpp"
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
  void(check)() const {
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
    const bool keeps = zoneout > 0;
    step_columns<Hidden, In, Hidden>(activation, part.b.data(), part.U, x, part.W, h, scratch, !keeps);
    if (keeps) {  // (40)
      for (Index row = 0; row < h.rows(); ++row) detail::mix_row<Scalar>(row, shares<Scalar>(), scratch, h);
    }
    return h;
  }

  template <class Scalar, class Room, int Hidden>
  class Run;

 private:
  /// z and 1 − z in expectation; 1 − z is not 0 where z rounds to 1.
  template <class Scalar>
  detail::Shares<Scalar> shares() const {
    return {Scalar(static_cast<Real<Scalar>>(zoneout)), Scalar(static_cast<Real<Scalar>>(1 - zoneout))};
  }
};

template <class Scalar, class Room, int Hidden>
class RecurrentNoise::Run
    : public detail::RateRun<Scalar, Room::masks ? detail::product_of_sizes(Hidden, Room::batch) : 0, 0,
                             Room::masks ? detail::product_of_sizes(Hidden, Room::columns) : 0,
                             Room::masks ? detail::product_of_sizes(Hidden, Room::columns) : 0, detail::GivenRate> {
 public:
  /// Draws the masks: those of sequences in the caller's order, then those of steps in packed order.
  template <class Activation, class Given>
  void start(const RecurrentNoise& options, const Activation&, const NoParameters&, const MatrixView<Scalar>& states,
             const BasicSteps<Given>& steps, Random* random) {
    assert(Room::masks || !options.needs_masks(random));
    const Index hidden = states.rows();
    this->dropout_.start(options.recurrent_dropout, hidden, steps, random);
    if (!(options.zoneout > 0)) {
      this->share_.set_nothing();
    } else if (random) {
      const auto z = this->share_.set_mask(hidden, steps.columns());
      for (Index k = 0; k < steps.columns(); ++k) detail::draw_zoneout(z.col(k), options.zoneout, *random);
    } else {
      this->share_.set(options.template shares<Scalar>());
    }
    this->reserve(hidden, steps.columns());
  }
};

template <>
struct CppName<RecurrentNoise> {
  static constexpr const char* value = "elman::RecurrentNoise";
};

}  // namespace ELMAN_ABI
}  // namespace elman
