// SPDX-License-Identifier: MIT
//
// One run of a classifier, from split to test accuracy, and what several runs come to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <iomanip>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "net_files.hpp"
#include "train_by_hand.hpp"

namespace example {

template <class Body>
struct Result {
  Net<Body> net;
  double accuracy;  ///< on the test split
};

/// "128 hidden", or "2 bidirectional layers of 128 hidden each way".
inline std::string describe(const Options& options) {
  std::string hidden = std::to_string(options.hidden) + " hidden";
  if (options.layers == 1 && !options.bidirectional) return hidden;
  return std::to_string(options.layers) + (options.bidirectional ? " bidirectional" : "") + " layer" +
         (options.layers > 1 ? "s" : "") + " of " + hidden + (options.bidirectional ? " each way" : "");
}

/// The accuracy of the net with weights of fewer bits (elman/deploy/frozen.hpp).
template <class Body, class Data>
void print_rounded(const Net<Body>& net, const Data& data, const Indices& test, Pooling pooling, std::ostream& report) {
  const auto accuracy = [&]<class Weight>(Weight) {
    return evaluate(elman::freeze<Weight>(net).net().thaw(), data, test, pooling).accuracy();
  };
  report << std::fixed << std::setprecision(4) << "with weights of 16 bits: " << accuracy(std::int16_t())
         << ", of 8 bits: " << accuracy(std::int8_t()) << ", of bfloat16: " << accuracy(elman::BFloat16()) << '\n'
         << std::defaultfloat;
}

/// Reports how well a net tells the classes of these examples, whose names are `classes`; returns the accuracy.
template <class Body, class Data>
double report_test(const Net<Body>& net, const Data& data, const std::vector<std::string>& classes, const Indices& test,
                   const std::string& unit, std::ostream& report, Pooling pooling = Pooling::last) {
  const Confusion confusion = evaluate(net, data, test, pooling);
  report << "true class (rows) and predicted class (columns) of the test " << unit << ":\n";
  confusion.print(report, classes);
  report << std::fixed << std::setprecision(4) << "test accuracy: " << confusion.accuracy() << '\n'
         << std::defaultfloat;
  print_rounded<Body>(net, data, test, pooling, report);
  return confusion.accuracy();
}

/// Makes a net of this body, trains it on split.training, reports on split.test and writes it, with what goes with it
/// beside its classes, where the options say. `unit` is what an example is called.
template <class Body, class Data>
Result<Body> run(const Data& data, const Body& body, const std::vector<std::string>& classes, const Split& split,
                 const Options& options, elman::Random& random, const std::string& unit, elman::Attachments attachments,
                 std::ostream& report) {
  const auto out = static_cast<elman::Index>(classes.size());
  Net<Body> net = make_net(body, out, options, random);
  report << split.training.size() << " training, " << split.validation.size() << " validation, " << split.test.size()
         << " test " << unit << "; " << net.in() << " inputs, " << describe(options) << ", " << out << " classes, "
         << elman::parameter_count(net) << " parameters, " << options.epochs << " epochs" << std::endl;
  Progress progress(options.epochs, split.training.size(), unit, report);
  train(net, data, split, options, random, progress);
  const double seconds = progress.seconds();
  report << std::fixed << std::setprecision(1) << "trained in " << seconds << " s, " << std::setprecision(0)
         << static_cast<double>(progress.trained()) / seconds << ' ' << unit << "/s\n";
  const double accuracy = report_test(net, data, classes, split.test, unit, report);
  attachments.strings["classes"] = classes;
  write_net(options.files, net, std::move(attachments));
  return {std::move(net), accuracy};
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
