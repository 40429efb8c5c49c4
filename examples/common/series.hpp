// SPDX-License-Identifier: MIT
//
// Labelled multivariate series, a column a step, and what is done with them before a net reads them: scaling, and
// several neighbouring steps in one column.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace example {

using Split = elman::prepare::Split;
using Indices = elman::prepare::Indices;

struct Series {
  using Matrix = elman::Columns<float, elman::Dynamic>;

  std::vector<std::string> names;  ///< of the classes
  std::vector<Matrix> series;      ///< dimensions × steps each
  std::vector<elman::Index> labels;

  std::size_t size() const { return series.size(); }
  elman::Index dimensions() const { return series.front().rows(); }
  /// The data set of a classifier; refers to the series.
  auto examples() const { return elman::train::Examples{series, labels}; }
};

/// Numbers the classes as `names` has them; `whose`: who has named them. Throws std::runtime_error, naming the file, if
/// it has a class that is not among them.
inline void relabel(Series& data, const std::vector<std::string>& names, const std::string& path,
                    const std::string& whose) {
  std::vector<elman::Index> label_of;  // by the label before
  for (const std::string& name : data.names) {
    const auto place = std::ranges::find(names, name);
    if (place == names.end()) {
      throw std::runtime_error(std::string(path)
                                   .append(": class '")
                                   .append(name)
                                   .append("' is not one that ")
                                   .append(whose)
                                   .append(" names"));
    }
    label_of.push_back(place - names.begin());
  }
  for (elman::Index& label : data.labels) label = label_of[static_cast<std::size_t>(label)];
  data.names = names;
}

/// Puts the series of another file behind those of `data`; it may name the classes in another order, or only some.
/// Throws std::runtime_error if it has a class that `data` has not, or another number of dimensions.
inline void append(Series& data, Series other, const std::string& path) {
  if (other.dimensions() != data.dimensions()) {
    throw std::runtime_error(path + ": " + std::to_string(other.dimensions()) + " dimensions; expected " +
                             std::to_string(data.dimensions()) + " as --train has");
  }
  relabel(other, data.names, path, "@classLabel of --train");
  data.series.insert(data.series.end(), other.series.begin(), other.series.end());
  data.labels.insert(data.labels.end(), other.labels.begin(), other.labels.end());
}

/// Throws std::runtime_error, naming the file, if series of fewer than two classes are in it.
inline void check_classes(const Series& data, const std::string& path) {
  const auto [least, most] = std::ranges::minmax(data.labels);
  if (least != most) return;
  throw std::runtime_error(path + ": all series are of class '" + data.names[static_cast<std::size_t>(least)] +
                           "'; expected series of at least 2 classes");
}

/// Brings every series by itself to mean 0 and standard deviation 1 in each dimension, over its own steps.
inline void normalise_each(Series& data) {
  for (auto& series : data.series) elman::prepare::Scaling::standard(series).apply(series);
}

/// K neighbouring steps in a column, the earliest on top: dimensions × steps become K · dimensions × ⌈steps / K⌉. Where
/// the last column is not full, the last step fills it.
inline Series::Matrix with_steps_together(const Series::Matrix& series, elman::Index K) {
  const elman::Index columns = (series.cols() + K - 1) / K;
  Series::Matrix filled(series.rows(), columns * K);
  filled.leftCols(series.cols()) = series;
  filled.rightCols(filled.cols() - series.cols()).colwise() = series.col(series.cols() - 1);
  return filled.reshaped(series.rows() * K, columns);
}

/// As many steps as asked for, at even distances, by linear interpolation; the first and the last stay.
inline Series::Matrix resampled(const Series::Matrix& series, elman::Index steps) {
  Series::Matrix result(series.rows(), steps);
  const double distance = steps > 1 ? static_cast<double>(series.cols() - 1) / static_cast<double>(steps - 1) : 0;
  for (elman::Index t = 0; t < steps; ++t) {
    const double at = distance * static_cast<double>(t);
    const auto left = (std::min)(static_cast<elman::Index>(at), series.cols() - 1);
    const auto right = (std::min)(left + 1, series.cols() - 1);
    const auto share = static_cast<float>(at - static_cast<double>(left));
    result.col(t) = (1 - share) * series.col(left) + share * series.col(right);
  }
  return result;
}

}  // namespace example
