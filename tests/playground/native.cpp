// SPDX-License-Identifier: MIT
//
// The module of the playground as a program: reads words from standard input, and prints of each task and size of net
// how many updates a second it makes, the best of five runs of 0.2 s.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "module.cpp"

int main() {
  const std::string lines(std::istreambuf_iterator<char>(std::cin), {});
  std::copy(lines.begin(), lines.end(), text(lines.size()));
  set_words();
  for (const int hidden : {16, 32, 64, 128}) {
    for (const int task : {words, echo, adding}) {
      start(task, hidden, 1);
      for (int k = 0; k < 20; ++k) update(task, 1e-3);
      double best = 0;
      for (int run = 0; run < 5; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        double seconds = 0;
        int updates = 0;
        while (seconds < 0.2) {
          update(task, 1e-3);
          ++updates;
          seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        }
        best = std::max(best, updates / seconds);
      }
      std::printf("%d %d %.0f\n", task, hidden, best);
    }
  }
}
