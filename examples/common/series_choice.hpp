// SPDX-License-Identifier: MIT
//
// How a net reads series: what there is to choose from for series of a length, and which of two choices is better.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"
#include "series.hpp"

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
  for (const elman::Index k : training) {
    const elman::Index length = data.series[static_cast<std::size_t>(k)].cols();
    steps += static_cast<double>(length) / static_cast<double>(training.size());
    longest = (std::max)(longest, length);
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

/// The series as a net reads them by this choice; `together`: measured on those that are trained on, for
/// Scaling::together.
inline Series as_read(Series data, const Choice& choice, const std::optional<elman::prepare::Scaling>& together) {
  if (choice.scaling == Scaling::each) {
    normalise_each(data);
  } else {
    together.value().apply(data.series);
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

/// A choice and what cross-validation says of it.
struct Tried {
  Choice choice;
  double accuracy = 0;    ///< the share of the series whose class is told right by a net that was not trained on them
  double loss = 0;        ///< the mean of −log y[class] over them
  bool given_up = false;  ///< before all folds, because it could not come near the best

  bool operator<(const Tried& other) const {
    return accuracy != other.accuracy ? accuracy > other.accuracy : loss < other.loss;
  }
  /// The least accuracy that is not worse by more than the standard error of this one, which is that of a share p of n;
  /// with (n p + 1) / (n + 2) for p, so that it is not 0 at p = 1.
  double nearly(double n) const {
    const double p = (n * accuracy + 1) / (n + 2);
    return accuracy - std::sqrt(p * (1 - p) / n);
  }
};

}  // namespace example
