// SPDX-License-Identifier: MIT
//
// Which class was taken for which, as a table.
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

/// Counts of elman::metric::ConfusionMatrix, where no column has a weight. Rows: the true class; columns, in the same
/// order: the predicted one; last, the share of the row that is right. Over the columns stand the names, or, where a
/// table so wide would not fit in `columns`, numbers that the rows begin with too.
inline void print_confusion(std::ostream& out, const Eigen::MatrixXd& counts, const std::vector<std::string>& names,
                            std::size_t columns) {
  constexpr std::size_t right_width = 9;  // "  100.0 %"
  const auto count_text = [](double count) { return std::to_string(static_cast<elman::Index>(count)); };
  // Of column k: room for its head, or its largest count, and two blanks.
  const auto cell_width = [&](std::size_t k, const std::string& head) {
    const double largest = counts.col(static_cast<elman::Index>(k)).maxCoeff();
    return 2 + (std::max)(columns_of(head), count_text(largest).size());
  };
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
  for (elman::Index row = 0; row < counts.rows(); ++row) {
    const std::string& name = rows[static_cast<std::size_t>(row)];
    out << name;
    blanks(widest, name);
    for (std::size_t k = 0; k < heads.size(); ++k) {
      out << std::setw(static_cast<int>(cell_width(k, heads[k])))
          << count_text(counts(row, static_cast<elman::Index>(k)));
    }
    const double right = counts(row, row) / (std::max)(counts.row(row).sum(), 1.0);  // 0 if it has none
    out << std::setw(right_width - 2) << std::fixed << std::setprecision(1) << 100 * right << " %\n"
        << std::defaultfloat;
  }
}
inline void print_confusion(std::ostream& out, const Eigen::MatrixXd& counts, const std::vector<std::string>& names) {
  const int terminal = terminal_of(out);
  print_confusion(out, counts, names, terminal >= 0 ? terminal_width(terminal) : 120);
}

}  // namespace example
