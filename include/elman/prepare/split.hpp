// SPDX-License-Identifier: MIT
//
// Which examples are trained on, which choose the best epoch, and which are tested on; nothing lies in two of them.
//
//   Random random{1};
//   const auto parts = prepare::stratified_split(labels, {.validation = 0.1, .test = 0.2}, random);
//   const auto parts = prepare::shuffled_split(sequences.size(), {.validation = 0.1, .test = 0.2}, random);
//   const auto parts = prepare::split_by_time(windows.size(), {.test = 0.2, .gap = windows.target_gap()});
//   for (const auto& parts : prepare::stratified_folds(labels, {.count = 5}, random)) …
//
// Parts are places in a list: train::Subset{data, parts.training}.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "elman/check.hpp"
#include "elman/prepare/detail/deal.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace prepare {

/// Places of examples in a data set, from 0.
using Indices = std::vector<Index>;

struct Split {
  Indices training, validation, test;
};

/// Shares are rounded to whole examples, but to at least one where they are not 0; what is left over is trained on.
struct SplitOptions {
  double validation = 0;                          ///< in [0, 1); with test less than 1
  double test = 0;                                ///< in [0, 1)
  std::span<const std::string> class_names = {};  ///< for messages of stratified_split; none: numbers
};
/// Shares of the series, from its end.
struct TimeSplitOptions {
  double validation = 0;  ///< in [0, 1); with test less than 1
  double test = 0;        ///< in [0, 1)
  Index gap = 0;          ///< at least 0: examples in front of validation, and of test, that are in no part
};

/// By chance. Throws if an option is out of range or no example would be left to train on.
inline Split shuffled_split(Index size, const SplitOptions& options, Random& random) {
  constexpr auto owner = "shuffled_split";
  detail::check_shares(owner, options);
  Indices all(detail::checked_size(owner, size));
  std::iota(all.begin(), all.end(), Index{0});
  detail::check_rest(owner, "the list", size, options);
  Split parts;
  detail::deal(all, options, random, parts);
  return parts;
}

/// By chance, with the same shares of every class: labels are integers of at least 0, one an example. Throws if an
/// option is out of range or no example of a class that occurs would be left to train on.
template <detail::ListOfPlaces LabelList>
Split stratified_split(const LabelList& labels, const SplitOptions& options, Random& random) {
  constexpr auto owner = "stratified_split";
  detail::check_shares(owner, options);
  std::vector<Indices> classes = detail::by_class(owner, labels);
  std::erase_if(classes, [](const Indices& members) { return members.empty(); });
  for (const Indices& members : classes) {
    const auto label = static_cast<std::size_t>(detail::element_of(labels)(members.front()));
    const bool has_name = label < options.class_names.size();
    const std::string name = has_name ? "\"" + options.class_names[label] + "\"" : std::to_string(label);
    detail::check_rest(owner, "class " + name, std::ssize(members), options);
  }
  Split parts;
  for (Indices& members : classes) detail::deal(members, options, random, parts);
  return parts;
}

/// In the order of time: the first to train on, the last to test on. Throws as shuffled_split, or if the gaps leave
/// none to train on.
inline Split split_by_time(Index size, const TimeSplitOptions& options) {
  constexpr auto owner = "split_by_time";
  detail::check_shares(owner, options);
  detail::require_that(options.gap >= 0, owner, ": gap is ", options.gap, "; expected at least 0");
  const auto count = static_cast<Index>(detail::checked_size(owner, size));
  const Index validation = detail::share_of(options.validation, count), test = detail::share_of(options.test, count);
  const Index gaps = (validation > 0 ? 1 : 0) + (test > 0 ? 1 : 0);
  // Not gap * gaps, which may be more than an Index holds
  const bool fits = validation + test < count && (gaps == 0 || options.gap <= (count - validation - test - 1) / gaps);
  detail::require_that(fits, owner, ": size is ", count, "; expected more than ", validation,
                       " for .validation = ", options.validation, ", ", test, " for .test = ", options.test, " and ",
                       gaps, " times .gap = ", options.gap);
  Split parts;
  Index next = 0;
  const auto take = [&next](Index part_size, Index gap) {
    Indices part(static_cast<std::size_t>(part_size));
    if (part_size > 0) next += gap;
    std::iota(part.begin(), part.end(), next);
    next += part_size;
    return part;
  };
  parts.training = take(count - validation - test - gaps * options.gap, 0);
  parts.validation = take(validation, options.gap);
  parts.test = take(test, options.gap);
  return parts;
}

/// Of folds and stratified_folds.
struct FoldOptions {
  Index count = 5;          ///< at least 2, and no more than there are examples
  bool every_class = true;  ///< of stratified_folds: whether each fold must have an example of each class that occurs
};

/// So many splits without validation, by chance: each tests on another share and trains on the rest. Throws if count is
/// out of range.
inline std::vector<Split> folds(Index size, const FoldOptions& options, Random& random) {
  detail::check_folds("folds", size, options.count);
  Indices order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), Index{0});
  random.shuffle(order);
  return detail::dealt<Split>(order, options.count);
}

/// The same with a share of every class in each. Throws if count is out of range, or a class has fewer examples and
/// every_class is set.
template <detail::ListOfPlaces LabelList>
std::vector<Split> stratified_folds(const LabelList& labels, const FoldOptions& options, Random& random) {
  constexpr auto owner = "stratified_folds";
  detail::check_folds(owner, static_cast<Index>(std::ranges::size(labels)), options.count);
  const std::vector<Indices> classes = detail::by_class(owner, labels);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto members = std::ssize(classes[label]);
    detail::require_that(!options.every_class || members == 0 || members >= options.count, owner, ": class ", label,
                         " has ", members, " examples; expected at least .count = ", options.count,
                         ", or .every_class = false");
  }
  Indices order(std::ranges::size(labels));
  std::iota(order.begin(), order.end(), Index{0});
  random.shuffle(order);
  const auto label_of = detail::element_of(labels);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return label_of(a) < label_of(b); });
  return detail::dealt<Split>(order, options.count);
}

}  // namespace prepare
}  // namespace ELMAN_ABI
}  // namespace elman
