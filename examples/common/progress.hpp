// SPDX-License-Identifier: MIT
//
// Progress on long work: a bar on standard error while it is a terminal, nothing where it is not, and one line an
// epoch (of many epochs, 20 of them) on the stream for reports.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace example {

/// Whether a standard stream (0 input, 1 output, 2 error) is a terminal.
inline bool is_terminal(int stream) {
#ifdef _WIN32
  return _isatty(stream) != 0;
#else
  return isatty(stream) != 0;
#endif
}

/// Minutes and seconds: 1:05.
inline std::string minutes(double seconds) {
  const auto whole = std::lround(seconds);
  return std::to_string(whole / 60) + (whole % 60 < 10 ? ":0" : ":") + std::to_string(whole % 60);
}

class Progress {
 public:
  /// `epochs` epochs of `size` examples each, which are called `unit`: "words".
  Progress(std::size_t epochs, std::size_t size, std::string unit, std::ostream& report)
      : epochs_(epochs), size_(size), unit_(std::move(unit)), report_(report) {}

  /// `done` examples of this epoch are done, with this mean loss and accuracy so far.
  void update(std::size_t done, double loss, double accuracy) {
    const auto now = Clock::now();
    if (!is_terminal(2) || now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    constexpr std::size_t width = 24;
    const std::size_t filled = width * done / size_;
    const double total = static_cast<double>(epoch_ * size_ + done);
    const double left = seconds() * (static_cast<double>(epochs_ * size_) / total - 1);
    std::ostringstream line;
    line << "epoch " << epoch_ + 1 << '/' << epochs_ << " [" << std::string(filled, '=')
         << std::string(width - filled, ' ') << "] " << figures(loss, accuracy) << "  "
         << static_cast<long>(total / seconds()) << ' ' << unit_ << "/s  " << minutes(left) << " left";
    std::cerr << '\r' << line.str() << "\033[K" << std::flush;
  }

  /// The epoch is over; `validation` is the accuracy on the validation split, negative if there is none.
  void end_epoch(double loss, double accuracy, double validation) {
    if (is_terminal(2)) std::cerr << "\r\033[K" << std::flush;
    ++epoch_;
    if (epoch_ % every_ != 0 && epoch_ != epochs_) return;
    std::ostringstream line;
    line << "epoch " << epoch_ << '/' << epochs_ << "  training " << figures(loss, accuracy);
    if (validation >= 0) line << "  validation accuracy " << std::fixed << std::setprecision(3) << validation;
    report_ << line.str() << std::endl;
  }

  /// Seconds since the start.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  static std::string figures(double loss, double accuracy) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << "loss " << loss << "  accuracy " << accuracy;
    return text.str();
  }

  std::size_t epochs_;
  std::size_t size_;
  std::string unit_;
  std::ostream& report_;
  std::size_t every_ = (epochs_ + 19) / 20;  // epochs to a line: at most 20 lines
  std::size_t epoch_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_ - std::chrono::seconds(1);
};

}  // namespace example
