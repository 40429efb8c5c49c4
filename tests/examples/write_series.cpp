// SPDX-License-Identifier: MIT
//
//   write_series FOLDER SEED
//
// Writes the generated series of all kinds in the `.ts` format: KIND_TRAIN.ts and KIND_TEST.ts.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "series_kinds.hpp"

namespace {

using namespace example;

/// The series from `begin` to `end`.
void write(const std::filesystem::path& file, const Series& data, std::size_t begin, std::size_t end) {
  std::ofstream stream(file);
  stream << "@dimensions " << data.dimensions() << "\n@classLabel true";
  for (const std::string& name : data.names) stream << ' ' << name;
  stream << "\n@data\n";
  for (std::size_t k = begin; k < end; ++k) {
    for (const auto& dimension : data.series[k].rowwise()) {
      for (elman::Index t = 0; t < dimension.size(); ++t) stream << (t == 0 ? "" : ",") << dimension(t);
      stream << ':';
    }
    stream << data.names[static_cast<std::size_t>(data.labels[k])] << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 0;
  if (argc == 3) {
    const std::string text = argv[2];
    std::from_chars(text.data(), text.data() + text.size(), seed);
  }
  if (seed == 0) {
    std::cerr << "write_series FOLDER SEED, a number from 1 on\n";
    return 1;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (const auto& kinds : {tuned_kinds(), other_kinds()}) {
    for (const SeriesKind& kind : kinds) {
      const Series data = generate(kind, seed);
      write(folder / (std::string(kind.name) + "_TRAIN.ts"), data, 0, kind.training);
      write(folder / (std::string(kind.name) + "_TEST.ts"), data, kind.training, data.size());
    }
  }
}
