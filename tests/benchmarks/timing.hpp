// SPDX-License-Identifier: MIT
//
// Times of contenders that take turns, so that whatever else the machine does meets all of them; and tables of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace benchmarks {

/// Seconds a run, one a round; the same round is at the same place for every contender.
struct Times {
  std::vector<double> seconds;

  double quantile(double q) const;
  double median() const { return quantile(0.5); }
};

/// The median over rounds of how many times as long `slow` takes as `fast` in the same round.
double ratio(const Times& slow, const Times& fast);

/// Runs everything `rounds` times for at least `least_seconds` each, in an order that is drawn anew every round. What
/// takes longer than 0.3 s by itself is in the first five rounds only. Throws if one of them runs on more than one
/// core.
std::vector<Times> take_turns(const std::vector<std::function<void()>>& runs, int rounds, double least_seconds = 0.02);

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

/// A number with three digits or so: "1.23", "12.3", "1234".
std::string digits(double value);

/// The median with the 10th and the 90th percentile: "12.3 µs (12.1–12.9)".
std::string spread(const Times& times);

/// A line of a Markdown table; and a table's head.
void print_row(const std::vector<std::string>& cells);
void print_head(const std::vector<std::string>& names);

}  // namespace benchmarks
