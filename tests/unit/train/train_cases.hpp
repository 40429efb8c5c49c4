// SPDX-License-Identifier: MIT
//
// What the tests of train/ share: a small net and sequences whose class their first step tells.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "elman/elman.hpp"
#include "support/nets.hpp"

namespace train_cases {

using elman::Dynamic;
using elman::Index;
using Cell = elman::RNNCell<double, Dynamic, Dynamic, Dynamic>;
using Sequence = elman::Matrix<double, Dynamic, Dynamic>;

/// The share of columns whose largest output is the label's; labels below 0 do not count.
struct Right {
  using Output = elman::Softmax;
  double right = 0, all = 0;

  template <class Tape, class Labels>
  void add(const Tape& tape, const Labels& labels) {
    if constexpr (requires { labels.targets; }) {
      add(tape, labels.targets);
    } else if constexpr (requires { labels.columns; }) {
      add(tape, labels.columns);
    } else {
      for (Index k = 0; k < tape.o().cols(); ++k) {
        const Index label = labels[static_cast<std::size_t>(k)];
        if (label < 0) continue;
        Index most = 0;
        tape.o().col(k).maxCoeff(&most);
        right += most == label ? 1 : 0;
        all += 1;
      }
    }
  }
  double value() const { return right / all; }
  void reset() { right = all = 0; }
  static std::string_view name() { return "right"; }
  static constexpr bool higher_is_better = true;
  template <class Keep>
  void keep(const Keep& keep) {
    keep("right", right);
    keep("all", all);
  }
};

/// `count` sequences of 3 rows and 1 to 6 steps; a label each, of 4 classes, which the first step tells, but for noise.
struct Data {
  std::vector<Sequence> sequences;
  std::vector<Index> labels;
  std::vector<double> weights;

  explicit Data(Index count, std::uint64_t seed = 1) {
    elman::Random random{seed};
    for (Index k = 0; k < count; ++k) {
      sequences.push_back(nets::normal<Sequence>(3, 1 + random.below(6), random));
      Index label = 0;
      sequences.back().col(0).maxCoeff(&label);
      labels.push_back(random.uniform() < 0.1 ? 3 : label);
      weights.push_back(random.below(3) == 0 ? 0 : random.uniform(0.1, 2));
    }
  }
  auto examples() const { return elman::train::Examples(sequences, labels); }
};

inline Cell make_cell(Index out = 4) {
  elman::Random random{7};
  return Cell(3, 5, out, elman::init::standard(random));
}

}  // namespace train_cases
