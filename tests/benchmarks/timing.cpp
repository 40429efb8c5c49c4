// SPDX-License-Identifier: MIT
//
// Turns of at least some milliseconds each, by the steady clock; the process's own clock says how many cores ran.
#include "timing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <random>
#include <stdexcept>

namespace benchmarks {

namespace {

struct Spent {
  double seconds = 0, of_all_cores = 0;
};

Spent spend(const std::function<void()>& run, int repeats) {
  using Clock = std::chrono::steady_clock;
  const std::clock_t before = std::clock();
  const auto start = Clock::now();
  for (int k = 0; k < repeats; ++k) run();
  const std::chrono::duration<double> seconds = Clock::now() - start;
  return {seconds.count(), static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC};
}

double seconds_of(const std::function<void()>& run, int repeats) { return spend(run, repeats).seconds / repeats; }

}  // namespace

double Times::quantile(double q) const {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

double ratio(const Times& slow, const Times& fast) {
  Times ratios;
  const std::size_t rounds = std::min(slow.seconds.size(), fast.seconds.size());
  for (std::size_t round = 0; round < rounds; ++round) {
    ratios.seconds.push_back(slow.seconds[round] / fast.seconds[round]);
  }
  return ratios.median();
}

std::vector<Times> take_turns(const std::vector<std::function<void()>>& runs, int rounds, double least_seconds) {
  constexpr double slow = 0.3;
  constexpr int rounds_if_slow = 5;
  std::vector<int> repeats, rounds_of;
  for (const auto& run : runs) {
    run();  // memory and caches
    const double first = seconds_of(run, 1);
    const double once = first > least_seconds / 10 ? first : seconds_of(run, 1 + static_cast<int>(2e-3 / first));
    repeats.push_back(std::max(1, static_cast<int>(std::ceil(least_seconds / once))));
    rounds_of.push_back(once > slow ? std::min(rounds, rounds_if_slow) : rounds);
  }
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 engine(1);
  std::vector<Times> times(runs.size());
  std::vector<Spent> total(runs.size());
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), engine);
    for (const std::size_t k : order) {
      if (round >= rounds_of[k]) continue;
      const Spent spent = spend(runs[k], repeats[k]);
      times[k].seconds.push_back(spent.seconds / repeats[k]);
      total[k].seconds += spent.seconds;
      total[k].of_all_cores += spent.of_all_cores;
    }
  }
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const double cores = total[k].of_all_cores / total[k].seconds;
    if (cores > 1.1) throw std::runtime_error(format("contender %zu ran on %.1f cores; expected one", k, cores));
  }
  return times;
}

std::string format(const char* pattern, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

std::string digits(double value) { return format("%.*f", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value); }

std::string spread(const Times& times) {
  const double median = times.median();
  struct Unit {
    const char* name;
    double seconds;
  };
  const Unit unit = median < 1e-6 ? Unit{"ns", 1e-9} : median < 1e-3 ? Unit{"µs", 1e-6} : Unit{"ms", 1e-3};
  const auto in_unit = [&](double seconds) { return digits(seconds / unit.seconds); };
  return in_unit(median) + " " + unit.name + " (" + in_unit(times.quantile(0.1)) + "–" + in_unit(times.quantile(0.9)) +
         ")";
}

void print_row(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) std::printf("| %s ", cell.c_str());
  std::printf("|\n");
  std::fflush(stdout);
}

void print_head(const std::vector<std::string>& names) {
  std::printf("\n");
  print_row(names);
  for (std::size_t k = 0; k < names.size(); ++k) std::printf(k == 0 ? "|---" : "|---:");
  std::printf("|\n");
}

}  // namespace benchmarks
