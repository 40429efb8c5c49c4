// SPDX-License-Identifier: MIT
//
// Labels, whatever list they are in, and how many there are of each.
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <vector>

#include "elman/check.hpp"
#include "elman/prepare/detail/numbers.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// visit(label) of one, or of a list of them.
template <class Element, class Visit>
void for_each_of(const Element& element, const Visit& visit) {
  if constexpr (std::integral<Element>) {
    visit(static_cast<Index>(element));
  } else {
    static_assert(BatchOfLists<std::vector<Element>>,
                  "elman::prepare: labels must be a list of integers, one of lists of integers, or elman::Labels");
    for (const auto label : element) visit(static_cast<Index>(label));
  }
}

/// visit(place, label) of a list of labels, a list of lists, or packed ones (place: the column).
template <class LabelList, class Visit>
void for_each_label(const LabelList& labels, const Visit& visit) {
  if constexpr (std::same_as<LabelList, Labels>) {
    for_each_label(labels.columns, visit);
  } else {
    const auto element = element_of(labels);
    for (Index place = 0; place < static_cast<Index>(std::ranges::size(labels)); ++place) {
      for_each_of(element(place), [&](Index label) { visit(place, label); });
    }
  }
}
template <class LabelList, class Places, class Visit>
void for_each_label_at(const LabelList& labels, const Places& places, const Visit& visit) {
  const auto element = element_of(labels);
  const auto size = static_cast<Index>(std::ranges::size(labels));
  for (const auto at : places) {
    const auto place = static_cast<Index>(at);
    require_that(place >= 0 && place < size, "class_weights: a place is ", place, "; expected at least 0 and below ",
                 size, ", the length of the list");
    for_each_of(element(place), [&](Index label) { visit(place, label); });
  }
}

inline std::vector<double> no_counts(Index classes) {
  require_that(classes >= 1, "class_weights: classes is ", classes, "; expected at least 1");
  return std::vector<double>(static_cast<std::size_t>(classes), 0.0);
}
inline void count_label(Index place, Index label, std::vector<double>& counts) {
  require_that(label >= 0 && label < std::ssize(counts), "class_weights: label ", place, " is ", label,
               "; expected at least 0 and below classes = ", std::ssize(counts));
  ++counts[static_cast<std::size_t>(label)];
}

/// counts ← n / (classes that occur · count).
inline std::vector<double> balanced(std::vector<double> counts) {
  double all = 0, occurring = 0;
  for (const double count : counts) {
    all += count;
    occurring += count > 0 ? 1 : 0;
  }
  require_that(all > 0, "class_weights: labels has no label that counts; expected at least 1");
  for (double& count : counts) {
    if (count > 0) count = all / (occurring * count);
  }
  return counts;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
