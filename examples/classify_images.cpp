// SPDX-License-Identifier: MIT
//
// Which garment is this? Images as sequences: a net reads them row by row, or pixel by pixel, and its last state tells.
//
//   classify_images                                     Debian's package dataset-fashion-mnist
//   classify_images --data FOLDER                       your own: four files in the IDX format, plain or gzipped
//   classify_images --by pixels --limit 5000            784 steps an image, slow
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/body.hpp"
#include "common/images.hpp"
#include "common/options.hpp"
#include "common/run.hpp"

namespace {

using namespace example;

struct ImageOptions {
  std::string data;
  By by = By::rows;
  std::size_t per_step = 1;
  std::size_t limit = 0;
  elman::Index shift = 0;
  bool flip = false;
  elman::Index erase = 0;
  bool normalise = false;
};

constexpr const char* debian_folder = "/usr/share/datasets/fashion-mnist";

std::string folder_of(const ImageOptions& choice) {
  if (!choice.data.empty()) return choice.data;
  if (!std::filesystem::is_directory(debian_folder)) {
    throw std::runtime_error(std::string(debian_folder) +
                             ": no such folder (apt-get install dataset-fashion-mnist, or give --data)");
  }
  return debian_folder;
}

/// Those of Fashion-MNIST, or "0", "1", …
std::vector<std::string> class_names(const ImageOptions& choice, elman::Index count) {
  if (choice.data.empty() && count == 10) {
    return {"t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};
  }
  std::vector<std::string> names;
  for (elman::Index k = 0; k < count; ++k) names.push_back(std::to_string(k));
  return names;
}

void classify_images(const ImageOptions& choice, const Options& options) {
  check_layer_options(options);
  check_header(options, options.seeds);
  const std::string folder = folder_of(choice);
  Images images = read_images(folder, "train");
  std::vector<elman::Index> labels = images.labels;  // of the images to train on
  append(images, read_images(folder, "t10k"));
  arrange(images, choice.by, choice.per_step);
  const std::vector<std::string> names = class_names(choice, std::ranges::max(labels) + 1);
  Indices test(images.size() - labels.size());
  std::iota(test.begin(), test.end(), labels.size());
  if (choice.limit > 0 && choice.limit < labels.size()) labels.resize(choice.limit);
  images.shift = choice.shift;
  images.flip = choice.flip;
  images.erase = choice.erase;

  std::vector<double> accuracies;
  for (std::size_t k = 0; k < options.seeds; ++k) {
    elman::Random random{options.seed + k};
    Split parts = split(labels, options.validation, 0, random, names);
    parts.test = test;
    if (choice.normalise) normalise(images, parts.training);
    accuracies.push_back(with_body(images.inputs(), options, [&](const auto& body) {
      return run(images, body, names, parts, options, random, "images", std::cout).accuracy;
    }));
  }
  summarise(accuracies, std::cout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to tell the class of images, which it reads as sequences of rows or pixels.", "classify_images");
  ImageOptions choice;
  Options options{.hidden = 128, .epochs = 8, .batch = 64, .learning_rate = 1e-3, .validation = 0};
  app.add_option("--data", choice.data,
                 "Folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
                 "t10k-labels-idx1-ubyte, plain or gzipped (.gz). Default: that of Debian's dataset-fashion-mnist");
  app.add_option("--by", choice.by,
                 "What a step is: a row; cross, the t-th row and the t-th column; or a pixel, of 1 or 3 channels")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, By>{{"rows", By::rows}, {"cross", By::cross}, {"pixels", By::pixels}}))
      ->option_text("rows|cross|pixels=rows");
  app.add_option("--per-step", choice.per_step, "So many rows, rows and columns, or pixels a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--limit", choice.limit, "Train on the first so many images; 0: on all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--shift", choice.shift, "While training, move images by up to so many pixels")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_flag("--flip", choice.flip, "While training, mirror half of the images left to right");
  app.add_option("--erase", choice.erase, "While training, blank a square of up to so many pixels a side")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_flag("--normalise", choice.normalise, "Inputs of mean 0 and standard deviation 1, instead of 0 to 1");
  app.add_option("--epochs", options.epochs, "Times through the training images")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_layer_options(app, options);
  add_options(app, options);
  return run_program(app, argc, argv, [&] { classify_images(choice, options); });
}
