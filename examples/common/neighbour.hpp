// SPDX-License-Identifier: MIT
//
// What a classifier of series has to be held against: a test series is of the class of the training series that is
// nearest, by the Euclidean distance of all values, both resampled to as many steps as the longest training series has.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <limits>
#include <vector>

#include "series.hpp"

namespace example {

/// The share of the series of part.test whose class is that of their nearest neighbour in part.training.
inline double nearest_neighbour_accuracy(const Series& data, const Split& part) {
  const auto series_of = [&](elman::Index k) -> const Series::Matrix& {
    return data.series[static_cast<std::size_t>(k)];
  };
  const auto label_of = [&](elman::Index k) { return data.labels[static_cast<std::size_t>(k)]; };
  elman::Index steps = 0;
  for (const elman::Index k : part.training) steps = (std::max)(steps, series_of(k).cols());
  std::vector<Series::Matrix> known;
  for (const elman::Index k : part.training) known.push_back(resampled(series_of(k), steps));
  std::size_t right = 0;
  for (const elman::Index k : part.test) {
    const Series::Matrix series = resampled(series_of(k), steps);
    float least = std::numeric_limits<float>::infinity();
    std::size_t nearest = 0;
    for (std::size_t place = 0; place < known.size(); ++place) {
      const float distance = (series - known[place]).squaredNorm();
      if (distance >= least) continue;
      least = distance;
      nearest = place;
    }
    right += static_cast<std::size_t>(label_of(part.training[nearest]) == label_of(k));
  }
  return static_cast<double>(right) / static_cast<double>(part.test.size());
}

}  // namespace example
