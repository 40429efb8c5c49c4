// SPDX-License-Identifier: MIT
//
//   write_images FOLDER
//
// Writes small IDX data sets for the tests of classify_images: `bars` (9 × 9 pixels: a row or a column or a diagonal is
// bright, at any place), `colours` (4 × 4 pixels of 3 channels: red, green or blue prevails), and bad ones.
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <string>
#include <vector>

#include <elman/random.hpp>

namespace {

using Bytes = std::vector<unsigned char>;

void write(const std::filesystem::path& file, std::initializer_list<std::size_t> sizes, const Bytes& values) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  const auto put = [&](std::size_t byte) { stream.put(static_cast<char>(byte & 0xff)); };
  for (const std::size_t byte : {std::size_t{0}, std::size_t{0}, std::size_t{8}, sizes.size()}) put(byte);
  for (const std::size_t size : sizes) {
    for (const unsigned shift : {24u, 16u, 8u, 0u}) put(size >> shift);
  }
  for (const unsigned char value : values) put(value);
}

Bytes labels(std::size_t count) {
  Bytes result;
  for (std::size_t k = 0; k < count; ++k) result.push_back(static_cast<unsigned char>(k % 3));
  return result;
}

Bytes bars(std::size_t count, elman::Random& random) {
  Bytes result;
  for (std::size_t k = 0; k < count; ++k) {
    const elman::Index place = random.below(9);
    for (elman::Index row = 0; row < 9; ++row) {
      for (elman::Index col = 0; col < 9; ++col) {
        const bool bright = k % 3 == 0 ? row == place : k % 3 == 1 ? col == place : (row + col) % 9 == place;
        result.push_back(static_cast<unsigned char>((bright ? 155 : 0) + random.below(100)));
      }
    }
  }
  return result;
}

Bytes colours(std::size_t count, elman::Random& random) {
  Bytes result;
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t pixel = 0; pixel < 16; ++pixel) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        result.push_back(static_cast<unsigned char>((channel == k % 3 ? 60 : 0) + random.below(196)));
      }
    }
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "write_images FOLDER\n";
    return 1;
  }
  const std::filesystem::path folder = argv[1];
  elman::Random random{1};
  for (const std::size_t count : {std::size_t{600}, std::size_t{150}}) {
    const std::string part = count == 600 ? "train" : "t10k";
    const std::string image_file = part + "-images-idx3-ubyte", label_file = part + "-labels-idx1-ubyte";
    for (const std::string name : {"bars", "truncated", "labels"}) {
      const std::size_t written = name == "truncated" ? count - 1 : count;
      const std::size_t labelled = name == "labels" ? count - 1 : count;
      write(folder / name / image_file, {count, 9, 9}, bars(written, random));
      write(folder / name / label_file, {labelled}, labels(labelled));
    }
    write(folder / "colours" / image_file, {count, 4, 4, 3}, colours(count, random));
    write(folder / "colours" / label_file, {count}, labels(count));
  }
}
