// SPDX-License-Identifier: MIT
//
// Training, validation and test: every class gives each the same share, by chance, and nothing lies in two of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace example {

using Indices = std::vector<std::size_t>;

struct Split {
  Indices training, validation, test;
};

/// Deals the indices of `labels`: of each class the shares `validation` and `test`, rounded, at least one where the
/// share is not 0, and the rest to training. Throws std::runtime_error, with the class's name if there are `names`, if
/// nothing of a class is left to train on.
inline Split split(const std::vector<elman::Index>& labels, double validation, double test, elman::Random& random,
                   const std::vector<std::string>& names = {}) {
  std::vector<Indices> classes;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const auto label = static_cast<std::size_t>(labels[k]);
    if (label >= classes.size()) classes.resize(label + 1);
    classes[label].push_back(k);
  }
  Split parts;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    Indices& members = classes[label];
    if (members.empty()) continue;
    random.shuffle(members);
    const auto count = [&](double share) {
      return share > 0 ? (std::max)(std::lround(share * static_cast<double>(members.size())), 1L) : 0L;
    };
    const auto rest = static_cast<long>(members.size()) - count(validation) - count(test);
    if (rest < 1) {
      throw std::runtime_error((names.empty() ? "a class" : "class '" + names[label] + "'") + " has " +
                               std::to_string(members.size()) + " example" + (members.size() == 1 ? "" : "s") +
                               ": too few to split into training, validation and test");
    }
    auto next = members.begin();
    const auto deal = [&next](Indices& part, long size) {
      part.insert(part.end(), next, next + size);
      next += size;
    };
    deal(parts.training, rest);
    deal(parts.validation, count(validation));
    deal(parts.test, count(test));
  }
  return parts;
}

/// `count` splits without validation: each tests on another share of every class and trains on the rest.
inline std::vector<Split> folds(const std::vector<elman::Index>& labels, std::size_t count, elman::Random& random) {
  Indices order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(order);
  std::ranges::stable_sort(order, {}, [&](std::size_t k) { return labels[k]; });  // the classes one after the other
  std::vector<Split> splits(count);
  for (std::size_t place = 0; place < order.size(); ++place) {
    for (std::size_t fold = 0; fold < count; ++fold) {
      (place % count == fold ? splits[fold].test : splits[fold].training).push_back(order[place]);
    }
  }
  return splits;
}

}  // namespace example
