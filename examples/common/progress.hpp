// SPDX-License-Identifier: MIT
//
// Progress on long work: a bar on standard error while it is a terminal, never wider than that is; and a line an epoch
// on the stream for reports (where a terminal shows it, of many epochs only 20).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "terminal.hpp"

namespace example {

/// Minutes and seconds: 1:05.
inline std::string minutes(double seconds) {
  const long whole = std::lround(seconds);
  return std::to_string(whole / 60) + (whole % 60 < 10 ? ":0" : ":") + std::to_string(whole % 60);
}

/// Throws std::runtime_error if the loss of an update is no finite number.
inline void check_loss(double loss, std::size_t epoch) {
  if (std::isfinite(loss)) return;
  throw std::runtime_error("training has diverged: the loss is " + std::string(std::isnan(loss) ? "nan" : "inf") +
                           " in epoch " + std::to_string(epoch + 1) + "; try a smaller --learning-rate");
}

/// A line of a bar that is filled to `share`, 0 … 1, with what stands before and behind it, in at most `columns`
/// columns: the bar is shortened first, then left out, then the last of `parts`, and so on.
template <std::size_t Parts>
std::string bar_line(const std::string& before, double share, const std::array<std::string, Parts>& parts,
                     std::size_t columns) {
  constexpr std::size_t longest = 24, shortest = 4;  // cells of the bar
  std::string line = before;
  std::size_t kept = 0;
  while (kept < Parts && line.size() + 2 + parts[kept].size() <= columns) line += "  " + parts[kept++];
  if (kept == Parts && line.size() + 3 + shortest <= columns) {
    const std::size_t cells = (std::min)(longest, columns - line.size() - 3);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(cells));
    line.insert(before.size(), " [" + std::string(filled, '=') + std::string(cells - filled, ' ') + "]");
  }
  return line.substr(0, columns);
}

class Progress {
 public:
  /// `epochs` epochs of `size` examples each, which are called `unit`: "words". `report` is std::cout or std::cerr.
  Progress(std::size_t epochs, std::size_t size, std::string unit, std::ostream& report)
      : epochs_(epochs), size_(size), unit_(std::move(unit)), report_(report) {
    if (terminal_of(report) >= 0) every_ = (epochs_ + 19) / 20;
  }
  /// One of many such: a bar behind `of`, "net 2/6, ", and no line an epoch.
  Progress(std::string of, std::size_t epochs, std::size_t size, std::string unit)
      : of_(std::move(of)), epochs_(epochs), size_(size), unit_(std::move(unit)), report_(std::cerr), every_(0) {}

  /// `done` examples of this epoch are done, with this mean loss and accuracy so far.
  void update(std::size_t done, double loss, double accuracy) {
    const auto now = Clock::now();
    if (!is_terminal(2) || now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const double total = static_cast<double>(trained() + done);
    const double left = seconds() * (static_cast<double>((epochs_ - first_) * size_) / total - 1);
    const std::array<std::string, 3> parts{figures(loss, accuracy), minutes(left) + " left",
                                           std::to_string(static_cast<long>(total / seconds())) + ' ' + unit_ + "/s"};
    // The last column stays empty: some terminals begin a new line once it is written.
    const std::string line =
        bar_line(of_ + "epoch " + std::to_string(epoch_ + 1) + '/' + std::to_string(epochs_),
                 static_cast<double>(done) / static_cast<double>(size_), parts, terminal_width(2) - 1);
    std::cerr << '\r' << line << "\033[K" << std::flush;
  }

  /// The epoch is over; `validation` is the accuracy on the validation split, negative if there is none.
  void end_epoch(double loss, double accuracy, double validation) {
    if (is_terminal(2)) std::cerr << "\r\033[K" << std::flush;
    ++epoch_;
    if (every_ == 0 || (epoch_ % every_ != 0 && epoch_ != epochs_)) return;
    std::ostringstream line;
    line << "epoch " << epoch_ << '/' << epochs_ << "  training " << figures(loss, accuracy);
    if (validation >= 0) line << "  validation accuracy " << std::fixed << std::setprecision(3) << validation;
    report_ << line.str() << std::endl;
  }

  /// So many epochs were done before the start, by the run that this one goes on with.
  void go_on_from(std::size_t epoch) { epoch_ = first_ = epoch; }
  /// Examples that were trained on since the start.
  std::size_t trained() const { return (epoch_ - first_) * size_; }
  /// Seconds since the start.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  static std::string figures(double loss, double accuracy) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << "loss " << loss << "  accuracy " << accuracy;
    return text.str();
  }

  std::string of_;
  std::size_t epochs_;
  std::size_t size_;
  std::string unit_;
  std::ostream& report_;
  std::size_t every_ = 1;  // epochs to a line; 0: no lines
  std::size_t epoch_ = 0, first_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_ - std::chrono::seconds(1);
};

}  // namespace example
