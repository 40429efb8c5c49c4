// SPDX-License-Identifier: MIT
//
// Which garment is this? Images as sequences: a net reads them row by row, or pixel by pixel, and its last state tells.
//
//   classify_images                                     Debian's package dataset-fashion-mnist
//   classify_images --data FOLDER                       your own: four files in the IDX format, plain or gzipped
//   classify_images --save net.safetensors              keeps the net; --load net.safetensors tests it
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
#include "common/net_files.hpp"
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

const std::map<std::string, By>& steps() {
  static const std::map<std::string, By> all{{"rows", By::rows}, {"cross", By::cross}, {"pixels", By::pixels}};
  return all;
}

elman::Attachments attachments(const Images& images, const ImageOptions& choice,
                               const std::vector<std::string>& classes) {
  const auto by = std::ranges::find(steps(), choice.by, [](const auto& step) { return step.second; });
  return {.strings = {{"classes", classes}, {"by", {by->first}}, {"per_step", number_text(choice.per_step)}},
          .tensors = {{"size", Eigen::Vector3d(static_cast<double>(images.rows), static_cast<double>(images.cols),
                                               static_cast<double>(images.channels))},
                      {"mean", Eigen::VectorXd::Constant(1, static_cast<double>(images.mean))},
                      {"scale", Eigen::VectorXd::Constant(1, static_cast<double>(images.scale))}}};
}

/// How well the net of a file tells the classes of the images to test on.
void use_loaded(const ImageOptions& choice, const NetFile& file) {
  with_body(1, {.bidirectional = file.has_layer("Bidirectional")}, [&]<class Body>(const Body&) {
    const auto net = file.net<Net<Body>>();
    const std::vector<std::string>& names = file.classes(net.out());
    const std::string folder = folder_of(choice);
    Images images = read_images(folder, "t10k");
    const Eigen::Vector3d size(static_cast<double>(images.rows), static_cast<double>(images.cols),
                               static_cast<double>(images.channels));
    file.check(file.tensor("size", 3) == size, "reads images of another size than those in " + folder);
    const auto per_step = file.number<std::size_t>("per_step");
    file.check(per_step > 0, "attached text \"per_step\" is 0; expected at least 1");
    arrange(images, file.choice<By>("by", steps()), per_step);
    file.check(images.inputs() == net.in(),
               "has " + std::to_string(net.in()) + " inputs; its images have " + std::to_string(images.inputs()));
    images.mean = static_cast<float>(file.tensor("mean", 1)(0));
    images.scale = static_cast<float>(file.tensor("scale", 1)(0));
    file.check(std::ranges::max(images.labels) < net.out(), "tells apart " + std::to_string(net.out()) +
                                                                " classes; a label in " + folder + " is " +
                                                                std::to_string(std::ranges::max(images.labels)));
    report_test(net, images, names, "images", std::cout);
  });
}

void classify_images(const ImageOptions& choice, const Options& options) {
  if (!options.files.load.empty()) return use_loaded(choice, NetFile(options.files));
  check_layer_options(options);
  check_files(options.files, options.seeds);
  const std::string folder = folder_of(choice);
  Images images = read_images(folder, "train");
  std::vector<elman::Index> labels = images.labels;  // of the images to train on
  append(images, read_images(folder, "t10k"));
  arrange(images, choice.by, choice.per_step);
  const std::vector<std::string> names = class_names(choice, std::ranges::max(labels) + 1);
  Indices test(images.labels.size() - labels.size());
  std::iota(test.begin(), test.end(), static_cast<elman::Index>(labels.size()));
  if (choice.limit > 0 && choice.limit < labels.size()) labels.resize(choice.limit);
  images.shift = choice.shift;
  images.flip = choice.flip;
  images.erase = choice.erase;

  std::vector<double> accuracies;
  for (std::size_t k = 0; k < options.seeds; ++k) {
    elman::Random random{options.seed + k};
    Split parts =
        elman::prepare::stratified_split(labels, {.validation = options.validation, .class_names = names}, random);
    parts.test = test;
    if (choice.normalise) normalise(images, parts.training);
    with_body(images.inputs(), options, [&](const auto& body) {
      auto net = make_net(body, static_cast<elman::Index>(names.size()), options, random);
      report_net(net, parts, options, "images", std::cout);
      const std::string data = data_setting(elman::train::Subset{images, parts.training});
      const Training training = train_classifier(net, images, parts, options, random,
                                                 {.files = options.files, .data = data, .unit = "images"});
      const auto matrix = report_test(net, elman::train::Subset{images, parts.test}, names, "images", std::cout);
      plot_classifier(options.files, training, matrix, names);
      write_net(options.files, net, attachments(images, choice, names));
      accuracies.push_back(matrix.accuracy());
    });
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
      ->transform(CLI::CheckedTransformer(steps()))
      ->option_text("rows|cross|pixels=rows")
      ->default_str("rows");
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
  add_file_options(app, options.files, {.data = {"--data"}});
  return run_program(app, argc, argv, [&] { classify_images(choice, options); });
}
