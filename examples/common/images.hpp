// SPDX-License-Identifier: MIT
//
// Labelled images as sequences: a row of pixels a step, a row and a column a step, or a pixel a step.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "idx.hpp"

namespace example {

/// What a step is. cross: the t-th row and the t-th column, of square images.
enum class By { rows, cross, pixels };

struct Images {
  std::size_t rows = 0, cols = 0, channels = 1;
  std::vector<std::uint8_t> pixels;  ///< images × rows × cols × channels, the last varies fastest
  std::vector<elman::Index> labels;
  elman::Index steps = 0;              ///< of a sequence
  std::vector<std::size_t> order;      ///< which value of an image is which input of a sequence, step by step
  float mean = 0, scale = 1.0f / 255;  ///< x = scale · (pixel − mean)
  elman::Index shift = 0;              ///< while training, every image is moved by up to so many pixels
  bool flip = false;                   ///< and mirrored left to right by chance
  elman::Index erase = 0;              ///< and a square of up to so many pixels a side is made 0

  using Matrix = elman::Columns<float, elman::Dynamic>;

  elman::Index inputs() const { return static_cast<elman::Index>(order.size()) / steps; }

  // The data set of a classifier (elman/train/data_set.hpp).
  elman::Index size() const { return std::ssize(labels); }
  elman::Index target(elman::Index k) const { return labels[static_cast<std::size_t>(k)]; }
  Matrix sequence(elman::Index k) const { return changed(k, {}); }
  /// The same of the image moved, mirrored and blanked by chance.
  Matrix varied(elman::Index k, elman::Random& random) const {
    Change change;
    if (shift > 0) change.down = random.below(2 * shift + 1) - shift;
    if (shift > 0) change.right = random.below(2 * shift + 1) - shift;
    if (flip) change.flip = random.below(2) == 1;
    if (erase > 0) {
      change.erased = random.below(erase + 1);
      change.top = random.below(static_cast<elman::Index>(rows));
      change.left = random.below(static_cast<elman::Index>(cols));
    }
    return changed(k, change);
  }

 private:
  struct Change {
    elman::Index down = 0, right = 0;
    bool flip = false;
    elman::Index erased = 0, top = 0, left = 0;  // a square, cut off at the edges
  };

  /// Image k as a sequence; what is moved in from outside is 0, as the background.
  Matrix changed(elman::Index k, const Change& change) const {
    const auto height = static_cast<elman::Index>(rows), width = static_cast<elman::Index>(cols);
    const std::size_t size = rows * cols * channels;
    const std::span<const std::uint8_t> image = std::span(pixels).subspan(static_cast<std::size_t>(k) * size, size);
    std::vector<float> values;
    values.reserve(size);
    for (elman::Index row = 0; row < height; ++row) {
      const elman::Index from_row = row - change.down;
      for (elman::Index col = 0; col < width; ++col) {
        const elman::Index from_col = (change.flip ? width - 1 - col : col) - change.right;
        const bool kept = row < change.top || row >= change.top + change.erased || col < change.left ||
                          col >= change.left + change.erased;
        const bool inside = kept && from_row >= 0 && from_row < height && from_col >= 0 && from_col < width;
        const std::size_t first = inside ? static_cast<std::size_t>(from_row * width + from_col) * channels : 0;
        for (std::size_t channel = 0; channel < channels; ++channel) {
          values.push_back(scale * ((inside ? static_cast<float>(image[first + channel]) : 0.0f) - mean));
        }
      }
    }
    Matrix sequence(inputs(), steps);
    std::ranges::transform(order, sequence.data(), [&](std::size_t place) { return values[place]; });
    return sequence;
  }
};

/// Chooses what a step is: so many rows, rows and columns, or pixels. Throws std::runtime_error if a sequence cannot be
/// divided so.
inline void arrange(Images& images, By by, std::size_t per_step) {
  const std::size_t length = by == By::pixels ? images.rows * images.cols : images.rows;
  if (by == By::cross && images.rows != images.cols) {
    throw std::runtime_error("--by cross: images of " + std::to_string(images.rows) + " x " +
                             std::to_string(images.cols) + " pixels; expected square ones");
  }
  if (length % per_step != 0) {
    throw std::runtime_error("--per-step " + std::to_string(per_step) + ": does not divide " + std::to_string(length) +
                             ", the length of a sequence");
  }
  images.steps = static_cast<elman::Index>(length / per_step);
  images.order.clear();
  const auto add = [&](std::size_t pixel) {
    for (std::size_t channel = 0; channel < images.channels; ++channel) {
      images.order.push_back(pixel * images.channels + channel);
    }
  };
  for (std::size_t k = 0; k < length; ++k) {
    if (by == By::pixels) {
      add(k);
      continue;
    }
    for (std::size_t col = 0; col < images.cols; ++col) add(k * images.cols + col);
    if (by == By::rows) continue;
    for (std::size_t row = 0; row < images.rows; ++row) add(row * images.cols + k);
  }
}

/// The file of this name in a folder, plain or gzipped.
inline std::string idx_file(const std::filesystem::path& folder, const std::string& name) {
  if (!std::filesystem::is_directory(folder)) throw std::runtime_error(folder.string() + ": no such folder");
  for (const char* ending : {"", ".gz"}) {
    std::string path = (folder / (name + ending)).string();
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error((folder / name).string() + ": no such file, plain or with .gz");
}

/// The images and labels whose files start with `part`, "train" or "t10k". Throws std::runtime_error with the file and
/// what is wrong.
inline Images read_images(const std::filesystem::path& folder, const std::string& part) {
  const std::string image_file = idx_file(folder, part + "-images-idx3-ubyte");
  const std::string label_file = idx_file(folder, part + "-labels-idx1-ubyte");
  Idx images = read_idx(image_file, 3, 4);
  const Idx labels = read_idx(label_file, 1, 1);
  if (images.sizes.size() == 4 && images.sizes[3] != 1 && images.sizes[3] != 3) {
    throw std::runtime_error(image_file + ": " + std::to_string(images.sizes[3]) + " channels; expected 1 or 3");
  }
  if (labels.sizes[0] != images.sizes[0]) {
    throw std::runtime_error(label_file + ": " + std::to_string(labels.sizes[0]) + " labels; expected " +
                             std::to_string(images.sizes[0]) + ", one an image");
  }
  Images result;
  result.rows = images.sizes[1];
  result.cols = images.sizes[2];
  if (images.sizes.size() == 4) result.channels = images.sizes[3];
  result.pixels = std::move(images.values);
  result.labels.assign(labels.values.begin(), labels.values.end());
  return result;
}

/// Puts the images to test on behind those to train on. Throws std::runtime_error if they have another size or
/// larger labels, or if there is but one class.
inline void append(Images& images, const Images& test) {
  if (test.rows != images.rows || test.cols != images.cols || test.channels != images.channels) {
    const auto size = [](const Images& of) {
      return std::to_string(of.rows) + " x " + std::to_string(of.cols) + " x " + std::to_string(of.channels);
    };
    throw std::runtime_error("images to test on are " + size(test) + "; expected " + size(images) +
                             " as those to train on");
  }
  const elman::Index largest = std::ranges::max(images.labels);
  if (largest == 0) throw std::runtime_error("labels to train on are all 0; expected at least 2 classes");
  if (std::ranges::max(test.labels) > largest) {
    throw std::runtime_error("a label to test on is " + std::to_string(std::ranges::max(test.labels)) +
                             "; expected at most " + std::to_string(largest) + ", the largest to train on");
  }
  images.pixels.insert(images.pixels.end(), test.pixels.begin(), test.pixels.end());
  images.labels.insert(images.labels.end(), test.labels.begin(), test.labels.end());
}

/// From now on x has mean 0 and standard deviation 1 over all pixels of the chosen images: those that are trained on.
inline void normalise(Images& images, std::span<const elman::Index> chosen) {
  std::array<double, 256> counts{};  // of the chosen pixels, by value
  const std::size_t size = images.rows * images.cols * images.channels;
  for (const elman::Index k : chosen) {
    const std::size_t begin = static_cast<std::size_t>(k) * size;
    for (const std::uint8_t pixel : std::span(images.pixels).subspan(begin, size)) ++counts[pixel];
  }
  double sum = 0, squares = 0;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    sum += counts[value] * static_cast<double>(value);
    squares += counts[value] * static_cast<double>(value * value);
  }
  const double count = static_cast<double>(chosen.size() * size);
  const double variance = squares / count - sum / count * (sum / count);
  images.mean = static_cast<float>(sum / count);
  images.scale = variance > 0 ? static_cast<float>(1 / std::sqrt(variance)) : 1;
}

}  // namespace example
