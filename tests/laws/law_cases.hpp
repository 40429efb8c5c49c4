// SPDX-License-Identifier: MIT
//
// The losses of the law-suite, each with random options and targets, and the oracle's L where it knows the options.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/reference.hpp"

namespace laws {

using elman::Index;

/// Sums the oracle's loss of every column.
template <class Scalar, class ColumnLoss>
Scalar sum_columns(const elman::ConstMatrixView<Scalar>& o, bool mean, double count, const ColumnLoss& column_loss) {
  Scalar sum(0);
  for (Index column = 0; column < o.cols(); ++column) {
    std::vector<Scalar> logits;
    for (Index k = 0; k < o.rows(); ++k) logits.push_back(o(k, column));
    sum += column_loss(logits, column).value;
  }
  return mean ? sum / static_cast<Scalar>(count) : sum;
}

template <class Scalar>
std::vector<Scalar> column_of(const Eigen::MatrixXd& targets, Index column) {
  std::vector<Scalar> result;
  for (Index k = 0; k < targets.rows(); ++k) result.push_back(static_cast<Scalar>(targets(k, column)));
  return result;
}

inline elman::loss::Reduction draw_reduction(elman::Random& random) {
  return random.below(2) == 0 ? elman::loss::Reduction::mean : elman::loss::Reduction::sum;
}

inline Eigen::MatrixXd draw_targets(elman::Random& random, Index out, Index columns, bool distribution) {
  Eigen::MatrixXd targets(out, columns);
  for (Index column = 0; column < columns; ++column) {
    for (Index k = 0; k < out; ++k) targets(k, column) = random.uniform() + 0.01;
    if (distribution) targets.col(column) /= targets.col(column).sum();
  }
  return targets;
}

inline elman::loss::CrossEntropyOptions draw_cross_entropy(elman::Random& random, Index out, bool& plain) {
  elman::loss::CrossEntropyOptions options{.reduction = draw_reduction(random)};
  plain = random.below(2) == 0;
  if (plain) return options;
  if (random.below(2) == 0) {
    for (Index k = 0; k < out; ++k) options.class_weights.push_back(random.uniform(0.2, 2.0));
  }
  if (random.below(2) == 0) options.label_smoothing = random.uniform(0.05, 0.5);
  return options;
}

struct CrossEntropyLabels {
  using Output = elman::Softmax;
  using Targets = std::vector<Index>;
  static std::pair<elman::loss::CrossEntropy, Targets> draw(elman::Random& random, Index out, Index columns) {
    bool plain = false;
    auto options = draw_cross_entropy(random, out, plain);
    Targets labels;
    for (Index column = 0; column < columns; ++column) labels.push_back(random.below(out));
    if (!plain && columns > 3) labels[1] = options.ignored_label;
    return {elman::loss::CrossEntropy(std::move(options)), labels};
  }
  template <class Scalar>
  static std::optional<Scalar> value(const elman::loss::CrossEntropy& loss, const elman::ConstMatrixView<Scalar>& o,
                                     const Targets& labels) {
    if (!loss.options().class_weights.empty() || loss.options().label_smoothing > 0) return std::nullopt;
    double count = 0;
    for (const Index label : labels) count += label >= 0;
    return sum_columns<Scalar>(o, loss.options().reduction == elman::loss::Reduction::mean, count,
                               [&](const std::vector<Scalar>& logits, Index column) -> reference::ColumnLoss<Scalar> {
                                 const Index label = labels[static_cast<std::size_t>(column)];
                                 if (label < 0) return {Scalar(0), {}};
                                 return reference::cross_entropy(logits, label);
                               });
  }
};

struct CrossEntropyDistributions {
  using Output = elman::Softmax;
  using Targets = Eigen::MatrixXd;
  static std::pair<elman::loss::CrossEntropy, Targets> draw(elman::Random& random, Index out, Index columns) {
    bool plain = false;
    auto options = draw_cross_entropy(random, out, plain);
    return {elman::loss::CrossEntropy(std::move(options)), draw_targets(random, out, columns, true)};
  }
  template <class Scalar>
  static std::optional<Scalar> value(const elman::loss::CrossEntropy&, const elman::ConstMatrixView<Scalar>&,
                                     const Targets&) {
    return std::nullopt;
  }
};

struct SquaredError {
  using Output = elman::Identity;
  using Targets = Eigen::MatrixXd;
  static std::pair<elman::loss::SquaredError, Targets> draw(elman::Random& random, Index out, Index columns) {
    return {elman::loss::SquaredError({.reduction = draw_reduction(random)}),
            draw_targets(random, out, columns, false)};
  }
  template <class Scalar>
  static std::optional<Scalar> value(const elman::loss::SquaredError& loss, const elman::ConstMatrixView<Scalar>& o,
                                     const Targets& targets) {
    return sum_columns<Scalar>(o, loss.options().reduction == elman::loss::Reduction::mean,
                               static_cast<double>(o.size()), [&](const std::vector<Scalar>& logits, Index column) {
                                 return reference::squared_error(logits, column_of<Scalar>(targets, column));
                               });
  }
};

struct BinaryCrossEntropy {
  using Output = elman::Sigmoid;
  using Targets = Eigen::MatrixXd;
  static std::pair<elman::loss::BinaryCrossEntropy, Targets> draw(elman::Random& random, Index out, Index columns) {
    elman::loss::BinaryCrossEntropyOptions options{.reduction = draw_reduction(random)};
    if (random.below(2) == 0) {
      for (Index k = 0; k < out; ++k) options.positive_weights.push_back(random.uniform(0.2, 2.0));
    }
    Eigen::MatrixXd targets = draw_targets(random, out, columns, false);
    targets = targets.cwiseMin(1.0);
    return {elman::loss::BinaryCrossEntropy(std::move(options)), targets};
  }
  template <class Scalar>
  static std::optional<Scalar> value(const elman::loss::BinaryCrossEntropy& loss,
                                     const elman::ConstMatrixView<Scalar>& o, const Targets& targets) {
    if (!loss.options().positive_weights.empty()) return std::nullopt;
    return sum_columns<Scalar>(o, loss.options().reduction == elman::loss::Reduction::mean,
                               static_cast<double>(o.size()), [&](const std::vector<Scalar>& logits, Index column) {
                                 return reference::binary_cross_entropy(logits, column_of<Scalar>(targets, column));
                               });
  }
};

}  // namespace laws
