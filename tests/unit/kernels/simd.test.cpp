// SPDX-License-Identifier: MIT
#include "elman/kernels/simd.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
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

// Columns of a larger matrix: what stands between them is neither read into a sum nor written.
TEMPLATE_TEST_CASE("squares of columns and products added to them are the loops that they stand for", "", float, double,
                   long double) {
  using Dense = Eigen::Matrix<TestType, Eigen::Dynamic, Eigen::Dynamic>;
  using View = elman::ConstMatrixView<TestType>;
  elman::Random random(21);
  for_each_simd_level([&] {
    for (Index rows = 1; rows <= 26; ++rows) {
      for (const Index cols : {1 + rows % 3, 4 + rows % 3}) {  // one by one, and four at a time
        const auto d = nets::normal<Dense>(rows + 3, cols, random), u = nets::normal<Dense>(rows + 1, cols, random),
                   s = nets::normal<Dense>(rows, cols, random), c = nets::normal<Dense>(rows + 2, cols, random);
        const auto d_part = View(d).topRows(rows), u_part = View(u).topRows(rows);
        std::vector<TestType> d_squares(6, -1), q_squares(6, -1);
        elman::detail::squares_of_columns<TestType>(d_part, u_part, s, 4, d_squares.data(), q_squares.data());
        const std::vector<TestType> units{1, 3, TestType(0.25), 0, -2, 1}, factors{0, 1, TestType(-0.5), 2, 1, 3};
        Dense changed = c;
        elman::detail::add_products_of_columns<TestType>(u_part, s, units.data(), factors.data(),
                                                         elman::MatrixView<TestType>(changed).topRows(rows));
        const TestType round_off = 8 * std::numeric_limits<TestType>::epsilon();
        CHECK(std::count(d_squares.begin(), d_squares.end(), TestType(-1)) == 6 - cols);
        CHECK(std::count(q_squares.begin(), q_squares.end(), TestType(-1)) == 6 - cols);
        for (Index k = 0; k < cols; ++k) {
          const auto place = static_cast<std::size_t>(k);
          const Dense q = u.col(k).head(rows).cwiseProduct(s.col(k));
          const TestType d_square = 16 * d.col(k).head(rows).squaredNorm(), q_square = 16 * q.squaredNorm();
          CHECK(std::abs(d_squares[place] - d_square) <= round_off * d_square);
          CHECK(std::abs(q_squares[place] - q_square) <= round_off * q_square);
          const Dense added = units[place] * factors[place] * q.cwiseProduct(s.col(k));
          CHECK((changed.col(k).head(rows) - c.col(k).head(rows) - added).norm() <=
                round_off * (c.col(k).norm() + added.norm()));
          CHECK(changed.col(k).tail(2) == c.col(k).tail(2));
        }
      }
    }
  });
}
