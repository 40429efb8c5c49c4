// SPDX-License-Identifier: MIT
//
// What comes next? A net reads a window of a series and tells the next values, one step ahead and many; beside it, that
// nothing changes, and a linear autoregression. They are tested on the last part of the series, of which nothing was
// trained on, chosen or measured.
//
//   forecast                                                     sunspots, if python3-statsmodels is there
//   forecast --data power.csv --column load --horizon 24 --length 96
//   forecast --data power.csv --column load --save FILE          then --load FILE --data power.csv forecasts at once
//   forecast --plot forecast.svg                                 a picture of the training and of what was forecast
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "common/forecast_data.hpp"
#include "common/forecast_test.hpp"
#include "common/net_files.hpp"

namespace {

using namespace example;
using elman::Index;
using elman::prepare::Scaling;

struct ForecastOptions {
  Index length = 24;   ///< steps that are read
  Index horizon = 12;  ///< steps that are told
  double validation = 0.15, test = 0.2;
  Index patience = 40;
};

elman::prepare::WindowOptions window_options(const ForecastOptions& options) {
  return {.length = options.length, .horizon = options.horizon};
}

elman::prepare::Split parts_of(const Windows& windows, const ForecastOptions& options) {
  return elman::prepare::split_by_time(
      windows.size(), {.validation = options.validation, .test = options.test, .gap = windows.target_gap()});
}

/// Scaled by the steps of the windows to train on, with all that they tell.
Prepared prepared(const LongSeries& series, const ForecastOptions& options) {
  const Windows windows{series.numbers, window_options(options)};
  const auto parts = parts_of(windows, options);
  const Scaling scaling =
      Scaling::standard(series.numbers.leftCols(windows.end(parts.training.back()) + options.horizon));
  auto scaled = series.numbers;
  scaling.apply(scaled);
  return {parts, scaling, Windows{scaled, window_options(options)}};
}

/// The errors, and what comes behind the series.
void report(const Test& test, const ForecastNet& net, const Prepared& data) {
  std::cout << std::fixed << std::setprecision(3) << "errors on the last " << test.windows()
            << " windows (root of the mean square, mean magnitude):\n";
  for (const auto& [name, numbers] : {std::pair<std::string, const Numbers&>{"nothing changes", test.still},
                                      {test.linear_name(), test.linear},
                                      {"the net", test.told}}) {
    std::cout << "  " << std::left << std::setw(18) << name << std::right;
    for (const Index ahead : {Index{1}, test.horizon()}) {
      const ForecastError error(numbers, test.targets, ahead);
      std::cout << "  " << std::setw(2) << ahead << (ahead == 1 ? " step ahead " : " steps ahead ") << std::setw(9)
                << error.root_mean_square << std::setw(9) << error.mean_magnitude;
    }
    std::cout << '\n';
  }
  for (const Index ahead : {Index{1}, test.horizon()}) {
    std::cout << "the net's error beside that of no change, " << ahead << " ahead: "
              << ForecastError(test.told, test.targets, ahead).root_mean_square /
                     ForecastError(test.still, test.targets, ahead).root_mean_square
              << '\n';
  }
  std::cout << "next:";
  Numbers next = told_next(net, data.windows);
  data.scaling.invert(next, {0});
  for (Index k = 0; k < next.size(); ++k) std::cout << ' ' << next(k, 0);
  std::cout << std::endl;
}

void describe(const LongSeries& series, const Prepared& data, const ForecastNet& net, const ForecastOptions& options) {
  std::cout << series.what << ": " << series.numbers.cols() << " steps; windows of " << options.length << ", "
            << options.horizon << " told: " << data.parts.training.size() << " to train on, "
            << data.parts.validation.size() << " for validation, " << data.parts.test.size() << " to test on; "
            << net.state() << " hidden, " << elman::parameter_count(net) << " parameters" << std::endl;
}

/// Tests on the last part of the series, as far as it is scaled by the file.
void use_loaded(const SeriesSource& source, const NetFile& file) {
  const auto net = file.net<ForecastNet>();
  ForecastOptions options{.length = file.number<Index>("length"), .horizon = net.out()};
  options.validation = file.number<double>("validation");
  options.test = file.number<double>("test");
  const LongSeries series = read_series(source);
  Prepared data = prepared(series, options);
  auto scaled = series.numbers;
  data.scaling = file.scaling();
  data.scaling.apply(scaled);
  data.windows = Windows{scaled, window_options(options)};
  describe(series, data, net, options);
  report(Test(net, data), net, data);
}

void forecast(const SeriesSource& given, const ForecastOptions& of_windows, const Options& options) {
  const SeriesSource source = chosen_source(given);
  if (!options.files.load.empty()) return use_loaded(source, NetFile(options.files));
  check_files(options.files, 1);
  const LongSeries series = read_series(source);
  const Prepared data = prepared(series, of_windows);
  elman::Random random{options.seed};
  ForecastNet net{{1, options.hidden}, {options.hidden, of_windows.horizon}, elman::init::standard(random)};
  describe(series, data, net, of_windows);
  const Training training = train(net, data.windows, data.parts, options, of_windows.patience, random());
  const Test test(net, data);
  report(test, net, data);
  write_picture(options.files, training.history,
                [&](Picture& picture) { picture.forecast(picture_of(test), "the end of the series"); });
  write_net(options.files, net,
            {.strings = {{"length", number_text(of_windows.length)},
                         {"validation", number_text(of_windows.validation)},
                         {"test", number_text(of_windows.test)}},
             .tensors = data.scaling.tensors()});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to tell the next values of a series.", "forecast");
  SeriesSource source;
  ForecastOptions of_windows;
  Options options{.hidden = 32, .epochs = 400, .batch = 32, .weight_decay = 1e-2};
  add_series_options(app, source);
  const auto range = CLI::Range(1, 100'000);
  app.add_option("--length", of_windows.length, "Steps that are read")->check(range)->capture_default_str();
  app.add_option("--horizon", of_windows.horizon, "Steps that are told")->check(range)->capture_default_str();
  app.add_option("--test", of_windows.test, "Share of the windows to test on, the last ones")
      ->check(CLI::Range(0.01, 0.9))
      ->capture_default_str();
  app.add_option("--validation", of_windows.validation,
                 "Share of the windows before those that ends the training and chooses the best epoch")
      ->check(CLI::Range(0.01, 0.9))
      ->capture_default_str();
  app.add_option("--patience", of_windows.patience, "Epochs without an improvement after which training ends")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--hidden", options.hidden, "Hidden units")->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--epochs", options.epochs, "Times through the windows, at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch", options.batch, "Windows per update")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--learning-rate", options.learning_rate, "Learning rate of AdamW")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--weight-decay", options.weight_decay, "Weight decay of AdamW")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of the weights and the batches")->capture_default_str();
  add_file_options(app, options.files, {.data = {"--data", "--column", "--fill", "--decimal-comma", "--series"}});
  return run_program(app, argc, argv, [&] { forecast(source, of_windows, options); });
}
