// SPDX-License-Identifier: MIT
//
// One step of a net: of two inputs of nothing and weights 0, both classes are as probable.
#include <elman/cell.hpp>

#include <cstdio>

int main() {
  const elman::RNNCell<float, 2, 4, 2> cell{elman::zero};
  auto state = cell.initial_state();
  const auto& y = cell.step(elman::Vector<float, 2>::Zero(), state);
  std::printf("elman %d.%d.%d: y = %.2f %.2f\n", elman::version_major, elman::version_minor, elman::version_patch,
              static_cast<double>(y(0)), static_cast<double>(y(1)));
  return y(0) == 0.5F && y(1) == 0.5F ? 0 : 1;
}
