// SPDX-License-Identifier: MIT
//
// One run of either example, from split to test accuracy, and what several runs come to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <iomanip>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "train.hpp"

namespace example {

struct Result {
  Cell cell;
  double accuracy;  ///< on the test split
};

/// Makes a net of `in` inputs, trains it on split.training and reports on split.test. `classes` are the names, `unit`
/// is what an example is called.
template <class Data>
Result run(const Data& data, elman::Index in, const std::vector<std::string>& classes, const Split& split,
           const Options& options, elman::Random& random, const std::string& unit, std::ostream& report) {
  const auto out = static_cast<elman::Index>(classes.size());
  Cell cell = make_cell(in, out, options, random);
  report << split.training.size() << " training, " << split.validation.size() << " validation, " << split.test.size()
         << " test " << unit << "; " << in << " inputs, " << options.hidden << " hidden, " << out << " classes, "
         << elman::parameter_count(cell) << " parameters, " << options.epochs << " epochs" << std::endl;
  Progress progress(options.epochs, split.training.size(), unit, report);
  train(cell, data, split, options, random, progress);
  const double seconds = progress.seconds();
  const Confusion confusion = evaluate(cell, data, split.test);
  const double rate = static_cast<double>(options.epochs * split.training.size()) / seconds;
  report << std::fixed << std::setprecision(1) << "trained in " << seconds << " s, " << std::setprecision(0) << rate
         << ' ' << unit << "/s\n"
         << "true class (rows) and predicted class (columns) of the test " << unit << ":\n";
  confusion.print(report, classes);
  report << std::fixed << std::setprecision(4) << "test accuracy: " << confusion.accuracy() << '\n'
         << std::defaultfloat;
  return {std::move(cell), confusion.accuracy()};
}

/// Mean and median over several runs; nothing for one.
inline void summarise(std::vector<double> accuracies, std::ostream& report) {
  if (accuracies.size() < 2) return;
  std::ranges::sort(accuracies);
  const std::size_t count = accuracies.size();
  const double mean = std::accumulate(accuracies.begin(), accuracies.end(), 0.0) / static_cast<double>(count);
  const double median = (accuracies[(count - 1) / 2] + accuracies[count / 2]) / 2;
  report << std::fixed << std::setprecision(4) << "mean of " << count << " runs: " << mean << "  median: " << median
         << '\n'
         << std::defaultfloat;
}

}  // namespace example
