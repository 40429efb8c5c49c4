// SPDX-License-Identifier: MIT
//
// Images pixel by pixel (Le, Jaitly and Hinton, arXiv:1504.00941, 2015): a step is a pixel, row by row from the upper
// left, 784 of them an image of MNIST or Fashion-MNIST, and the class is told at the end; or all images in one other
// order, drawn once, in which no pixel stands near those that it belongs to. By chance 1 in 10 is right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "../images.hpp"

namespace example {

/// Steps in an order that the seed draws: the values of a step stay together. Behind arrange().
inline void permute_steps(Images& images, std::uint64_t seed) {
  elman::Random random{seed};
  const auto width = static_cast<std::size_t>(images.inputs());
  const std::vector<std::size_t> before = images.order;
  std::vector<std::size_t> steps(static_cast<std::size_t>(images.steps));
  std::iota(steps.begin(), steps.end(), std::size_t{0});
  random.shuffle(steps);
  for (std::size_t t = 0; t < steps.size(); ++t) {
    for (std::size_t k = 0; k < width; ++k) images.order[t * width + k] = before[steps[t] * width + k];
  }
}

/// The images of `part`, "train" or "t10k", a pixel a step; in their own order, or that of a seed above 0.
inline Images read_pixels(const std::string& folder, const std::string& part, std::uint64_t order_seed) {
  Images images = read_images(folder, part);
  arrange(images, By::pixels, 1);
  if (order_seed > 0) permute_steps(images, order_seed);
  return images;
}

}  // namespace example
