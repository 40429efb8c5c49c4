// SPDX-License-Identifier: MIT
//
// The validations of a training loop: how one is run, the best of what is watched, the weights of then, and how many
// have passed since.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/train/options.hpp"
#include "elman/train/position.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Net>
class Validation {
 public:
  /// Fills in the metrics in the order of `names` and returns the loss.
  using Run = std::function<double(double*)>;

  /// Of metrics with these names. Throws if an option is out of range, or watches none of them.
  void set(const train::ValidationOptions& options, bool higher_is_better, std::span<const std::string> names,
           Run run) {
    constexpr auto owner = "train::Loop::validate";
    require_that(!run_, owner, ": there is a validation already; expected one");
    require_that(options.every_epochs >= 1, owner, ": every_epochs is ", options.every_epochs, "; expected at least 1");
    require_that(options.every_steps.value_or(1) >= 1, owner, ": every_steps is ", options.every_steps.value_or(1),
                 "; expected at least 1");
    require_that(options.patience.value_or(1) >= 1, owner, ": patience is ", options.patience.value_or(1),
                 "; expected at least 1; without one the run goes on to its last epoch");
    require_that(within(options.threshold, 0.0, (std::numeric_limits<double>::max)()), owner, ": threshold is ",
                 options.threshold, "; expected at least 0 and finite");
    watched_ = static_cast<std::size_t>(std::find(names.begin(), names.end(), options.watch) - names.begin());
    std::string known = "loss";
    for (const std::string& name : names) known += ", " + name;
    require_that(watched_ < names.size() || options.watch == "loss", owner, ": watch is \"", options.watch,
                 "\"; expected one of ", known);
    options_ = options;
    higher_is_better_ = higher_is_better;
    run_ = std::move(run);
  }
  explicit operator bool() const { return static_cast<bool>(run_); }

  /// Whether one is due behind this position, of a run of so many epochs of so many batches.
  bool is_due(const Position& at, Index batches, Index epochs) const {
    if (!run_ || at.step == 0 || at.validated == at.step) return false;
    if (options_.every_steps) return at.step % *options_.every_steps == 0;
    return at.in_epoch && at.batch == batches &&
           ((at.epoch + 1) % options_.every_epochs == 0 || at.epoch + 1 == epochs);
  }
  /// Runs one. Returns what is watched.
  double run(std::vector<double>& values) {
    std::fill(values.begin(), values.end(), not_a_number());
    loss_ = run_(values.data());
    return watched_ < values.size() ? values[watched_] : loss_;
  }
  double loss() const { return loss_; }

  const train::ValidationOptions& options() const { return options_; }
  bool higher_is_better() const { return higher_is_better_; }

  bool has_best() const { return has_best_; }
  double best() const { return best_; }
  Index best_epoch() const { return best_epoch_; }
  bool is_over() const { return options_.patience && without_gain_ >= *options_.patience; }

  /// Takes in the next number, of this net. Returns whether it is better than all before; NaN never is.
  bool take(const double& value, Index epoch, const Net& net) {
    const double gain = higher_is_better_ ? value - best_ : best_ - value;
    if (is_nan(value) || (has_best_ && !(gain > options_.threshold))) {
      ++without_gain_;
      return false;
    }
    has_best_ = true;
    best_ = value;
    best_epoch_ = epoch;
    without_gain_ = 0;
    if (options_.keep_best) theta_ = net.theta();
    return true;
  }

  /// Changes the weights of a net for those that were best, and back. Nothing if none are kept.
  void swap(Net& net) {
    if (theta_.size() == 0) return;
    auto theta = net.theta();
    theta.swap(theta_);
  }
  /// Puts the best weights into a net, if there are any.
  void put_back(Net& net) const {
    if (theta_.size() > 0) net.theta() = theta_;
  }

  template <class Keep>
  void keep(const Keep& keep) {
    keep("loss", loss_);
    keep("has_best", has_best_);
    keep("best", best_);
    keep("best_epoch", best_epoch_);
    keep("without_gain", without_gain_);
    keep("theta", theta_);
  }
  /// Throws unless the kept weights are those of a net of so many: they may come from a file.
  void check_kept(Index parameters) const {
    require_that(theta_.size() == 0 || theta_.size() == parameters, "train::Loop: the best weights are ", theta_.size(),
                 " numbers; expected ", parameters, " as the net has");
  }

 private:
  train::ValidationOptions options_;
  bool higher_is_better_ = false;
  Run run_;
  std::size_t watched_ = 0;       ///< its place in the names; behind them: the loss
  double loss_ = not_a_number();  ///< of the last one
  bool has_best_ = false;
  double best_ = 0;
  Index best_epoch_ = 0;
  Index without_gain_ = 0;                       ///< validations in a row that were no improvement
  Vector<typename Net::Scalar, Dynamic> theta_;  ///< of the best
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
