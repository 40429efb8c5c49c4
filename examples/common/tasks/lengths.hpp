// SPDX-License-Identifier: MIT
//
// Examples of a task, of lengths that are drawn: what train::Generated makes.
//
//   elman::train::Generated batches{Drawn{Adding{}, {50, 200}}, {.examples = 10'000, .size = 64}};
//
// A task is a struct with
//
//   name                      what it is called
//   shortest()                the least length that it has
//   inputs(), outputs()       rows of x, or how many tokens there are; rows of o
//   task(length, random)      an example: the sequence and its target, as a std::pair
#pragma once

#include <algorithm>
#include <elman/elman.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace example {

using Tokens = std::vector<elman::Index>;

/// Each length from `shortest` to `longest` is as likely as the others.
struct Lengths {
  elman::Index shortest = 0, longest = 0;

  /// Of these, one that is not above `most`; `most` itself if all are.
  elman::Index draw(elman::Random& random, elman::Index most) const {
    const elman::Index low = (std::min)(shortest, most), high = (std::min)(longest, most);
    return high > low ? low + random.below(high - low + 1) : low;
  }
};

template <class Task>
class Drawn {
 public:
  /// With `growing`, lengths are cut to what it says of the update. Throws std::runtime_error, naming the task, if it
  /// has no examples of such lengths.
  Drawn(Task task, const Lengths& lengths, const std::optional<elman::train::Growing>& growing = {})
      : task_(std::move(task)), lengths_(lengths), grows_(growing.has_value()) {
    if (growing) growing_ = growing->options();
    const auto fail = [](elman::Index length, const std::string& expected) {
      throw std::runtime_error(std::string(Task::name) + ": length " + std::to_string(length) + "; expected " +
                               expected);
    };
    if (lengths.shortest < task_.shortest()) fail(lengths.shortest, "at least " + std::to_string(task_.shortest()));
    if (lengths.longest < lengths.shortest) {
      fail(lengths.longest, "at least " + std::to_string(lengths.shortest) + ", the shortest");
    }
    if (growing && growing->options().from < task_.shortest()) {
      fail(growing->options().from, "to grow from at least " + std::to_string(task_.shortest()));
    }
  }

  const Task& task() const { return task_; }
  const Lengths& lengths() const { return lengths_; }
  auto operator()(elman::Random& random, elman::Index step = elman::train::behind_all_updates) const {
    return task_(lengths_.draw(random, grows_ ? elman::train::Growing{growing_}(step) : lengths_.longest), random);
  }

 private:
  Task task_;
  Lengths lengths_;
  bool grows_;
  elman::train::GrowingOptions growing_ = {};
};

/// The target of each step but those from `first` to `last` (not included) becomes the label that losses and metrics
/// leave out: only what the task asks for is scored.
inline Tokens asked(Tokens target, elman::Index first, elman::Index last) {
  constexpr elman::Index left_out = -100;
  for (elman::Index t = 0; t < std::ssize(target); ++t) {
    if (t < first || t >= last) target[static_cast<std::size_t>(t)] = left_out;
  }
  return target;
}

}  // namespace example
