// SPDX-License-Identifier: MIT
//
// What the programs of docs/cookbook.md share: the lines that all recipes stand behind, as they are printed there, and
// who runs a recipe.
#pragma once

#include <elman/elman.hpp>

#include <iostream>
#include <vector>

using namespace elman;
using Sequence = Matrix<float, 2, Dynamic>;   // two numbers a step, a column a step
using Classifier = RNNCell<float, 2, 16, 3>;  // two numbers in, one of three classes out

struct Signals {  // of 5 to 15 steps: noise, and a peak in row 0 (class 0), in row 1 (class 1) or none (class 2)
  std::vector<Sequence> sequences;
  std::vector<Index> labels;

  Signals(Index count, Random random) {
    for (Index k = 0; k < count; ++k) {
      Sequence& sequence = sequences.emplace_back(2, 5 + random.below(11));
      for (float& value : sequence.reshaped()) value = static_cast<float>(random.uniform(-0.3, 0.3));
      labels.push_back(random.below(3));
      if (labels.back() < 2) sequence(labels.back(), random.below(sequence.cols())) += 2;
    }
  }
};

/// Prints the heading under which the recipe stands, and what the recipe prints.
inline void run_recipe(const char* heading, void (*recipe)()) {
  std::cout << std::defaultfloat;
  std::cout.precision(6);
  std::cout << "## " << heading << '\n';
  recipe();
}
