// SPDX-License-Identifier: MIT
//
// Which class was taken for which: the table of true against predicted classes, and the accuracy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <iomanip>
#include <ostream>
#include <string>
#include <vector>

namespace example {

class Confusion {
 public:
  explicit Confusion(elman::Index classes) { counts_.setZero(classes, classes); }

  /// Counts examples: `scores` has a column each, in the order of `labels`; its largest row is the prediction.
  template <class Scores>
  void add(const Scores& scores, const std::vector<elman::Index>& labels) {
    for (elman::Index k = 0; k < scores.cols(); ++k) {
      elman::Index predicted = 0;
      scores.col(k).maxCoeff(&predicted);
      ++counts_(labels[static_cast<std::size_t>(k)], predicted);
    }
  }

  elman::Index examples() const { return counts_.sum(); }

  /// The share of examples whose class was predicted, 0 … 1.
  double accuracy() const { return static_cast<double>(counts_.trace()) / static_cast<double>(examples()); }

  /// Rows: the true class; columns, in the same order: the predicted one; last, the share of the row that is right.
  void print(std::ostream& out, const std::vector<std::string>& names) const {
    constexpr std::size_t shown = 7;  // letters of a name that stand over a column
    std::size_t widest = 0;
    for (const std::string& name : names) widest = (std::max)(widest, name.size());
    const auto indent = static_cast<int>(widest) + 2;
    out << std::left << std::setw(indent) << "" << std::right;
    for (const std::string& name : names) out << std::setw(shown + 1) << name.substr(0, shown);
    out << "   right\n";
    for (elman::Index row = 0; row < counts_.rows(); ++row) {
      out << std::left << std::setw(indent) << names[static_cast<std::size_t>(row)] << std::right;
      for (elman::Index col = 0; col < counts_.cols(); ++col) out << std::setw(shown + 1) << counts_(row, col);
      const auto of_class =
          static_cast<double>((std::max)(counts_.row(row).sum(), elman::Index{1}));  // 0 if it has none
      const double right = static_cast<double>(counts_(row, row)) / of_class;
      out << std::setw(7) << std::fixed << std::setprecision(1) << 100 * right << " %\n" << std::defaultfloat;
    }
  }

 private:
  Eigen::Matrix<elman::Index, Eigen::Dynamic, Eigen::Dynamic> counts_;
};

}  // namespace example
