// SPDX-License-Identifier: MIT
//
// Learning rates that change with time. A schedule is any function from the step (an epoch or an update, from 0) to a
// learning rate, a lambda too; these are the usual ones, with the values of torch.optim.lr_scheduler
// (docs/math.md Eqs. 25–29, 57):
//
//   CosineSchedule schedule{{.learning_rate = 3e-3, .steps = 1000}};
//   adam.step(cell, grad, schedule(k));
//
// Each is made of its options and is nothing but them. Construction throws if an option is out of range, a call if the
// step is negative.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>
#include <string_view>
#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

inline void require_step(std::string_view owner, Index step) {
  require_that(step >= 0, owner, ": step is ", step, "; expected at least 0");
}

/// From `first` (part = 0) to `last` (part = 1) along half a cosine.
inline double cosine_between(double first, double last, double part) {
  return last + (first - last) * ((1 + std::cos(std::numbers::pi * part)) / 2);
}

/// value · factor^times, also where the power alone is beyond a double.
inline double times_power(double value, double factor, double times) {
  const double power = std::pow(factor, times);
  if (power >= (std::numeric_limits<double>::min)() && is_finite(power)) return value * power;
  const double root = std::pow(factor, times / 2);
  return value * root * root;
}

}  // namespace detail

namespace optim {

template <class S>
concept Schedule = std::copyable<S> && requires(const S schedule, Index step) {
  { schedule(step) } -> std::convertible_to<double>;
};

struct StepScheduleOptions {
  double learning_rate = 1e-3;  ///< above 0
  Index every = 30;             ///< steps between two falls; at least 1
  double factor = 0.1;          ///< what it is multiplied by then; above 0
};

/// learning_rate · factor^⌊step / every⌋. (StepLR)
class StepSchedule {
 public:
  explicit StepSchedule(const StepScheduleOptions& options) : options_(options) {
    detail::require_positive("StepSchedule", "learning_rate", options.learning_rate);
    detail::require_at_least_one("StepSchedule", "every", options.every);
    detail::require_positive("StepSchedule", "factor", options.factor);
  }
  const StepScheduleOptions& options() const { return options_; }

  double operator()(Index step) const {
    detail::require_step("StepSchedule", step);
    const Index times = step / options_.every;
    return detail::times_power(options_.learning_rate, options_.factor, static_cast<double>(times));
  }

 private:
  StepScheduleOptions options_;
};

struct ExponentialScheduleOptions {
  double learning_rate = 1e-3;  ///< above 0
  double factor = 0.99;         ///< what it is multiplied by every step; above 0
};

/// learning_rate · factor^step. (ExponentialLR)
class ExponentialSchedule {
 public:
  explicit ExponentialSchedule(const ExponentialScheduleOptions& options) : options_(options) {
    detail::require_positive("ExponentialSchedule", "learning_rate", options.learning_rate);
    detail::require_positive("ExponentialSchedule", "factor", options.factor);
  }
  const ExponentialScheduleOptions& options() const { return options_; }

  double operator()(Index step) const {
    detail::require_step("ExponentialSchedule", step);
    return detail::times_power(options_.learning_rate, options_.factor, static_cast<double>(step));
  }

 private:
  ExponentialScheduleOptions options_;
};

struct InverseTimeScheduleOptions {
  double learning_rate = 1e-3;  ///< at step 0; above 0
  double decay = 0.5;           ///< every so many steps it is divided by so much more; at least 0
  Index every = 1000;           ///< steps; at least 1
  bool staircase = false;       ///< stays in between
};

/// learning_rate / (1 + decay · step / every), with a staircase ⌊step / every⌋ for the quotient. (Keras'
/// InverseTimeDecay; Robbins and Monro, Ann. Math. Statist. 22, 1951)
class InverseTimeSchedule {
 public:
  explicit InverseTimeSchedule(const InverseTimeScheduleOptions& options) : options_(options) {
    detail::require_positive("InverseTimeSchedule", "learning_rate", options.learning_rate);
    detail::require_not_negative("InverseTimeSchedule", "decay", options.decay);
    detail::require_at_least_one("InverseTimeSchedule", "every", options.every);
  }
  const InverseTimeScheduleOptions& options() const { return options_; }

  double operator()(Index step) const {
    detail::require_step("InverseTimeSchedule", step);
    const Index whole = step / options_.every;
    const double times = options_.staircase ? static_cast<double>(whole)
                                            : static_cast<double>(step) / static_cast<double>(options_.every);
    const double divisor = 1 + options_.decay * times;
    return detail::is_finite(divisor) ? options_.learning_rate / divisor
                                      : options_.learning_rate / options_.decay / times;
  }

 private:
  InverseTimeScheduleOptions options_;
};

struct CosineScheduleOptions {
  double learning_rate = 1e-3;  ///< at step 0; above 0
  double lowest = 0;            ///< at step `steps`; at least 0
  Index steps = 1000;           ///< half a period; at least 1
};

/// lowest + (learning_rate − lowest) · (1 + cos(π · step / steps)) / 2: after `steps` it rises again.
/// (CosineAnnealingLR; Loshchilov and Hutter, ICLR 2017, Eq. 5, without restarts)
class CosineSchedule {
 public:
  explicit CosineSchedule(const CosineScheduleOptions& options) : options_(options) {
    detail::require_positive("CosineSchedule", "learning_rate", options.learning_rate);
    detail::require_not_negative("CosineSchedule", "lowest", options.lowest);
    detail::require_at_least_one("CosineSchedule", "steps", options.steps);
  }
  const CosineScheduleOptions& options() const { return options_; }

  double operator()(Index step) const {
    detail::require_step("CosineSchedule", step);
    const double whole = step / options_.steps % 2 == 0 ? 0 : 1;  // rises from 1 to 2
    const double part = whole + static_cast<double>(step % options_.steps) / static_cast<double>(options_.steps);
    return detail::cosine_between(options_.learning_rate, options_.lowest, part);
  }

 private:
  CosineScheduleOptions options_;
};

struct LinearScheduleOptions {
  double learning_rate = 1e-3;   ///< above 0
  double first_factor = 1. / 3;  ///< times learning_rate is the value at step 0; in [0, 1]
  double last_factor = 1;        ///< times learning_rate is the value from step `steps` on; in [0, 1]
  Index steps = 5;               ///< at least 1
};

/// Linear warm-up (or decay, with first_factor above last_factor), then constant. (LinearLR)
class LinearSchedule {
 public:
  explicit LinearSchedule(const LinearScheduleOptions& options) : options_(options) {
    detail::require_positive("LinearSchedule", "learning_rate", options.learning_rate);
    detail::require_fraction("LinearSchedule", "first_factor", options.first_factor);
    detail::require_fraction("LinearSchedule", "last_factor", options.last_factor);
    detail::require_at_least_one("LinearSchedule", "steps", options.steps);
  }
  const LinearScheduleOptions& options() const { return options_; }

  double operator()(Index step) const {
    detail::require_step("LinearSchedule", step);
    if (step >= options_.steps) return options_.learning_rate * options_.last_factor;
    const double part = static_cast<double>(step) / static_cast<double>(options_.steps);
    return options_.learning_rate * (options_.first_factor + (options_.last_factor - options_.first_factor) * part);
  }

 private:
  LinearScheduleOptions options_;
};

struct OneCycleScheduleOptions {
  double learning_rate = 1e-2;  ///< the highest; above 0
  Index steps = 1000;           ///< of the whole cycle; at least 1
  double rising_share = 0.3;    ///< the share of the steps in which it rises; in (0, 1), with three phases (0, 0.5)
  double first_divisor = 25;    ///< learning_rate over the value at step 0; above 0
  double last_divisor = 1e4;    ///< that value over the one at the last step; above 0
  bool linear = false;          ///< straight lines instead of half cosines
  bool three_phases = false;    ///< fall as long as it rose, back to the first value, and only then to the last
};

/// From learning_rate / first_divisor up to learning_rate and down to a value far below the first, which stays from
/// step `steps` − 1 on. (OneCycleLR, which throws after its last step; Smith and Topin 2019, arXiv:1708.07120)
class OneCycleSchedule {
 public:
  explicit OneCycleSchedule(const OneCycleScheduleOptions& options) : options_(options) {
    detail::require_positive("OneCycleSchedule", "learning_rate", options.learning_rate);
    detail::require_at_least_one("OneCycleSchedule", "steps", options.steps);
    const double most = options.three_phases ? 0.5 : 1;
    detail::require_that(detail::between(options.rising_share, 0.0, most), "OneCycleSchedule: rising_share is ",
                         options.rising_share, "; expected in (0, ", most, ")");
    detail::require_that(peak() > 0, "OneCycleSchedule: the rise takes ", peak() + 1,
                         " steps; expected more than 1: raise steps or rising_share");
    detail::require_positive("OneCycleSchedule", "first_divisor", options.first_divisor);
    detail::require_positive("OneCycleSchedule", "last_divisor", options.last_divisor);
    detail::require_positive("OneCycleSchedule", "learning_rate / first_divisor", first());
    detail::require_positive("OneCycleSchedule", "learning_rate / first_divisor / last_divisor", last());
  }
  const OneCycleScheduleOptions& options() const { return options_; }

  double operator()(Index step) const {
    detail::require_step("OneCycleSchedule", step);
    const double at = static_cast<double>(step);
    const double end = static_cast<double>(options_.steps - 1);
    if (at >= end) return last();
    if (at <= peak()) return between(first(), options_.learning_rate, at / peak());
    if (!options_.three_phases) return between(options_.learning_rate, last(), (at - peak()) / (end - peak()));
    if (at <= 2 * peak()) return between(options_.learning_rate, first(), (at - peak()) / peak());
    return between(first(), last(), (at - 2 * peak()) / (end - 2 * peak()));
  }

 private:
  double first() const { return options_.learning_rate / options_.first_divisor; }
  double last() const { return first() / options_.last_divisor; }

  /// The step of the highest learning rate, which may lie between two integers.
  double peak() const { return options_.rising_share * static_cast<double>(options_.steps) - 1; }

  double between(double from, double to, double part) const {
    return options_.linear ? from + (to - from) * part : detail::cosine_between(from, to, part);
  }

  OneCycleScheduleOptions options_;
};

/// `First` for `milestone` steps, then `Second`, which counts its steps from 0 again. Either may itself be a
/// SequentialSchedule. Throws if milestone is less than 1. (SequentialLR)
///
///   LinearSchedule warm_up{{.learning_rate = 3e-3, .steps = 100}};
///   CosineSchedule cosine{{.learning_rate = 3e-3, .steps = 900}};
///   SequentialSchedule schedule{warm_up, 100, cosine};
template <Schedule First, Schedule Second>
class SequentialSchedule {
 public:
  SequentialSchedule(First first, Index milestone, Second second)
      : first_(std::move(first)), milestone_(milestone), second_(std::move(second)) {
    detail::require_at_least_one("SequentialSchedule", "milestone", milestone);
  }

  double operator()(Index step) const {
    detail::require_step("SequentialSchedule", step);
    return step < milestone_ ? first_(step) : second_(step - milestone_);
  }

 private:
  First first_;
  Index milestone_;
  Second second_;
};

}  // namespace optim

}  // namespace ELMAN_ABI
}  // namespace elman
