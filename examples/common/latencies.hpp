// SPDX-License-Identifier: MIT
//
// How long each of many short things took. Adding one takes no heap: there is a counter for every nanosecond up to
// 65 µs, and what takes longer is known by its number and by the longest of all.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace example {

class Latencies {
 public:
  using Clock = std::chrono::steady_clock;

  void add(Clock::duration time) noexcept {
    const auto ns = (std::max)(std::chrono::nanoseconds(time).count(), std::chrono::nanoseconds::rep{0});
    ++counts_[(std::min)(static_cast<std::size_t>(ns), counts_.size() - 1)];
    ++count_;
    sum_ += ns;
    worst_ = (std::max)(worst_, ns);
  }

  std::int64_t count() const { return count_; }
  std::int64_t worst() const { return worst_; }                        ///< ns
  double seconds() const { return static_cast<double>(sum_) * 1e-9; }  ///< of all together

  /// The least time, in ns, within which a share of at least `share` was done; the worst if that is above 65 µs. 0 of
  /// none.
  std::int64_t quantile(double share) const {
    const auto wanted = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_)));
    std::int64_t seen = 0;
    for (std::size_t ns = 0; ns + 1 < counts_.size(); ++ns) {
      seen += counts_[ns];
      if (seen >= wanted) return static_cast<std::int64_t>(ns);
    }
    return worst_;
  }

 private:
  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(65'537);
  std::int64_t count_ = 0, sum_ = 0, worst_ = 0;
};

/// What reading the clock twice takes, ns: the median. Each measured time has so much in it that is not the thing's: 30
/// ns on the one machine tried, where a step of 16 hidden units takes 60 ns more.
inline std::int64_t clock_cost() {
  Latencies nothing;
  for (int k = 0; k < 100'000; ++k) {
    const auto begin = Latencies::Clock::now();
    nothing.add(Latencies::Clock::now() - begin);
  }
  return nothing.quantile(0.5);
}

}  // namespace example
