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
#include "split.hpp"

namespace example {

/// The share of the series of part.test whose class is that of their nearest neighbour in part.training.
inline double nearest_neighbour_accuracy(const Series& data, const Split& part) {
  elman::Index steps = 0;
  for (const std::size_t k : part.training) steps = (std::max)(steps, data.series[k].cols());
  std::vector<Series::Matrix> known;
  for (const std::size_t k : part.training) known.push_back(resampled(data.series[k], steps));
  std::size_t right = 0;
  for (const std::size_t k : part.test) {
    const Series::Matrix series = resampled(data.series[k], steps);
    float least = std::numeric_limits<float>::infinity();
    std::size_t nearest = 0;
    for (std::size_t place = 0; place < known.size(); ++place) {
      const float distance = (series - known[place]).squaredNorm();
      if (distance >= least) continue;
      least = distance;
      nearest = place;
    }
    right += static_cast<std::size_t>(data.labels[part.training[nearest]] == data.labels[k]);
  }
  return static_cast<double>(right) / static_cast<double>(part.test.size());
}

}  // namespace example
