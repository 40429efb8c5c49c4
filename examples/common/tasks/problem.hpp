// SPDX-License-Identifier: MIT
//
// A task by its name, as one of two kinds: numbers, with a squared error, and classes, with a cross-entropy. Tokens are
// columns with a one in them and a class a sequence stands at its last step, so that one net, one loss and one loop
// serve all tasks of a kind.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../range_options.hpp"
#include "adding.hpp"
#include "copy_memory.hpp"
#include "lengths.hpp"
#include "parity.hpp"
#include "pixels.hpp"
#include "reber.hpp"
#include "temporal_order.hpp"

namespace example {

/// Target: float, a number a sequence, or Tokens, a class a step.
template <class Target>
struct Problem {
  using Sequence = elman::Matrix<float, elman::Dynamic, elman::Dynamic>;
  using Make = std::function<std::pair<Sequence, Target>(elman::Random&, elman::Index step)>;

  elman::Index inputs, outputs;
  Make training, validation, test;
  elman::ReadSteps read, asked;  ///< what is read of what is trained on, and of the others
  elman::Index tests;            ///< examples of a test
  double baseline;               ///< what can be had without memory: an error, or how often a class is right
  std::string baseline_name;
  elman::Index ignored_label = -100;         ///< of steps that do not count for how often a class is right
  std::optional<double> baseline_loss = {};  ///< without memory, where that is another question
};

/// What the options say of lengths.
struct AllLengths {
  Lengths training, validation, test;
  std::optional<elman::train::Growing> growing = {};

  /// `own`: without --length. Throws std::runtime_error if lengths cannot grow as they are to.
  AllLengths(const RangeOptions& options, elman::Index own)
      : training(of(options.length, {own, own})),
        validation(of(options.validation_length, training)),
        test(of(options.test_length, training)) {
    if (options.grow_from == 0) return;
    if (options.grow_from > training.longest) {
      throw std::runtime_error("--grow-from " + std::to_string(options.grow_from) + ": expected at most " +
                               std::to_string(training.longest) + ", the longest length");
    }
    const auto steps = static_cast<elman::Index>(options.grow_share * static_cast<double>(options.steps));
    growing = elman::train::Growing{
        {.from = options.grow_from, .to = training.longest, .steps = (std::max)(steps, elman::Index{1})}};
  }

 private:
  static Lengths of(const std::vector<elman::Index>& given, const Lengths& otherwise) {
    return given.empty() ? otherwise : Lengths{given.front(), given.back()};
  }
};

inline Problem<float> adding_problem(const RangeOptions& options) {
  const AllLengths lengths(options, 50);
  const Adding task;
  return {.inputs = task.inputs(),
          .outputs = task.outputs(),
          .training = Drawn{task, lengths.training, lengths.growing},
          .validation = Drawn{task, lengths.validation},
          .test = Drawn{task, lengths.test},
          .read = elman::last_step,
          .asked = elman::last_step,
          .tests = options.test,
          .baseline = Adding::baseline(),
          .baseline_name = "always 1"};
}

/// What makes examples of tokens makes them of columns, and lists of classes.
template <class Task>
Problem<Tokens>::Make as_columns(const Drawn<Task>& drawn) {
  return [drawn](elman::Random& random, elman::Index step) {
    auto [tokens, target] = drawn(random, step);
    const auto steps = std::ssize(tokens);
    Problem<Tokens>::Sequence x = Problem<Tokens>::Sequence::Zero(drawn.task().inputs(), steps);
    for (elman::Index t = 0; t < steps; ++t) x(tokens[static_cast<std::size_t>(t)], t) = 1;
    if constexpr (std::is_same_v<decltype(target), Tokens>) {
      return std::pair(x, target);
    } else {
      return std::pair(x, Tokens(tokens.size(), target));  // of which the last is read
    }
  };
}

/// A task to train on, and one of what is asked in the end.
template <class Task, class Asked>
Problem<Tokens> token_problem(const RangeOptions& options, const Task& task, const Asked& asked, elman::Index own) {
  const AllLengths lengths(options, own);
  const auto read_of = []<class Made>(const Drawn<Made>& drawn) {
    using Target = decltype(drawn(std::declval<elman::Random&>()).second);
    return std::is_same_v<Target, Tokens> ? elman::every_step : elman::last_step;
  };
  const Drawn training{task, lengths.training, lengths.growing};
  const Drawn validation{asked, lengths.validation}, test{asked, lengths.test};
  return {.inputs = task.inputs(),
          .outputs = task.outputs(),
          .training = as_columns(training),
          .validation = as_columns(validation),
          .test = as_columns(test),
          .read = read_of(training),
          .asked = read_of(test),
          .tests = options.test,
          .baseline = task.chance(),
          .baseline_name = "by chance"};
}

inline Problem<Tokens> copy_problem(const RangeOptions& options) {
  const elman::Index own_delay = 50;
  const CopyMemory task{options.symbols > 0 ? options.symbols : 5};
  Problem<Tokens> problem = token_problem(options, task, task, own_delay);
  problem.ignored_label = CopyMemory::blank;
  problem.baseline_loss = task.baseline(AllLengths(options, own_delay).test.longest);
  return problem;
}

/// The last 5,000 images to train on are those of the validation, or the last tenth if there are fewer than 50,000.
inline Problem<Tokens> pixel_problem(const RangeOptions& options) {
  const auto training = std::make_shared<const Images>(read_pixels(options.data, "train", options.permute));
  const auto test = std::make_shared<const Images>(read_pixels(options.data, "t10k", options.permute));
  const elman::Index held_out = (std::min)(elman::Index{5000}, training->size() / 10),
                     kept = training->size() - held_out;
  const auto example = [](const Images& images, elman::Index k) {
    return std::pair(Problem<Tokens>::Sequence(images.sequence(k)),
                     Tokens(static_cast<std::size_t>(images.steps), images.target(k)));
  };
  const auto next = std::make_shared<elman::Index>(0);  // each image of the test once
  return {.inputs = training->inputs(),
          .outputs = std::ranges::max(training->labels) + 1,
          .training = [=](elman::Random& random, elman::Index) { return example(*training, random.below(kept)); },
          .validation = [=](elman::Random& random,
                            elman::Index) { return example(*training, kept + random.below(held_out)); },
          .test = [=](elman::Random&, elman::Index) { return example(*test, (*next)++ % test->size()); },
          .read = elman::last_step,
          .asked = elman::last_step,
          .tests = test->size(),
          .baseline = 0.1,
          .baseline_name = "by chance"};
}

/// Calls use(problem) with the task that the options name. Throws std::runtime_error if they say what it does not have.
template <class Use>
void with_problem(const RangeOptions& options, const Use& use) {
  if (options.symbols > 0 && options.task != Task::order && options.task != Task::copy) {
    throw std::runtime_error("--symbols: expected order or copy");
  }
  const bool has_lengths = !options.length.empty() || !options.validation_length.empty() ||
                           !options.test_length.empty() || options.grow_from > 0;
  if (options.task == Task::pixels && has_lengths) {
    throw std::runtime_error(
        "--length, --validation-length, --test-length and --grow-from: images have a length of their own");
  }
  if (options.task != Task::pixels && options.permute > 0) throw std::runtime_error("--permute: expected pixels");
  switch (options.task) {
    case Task::adding:
      return use(adding_problem(options));
    case Task::order: {
      const TemporalOrder order{options.symbols > 0 ? options.symbols : 2};
      return use(token_problem(options, order, order, 60));
    }
    case Task::copy:
      return use(copy_problem(options));
    case Task::reber:
      return use(token_problem(options, Reber{}, Reber{true}, 0));
    case Task::parity:
      return use(token_problem(options, Parity{}, Parity{}, 20));
    case Task::running_parity:
      return use(token_problem(options, RunningParity{}, Parity{}, 20));
    case Task::pixels:
      return use(pixel_problem(options));
  }
}

}  // namespace example
