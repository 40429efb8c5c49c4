// SPDX-License-Identifier: MIT
//
// Who says this vowel, which bird is this? Classes of multivariate series of any length, from two `.ts` files of the
// UEA archive (timeseriesclassification.com).
//
//   classify_series --train JapaneseVowels_TRAIN.ts --test JapaneseVowels_TEST.ts
//   classify_series --train JapaneseVowels_TRAIN.ts --test … --save vowels.safetensors      keeps one net
//   classify_series --load vowels.safetensors --test JapaneseVowels_TEST.ts
//   classify_series --train JapaneseVowels_TRAIN.ts --folds 5       cross-validation, without a file to test on
//
// A net that reads a long series step by step hardly learns: what tells the class is too many steps apart. So K
// neighbouring steps are one column of x (--per-step). K, what of the series is pooled, the noise on the inputs and
// their scaling are chosen by cross-validation on the series to train on (common/series_choice.hpp says from what);
// what is given on the command line stays as it is. Several nets are trained and their probabilities averaged.
#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/net_files.hpp"
#include "common/options.hpp"
#include "common/run.hpp"
#include "common/series_file.hpp"
#include "common/series_run.hpp"

namespace {

using namespace example;

void classify_series(SeriesOptions files, const Options& options) {
  if (!options.files.load.empty()) return use_loaded(files, NetFile(options.files));
  check_layer_options(options);
  if (files.train.empty()) throw std::runtime_error("expected --train FILE, or --load FILE");
  if (files.test.empty() == (files.folds == 0)) throw std::runtime_error("expected either --test FILE or --folds K");
  if (files.choose_folds == 1) throw std::runtime_error("--choose-folds 1: expected 0, or at least 2");
  if (writes_one_net(options.files)) files.nets = 1;
  check_files(options.files, options.seeds * (std::max)(files.folds, std::size_t{1}));
  Series data = SeriesReader::read(files.train, files.fill);
  check_classes(data, files.train);
  const std::vector<elman::Index> labels = data.labels;  // of the training file
  if (!files.test.empty()) append(data, SeriesReader::read(files.test, files.fill), files.test);
  Indices test(data.labels.size() - labels.size());
  std::iota(test.begin(), test.end(), static_cast<elman::Index>(labels.size()));

  std::vector<double> accuracies;
  for (std::size_t k = 0; k < options.seeds; ++k) {
    elman::Random random{options.seed + k};
    std::vector<Split> splits;
    if (files.folds > 0) {
      splits = folds_of(labels, files.folds, random);
    } else {
      splits = {elman::prepare::stratified_split(labels, {.validation = options.validation, .class_names = data.names},
                                                 random)};
      splits.front().test = test;
    }
    for (const Split& part : splits) accuracies.push_back(run_series(files, data, part, options, random));
  }
  summarise(accuracies, std::cout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to tell the class of multivariate series in the .ts format of the UEA archive.",
               "classify_series");
  SeriesOptions files;
  Options options{.hidden = 64, .bidirectional = true, .epochs = 0, .batch = 16, .validation = 0};
  app.add_option("--train", files.train, "File to train on");
  app.add_option("--test", files.test, "File to test on");
  app.add_option("--fill", files.fill,
                 "What stands for missing values ('?', NaN): linear (on the line between the neighbours in the "
                 "dimension; at the ends the nearest) or mean (of the dimension in this series). Default: none may be "
                 "missing")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Fill>{{"linear", Fill::linear}, {"mean", Fill::mean}}))
      ->option_text("linear|mean");
  app.add_option("--folds", files.folds, "Instead of --test: train and test on so many folds of --train")
      ->check(CLI::Range(2, 1000));
  app.add_option("--per-step", files.given.per_step,
                 "Neighbouring steps that the net reads in one. Default: chosen, so that a series is some 60, 24, 10 "
                 "or 4 columns or a single one")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--pooling", files.given.pooling,
                 "What tells the class: the output after the last step, or the mean over all. Default: chosen")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, Pooling>{{"last", Pooling::last}, {"mean", Pooling::mean}}))
      ->option_text("last|mean");
  app.add_option("--noise", files.given.noise,
                 "Standard deviation of the noise that is added to the inputs, of standard deviation 1, while "
                 "training. Default: chosen")
      ->check(CLI::Range(0.0, 1000.0));
  app.add_option("--scaling", files.given.scaling,
                 "What is brought to mean 0 and standard deviation 1: each series by itself, or all that are trained "
                 "on together. Default: chosen")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Scaling>{{"together", Scaling::together}, {"each", Scaling::each}}))
      ->option_text("together|each");
  app.add_option("--choose-folds", files.choose_folds,
                 "Folds of the cross-validation by which is chosen what is not given; 0: nothing is tried, the first "
                 "of what would be is taken")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_option("--nets", files.nets,
                 "Nets whose probabilities are averaged; with --header, --save or --checkpoint one")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--epochs", options.epochs,
                 "Times through the training series. Default: as many as make 1,000 updates, at least 30")
      ->check(CLI::PositiveNumber);
  add_layer_options(app, options);
  add_options(app, options);
  add_file_options(app, options.files, {.data = {"--test", "--fill"}});
  return run_program(app, argc, argv, [&] { classify_series(files, options); });
}
