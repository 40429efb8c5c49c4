// SPDX-License-Identifier: MIT
//
// Who says this vowel, which bird is this? Classes of multivariate series of any length, from two `.ts` files of the
// UEA archive (timeseriesclassification.com).
//
//   classify_series --train JapaneseVowels_TRAIN.ts --test JapaneseVowels_TEST.ts --seeds 5
//   classify_series --train JapaneseVowels_TRAIN.ts --folds 5       cross-validation: to choose options by
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/body.hpp"
#include "common/options.hpp"
#include "common/run.hpp"
#include "common/series.hpp"

namespace {

using namespace example;

struct SeriesOptions {
  std::string train, test;
  std::size_t folds = 0;
};

void classify_series(const SeriesOptions& files, const Options& options) {
  check_layer_options(options);
  if (files.test.empty() == (files.folds == 0)) throw std::runtime_error("expected either --test FILE or --folds K");
  Series data = SeriesReader::read(files.train);
  const std::vector<elman::Index> labels = data.labels;  // of the training file
  if (!files.test.empty()) append(data, SeriesReader::read(files.test), files.test);
  Indices test(data.labels.size() - labels.size());
  std::iota(test.begin(), test.end(), labels.size());

  std::vector<double> accuracies;
  for (std::size_t k = 0; k < options.seeds; ++k) {
    elman::Random random{options.seed + k};
    std::vector<Split> splits;
    if (files.folds > 0) {
      splits = folds(labels, files.folds, random);
    } else {
      splits = {split(labels, options.validation, 0, random)};
      splits.front().test = test;
    }
    for (const Split& part : splits) {
      Series normal = data;
      normalise(normal, part.training);
      accuracies.push_back(with_body(data.dimensions(), options, [&](const auto& body) {
        return run(normal, body, data.names, part, options, random, "series", std::cout).accuracy;
      }));
    }
  }
  summarise(accuracies, std::cout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to tell the class of multivariate series in the .ts format of the UEA archive.",
               "classify_series");
  SeriesOptions files;
  Options options{.hidden = 128, .epochs = 100, .batch = 16, .noise = 0.8, .validation = 0};
  app.add_option("--train", files.train, "File to train on")->required();
  app.add_option("--test", files.test, "File to test on");
  app.add_option("--folds", files.folds, "Instead of --test: train and test on so many folds of --train")
      ->check(CLI::Range(2, 1000));
  app.add_option("--epochs", options.epochs, "Times through the training series")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--noise", options.noise,
                 "Standard deviation of the noise that is added to the inputs, of standard deviation 1, while training")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_layer_options(app, options);
  add_options(app, options);
  return run_program(app, argc, argv, [&] { classify_series(files, options); });
}
