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

#include <elman/elman.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace example {

using Tokens = std::vector<elman::Index>;

/// Each length from `shortest` to `longest` is as likely as the others.
struct Lengths {
  elman::Index shortest = 0, longest = 0;

  elman::Index draw(elman::Random& random) const {
    return longest > shortest ? shortest + random.below(longest - shortest + 1) : shortest;
  }
};

template <class Task>
class Drawn {
 public:
  /// Throws std::runtime_error, naming the task, if it has no examples of such lengths.
  Drawn(Task task, const Lengths& lengths) : task_(std::move(task)), lengths_(lengths) {
    const auto fail = [](elman::Index length, const std::string& expected) {
      throw std::runtime_error(std::string(Task::name) + ": length " + std::to_string(length) + "; expected " +
                               expected);
    };
    if (lengths.shortest < task_.shortest()) fail(lengths.shortest, "at least " + std::to_string(task_.shortest()));
    if (lengths.longest < lengths.shortest) {
      fail(lengths.longest, "at least " + std::to_string(lengths.shortest) + ", the shortest");
    }
  }

  const Task& task() const { return task_; }
  const Lengths& lengths() const { return lengths_; }
  auto operator()(elman::Random& random) const { return task_(lengths_.draw(random), random); }

 private:
  Task task_;
  Lengths lengths_;
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
