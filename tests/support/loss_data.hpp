// SPDX-License-Identifier: MIT
//
// A tape without a net, for tests of losses, and the logits and targets of reference/losses.py.
#pragma once

#include <utility>
#include <vector>

#include "elman/types.hpp"

using elman::Index;

/// Given logits, their outputs, and room for ∂L/∂o, which starts as `untouched`.
template <class Scalar_, class Output_>
class LossTape {
 public:
  using Scalar = Scalar_;
  using Output = Output_;
  using M = elman::Matrix<Scalar, elman::Dynamic, elman::Dynamic>;
  static constexpr int untouched = 7;

  explicit LossTape(M logits) : o_(std::move(logits)), y_(o_.rows(), o_.cols()) {
    Output{}(o_, y_);
    d_o_.setConstant(o_.rows(), o_.cols(), Scalar(untouched));
  }

  const M& o() const { return o_; }
  const M& y() const { return y_; }
  M& d_o() { return d_o_; }
  const M& d_o() const { return d_o_; }

  bool is_untouched() const { return (d_o_.array() == Scalar(untouched)).all(); }

 private:
  M o_, y_, d_o_;
};

namespace loss_data {

inline constexpr Index out = 4;
inline constexpr Index columns = 5;
inline const std::vector<Index> labels{2, 0, 3, 0, 1};
inline const std::vector<double> weights{0.5, 1.0, 2.0, 0.25};

template <class Function>
Eigen::MatrixXd table(const Function& function) {
  Eigen::MatrixXd result(out, columns);
  for (Index r = 0; r < columns; ++r) {
    for (Index k = 0; k < out; ++k) result(k, r) = static_cast<double>(function(k, r));
  }
  return result;
}

inline Eigen::MatrixXd logits() {
  return table([](Index k, Index r) { return (7 * k + 5 * r + k * r) % 11 - 5; }) / 2;
}
/// Not normalised: a loss must not assume it.
inline Eigen::MatrixXd distributions() {
  return table([](Index k, Index r) { return (3 * k + 2 * r + 1) % 5 + 1; }) / 16;
}
inline Eigen::MatrixXd targets() {
  return table([](Index k, Index r) { return (3 * k + 2 * r + 1) % 5; }) / 4;
}

/// A row of losses.hpp as ∂L/∂o.
inline Eigen::Map<const Eigen::MatrixXd> gradient(const double (&row)[20]) { return {row, out, columns}; }

}  // namespace loss_data
