// SPDX-License-Identifier: MIT
//
// Weights of classes of which some are rare, so that all have the same share of a loss: the rule that scikit-learn
// calls balanced, w = n / (classes · count) for n labels of so many classes.
//
//   loss::CrossEntropy loss{{.class_weights = prepare::class_weights(labels, 10, parts.training)}};
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <vector>

#include "elman/check.hpp"
#include "elman/prepare/detail/labels.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace prepare {

/// Of class_weights.
struct ClassWeightOptions {
  Index ignored_label = -100;  ///< any; labels of this number are not counted, as in loss::CrossEntropyOptions
};

/// w of each of so many classes. A class that never occurs has 0 and is none of those that are divided by: the mean of
/// w over the labels is 1 in any case. Labels: a list of integers, one of lists of them (one a step), or packed.
/// Throws if classes is less than 1, a label is none of them, or there is no label.
template <class LabelList>
std::vector<double> class_weights(const LabelList& labels, Index classes, const ClassWeightOptions& options = {}) {
  std::vector<double> counts = detail::no_counts(classes);
  detail::for_each_label(labels, [&](Index place, Index label) {
    if (label != options.ignored_label) detail::count_label(place, label, counts);
  });
  return detail::balanced(counts);
}
/// Of the labels, or lists of labels, at these places: those that are trained on.
template <class LabelList, detail::ListOfPlaces Places>
std::vector<double> class_weights(const LabelList& labels, Index classes, const Places& places,
                                  const ClassWeightOptions& options = {}) {
  std::vector<double> counts = detail::no_counts(classes);
  detail::for_each_label_at(labels, places, [&](Index place, Index label) {
    if (label != options.ignored_label) detail::count_label(place, label, counts);
  });
  return detail::balanced(counts);
}

}  // namespace prepare
}  // namespace ELMAN_ABI
}  // namespace elman
