// SPDX-License-Identifier: MIT
//
// The training loop: epochs over batches, each forward, loss, bptt, clip and step, with validation beside them. All
// that it does is done with the public verbs, and can be by hand (docs/training.md has both side by side).
//
//   train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data, {.size = 64}}, {.epochs = 30},
//                    metric::Accuracy{}};
//   loop.validate(train::Batches{validation}, {.watch = "accuracy", .patience = 5});
//   loop.on([](train::Event& event) { … });          is told all, and may stop it
//   const train::Outcome outcome = loop.run();
//
// It prints nothing and opens no file. Of one seed it makes the same bits; kept in a checkpoint as a whole
// (io/checkpoint.hpp: checkpoint.keep("training", loop), with net and optimizer) behind any event, it goes on with the
// same bits. Behind the first batches of a shape it takes no heap, but what a callback and an epoch's order take.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/plateau.hpp"
#include "elman/random.hpp"
#include "elman/train/batches.hpp"
#include "elman/train/checks.hpp"
#include "elman/train/evaluate.hpp"
#include "elman/train/event.hpp"
#include "elman/train/options.hpp"
#include "elman/train/position.hpp"
#include "elman/train/reporter.hpp"
#include "elman/train/tally.hpp"
#include "elman/train/update.hpp"
#include "elman/train/validation.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

template <class Net, class Optimizer, class Loss, class Source, class... Metrics>
class Loop {
  static_assert(detail::are_of_loop<Net, Optimizer, Loss, Source, Metrics...>());
  using Update = detail::Update<Net, Optimizer, Loss, Source>;
  using Batch = typename Update::Batch;
  using Gradient = typename Update::Gradient;
  static constexpr auto owner = "train::Loop";

 public:
  /// Refers to net and optimizer, which outlive it. Metrics are those of the training, and of a validation too. Throws
  /// if an option is out of range.
  Loop(Net& net, Optimizer& optimizer, Loss loss, Source source, const LoopOptions& options = {}, Metrics... metrics)
      : net_(net),
        options_(options),
        update_(owner, net, optimizer, std::move(loss), std::move(source), options_),
        random_(options.seed),
        tally_(metrics...) {
    detail::require_that(options.epochs >= 1, owner, ": epochs is ", options.epochs, "; expected at least 1");
    detail::require_that(!options.schedule || !options.plateau, owner,
                         ": a schedule and a plateau both say the learning rate; expected one of them");
    detail::check_pieces<Loss, typename Net::Tape>(owner, update_.source);
    if (options.plateau) plateau_.emplace(*options.plateau);
    reporter_.add_names(owner, {std::string(metrics.name())...});
    setting_ = setting();
  }
  Loop(const Loop&) = delete;

  /// Runs validations on these batches, with the metrics of the training and others that only they have. Throws if an
  /// option is out of range, or watches what is not there.
  template <BatchSource Validation, class... Others>
  void validate(Validation source, const ValidationOptions& options = {}, Others... others) {
    struct Run {
      detail::EvaluationWalk<Net, Validation, Loss, Metrics..., Others...> walk;
      detail::Tally<Metrics..., Others...> tally;
    };
    const auto with_others = [&](const auto&... metrics) { return decltype(Run::tally)(metrics..., others...); };
    const auto run =
        std::make_shared<Run>(Run{decltype(Run::walk)(std::move(source)), std::apply(with_others, tally_.metrics())});
    bool higher = false;
    const auto look = [&](const auto& metric) {
      if (metric.name() == options.watch) higher = metric.higher_is_better;
    };
    std::apply([&](const auto&... metrics) { (look(metrics), ...); }, run->tally.metrics());
    reporter_.add_names(owner, {std::string(others.name())...});
    watch(options, higher, [this, run](double* values) {
      run->tally.reset();
      run->walk(std::as_const(net_), [&](const auto& batch, auto& result) {
        batch.with_targets([&](const auto& targets) { run->tally.add(update_.loss, result, targets); });
      });
      run->tally.values(values);
      return run->tally.loss();
    });
    check_validation_ = [this, run] {
      detail::check_batches(owner, net_, update_.loss, run->walk.source(), run->walk.batch());
    };
  }
  /// Validates by a measure of your own, which is watched.
  void validate(const Measure<Net>& measure, ValidationOptions options = {}) {
    options.watch = measure.name;
    reporter_.add_names(owner, {measure.name});
    const std::size_t place = reporter_.names.size() - 1;
    watch(options, measure.higher_is_better, [this, measure, place](double* values) {
      values[place] = measure.of(std::as_const(net_));
      return detail::not_a_number();
    });
  }

  /// From now on `callback(event)` is told every event, in the order in which callbacks came. Refers to one that has a
  /// name, and owns others.
  template <std::invocable<Event&> Callback>
  void on(Callback&& callback) {
    reporter_.add(std::forward<Callback>(callback));
  }
  /// change(batch, random) is called for each batch that is trained on before it is run: noise on batch.x, for
  /// instance.
  void vary(std::function<void(Batch&, Random&)> change) { update_.vary = std::move(change); }
  /// change(net, gradient) is called for each gradient before it is clipped: for penalties of your own.
  void on_gradient(std::function<void(const Net&, Gradient&)> change) { update_.on_gradient = std::move(change); }
  /// `its_hook`, which outlives the loop, looks on in each bptt (layers/backward_hook.hpp): for penalties on h. Throws
  /// if there is another already; hook::Join is several as one.
  void hook(BackwardHook<typename Net::Scalar>& its_hook) { update_.set_hook(owner, its_hook); }

  /// Trains until all epochs are over, patience is, or a callback stops it; then goes on where it was stopped, if it is
  /// called again. The net ends with the best weights, if a validation keeps them. Throws before the first step if a
  /// batch does not fit the net or a target the loss; and, with the last finite weights in the net, if a gradient is
  /// not finite and such are not left out.
  Outcome run() {
    check_all();
    if (at_.shows_best) exchange_best();  // the last weights again
    stopped_ = false;
    tell(Moment::begin);
    while (!stopped_ && !is_over()) {
      if (validation_.is_due(at_, update_.source.batches(), options_.epochs)) {
        validate_now();
      } else if (!at_.in_epoch) {
        begin_epoch();
      } else if (at_.batch < update_.source.batches()) {
        take_step();
      } else {
        end_epoch();
      }
    }
    exchange_best();
    tell(Moment::end);
    return outcome();
  }

  /// keep(name, part) for all that changes while it runs, net and optimizer too: what a checkpoint has of it.
  template <class Keep>
  void keep(const Keep& keep) {
    keep("net", net_);
    keep("optimizer", update_.optimizer());
    keep("setting", setting_);
    keep("random", random_);
    keep("update", update_);
    keep("tally", tally_);
    keep("position", at_);
    keep("validation", validation_);
    keep("figures", reporter_.validation);
    if (plateau_) keep("plateau", *plateau_);
  }

 private:
  /// What a run must have in common with the one that it goes on with.
  std::string setting() const {
    std::string text = update_.source.text() + ", seed " + std::to_string(options_.seed) + ", metrics";
    for (const std::string& name : reporter_.names) text += " " + name;
    return text;
  }
  void watch(const ValidationOptions& options, bool higher_is_better, typename detail::Validation<Net>::Run run) {
    validation_.set(options, higher_is_better, reporter_.names, std::move(run));
    setting_ = setting();
    if (!plateau_) return;
    options_.plateau->higher_is_better = higher_is_better;
    plateau_.emplace(*options_.plateau);
  }

  /// Before anything is written.
  void check_all() {
    const std::string expected = setting();
    detail::require_that(setting_ == expected && reporter_.validation.size() == reporter_.names.size(), owner,
                         ": it was resumed from a run of ", setting_, "; expected ", expected);
    validation_.check_kept(net_.theta().size());
    if (at_.in_epoch) return update_.source.check_order();
    if (at_.step > 0) return;
    detail::check_batches(owner, net_, update_.loss, update_.source, update_.batch());
    if (check_validation_) check_validation_();
  }

  /// All epochs are, or patience is; but an epoch whose last update has been ends first.
  bool is_over() const {
    const bool ends_epoch = at_.in_epoch && at_.batch == update_.source.batches();
    return at_.epoch >= options_.epochs || (validation_.is_over() && !ends_epoch);
  }
  void begin_epoch() {
    update_.begin_epoch(random_);
    tally_.reset();
    at_.batch = at_.examples = 0;
    at_.in_epoch = true;
  }
  void take_step() {
    const Index examples = update_.find_gradient(at_, random_, tally_);
    std::optional<double> rate;
    if (options_.schedule) rate = options_.schedule(at_.step);
    if (plateau_) rate = plateau_->learning_rate();
    if (!update_.step(rate)) leave_out();
    at_.learning_rate = rate.value_or(detail::own_rate(update_.optimizer()));
    ++at_.batch;
    ++at_.step;
    at_.examples += examples;
    tell(Moment::batch);
  }
  void end_epoch() {
    if (plateau_ && !validation_) (*plateau_)(tally_.loss());
    ++at_.epoch;
    at_.in_epoch = false;
    tell(Moment::epoch);
  }
  void validate_now() {
    const double watched = validation_.run(reporter_.validation);
    at_.validated = at_.step;
    at_.is_best = validation_.take(watched, at_.epoch + 1, net_);
    if (plateau_) (*plateau_)(watched);
    tell(Moment::validation);
  }

  /// Counts an update whose gradient is not finite, or ends the run.
  void leave_out() {
    const bool is_lost = !optim::is_finite(net_), may_skip = options_.non_finite == NonFinite::skip;
    at_.skipped += may_skip && !is_lost;
    if (may_skip && !is_lost) return;
    const std::string what = update_.non_finite();
    if (is_lost) validation_.put_back(net_);
    stopped_ = true;
    tell(Moment::end);
    detail::fail_non_finite(owner, what, at_, is_lost, may_skip);
  }

  void tell(Moment moment) {
    if (!reporter_.has_callbacks()) return;
    tally_.values(reporter_.training.data(), moment != Moment::batch);
    const bool stops = reporter_.tell({.moment = moment,
                                       .epoch = at_.epoch,
                                       .epochs = options_.epochs,
                                       .batch = at_.batch,
                                       .batches = update_.source.batches(),
                                       .step = at_.step,
                                       .examples = at_.examples,
                                       .examples_all = update_.source.size(),
                                       .learning_rate = at_.learning_rate,
                                       .skipped = at_.skipped,
                                       .training = {tally_.loss()},
                                       .has_validation = at_.validated > 0,
                                       .validation = {validation_.loss()},
                                       .is_best = at_.is_best,
                                       .stopped = stopped_ || (moment == Moment::end && at_.epoch < options_.epochs)});
    if (moment != Moment::end) stopped_ = stops;
  }

  void exchange_best() {
    if (!validation_.has_best() || !validation_.options().keep_best) return;
    validation_.swap(net_);
    at_.shows_best = !at_.shows_best;
  }
  Outcome outcome() const {
    const Ending unstopped = at_.epoch < options_.epochs ? Ending::patience : Ending::epochs;
    return {stopped_ ? Ending::callback : unstopped,
            at_.epoch,
            at_.step,
            at_.skipped,
            validation_.has_best(),
            validation_.best(),
            validation_.best_epoch()};
  }

  Net& net_;
  LoopOptions options_;
  Update update_;
  Random random_;
  detail::Tally<Metrics...> tally_;
  std::optional<optim::ReduceOnPlateau> plateau_;
  detail::Validation<Net> validation_;
  std::function<void()> check_validation_;
  detail::Reporter reporter_;
  std::string setting_;  ///< what the run is of, or that of the run which it was resumed from
  detail::Position at_;
  bool stopped_ = false;  ///< by a callback
};

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
