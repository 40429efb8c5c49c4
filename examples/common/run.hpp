// SPDX-License-Identifier: MIT
//
// What the classifiers print: of the data and the net, of the test, and what several runs come to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <iomanip>
#include <numeric>
#include <ostream>
#include <string>
#include <vector>

#include "classifier.hpp"
#include "confusion.hpp"

namespace example {

/// "128 hidden", or "2 bidirectional layers of 128 hidden each way".
inline std::string describe(const Options& options) {
  std::string hidden = std::to_string(options.hidden) + " hidden";
  if (options.layers == 1 && !options.bidirectional) return hidden;
  return std::to_string(options.layers) + (options.bidirectional ? " bidirectional" : "") + " layer" +
         (options.layers > 1 ? "s" : "") + " of " + hidden + (options.bidirectional ? " each way" : "");
}

/// Before the training. `unit` is what an example is called.
template <class Net>
void report_net(const Net& net, const Split& parts, const Options& options, const std::string& unit,
                std::ostream& report) {
  report << parts.training.size() << " training, " << parts.validation.size() << " validation, " << parts.test.size()
         << " test " << unit << "; " << net.in() << " inputs, " << describe(options) << ", " << net.out()
         << " classes, " << elman::parameter_count(net) << " parameters, " << options.epochs << " epochs" << std::endl;
}

/// The accuracy of the net with weights of fewer bits (elman/deploy/frozen.hpp).
template <class Net, class Data>
void report_rounded(const Net& net, const Data& test, Pooling pooling, std::ostream& report) {
  const auto accuracy = [&]<class Weight>(Weight) {
    return tested(elman::freeze<Weight>(net).net().thaw(), test, pooling).accuracy();
  };
  report << std::fixed << std::setprecision(4) << "with weights of 16 bits: " << accuracy(std::int16_t())
         << ", of 8 bits: " << accuracy(std::int8_t()) << ", of bfloat16: " << accuracy(elman::BFloat16()) << '\n'
         << std::defaultfloat;
}

inline void report_confusion(const elman::metric::ConfusionMatrix& matrix, const std::vector<std::string>& classes,
                             const std::string& unit, std::ostream& report) {
  report << "true class (rows) and predicted class (columns) of the test " << unit << ":\n";
  print_confusion(report, matrix.counts(), classes);
  report << std::fixed << std::setprecision(4) << "test accuracy: " << matrix.accuracy() << '\n' << std::defaultfloat;
}

/// How well a net tells the classes of these examples, whose names are `classes`.
template <class Net, class Data>
elman::metric::ConfusionMatrix report_test(const Net& net, const Data& test, const std::vector<std::string>& classes,
                                           const std::string& unit, std::ostream& report,
                                           Pooling pooling = Pooling::last) {
  elman::metric::ConfusionMatrix matrix = tested(net, test, pooling);
  report_confusion(matrix, classes, unit, report);
  report_rounded(net, test, pooling, report);
  return matrix;
}

/// What --plot asks for.
inline void plot_classifier(const FileOptions& files, const Training& training,
                            const elman::metric::ConfusionMatrix& matrix, const std::vector<std::string>& classes) {
  write_picture(files, training.history, [&](Picture& picture) { picture.confusion(matrix.counts(), classes); });
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
