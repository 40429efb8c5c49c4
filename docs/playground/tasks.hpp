// SPDX-License-Identifier: MIT
//
// What the nets of the page are trained on. A task is a struct with
//
//   Cell, Loss, Metric        the net, what it is trained by, and what is said of it
//   inputs(), outputs()       rows of x, or how many tokens there are; rows of o
//   make(random)              an example to train on: the sequence and its target, as a std::pair
//   ask(random)               one that is not trained on, with the target that counts
#pragma once

#include <algorithm>
#include <cmath>
#include <elman/elman.hpp>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "../../examples/common/tasks/adding.hpp"

namespace playground {

using elman::Dynamic;
using elman::Index;
using elman::Random;
using Tokens = std::vector<Index>;
using Example = std::pair<Tokens, Tokens>;
using Classifier = elman::RNNCell<float, Dynamic, Dynamic, Dynamic>;

/// The label that the loss and the accuracy leave out.
inline constexpr Index left_out = -100;

/// From which language is a word? Told at its end, which is a token of its own, for endings tell much and a letter does
/// not say that it is the last; and in training behind one of its letters, so that a beginning has an answer too.
class Words {
 public:
  using Cell = Classifier;
  using Loss = elman::loss::CrossEntropy;
  using Metric = elman::metric::Accuracy;
  static constexpr Index end = 26;  ///< the token behind the letters a to z

  /// Lines of letters a to z, a word each; an empty line parts the languages. Every eighth word is kept for `ask`.
  explicit Words(std::string_view lines) {
    Lists lists(1);
    for (Index count = 0; !lines.empty(); ++count) {
      const std::string_view word = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(word.size() < lines.size() ? word.size() + 1 : word.size());
      if (word.empty()) {
        lists.emplace_back();
      } else {
        (count % 8 == 0 ? lists.back().asked : lists.back().trained).push_back(tokens(word));
      }
    }
    lists_ = std::make_shared<const Lists>(std::move(lists));
  }
  static Tokens tokens(std::string_view word) {
    Tokens tokens;
    for (const char letter : word) tokens.push_back(letter - 'a');
    tokens.push_back(end);
    return tokens;
  }

  Index inputs() const { return end + 1; }
  Index outputs() const { return std::ssize(*lists_); }
  Example make(Random& random) const {
    auto [word, target] = draw(random, &List::trained);
    target[static_cast<std::size_t>(random.below(std::ssize(word)))] =
        target.back();  // all letters would outweigh the end
    return {word, target};
  }
  Example ask(Random& random) const { return draw(random, &List::asked); }

 private:
  struct List {
    std::vector<Tokens> trained, asked;
  };
  using Lists = std::vector<List>;

  /// A word, and the target of its end.
  Example draw(Random& random, std::vector<Tokens> List::*part) const {
    const Index language = random.below(outputs());
    const auto& words = (*lists_)[static_cast<std::size_t>(language)].*part;
    const Tokens& word = words[static_cast<std::size_t>(random.below(std::ssize(words)))];
    Tokens target(word.size(), left_out);
    target.back() = language;
    return {word, target};
  }

  std::shared_ptr<const Lists> lists_;
};

/// Random bits, each to be said again `delay` steps later.
struct Echo {
  using Cell = Classifier;
  using Loss = elman::loss::CrossEntropy;
  using Metric = elman::metric::Accuracy;
  static constexpr Index delay = 12, length = 36;

  Index inputs() const { return 2; }
  Index outputs() const { return 2; }
  Example make(Random& random) const {
    Tokens bits(length), target(length, left_out);
    for (Index& bit : bits) bit = random.below(2);
    std::copy(bits.begin(), bits.end() - delay, target.begin() + delay);
    return {bits, target};
  }
  Example ask(Random& random) const { return make(random); }
};

/// The share of sums that are off by less than 0.1.
class Within {
 public:
  using Output = elman::Identity;

  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    elman::metric::numbers<Within>("Within", tape, targets).each([&](const auto& column) {
      near_ += std::abs(column.y(0) - column.target(0)) < 0.1 ? 1 : 0;
      ++all_;
    });
  }
  double value() const { return near_ / all_; }
  void reset() { near_ = all_ = 0; }
  static constexpr std::string_view name() { return "within 0.1"; }
  static constexpr bool higher_is_better = true;

 private:
  double near_ = 0, all_ = 0;
};

/// The adding problem, of 20 steps.
struct Adding {
  using Cell = elman::RNNCell<float, Dynamic, Dynamic, Dynamic, elman::Tanh, elman::Identity>;
  using Loss = elman::loss::SquaredError;
  using Metric = Within;
  static constexpr Index length = 20;

  Index inputs() const { return example::Adding::inputs(); }
  Index outputs() const { return example::Adding::outputs(); }
  auto make(Random& random) const { return example::Adding{}(length, random); }
  auto ask(Random& random) const { return make(random); }
};

}  // namespace playground
