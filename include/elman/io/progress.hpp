// SPDX-License-Identifier: MIT
//
// Progress of a training, for whoever waits for it:
//
//   elman::io::Progress progress{{.unit = "words"}};
//   loop.on(progress);
//
//   epoch 7/30 [==========              ]  loss 0.123  accuracy 0.961  0:48 left  23456 words/s
//
// The bar is on standard error where that is a terminal, redrawn at most ten times a second and never wider than the
// window: a narrow one has a shorter bar, then none, then fewer figures, and of long names of metrics their first
// letters ("mae"). Behind an epoch it makes way for a line:
//
//   epoch 7/30  training loss 0.120  accuracy 0.963  validation loss 0.151  accuracy 0.949  best
//   trained 30 epochs in 1:05, 23456 words/s; best validation in epoch 27: loss 0.142  accuracy 0.955
//
// Where there is no bar (redirected, or TERM=dumb) there is such a line for every epoch, and neither escape codes nor
// carriage returns; beside a bar, of many epochs at most 20. Colours are never used, whatever NO_COLOR says. Rate and
// time left count from where this run has begun, not from where the one did that it goes on with.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iostream>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/progress_text.hpp"
#include "elman/io/detail/terminal.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/train/event.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

struct ProgressOptions {
  std::ostream* stream = &std::cerr;  ///< for the lines; the bar is on standard error. It outlives the progress
  Index every = 0;                    ///< epochs to a line, at least 0; 0: one, or so many that 20 lines suffice
  std::string unit = "examples";      ///< what is counted a second
  std::string name = {};              ///< stands in front, "net 2/6"
  bool lines = true;                  ///< false: a bar at most
};

/// Where progress is shown: another window, or none but a test.
struct ProgressScreen {
  std::ostream* bar = &std::cerr;                                ///< outlives the progress
  std::function<Index()> columns = detail::columns_of_terminal;  ///< of it as it is now; 0 where there shall be no bar
  /// Of a clock that never goes back.
  std::function<double()> seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
};

/// A function of what a training loop tells.
class Progress {
 public:
  /// Throws std::invalid_argument if an option is out of range.
  explicit Progress(ProgressOptions options = {}, ProgressScreen screen = {})
      : options_(std::move(options)), screen_(std::move(screen)) {
    elman::detail::require_that(options_.every >= 0, "Progress: every is ", options_.every, "; expected at least 0");
    elman::detail::require_that(options_.stream && screen_.bar && screen_.columns && screen_.seconds,
                                "Progress: stream, or a part of the screen, is null; expected one");
  }
  Progress(const Progress&) = default;
  Progress& operator=(const Progress&) = default;
  /// What stands there when a training ends with an exception makes way for its message.
  ~Progress() { clear(); }

  void operator()(const train::Event& event) {
    switch (event.moment) {
      case train::Moment::begin:
        return begin(event);
      case train::Moment::batch:
        return draw(event);
      case train::Moment::validation:
        return note_validation(event);
      case train::Moment::epoch:
        return end_epoch(event);
      case train::Moment::end:
        return end(event);
    }
  }

  /// Its parts, for io::Checkpoint: the best validation, which may have been before a training was interrupted.
  template <class Keep>
  void keep(Keep&& keep) {
    keep("best_epoch", best_epoch_);
    keep("best_loss", best_loss_);
    keep("best_metrics", best_metrics_);
  }

 private:
  static constexpr Index lines_beside_bar = 20;

  void begin(const train::Event& event) {
    begun_ = screen_.seconds();
    first_epoch_ = event.epoch;
    first_step_ = event.step;
    first_done_ = done(event);
    skipped_ = event.skipped;
    has_validation_ = false;
    last_line_.clear();
    const bool is_beside_bar =
        screen_.columns() > 0 && (options_.stream == screen_.bar || detail::is_terminal(*options_.stream));
    every_ = options_.every > 0 ? options_.every
             : is_beside_bar    ? (event.epochs + lines_beside_bar - 1) / lines_beside_bar
                                : 1;
    every_ = (std::max)(every_, Index{1});
    if (event.step == 0) best_epoch_ = 0;
  }

  void draw(const train::Event& event) {
    const double now = screen_.seconds();
    if (now - drawn_ < 0.1) return;
    drawn_ = now;
    const Index columns = screen_.columns();
    if (columns < 1) return;
    std::vector<std::string> parts = figures(event, event.training, true);
    if (event.skipped > 0) parts.push_back(detail::join(event.skipped, " skipped"));
    const double all = static_cast<double>(event.epochs), so_far = done(event);
    if (now > begun_ && so_far > first_done_) {
      const double left = (now - begun_) * (all - so_far) / (so_far - first_done_);
      if (event.epochs > 0) parts.push_back(detail::clock_text(left) + " left");
      parts.push_back(rate(event, now));
    }
    // The last column stays empty: some terminals begin a new line once it is written.
    const std::string line =
        detail::bar_line(epoch_text(event.epoch + 1, event.epochs), share(event), parts, columns - 1);
    *screen_.bar << '\r' + line + "\033[K" << std::flush;
    is_drawn_ = true;
  }

  void note_validation(const train::Event& event) {
    has_validation_ = true;
    if (!event.is_best) return;
    best_epoch_ = event.epoch + 1;
    best_loss_ = event.validation.loss;
    best_metrics_.assign(event.validation.metrics.begin(), event.validation.metrics.end());
    is_best_of_epoch_ = true;
  }

  void end_epoch(const train::Event& event) {
    clear();
    if (is_best_of_epoch_) best_epoch_ = event.epoch;
    std::string line = epoch_text(event.epoch, event.epochs) + "  training " + joined(figures(event, event.training));
    if (has_validation_) line += "  validation " + joined(figures(event, event.validation));
    if (has_validation_ && event.is_best) line += "  best";
    if (event.skipped > skipped_) line += "  " + detail::counted(event.skipped - skipped_, "update") + " skipped";
    has_validation_ = is_best_of_epoch_ = false;
    last_line_ = line;
    if (event.epoch % every_ == 0) write_last_line(event);
  }

  void end(const train::Event& event) {
    clear();
    write_last_line(event);
    const double now = screen_.seconds();
    std::string line = options_.name + (options_.name.empty() ? "" : ", ") + "trained " +
                       detail::counted(event.epoch - first_epoch_, "epoch");
    if (first_epoch_ > 0) line += detail::join(" behind epoch ", first_epoch_);
    line += " in " + detail::duration_text(now - begun_);
    if (now > begun_ && event.step > first_step_) line += ", " + rate(event, now);
    if (best_epoch_ > 0) {
      line += detail::join("; best validation in epoch ", best_epoch_, ": ") +
              joined(figures(event, {best_loss_, best_metrics_}));
    }
    if (event.stopped) line += detail::join("; stopped early, of ", event.epochs, " epochs");
    if (event.skipped > 0) line += "; " + detail::counted(event.skipped, "update") + " skipped";
    write(line);
  }

  /// What is done of the epoch that has begun, 0 ... 1.
  static double share(const train::Event& event) {
    const Index part = event.examples_all > 0 ? event.examples : event.batch;
    const Index all = event.examples_all > 0 ? event.examples_all : event.batches;
    return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
  }
  /// Epochs that are done, and a part of one.
  static double done(const train::Event& event) {
    const double begun = share(event);
    const bool is_over = event.moment != train::Moment::batch && begun >= 1;  // it is counted among the epochs
    return static_cast<double>(event.epoch) + (is_over ? 0 : begun);
  }
  /// "1234 words/s" since the run has begun; updates where the examples of an epoch are not known.
  std::string rate(const train::Event& event, double now) const {
    const bool of_examples = event.examples_all > 0;
    const double count = of_examples ? (done(event) - first_done_) * static_cast<double>(event.examples_all)
                                     : static_cast<double>(event.step - first_step_);
    return detail::rate_text(count / (now - begun_)) + ' ' + (of_examples ? options_.unit : "updates") + "/s";
  }
  std::string epoch_text(Index epoch, Index epochs) const {
    const std::string text = options_.name + (options_.name.empty() ? "" : ", ") + detail::join("epoch ", epoch);
    return epochs > 0 ? text + detail::join("/", epochs) : text;
  }
  /// "loss 0.123", "accuracy 0.912", ...: without what there is not, a metric of the validation alone for instance.
  static std::vector<std::string> figures(const train::Event& event, const train::Figures& of, bool are_short = false) {
    std::vector<std::string> texts;
    const auto add = [&](const std::string& name, const double& number) {
      if (!elman::detail::is_nan(number)) texts.push_back(name + ' ' + detail::figure_text(number));
    };
    if (&of == &event.training) {
      texts.push_back("loss " + detail::figure_text(of.loss));  // NaN too: it has diverged
    } else {
      add("loss", of.loss);
    }
    const std::size_t count = (std::min)(event.metrics.size(), of.metrics.size());
    for (std::size_t k = 0; k < count; ++k) {
      const std::string& name = event.metrics[k];
      add(are_short ? detail::short_name(name) : name, of.metrics[k]);
    }
    return texts;
  }
  static std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : "  ") + text;
    return all;
  }

  /// The line of the last epoch, unless it is there.
  void write_last_line(const train::Event& event) {
    skipped_ = event.skipped;
    if (!last_line_.empty()) write(std::exchange(last_line_, ""));
  }
  void write(const std::string& line) {
    if (options_.lines) *options_.stream << line + '\n' << std::flush;
  }
  void clear() {
    if (std::exchange(is_drawn_, false)) *screen_.bar << "\r\033[K" << std::flush;
  }

  ProgressOptions options_;
  ProgressScreen screen_;
  double begun_ = 0;  ///< seconds of the clock
  double drawn_ = (std::numeric_limits<double>::lowest)();
  bool is_drawn_ = false;  ///< whether the bar stands there
  Index every_ = 1;
  Index first_epoch_ = 0, first_step_ = 0;  ///< where this run has begun
  double first_done_ = 0;
  Index skipped_ = 0;            ///< of those that a line has told
  bool has_validation_ = false;  ///< in this epoch
  bool is_best_of_epoch_ = false;
  std::string last_line_;  ///< as long as it is not written
  Index best_epoch_ = 0;   ///< 0: not known
  double best_loss_ = 0;
  std::vector<double> best_metrics_;
};

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
