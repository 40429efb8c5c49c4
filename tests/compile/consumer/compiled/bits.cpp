// SPDX-License-Identifier: MIT
//
// Trains a net a few steps and prints every bit of θ and of what the net then says.
#include <elman/elman.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  elman::Random random{3};
  elman::RNNCell<float, 3, 19, 5> cell{elman::init::standard(random)};
  elman::optim::Adam adam{cell, {.learning_rate = 1e-2}};
  elman::loss::CrossEntropy loss;
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  std::vector<elman::Matrix<float, 3, elman::Dynamic>> sequences;
  const std::vector<elman::Index> labels{0, 1, 2, 3, 4, 0, 1};
  for (elman::Index k = 0; k < 7; ++k) {
    sequences.emplace_back(3, 2 + k);
    for (float& value : sequences.back().reshaped()) value = static_cast<float>(random.uniform(-2, 2));
  }
  const auto x = elman::pack(sequences);
  for (int step = 0; step < 5; ++step) {
    cell.forward(x, tape, elman::last_step);
    loss(tape, labels);
    gradient.set_zero();
    cell.bptt(x, tape, gradient);
    adam.step(cell, gradient);
  }
  cell.forward(x, tape, elman::last_step);
  for (const float number : cell.theta())
    std::printf("%08x\n", static_cast<unsigned>(std::bit_cast<std::uint32_t>(number)));
  for (elman::Index k = 0; k < 7; ++k) {
    for (elman::Index row = 0; row < 5; ++row) {
      std::printf("%08x\n", static_cast<unsigned>(std::bit_cast<std::uint32_t>(tape.y()(row, k))));
    }
  }
}
