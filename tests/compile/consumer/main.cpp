// SPDX-License-Identifier: MIT
#include <cstdio>

#include "train.hpp"

int main() {
  Cell cell{elman::zero};
  cell.theta().setLinSpaced(-0.5f, 0.5f);
  const float before = train(cell, 1);
  const float after = train(cell, 20);
  std::printf("loss %.3f -> %.3f\n", static_cast<double>(before), static_cast<double>(after));
  return before > 1 && after < before / 4 ? 0 : 1;
}
