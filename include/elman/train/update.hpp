// SPDX-License-Identifier: MIT
//
// One update of a net: the gradient of a batch, in one piece or several, and the optimizer's step.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "elman/check.hpp"
#include "elman/inspect/non_finite.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/optim/clip.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/l2.hpp"
#include "elman/optim/optimizer.hpp"
#include "elman/optim/orthogonal_penalty.hpp"
#include "elman/random.hpp"
#include "elman/train/batches.hpp"
#include "elman/train/carried_state.hpp"
#include "elman/train/options.hpp"
#include "elman/train/position.hpp"
#include "elman/train/tally.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// An optimizer that takes the learning rate of a schedule.
template <class Optimizer, class Net>
concept TakesRate = requires(Optimizer& optimizer, Net& net, const typename Net::Gradient& gradient, double rate) {
  optimizer.step(net, gradient, rate);
};

/// The learning rate that an optimizer has itself, NaN if it does not say.
template <class Optimizer>
double own_rate(const Optimizer& optimizer) {
  if constexpr (requires { static_cast<double>(optimizer.options().learning_rate); }) {
    return static_cast<double>(optimizer.options().learning_rate);
  } else {
    return not_a_number();
  }
}

/// The error that ends a training: `what` is not finite.
[[__noreturn__]] inline void fail_non_finite(const char* owner, const std::string& what, const Position& at,
                                             bool is_weight, bool may_skip) {
  fail_at_run_time(owner, ": ", what, " in step ", at.step, " of epoch ", at.epoch + 1, "; the weights are ",
                   is_weight ? "the best of the validations, if they kept any" : "those before it",
                   "; expected finite numbers: lower the learning rate, set .clip_norm",
                   may_skip ? "" : ", or leave such steps out: .non_finite = NonFinite::skip");
}

template <class Net, class Optimizer, class Loss, class Source>
class Update {
  using Scalar = typename Net::Scalar;

 public:
  using Batch = typename Source::Batch;
  using Gradient = typename Net::Gradient;

  /// Throws if an option is out of range.
  Update(const char* owner, Net& net, Optimizer& optimizer, Loss its_loss, Source its_source,
         const train::LoopOptions& options)
      : source(std::move(its_source)),
        loss(std::move(its_loss)),
        net_(net),
        optimizer_(optimizer),
        options_(options),
        gradient_(net.zero_gradient()),
        state_(initial_state(net, source)) {
    if (options.clip_norm) check_bound(gradient_, owner, "clip_norm", *options.clip_norm);
    if (options.clip_value) check_bound(gradient_, owner, "clip_value", *options.clip_value);
    if (!options.l2.empty()) l2_.emplace(net, options.l2);
    if (!options.orthogonal.empty()) orthogonal_.emplace(net, options.orthogonal);
    require_that(TakesRate<Optimizer, Net> || (!options.schedule && !options.plateau), owner,
                 ": the optimizer's step takes no learning rate; expected step(model, gradient, learning_rate), or no "
                 "schedule and no plateau");
  }

  Source source;
  const Loss loss;
  std::function<void(Batch&, Random&)> vary;
  std::function<void(const Net&, Gradient&)> on_gradient;

  /// Throws if there is another already.
  void set_hook(const char* owner, BackwardHook<Scalar>& its_hook) {
    require_that(!hook_ || hook_ == &its_hook, owner,
                 "::hook: there is a hook already; expected one: hook::Join{first, second} is several as one");
    hook_ = &its_hook;
  }

  void begin_epoch(Random& random) {
    source.start(&random);
    state_ = initial_state(net_, source);
  }

  /// The gradient of the next batch, with its loss and metrics added to `tally`. Returns how many examples it has.
  template <class Tally>
  Index find_gradient(const Position& at, Random& random, Tally& tally) {
    const Index k = at.batch;
    if constexpr (requires { source.begin_update(at.step); }) source.begin_update(at.step);
    gradient_.set_zero();
    double divisor = 0;  // what the mean over the pieces so far is over
    Index examples = 0;
    const Index pieces = source.pieces(k);
    for (Index piece = 0; piece < pieces; ++piece) {
      source.take(k, piece, &random, batch_);
      if (vary) vary(batch_, random);
      run_forward(net_, batch_, tape_, state_, &random);
      const LossPart part = batch_.with_targets([&](const auto& targets) { return tally.add(loss, tape_, targets); });
      if (pieces > 1 && !part.is_sum) divisor = take_mean(divisor, part.divisor);
      go_back(pieces > 1 && !part.is_sum && divisor > 0 ? part.divisor / divisor : 1);
      examples += batch_.examples;
    }
    if (l2_) (*l2_)(net_, gradient_);
    if (orthogonal_) (*orthogonal_)(net_, gradient_);
    if (on_gradient) on_gradient(std::as_const(net_), gradient_);
    if constexpr (requires { optimizer_.clear_fixed(gradient_); }) optimizer_.clear_fixed(gradient_);
    return examples;
  }

  /// Clips and steps, with this learning rate or else the optimizer's own. Returns whether the gradient was finite; if
  /// not, there is no step.
  bool step(std::optional<double> rate) {
    if (options_.clip_value) optim::clip_value(gradient_, *options_.clip_value);
    const bool finite = options_.clip_norm ? is_finite(optim::clip_norm(gradient_, *options_.clip_norm, options_.norm))
                                           : optim::is_finite(gradient_);
    if (!finite) return false;
    if constexpr (TakesRate<Optimizer, Net>) {
      if (rate) {
        optimizer_.step(net_, gradient_, *rate);
        return true;
      }
    }
    optimizer_.step(net_, gradient_);
    return true;
  }

  /// Which weight, or else which coefficient of the gradient, is not finite, in words.
  std::string non_finite() const {
    const std::string weight = elman::non_finite(net_);
    return weight.empty() ? "the gradient of " + elman::non_finite(gradient_) : weight;
  }
  Optimizer& optimizer() { return optimizer_; }
  Batch& batch() { return batch_; }

  template <class Keep>
  void keep(const Keep& keep) {
    keep("batches", source);
    if constexpr (CarriesState<Source>) keep("state", state_);
  }

 private:
  /// `share`: of the piece in the batch.
  void go_back(double share) {
    if (!hook_) return net_.bptt(batch_.x, tape_, gradient_);
    hook_->share = share;
    net_.bptt(batch_.x, tape_, gradient_, {.hook = hook_});
    hook_->share = 1;  // for who calls bptt with it by hand
  }
  /// Σ d ∂L / Σ d: what the gradient is of, and what the tape has of the next piece, as shares of their mean. Returns
  /// Σ d.
  double take_mean(double before, double piece) {
    const double sum = before + piece;
    const auto share = [sum](double part) { return Scalar(static_cast<Real<Scalar>>(part / sum)); };
    if (before > 0) gradient_.theta() *= share(before);
    if (sum > 0) tape_.d_o() *= share(piece);
    return sum;
  }

  Net& net_;
  Optimizer& optimizer_;
  const train::LoopOptions& options_;
  BackwardHook<Scalar>* hook_ = nullptr;
  std::optional<optim::L2Penalty> l2_;
  std::optional<optim::OrthogonalPenalty<Scalar>> orthogonal_;
  Batch batch_;
  typename Net::Tape tape_;
  Gradient gradient_;
  typename CarriedState<Net, Source>::type state_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
