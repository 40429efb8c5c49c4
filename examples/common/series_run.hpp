// SPDX-License-Identifier: MIT
//
// One run of the classifier of series: the choice of how they are read, several nets that are asked together, their
// accuracy, and that of the nearest neighbour beside it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "body.hpp"
#include "checkpoint.hpp"
#include "classifier.hpp"
#include "neighbour.hpp"
#include "net_files.hpp"
#include "options.hpp"
#include "run.hpp"
#include "series_choice.hpp"
#include "series_file.hpp"
#include "series_search.hpp"

namespace example {

struct SeriesOptions {
  std::string train, test;
  Fill fill = Fill::none;
  std::size_t folds = 0;
  Given given;
  std::size_t choose_folds = 5;  ///< 0: nothing is tried
  std::size_t nets = 6;
};

/// The sum of the nets' probabilities, a column a test series: with their own weights, and with those rounded to 16
/// bits, 8 bits and bfloat16.
using Votes = std::array<MeanPooling::Matrix, 4>;

/// One of them as a metric takes it.
struct Vote {
  using Scalar = float;
  using Output = elman::Softmax;
  const MeanPooling::Matrix& sum;
  const MeanPooling::Matrix& o() const { return sum; }
  const MeanPooling::Matrix& y() const { return sum; }
};

/// What was chosen by the training that the checkpoint is of.
inline Choice kept_choice(const SeriesOptions& files, const Series& data, const Indices& training,
                          const FileOptions& net_files) {
  const std::string text = kept_setting(net_files, "chosen ");
  for (Choice choice : choices(data, training, files.given)) {
    for (const Scaling scaling : {choice.scaling, Scaling::each}) {
      choice.scaling = scaling;
      if (choice.text() == text) return choice;
    }
  }
  throw std::runtime_error(net_files.checkpoint + ": is of a training with " + (text.empty() ? "no choice" : text) +
                           ", which these series and options do not lead to");
}

inline std::vector<Choice> chosen(const SeriesOptions& files, const Series& data, const Indices& training,
                                  const Options& options, std::uint64_t seed) {
  if (options.files.resume) return {kept_choice(files, data, training, options.files)};
  if (files.choose_folds == 0) return {choices(data, training, files.given).front()};
  std::cout << "accuracy and loss on training series that were held out:" << std::endl;
  return choose(data, training, files.given, options, files.choose_folds, seed, [](const Tried& tried) {
    std::cout << "  " << tried.choice.text() << ": " << std::fixed << std::setprecision(3) << tried.accuracy
              << ", loss " << tried.loss << (tried.given_up ? ", given up" : "") << std::endl;
  });
}

template <class Body>
void add_votes(const Net<Body>& net, const Series& series, const Indices& test, Pooling pooling, Votes& votes) {
  const auto add = [&](const auto& voter, std::size_t k) {
    const MeanPooling::Matrix y = probabilities(voter, series, test, pooling);
    votes[k] = votes[k].size() == 0 ? y : votes[k] + y;
  };
  add(net, 0);
  add(elman::freeze<std::int16_t>(net).net().thaw(), 1);
  add(elman::freeze<std::int8_t>(net).net().thaw(), 2);
  add(elman::freeze<elman::BFloat16>(net).net().thaw(), 3);
}

/// How x is made of a series, for whoever uses the net that is written.
inline std::string recipe(const Choice& choice) {
  return "// column k of x: steps K k to K k + K - 1 of all dimensions, one step below the other, K = " +
         std::to_string(choice.per_step) + ";\n// every dimension with mean 0 and standard deviation 1 over " +
         (choice.scaling == Scaling::each ? "the series" : "all steps trained on") + "; class: the largest row of o, " +
         (choice.pooling == Pooling::mean ? "the mean of o over all columns" : "read after the last column") + "\n";
}

/// The same for whoever reads the file that is written.
inline elman::Attachments attachments(const Series& data, const Choice& choice, const Indices& training) {
  elman::Attachments all{.strings = {{"classes", data.names},
                                     {"per_step", number_text(choice.per_step)},
                                     {"pooling", {choice.pooling == Pooling::mean ? "mean" : "last"}},
                                     {"scaling", {choice.scaling == Scaling::each ? "each" : "together"}}}};
  if (choice.scaling == Scaling::together) {
    all.tensors = elman::prepare::Scaling::standard(data.series, training).tensors();
  }
  return all;
}

/// How well the net of a file tells the classes of --test.
inline void use_loaded(const SeriesOptions& files, const NetFile& file) {
  if (files.test.empty())
    throw std::runtime_error("--load tells the classes of the series of --test FILE; expected one");
  with_body(1, {.bidirectional = file.has_layer("Bidirectional")}, [&]<class Body>(const Body&) {
    const auto net = file.net<Net<Body>>();
    const Choice choice{
        .per_step = file.number<elman::Index>("per_step"),
        .pooling = file.choice<Pooling>("pooling", {{"last", Pooling::last}, {"mean", Pooling::mean}}),
        .scaling = file.choice<Scaling>("scaling", {{"each", Scaling::each}, {"together", Scaling::together}})};
    const elman::Index dimensions = net.in() / (std::max)(choice.per_step, elman::Index{1});
    file.check(dimensions > 0 && dimensions * choice.per_step == net.in(),
               "has " + std::to_string(net.in()) + " inputs, which are no " + std::to_string(choice.per_step) +
                   " steps of a series");
    std::optional<elman::prepare::Scaling> together;
    if (choice.scaling == Scaling::together) {
      together = file.scaling();
      file.check(together->rows() == dimensions,
                 "scales " + std::to_string(together->rows()) + " dimensions of " + std::to_string(dimensions));
    }
    Series data = SeriesReader::read(files.test, files.fill);
    if (data.dimensions() != dimensions) {
      throw std::runtime_error(files.test + ": " + std::to_string(data.dimensions()) + " dimensions; expected " +
                               std::to_string(dimensions) + " as " + file.path() + " reads");
    }
    relabel(data, file.classes(net.out()), files.test, file.path());
    data = as_read(data, choice, together);
    report_test(net, data.examples(), data.names, "series", std::cout, choice.pooling);
  });
}

/// From the choice to the accuracy on part.test, which it returns.
inline double run_series(const SeriesOptions& files, const Series& data, const Split& part, Options options,
                         elman::Random& random) {
  std::cout << part.training.size() << " training, " << part.validation.size() << " validation, " << part.test.size()
            << " test series; " << data.dimensions() << " dimensions, " << data.names.size() << " classes; nets of "
            << describe(options) << std::endl;
  const std::vector<Choice> best = chosen(files, data, part.training, options, random());
  for (const Choice& choice : best) std::cout << "chosen: " << choice.text() << std::endl;
  options.files.settings.push_back("chosen " + best.front().text());
  Votes votes;
  Training training;  // of the last net
  for (std::size_t k = 0; k < files.nets; ++k) {
    const Choice& choice = best[k % best.size()];
    const std::string name = "net " + std::to_string(k + 1) + '/' + std::to_string(files.nets);
    const auto begin = std::chrono::steady_clock::now();
    fit(data, part, choice, options, random, name,
        [&](const auto& net, const Series& series, const Training& told, const Options& used) {
          const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
          std::cout << name << ", --per-step " << choice.per_step << ": " << net.in() << " inputs, "
                    << elman::parameter_count(net) << " parameters, " << used.epochs << " epochs, " << std::fixed
                    << std::setprecision(1) << seconds.count() << " s" << std::endl;
          training = told;
          add_votes(net, series, part.test, used.pooling, votes);
          write_net(used.files, net, attachments(data, choice, part.training), recipe(choice));
        });
  }

  const elman::train::Subset test{data.examples(), part.test};
  std::vector<elman::Index> labels;
  for (elman::Index k = 0; k < test.size(); ++k) labels.push_back(test.target(k));
  const auto matrix_of = [&](const MeanPooling::Matrix& votes_of) {
    elman::metric::ConfusionMatrix matrix;
    matrix.add(Vote{votes_of}, labels);
    return matrix;
  };
  const elman::metric::ConfusionMatrix matrix = matrix_of(votes[0]);
  report_confusion(matrix, data.names, "series", std::cout);
  plot_classifier(options.files, training, matrix, data.names);
  Series together = data, each = data;
  elman::prepare::Scaling::standard(data.series, part.training).apply(together.series);
  normalise_each(each);
  const double scaled_together = nearest_neighbour_accuracy(together, part);
  const double scaled_each = nearest_neighbour_accuracy(each, part);
  const double more = matrix.accuracy() - (std::max)(scaled_together, scaled_each);
  std::cout << std::fixed << std::setprecision(4) << "baseline, the nearest neighbour of resampled series:\n  "
            << scaled_together << " scaled together, " << scaled_each << " each scaled by itself\n"
            << (more < 0 ? "less" : "more") << " than the baseline: " << std::abs(more)
            << "\nwith weights of 16 bits: " << matrix_of(votes[1]).accuracy()
            << ", of 8 bits: " << matrix_of(votes[2]).accuracy() << ", of bfloat16: " << matrix_of(votes[3]).accuracy()
            << std::endl;
  return matrix.accuracy();
}

}  // namespace example
