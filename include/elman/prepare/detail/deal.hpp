// SPDX-License-Identifier: MIT
//
// Examples dealt to training, validation and test, or to folds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ranges>
#include <string>
#include <vector>

#include "elman/check.hpp"
#include "elman/prepare/detail/numbers.hpp"
#include "elman/random.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Options>
void check_shares(const char* owner, const Options& options) {
  const auto in_range = [](const double& share) { return within(share, 0.0, 1.0) && share < 1; };
  require_that(in_range(options.validation), owner, ": validation is ", options.validation, "; expected in [0, 1)");
  require_that(in_range(options.test), owner, ": test is ", options.test, "; expected in [0, 1)");
  require_that(options.validation + options.test < 1, owner, ": validation + test is ",
               options.validation + options.test, "; expected less than 1, so that something is left to train on");
}

inline std::size_t checked_size(const char* owner, Index size) {
  require_that(size >= 1, owner, ": size is ", size, "; expected at least 1 example");
  return static_cast<std::size_t>(size);
}

/// A share of so many, rounded, at least 1 where it is not 0.
inline Index share_of(double share, Index count) {
  return share > 0 ? (std::max)(static_cast<Index>(std::llround(share * static_cast<double>(count))), Index{1}) : 0;
}

/// Throws unless something of so many is left to train on. `name`: whose they are.
template <class Options>
void check_rest(const char* owner, const std::string& name, Index count, const Options& options) {
  const Index validation = share_of(options.validation, count), test = share_of(options.test, count);
  require_that(validation + test < count, owner, ": ", name, " has ", count, count == 1 ? " example" : " examples",
               "; expected more than ", validation, " for .validation = ", options.validation, " and ", test,
               " for .test = ", options.test, ", so that something is left to train on");
}

/// Puts `members`, of which something is left to train on, in random order and behind the parts.
template <class Options, class Split>
void deal(std::vector<Index>& members, const Options& options, Random& random, Split& parts) {
  const Index count = std::ssize(members);
  const Index validation = share_of(options.validation, count), test = share_of(options.test, count);
  random.shuffle(members);
  auto next = members.begin();
  const auto take = [&next](std::vector<Index>& part, Index size) {
    part.insert(part.end(), next, next + size);
    next += size;
  };
  take(parts.training, count - validation - test);
  take(parts.validation, validation);
  take(parts.test, test);
}

/// The places of each label. Throws if one is negative, or far above the number of labels, which is a mistake.
template <class LabelList>
std::vector<std::vector<Index>> by_class(const char* owner, const LabelList& labels) {
  constexpr Index most = 1 << 24;
  const auto label_of = element_of(labels);
  const auto size = static_cast<Index>(std::ranges::size(labels));
  require_that(size >= 1, owner, ": labels is empty; expected at least 1 label");
  std::vector<std::vector<Index>> classes;
  for (Index k = 0; k < size; ++k) {
    const auto label = static_cast<Index>(label_of(k));
    require_that(label >= 0 && label < most, owner, ": label ", k, " is ", label, "; expected at least 0 and below ",
                 most);
    if (label >= std::ssize(classes)) classes.resize(static_cast<std::size_t>(label) + 1);
    classes[static_cast<std::size_t>(label)].push_back(k);
  }
  return classes;
}

inline void check_folds(const char* owner, Index size, Index count) {
  require_that(count >= 2 && count <= size, owner, ": count is ", count, "; expected at least 2 and at most ", size,
               ", as there are examples");
}

/// Split k tests on every count-th of an order from the k-th on, and trains on the others.
template <class Split>
std::vector<Split> dealt(const std::vector<Index>& order, Index count) {
  std::vector<Split> splits(static_cast<std::size_t>(count));
  for (std::size_t place = 0; place < order.size(); ++place) {
    for (std::size_t fold = 0; fold < splits.size(); ++fold) {
      (place % splits.size() == fold ? splits[fold].test : splits[fold].training).push_back(order[place]);
    }
  }
  return splits;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
