// SPDX-License-Identifier: MIT
//
// How series are read is chosen from the series themselves: each choice is tried by cross-validation on the series to
// train on, and those that do best are kept.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <functional>
#include <string>
#include <vector>

#include "body.hpp"
#include "classifier.hpp"
#include "options.hpp"
#include "series.hpp"
#include "series_choice.hpp"

namespace example {

/// Trains a net on part.training as `choice` says; options.epochs = 0 stands for epochs_for. `name`: of the net, before
/// its progress. Calls use(net, series as read, training, options as used).
template <class Use>
void fit(const Series& data, const Split& part, const Choice& choice, Options options, elman::Random& random,
         const std::string& name, const Use& use) {
  options.pooling = choice.pooling;
  options.noise = choice.noise;
  if (options.epochs == 0) options.epochs = epochs_for(part.training.size(), options.batch);
  const Series series = as_read(data, choice, elman::prepare::Scaling::standard(data.series, part.training));
  with_body(series.dimensions(), options, [&](const auto& body) {
    auto net = make_net(body, static_cast<elman::Index>(data.names.size()), options, random);
    const Training training =
        train_classifier(net, series.examples(), part, options, random,
                         {.files = options.files,
                          .data = data_setting(elman::train::Subset{series.examples(), part.training}),
                          .unit = "series",
                          .name = name});
    use(net, series, training, options);
  });
}

/// y of the series at these places, a column each.
template <class Body>
MeanPooling::Matrix probabilities(const Net<Body>& net, const Series& series, const Indices& places, Pooling pooling) {
  MeanPooling::Matrix result(net.out(), static_cast<elman::Index>(places.size()));
  const elman::train::Subset chosen{series.examples(), places};
  elman::Index first = 0;
  elman::train::for_each_prediction(net, in_batches(chosen, 256, pooling), [&](const auto& batch, const auto& told) {
    with_pooled(pooling, told, [&](const auto& read) { result.middleCols(first, batch.examples) = read.y(); });
    first += batch.examples;
  });
  return result;
}

/// Cross-validates one choice on some series. All choices see the same folds. No more folds are tried once the accuracy
/// could not reach `wanted` even if all the rest were right.
inline Tried try_choice(const Series& data, const std::vector<Split>& parts, const Choice& choice,
                        const Options& options, std::uint64_t seed, double wanted, const std::string& of) {
  Tried tried{choice};
  double left = 0, right = 0, seen = 0;
  for (const Split& part : parts) left += static_cast<double>(part.test.size());
  const double all = left;
  for (std::size_t fold = 0; fold < parts.size() && (right + left) / all >= wanted; ++fold) {
    elman::Random random{seed};
    fit(data, parts[fold], choice, options, random,
        of + ", fold " + std::to_string(fold + 1) + '/' + std::to_string(parts.size()),
        [&](const auto& net, const Series& series, const Training&, const Options& used) {
          const auto y = probabilities(net, series, parts[fold].test, used.pooling);
          for (elman::Index k = 0; k < y.cols(); ++k, ++seen, --left) {
            const elman::Index place = parts[fold].test[static_cast<std::size_t>(k)];
            const elman::Index label = data.labels[static_cast<std::size_t>(place)];
            right += static_cast<double>(elman::greedy(y.col(k)) == label);
            tried.loss -= std::log((std::max)(static_cast<double>(y(label, k)), 1e-6));
          }
        });
  }
  tried.accuracy = right / seen;
  tried.loss /= seen;
  tried.given_up = left > 0;
  return tried;
}

/// So many splits without validation, or as many as there are examples: each tests on another share of every class.
inline std::vector<Split> folds_of(const std::vector<elman::Index>& labels, std::size_t count, elman::Random& random) {
  return elman::prepare::stratified_folds(
      labels, {.count = static_cast<elman::Index>((std::min)(count, labels.size())), .every_class = false}, random);
}

/// Tries all choices, and the best of them with the other scaling, by cross-validation in so many folds; calls
/// report(tried) for each. Returns the best first, and of the others at most two that are worse by no more than the
/// standard error of the best one's accuracy. Of more than 300 series, 300 are taken to choose by.
template <class Report>
std::vector<Choice> choose(const Series& data, Indices training, const Given& given, Options options,
                           std::size_t fold_count, std::uint64_t seed, const Report& report) {
  constexpr std::size_t enough = 300, kept = 3;
  std::vector<Choice> all = choices(data, training, given);
  if ((all.size() == 1 && given.scaling) || training.size() < 2) return {all.front()};
  options.files = {};  // which are of the nets that are trained by what is chosen
  elman::Random random{seed};
  random.shuffle(training);
  training.resize((std::min)(training.size(), enough));
  const elman::train::Subset chosen{data.examples(), training};
  std::vector<elman::Index> labels;
  for (elman::Index k = 0; k < chosen.size(); ++k) labels.push_back(chosen.target(k));
  std::vector<Split> parts = folds_of(labels, fold_count, random);
  for (Split& part : parts) {
    for (Indices* indices : {&part.training, &part.test}) {
      for (elman::Index& k : *indices) k = training[static_cast<std::size_t>(k)];
    }
  }
  const auto n = static_cast<double>(training.size());
  std::vector<Tried> tried;
  const auto try_one = [&](const Choice& choice, std::size_t count) {
    const std::string of = "choice " + std::to_string(tried.size() + 1) + '/' + std::to_string(count);
    const double wanted = tried.empty() ? 0 : std::ranges::min_element(tried, std::less{})->nearly(n);
    tried.push_back(try_choice(data, parts, choice, options, seed, wanted, of));
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
  std::vector<Choice> best;
  for (const Tried& one : tried) {
    if (best.size() < kept && !one.given_up && one.accuracy >= tried.front().nearly(n)) best.push_back(one.choice);
  }
  return best;
}

}  // namespace example
