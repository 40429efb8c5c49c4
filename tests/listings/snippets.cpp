// SPDX-License-Identifier: MIT
//
// What blocks.test.cpp has compiled and nobody runs; it writes what is included here and is no file of this folder:
//
//   sayings.h, train.cpp, classify.cpp   the listing of docs/first_hour.md, which says what stands before each
//   in_text.inc                          statements and expressions in the text of the tutorials, which speaks of them
//                                        as if what a program of theirs has were there
#include <elman/elman.hpp>
#include <elman/io/csv.hpp>
#include <elman/io/progress.hpp>
#include <elman/io/safetensors.hpp>

#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sayings.h"

namespace training {
#include "train.cpp"
}
namespace classifying {
#include "classify.cpp"
}

struct InText : io::CsvTable {  // whose matrix<float> the text calls
  void compile() {
    using Scalar = float;
    Random random{1};
    constexpr Index In = 3, Hidden = 16, Out = 3;
    RNNCell<Scalar, In, Hidden, Out> net{init::standard(random)};
    RNNCell<double, 1, 2, 2> cell{zero};
    const Matrix<double, 1, 3> three_steps{{1.0, 0.0, -1.0}};
    const std::vector<Index> three_labels{0, 1, 1};
    const loss::CrossEntropy loss;
    optim::Adam adam{net};
    const std::vector<Matrix<float, In, Dynamic>> sequences;
    const std::vector<Index> labels;
    const prepare::Split parts;
    train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{train::Examples{sequences, labels}}};
    hook::Omega omega{net};
    GradientFlow flow{net};
#include "in_text.inc"
  }
};
