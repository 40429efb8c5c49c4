// SPDX-License-Identifier: MIT
//
// How a net reads series, and how that is chosen from the series themselves: each choice is tried by cross-validation
// on the series to train on, and those that do best are kept.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "body.hpp"
#include "options.hpp"
#include "series.hpp"
#include "split.hpp"
#include "train.hpp"

namespace example {

/// What is brought to mean 0 and standard deviation 1: the series to train on together, or every series by itself.
enum class Scaling { together, each };

struct Choice {
  elman::Index per_step = 1;  ///< K neighbouring steps in a column of x
  Pooling pooling = Pooling::mean;
  double noise = 0.8;  ///< standard deviation of the noise on the inputs while training
  Scaling scaling = Scaling::together;

  bool operator==(const Choice&) const = default;
  std::string text() const {
    std::string digits = std::to_string(noise);
    digits.erase((std::max)(digits.find_last_not_of('0'), digits.find('.') + 1) + 1);
    return "--per-step " + std::to_string(per_step) + " --pooling " + (pooling == Pooling::mean ? "mean" : "last") +
           " --noise " + digits + " --scaling " + (scaling == Scaling::each ? "each" : "together");
  }
};

/// What the user has said of a choice.
struct Given {
  std::optional<elman::Index> per_step;
  std::optional<Pooling> pooling;
  std::optional<double> noise;
  std::optional<Scaling> scaling;

  Choice in(Choice choice) const {
    return {per_step.value_or(choice.per_step), pooling.value_or(choice.pooling), noise.value_or(choice.noise),
            scaling.value_or(choice.scaling)};
  }
};

/// What is tried for these series, each once: a series as some 60, 24, 10 or 4 columns, or as a single one. Where there
/// are many columns the class is told by something in the series, wherever it is; where there are few, by how high it
/// is at which time, which much noise would hide.
inline std::vector<Choice> choices(const Series& data, const Indices& training, const Given& given) {
  double steps = 0;
  elman::Index longest = 0;
  for (const std::size_t k : training) {
    steps += static_cast<double>(data.series[k].cols()) / static_cast<double>(training.size());
    longest = (std::max)(longest, data.series[k].cols());
  }
  const auto in_columns = [&](double columns) {
    return (std::max)(static_cast<elman::Index>(std::lround(steps / columns)), elman::Index{1});
  };
  std::vector<Choice> result;
  for (const Choice& choice :
       {Choice{in_columns(24)}, Choice{in_columns(60)}, Choice{in_columns(10), Pooling::last, 0.3},
        Choice{in_columns(4), Pooling::last, 0.1}, Choice{longest, Pooling::last, 0.1}}) {
    const Choice asked = given.in(choice);
    if (std::ranges::find(result, asked) == result.end()) result.push_back(asked);
  }
  return result;
}

/// The series as a net reads them by this choice.
inline Series as_read(Series data, const Choice& choice, const Indices& training) {
  if (choice.scaling == Scaling::each) {
    normalise_each(data);
  } else {
    normalise(data, training);
  }
  for (auto& series : data.series) series = with_steps_together(series, choice.per_step);
  return data;
}

/// As many epochs as make 1,000 updates, at least 30.
inline std::size_t epochs_for(std::size_t series, std::size_t batch) {
  constexpr std::size_t updates = 1000, least = 30;
  const std::size_t batches = (series + batch - 1) / batch;
  return (std::max)((updates + batches - 1) / batches, least);
}

/// Trains a net on part.training as `choice` says; options.epochs = 0 stands for epochs_for. Calls use(net, series as
/// read, options as used).
template <class Use>
void fit(const Series& data, const Split& part, const Choice& choice, Options options, elman::Random& random,
         const std::string& of, const Use& use) {
  options.pooling = choice.pooling;
  options.noise = choice.noise;
  if (options.epochs == 0) options.epochs = epochs_for(part.training.size(), options.batch);
  const Series series = as_read(data, choice, part.training);
  with_body(series.dimensions(), options, [&](const auto& body) {
    auto net = make_net(body, static_cast<elman::Index>(data.names.size()), options, random);
    Progress progress(of, options.epochs, part.training.size(), "series");
    train(net, series, part, options, random, progress);
    use(net, series, options);
  });
}

/// y of the series of part.test, a column each.
template <class Body>
MeanPooling::Matrix probabilities(const Net<Body>& net, const Series& series, const Indices& indices, Pooling pooling) {
  MeanPooling::Matrix result(net.out(), static_cast<elman::Index>(indices.size()));
  read_all(net, series, indices, pooling, [&](std::size_t first, const auto&, const auto& y) {
    result.middleCols(static_cast<elman::Index>(first), y.cols()) = y;
  });
  return result;
}

/// A choice and what cross-validation says of it.
struct Tried {
  Choice choice;
  double accuracy = 0;  ///< the share of the series whose class is told right by a net that was not trained on them
  double loss = 0;      ///< the mean of −log y[class] over them

  bool operator<(const Tried& other) const {
    return accuracy != other.accuracy ? accuracy > other.accuracy : loss < other.loss;
  }
};

/// Cross-validates one choice on some series. All choices see the same folds.
inline Tried try_choice(const Series& data, const std::vector<Split>& parts, const Choice& choice,
                        const Options& options, std::uint64_t seed, const std::string& of) {
  Tried tried{choice};
  double count = 0;
  for (std::size_t fold = 0; fold < parts.size(); ++fold) {
    elman::Random random{seed};
    fit(data, parts[fold], choice, options, random,
        of + "fold " + std::to_string(fold + 1) + '/' + std::to_string(parts.size()) + ", ",
        [&](const auto& net, const Series& series, const Options& used) {
          const auto y = probabilities(net, series, parts[fold].test, used.pooling);
          for (elman::Index k = 0; k < y.cols(); ++k, ++count) {
            const elman::Index label = data.label(parts[fold].test[static_cast<std::size_t>(k)]);
            tried.accuracy += static_cast<double>(elman::greedy(y.col(k)) == label);
            tried.loss -= std::log((std::max)(static_cast<double>(y(label, k)), 1e-6));
          }
        });
  }
  tried.accuracy /= count;
  tried.loss /= count;
  return tried;
}

/// Tries all choices, and the best of them with the other scaling, by cross-validation in so many folds; calls
/// report(tried) for each. Returns the best first, and of the others at most two that are worse by no more than the
/// standard error of the best one's accuracy. Of more than 300 series, 300 are taken to choose by.
template <class Report>
std::vector<Choice> choose(const Series& data, Indices training, const Given& given, const Options& options,
                           std::size_t fold_count, std::uint64_t seed, const Report& report) {
  constexpr std::size_t enough = 300, kept = 3;
  const std::vector<Choice> all = choices(data, training, given);
  if (all.size() == 1 && given.scaling) return all;
  elman::Random random{seed};
  random.shuffle(training);
  training.resize((std::min)(training.size(), enough));
  std::vector<Split> parts = folds(labels_of(data, training), fold_count, random);
  for (Split& part : parts) {
    for (Indices* indices : {&part.training, &part.test}) {
      for (std::size_t& k : *indices) k = training[k];
    }
  }
  std::erase_if(parts, [](const Split& part) { return part.test.empty() || part.training.empty(); });
  std::vector<Tried> tried;
  const auto try_one = [&](const Choice& choice, std::size_t count) {
    const std::string of = "choice " + std::to_string(tried.size() + 1) + '/' + std::to_string(count) + ", ";
    tried.push_back(try_choice(data, parts, choice, options, seed, of));
    report(tried.back());
  };
  const std::size_t count = all.size() + (given.scaling ? 0 : 1);
  for (const Choice& choice : all) try_one(choice, count);
  if (!given.scaling) {
    Choice other = std::ranges::min_element(tried, std::less{})->choice;
    other.scaling = Scaling::each;
    try_one(other, count);
  }
  std::ranges::sort(tried, std::less{});
  // The standard error of a share p of n; with (n p + 1) / (n + 2) for p, so that it is not 0 at p = 1.
  const auto n = static_cast<double>(training.size());
  const double p = (n * tried.front().accuracy + 1) / (n + 2), error = std::sqrt(p * (1 - p) / n);
  std::vector<Choice> best;
  for (const Tried& one : tried) {
    if (best.size() < kept && one.accuracy >= tried.front().accuracy - error) best.push_back(one.choice);
  }
  return best;
}

}  // namespace example
