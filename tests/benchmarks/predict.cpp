// SPDX-License-Identifier: MIT
//
// predict beside forward on whole test sets: the bytes that the allocator hands out in the first call, and times of
// later ones. One input a step, 10 outputs, last step read, run-time sizes.
//
//   predict [--rounds N]
#include <elman/elman.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "timing.hpp"

namespace {

std::size_t handed_out = 0;

}  // namespace

void* operator new(std::size_t size) {
  handed_out += size;
  void* const memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  handed_out += size;
  const auto line = static_cast<std::size_t>(alignment);
  void* const memory = std::aligned_alloc(line, (size + line - 1) / line * line);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

using namespace benchmarks;
using elman::Index;

std::string megabytes(std::size_t bytes) { return format("%.1f MB", static_cast<double>(bytes) / 1e6); }

void print_one(Index B, Index T, Index H, int rounds) {
  using Cell = elman::RNNCell<float, elman::Dynamic, elman::Dynamic, elman::Dynamic>;
  elman::Random random(1);
  const Cell cell(1, H, 10, elman::init::standard(random));
  const elman::Sequences<float, elman::Dynamic> x{elman::Columns<float, elman::Dynamic>::Random(1, B * T),
                                                  elman::Steps::even(T, B)};
  auto tape = cell.tape();
  auto prediction = cell.prediction();
  std::size_t before = handed_out;
  cell.forward(x, tape, elman::last_step);
  const std::size_t of_forward = handed_out - before;
  before = handed_out;
  cell.predict(x, prediction, elman::last_step);
  const std::size_t of_predict = handed_out - before;
  const auto times = take_turns(
      {[&] { cell.forward(x, tape, elman::last_step); }, [&] { cell.predict(x, prediction, elman::last_step); }},
      rounds);
  print_row({std::to_string(B) + " x " + std::to_string(T) + ", " + std::to_string(H), megabytes(of_forward),
             megabytes(of_predict), spread(times[0]), format("%.2f", ratio(times[1], times[0]))});
}

}  // namespace

int main(int argc, char** argv) {
  const bool says_rounds = argc == 3 && std::string_view(argv[1]) == "--rounds";
  const int rounds = says_rounds ? std::atoi(argv[2]) : 21;
  if (rounds < 1 || (argc != 1 && !says_rounds)) {
    std::fprintf(stderr, "predict: expected nothing, or --rounds N\n");
    return 1;
  }
  std::printf("Float. Median of %d rounds, 10th to 90th percentile; the ratio is the median of the rounds' ratios.\n",
              rounds);
  print_head({"sequences x steps, H", "bytes, forward", "bytes, predict", "forward", "predict / forward"});
  print_one(1000, 784, 100, rounds);
  print_one(64, 784, 100, rounds);
  print_one(128, 64, 512, rounds);
  print_one(1, 2000, 100, rounds);
}
