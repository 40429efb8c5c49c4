// SPDX-License-Identifier: MIT

#include <elman/elman.hpp>

#include <cstdio>

#include "model.hpp"  // what cpp_header wrote; beside it the program needs no file

int main() {
  const auto net = model::net();
  auto state = net.initial_state();
  const float sensor[4][3] = {{0, 1, 0}, {0.2F, -0.4F, 0.1F}, {-0.3F, 0.3F, 0}, {0, 0.1F, -0.2F}};
  for (const auto& values : sensor) net.step(elman::Vector<float, 3>{values[0], values[1], values[2]}, state);
  std::printf("the first was symbol %d\n", static_cast<int>(elman::greedy(state.y)));
}
