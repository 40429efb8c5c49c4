// SPDX-License-Identifier: MIT
//
//   load [FOLDER] [ROUNDS]
//
// How long the file of a net of 100 MB takes to be loaded, as a new net and into one that is there, beside opening the
// file and reading all of it into new memory; and how much memory there was beside the net. In one process, in turns.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "elman/io/net.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/layers/repeated.hpp"
#include "elman/net/parameters.hpp"
#include "elman/random.hpp"
#include "timing.hpp"

namespace {

using elman::Index;
using elman::Recurrence;
using OneLayer = elman::Parameters<float, Recurrence<>, elman::Readout<>>;
using ManyLayers = elman::Parameters<float, elman::Repeated<Recurrence<>>, elman::Readout<>>;

/// A number of kilobytes that Linux says of this process, 0 elsewhere.
double megabytes_of(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(what + ":")) return std::strtod(line.c_str() + what.size() + 1, nullptr) * 1024 / 1e6;
  }
  return 0;
}
/// How much memory a run took at its height.
template <class Run>
double peak_of(const Run& run) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the height begins anew
  const double before = megabytes_of("VmRSS");
  run();
  return megabytes_of("VmHWM") - before;
}

void read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  const auto memory = std::make_unique_for_overwrite<char[]>(size);
  if (!file.read(memory.get(), static_cast<std::streamsize>(size))) throw std::runtime_error(path.string() + ": cut");
}

template <class Net>
void study(const char* name, Net net, const std::filesystem::path& path, int rounds) {
  elman::Random random(1);
  for (Index k = 0; k < net.theta().size(); ++k) net.theta()(k) = static_cast<float>(random.uniform() - 0.5);
  elman::io::save(path, net);
  Net into(net.body(), net.readout());
  const auto load_new = [&] { return elman::io::load<Net>(path); };
  const auto load_into = [&] { elman::io::load(path, into); };
  load_into();
  const Net made = load_new();
  const auto bytes = static_cast<std::size_t>(net.theta().size()) * sizeof(float);
  if (std::memcmp(into.data(), net.data(), bytes) != 0 || std::memcmp(made.data(), net.data(), bytes) != 0) {
    throw std::runtime_error("what was loaded is not what was saved");
  }
  const double new_peak = peak_of([&] { (void)load_new(); }), into_peak = peak_of(load_into);
  const auto times = benchmarks::take_turns({[&] { read_all(path); }, [&] { (void)load_new(); }, load_into}, rounds);
  const double size = static_cast<double>(bytes) / 1e6;
  const auto ratio = [&](std::size_t k) { return benchmarks::digits(benchmarks::ratio(times[k], times[0])); };
  benchmarks::print_row({name, benchmarks::digits(size), benchmarks::spread(times[0]), benchmarks::spread(times[1]),
                         ratio(1), benchmarks::spread(times[2]), ratio(2), benchmarks::digits(new_peak - size),
                         benchmarks::digits(into_peak)});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::filesystem::path folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
    const auto path = folder / "elman-load-benchmark.safetensors";
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 21;
    benchmarks::print_head({"net", "MB", "read all", "load&lt;Net&gt;(path)", "ratio", "load(path, net)", "ratio",
                            "MB beside a new net", "MB beside one that is there"});
    study("one layer, H = 5000", OneLayer(Recurrence<>(8, 5000), elman::Readout<>(5000, 8)), path, rounds);
    study("12 layers, H = 1024",
          ManyLayers(elman::Repeated<Recurrence<>>(Recurrence<>(1024, 1024), 12), elman::Readout<>(1024, 8)), path,
          rounds);
    std::filesystem::remove(path);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
