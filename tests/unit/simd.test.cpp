// SPDX-License-Identifier: MIT
#include "elman/simd.hpp"

#include "../catch.hpp"
#include "../nets.hpp"
#include "../simd_levels.hpp"
#include "../support.hpp"
#include "../tolerance.hpp"
#include "elman/elman.hpp"

using elman::Index;

TEST_CASE("a level is forced and given back") {
  const elman::Simd best = elman::best_simd();
  CHECK(elman::limit_simd(elman::Simd::compiled) == elman::detail::guaranteed_simd);
  CHECK(elman::simd() == elman::detail::guaranteed_simd);
  CHECK(elman::limit_simd(elman::Simd::avx512) == best);
  CHECK(elman::simd() == best);
}

TEST_CASE("loss and gradient of all levels agree within round-off") {
  using Cell = elman::RNNCell<double, 5, 37, 7>;
  elman::Random random(11);
  const Cell cell{elman::init::standard(random)};
  std::vector<elman::Columns<double, 5>> sequences;
  std::vector<Index> labels;
  for (const Index T : {9, 4, 13, 9}) {
    sequences.push_back(nets::normal<elman::Columns<double, 5>>(5, T, random));
    labels.push_back(random.below(7));
  }
  const auto x = elman::pack(sequences);
  std::vector<Cell::Gradient> gradients;
  std::vector<double> losses;
  for_each_simd_level([&] {
    auto tape = cell.tape();
    auto gradient = cell.zero_gradient();
    cell.forward(x, tape, elman::last_step);
    losses.push_back(elman::loss::CrossEntropy()(tape, labels));
    cell.bptt(x, tape, gradient);
    gradients.push_back(gradient);
  });
  for (std::size_t k = 1; k < losses.size(); ++k) {
    CHECK(std::abs(losses[k] - losses[0]) <= tolerance::round_off<double>(13, 37) * std::abs(losses[0]));
    CHECK((gradients[k].theta() - gradients[0].theta()).norm() <=
          tolerance::round_off<double>(13, 37) * gradients[0].theta().norm());
  }
  CHECK(gradients[0].theta().norm() > 0);
}
