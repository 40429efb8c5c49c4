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

#include "terminal.hpp"

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
  /// Over the columns stand the names, or, where a table so wide would not fit, numbers that the rows begin with too.
  void print(std::ostream& out, const std::vector<std::string>& names) const {
    const int terminal = terminal_of(out);
    print(out, names, terminal >= 0 ? terminal_width(terminal) : 120);
  }
  void print(std::ostream& out, const std::vector<std::string>& names, std::size_t columns) const {
    constexpr std::size_t right_width = 9;  // "  100.0 %"
    std::size_t widest = 0, wide = right_width;
    for (const std::string& name : names) widest = (std::max)(widest, columns_of(name));
    for (std::size_t k = 0; k < names.size(); ++k) wide += cell_width(k, names[k]);
    const bool numbered = widest + wide > columns;
    std::vector<std::string> heads = names, rows = names;
    for (std::size_t k = 0; numbered && k < names.size(); ++k) {
      heads[k] = std::to_string(k + 1);
      rows[k] = heads[k] + ' ' + names[k];
      widest = (std::max)(widest, columns_of(rows[k]));
    }
    const auto blanks = [&out](std::size_t width, const std::string& text) {
      out << std::string(width - (std::min)(width, columns_of(text)), ' ');
    };
    blanks(widest, "");
    for (std::size_t k = 0; k < heads.size(); ++k) {
      blanks(cell_width(k, heads[k]), heads[k]);
      out << heads[k];
    }
    out << "    right\n";
    for (elman::Index row = 0; row < counts_.rows(); ++row) {
      const std::string& name = rows[static_cast<std::size_t>(row)];
      out << name;
      blanks(widest, name);
      for (elman::Index col = 0; col < counts_.cols(); ++col) {
        const auto k = static_cast<std::size_t>(col);
        out << std::setw(static_cast<int>(cell_width(k, heads[k]))) << counts_(row, col);
      }
      const auto of_class =
          static_cast<double>((std::max)(counts_.row(row).sum(), elman::Index{1}));  // 0 if it has none
      const double right = static_cast<double>(counts_(row, row)) / of_class;
      out << std::setw(right_width - 2) << std::fixed << std::setprecision(1) << 100 * right << " %\n"
          << std::defaultfloat;
    }
  }

 private:
  /// Of column k: room for its head, or its largest count, and two blanks.
  std::size_t cell_width(std::size_t k, const std::string& head) const {
    const elman::Index largest = counts_.col(static_cast<elman::Index>(k)).maxCoeff();
    return 2 + (std::max)(columns_of(head), std::to_string(largest).size());
  }

  Eigen::Matrix<elman::Index, Eigen::Dynamic, Eigen::Dynamic> counts_;
};

}  // namespace example
