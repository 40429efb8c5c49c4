// SPDX-License-Identifier: MIT
//
// The outputs and targets of reference/sklearn/metrics.py.
#pragma once

#include <utility>
#include <vector>

#include "elman/types.hpp"
#include "support/loss_data.hpp"

namespace metric_data {

inline constexpr Index out = 6;  ///< classes
inline constexpr Index columns = 24;
inline constexpr Index ignored = 1;  ///< a label

template <class Function>
Eigen::MatrixXd table(Index rows, const Function& function) {
  Eigen::MatrixXd result(rows, columns);
  for (Index r = 0; r < columns; ++r) {
    for (Index k = 0; k < rows; ++k) result(k, r) = static_cast<double>(function(k, r));
  }
  return result;
}

/// Class 3 never occurs, class 4 is never predicted, class 5 neither; some columns have equal outputs.
inline Eigen::MatrixXd logits() {
  return table(out, [](Index k, Index r) { return (7 * k + 5 * r + k * r * r) % 11 - 5 - (k >= 4 ? 12 : 0); }) / 4;
}
inline std::vector<Index> labels() {
  const Index of[]{0, 1, 2, 4, 2, 1};
  std::vector<Index> result;
  for (Index r = 0; r < columns; ++r) result.push_back(of[(r + r / 6) % 6]);
  return result;
}
/// Some of them 0.
inline std::vector<double> weights() {
  std::vector<double> result;
  for (Index r = 0; r < columns; ++r) result.push_back(static_cast<double>(r % 4) / 2);
  return result;
}
inline const std::vector<double> unit_weights(columns, 1.0);

inline Eigen::MatrixXd scores() {
  return table(3, [](Index k, Index r) { return (5 * r + 3 * k + r * k) % 9 - 4; }) / 2;
}
inline Eigen::MatrixXd yes() {
  return table(3, [](Index k, Index r) { return (r * r + k * r + k + r / 4) % 3 == 0; });
}

inline Eigen::MatrixXd outputs() {
  return table(3, [](Index k, Index r) { return (5 * r + 3 * k + r * k) % 13 - 6; }) / 4;
}
inline Eigen::MatrixXd numbers() {
  return outputs() + table(3, [](Index k, Index r) { return (7 * r + k) % 5 - 2; }) / 8;
}

/// These columns of a matrix, and these entries of a list.
inline Eigen::MatrixXd part(const Eigen::MatrixXd& matrix, Index begin, Index end) {
  return matrix.middleCols(begin, end - begin);
}
template <class Number>
std::vector<Number> part(const std::vector<Number>& list, Index begin, Index end) {
  return {list.begin() + begin, list.begin() + end};
}

/// add(begin, end) for batches of several sizes, which are all columns together.
template <class Add>
void in_batches(const Add& add) {
  for (const auto& [begin, end] : {std::pair<Index, Index>{0, 7}, {7, 8}, {8, columns}}) add(begin, end);
}

}  // namespace metric_data
