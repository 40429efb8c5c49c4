// SPDX-License-Identifier: MIT
#include "elman/kernels/simd.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/simd_levels.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Index;

TEST_CASE("a level is forced and given back") {
  const elman::Simd best = elman::best_simd();
  CHECK(elman::limit_simd(elman::Simd::compiled) == elman::detail::guaranteed_simd);
  CHECK(elman::simd() == elman::detail::guaranteed_simd);
  CHECK(elman::limit_simd(elman::Simd::avx512) == best);
  CHECK(elman::simd() == best);
}

TEST_CASE("the level in use decides which code runs: fused multiply-adds round otherwise") {
#if defined(__OPTIMIZE__) && ELMAN_DISPATCHES  // without, g++ fuses nothing
  elman::limit_simd(elman::best_simd());
  CHECK(fuses_multiply_adds() == (elman::best_simd() != elman::Simd::compiled));
#endif
  if (!fuses_multiply_adds() || elman::detail::guaranteed_simd != elman::Simd::compiled) return;
  elman::Random random(12);
  const auto A = nets::normal<Eigen::MatrixXf>(40, 30, random);
  const auto B = nets::normal<Eigen::MatrixXf>(30, 5, random);
  std::vector<Eigen::MatrixXf> products;
  for (const auto level : {elman::Simd::compiled, elman::best_simd()}) {
    elman::limit_simd(level);
    elman::Factor<float> F;
    F.assign(A);
    products.emplace_back(40, 5);
    set_product(F, B, products.back());
  }
  const bool differ = products[0] != products[1];
  CHECK(differ);
  CHECK((products[0] - products[1]).norm() <= 1e-5F * products[0].norm());
}

TEST_CASE("parameters and buffers begin a cache line") {
  const auto offset = [](const void* address) { return reinterpret_cast<std::uintptr_t>(address) % 64; };
  const elman::RNNCell<float, 3, 5, 2> small{elman::zero};
  const elman::RNNCell<double, 30, 70, 20> large{elman::zero};
  CHECK(offset(large.theta().data()) == 0);
  if (ELMAN_DISPATCHES) CHECK(offset(small.theta().data()) == 0);
  elman::ColumnBuffer<float> buffer;
  for (const Index rows : {3, 17, 1000}) {
    buffer.reshape(rows, 7);
    CHECK(offset(buffer.view().data()) == 0);
  }
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
