// SPDX-License-Identifier: MIT
//
// A learning rate that falls when a number that is watched, a validation loss for instance, has stopped improving. The
// rule of torch.optim.lr_scheduler.ReduceLROnPlateau (docs/math.md Eq. 58):
//
//   ReduceOnPlateau plateau{{.learning_rate = 3e-3, .patience = 5}};
//   … an epoch of adam.step(cell, gradient, plateau.learning_rate());
//   plateau(validation_loss);
//
// It depends on what it has seen, which a schedule (schedule.hpp) does not.
#pragma once

#include <algorithm>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

struct ReduceOnPlateauOptions {
  double learning_rate = 1e-3;    ///< to begin with; above 0
  double factor = 0.1;            ///< what it is multiplied by; in (0, 1)
  Index patience = 10;            ///< numbers in a row that may be no improvement; the next lowers the rate; at least 0
  double threshold = 1e-4;        ///< what counts as an improvement is better than the best by more; at least 0
  bool relative = true;           ///< the threshold is a share of the best, else a difference
  bool higher_is_better = false;  ///< an accuracy, not a loss
  Index cooldown = 0;             ///< numbers after a fall that are not counted against the patience; at least 0
  double lowest = 0;              ///< the rate stays at least here; at least 0
  double least_change = 1e-8;     ///< a fall by no more than this is left out; at least 0
};

class ReduceOnPlateau {
 public:
  /// What the run has made: keep a copy and `restore` it to go on.
  struct State {
    double learning_rate;
    double best;             ///< NaN before the first number
    Index without_gain = 0;  ///< numbers in a row that were no improvement
    Index cooling = 0;       ///< what is left of the cooldown
  };

  /// Throws if an option is out of range.
  explicit ReduceOnPlateau(const ReduceOnPlateauOptions& options)
      : options_(options), state_{options.learning_rate, detail::not_a_number()} {
    constexpr auto owner = "ReduceOnPlateau";
    detail::require_positive(owner, "learning_rate", options.learning_rate);
    detail::require_that(detail::between(options.factor, 0.0, 1.0), owner, ": factor is ", options.factor,
                         "; expected in (0, 1)");
    detail::require_that(options.patience >= 0, owner, ": patience is ", options.patience, "; expected at least 0");
    detail::require_not_negative(owner, "threshold", options.threshold);
    detail::require_that(options.cooldown >= 0, owner, ": cooldown is ", options.cooldown, "; expected at least 0");
    detail::require_not_negative(owner, "lowest", options.lowest);
    detail::require_not_negative(owner, "least_change", options.least_change);
  }

  /// Takes in the next number and returns the learning rate from now on. NaN is no improvement.
  double operator()(const double& metric) {
    if (improves(metric)) {
      state_.best = metric;
      state_.without_gain = 0;
    } else {
      ++state_.without_gain;
    }
    if (state_.cooling > 0) {
      --state_.cooling;
      state_.without_gain = 0;
    }
    if (state_.without_gain > options_.patience) {
      const double lower = (std::max)(state_.learning_rate * options_.factor, options_.lowest);
      if (state_.learning_rate - lower > options_.least_change) state_.learning_rate = lower;
      state_.cooling = options_.cooldown;
      state_.without_gain = 0;
    }
    return state_.learning_rate;
  }

  double learning_rate() const { return state_.learning_rate; }
  const ReduceOnPlateauOptions& options() const { return options_; }
  const State& state() const { return state_; }

  /// Throws, with nothing changed, unless the state is one that a run can make.
  void restore(const State& state) {
    detail::require_positive("ReduceOnPlateau::restore", "learning_rate", state.learning_rate);
    detail::require_that(state.without_gain >= 0 && state.cooling >= 0, "ReduceOnPlateau::restore: the state counts ",
                         state.without_gain, " numbers without gain and ", state.cooling,
                         " of cooldown; expected at least 0");
    state_ = state;
  }

 private:
  /// The first number is an improvement, unless it is NaN; then what is better than the best by the threshold.
  bool improves(const double& metric) const {
    const double best = state_.best;
    if (detail::is_nan(best) || detail::is_nan(metric)) return !detail::is_nan(metric);
    const double margin = options_.higher_is_better ? options_.threshold : -options_.threshold;
    double bound = best;
    if (detail::is_finite(best)) bound = options_.relative ? best * (1 + margin) : best + margin;
    return options_.higher_is_better ? metric > bound : metric < bound;
  }

  ReduceOnPlateauOptions options_;
  State state_;
};

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
