// SPDX-License-Identifier: MIT
#include "elman/kernels/product.hpp"

#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/simd_levels.hpp"

using elman::Dynamic;
using elman::Index;

namespace {

template <class Scalar>
using Block = elman::Matrix<Scalar, Dynamic, Dynamic>;

/// Every row count in which vectors are cut, and some beyond.
std::vector<Index> sizes() {
  std::vector<Index> result;
  for (Index size = 1; size <= 70; ++size) result.push_back(size);
  for (const Index size : {100, 127, 129, 257}) result.push_back(size);
  return result;
}

/// Σ_k A(i, k) B(k, j), the slow way.
template <class Scalar>
Block<Scalar> oracle(const Block<Scalar>& A, const Block<Scalar>& B) {
  Block<Scalar> C(A.rows(), B.cols());
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < B.cols(); ++j) {
      elman::Wide<Scalar> sum(0);
      for (Index k = 0; k < A.cols(); ++k) sum += elman::Wide<Scalar>(A(i, k)) * elman::Wide<Scalar>(B(k, j));
      C(i, j) = static_cast<Scalar>(sum);
    }
  }
  return C;
}

/// All products of one shape; C is the upper part of a larger block, whose other rows must stay.
template <class Scalar>
void check_products(Index rows, Index columns, Index depth, elman::Random& random) {
  CAPTURE(rows, columns, depth, sizeof(Scalar), static_cast<int>(elman::simd()));
  const auto A = nets::normal<Block<Scalar>>(rows, depth, random);
  const auto B = nets::normal<Block<Scalar>>(depth, columns, random);
  const auto column = nets::normal<Block<Scalar>>(rows, 1, random);
  const auto before = nets::normal<Block<Scalar>>(rows + 3, columns, random);
  const Block<Scalar> A_transposed = A.transpose(), B_transposed = B.transpose();
  const Block<Scalar> product = oracle<Scalar>(A, B);
  const Scalar bound = std::numeric_limits<Scalar>::epsilon() * static_cast<Scalar>(8 * (depth + 4));
  elman::Factor<Scalar> F;

  Index wrong = 0;
  const auto run = [&](const auto& multiply, const Block<Scalar>& expected) {
    Block<Scalar> C = before;
    multiply(C.topRows(rows));
    const Scalar error = (C.topRows(rows) - expected).cwiseAbs().maxCoeff();
    if (!(error <= bound) || C.bottomRows(3) != before.bottomRows(3)) ++wrong;
  };
  const Block<Scalar> added = before.topRows(rows) + product;
  F.assign(A);
  run([&](auto C) { add_product(F, B, C); }, added);
  run([&](auto C) { set_product(F, B, C); }, product);
  run([&](auto C) { set_product(F, B, column, C); }, product.colwise() + column.col(0));
  run([&](auto C) { add_product_transposed(F, B_transposed, C); }, added);
  Block<Scalar> sums = before.topRows(rows);
  sums.col(0) += A.rowwise().sum();
  run([&](auto C) { add_row_sums(F, C.col(0)); }, sums);
  F.assign_transposed(A_transposed);
  run([&](auto C) { add_product(F, B, C); }, added);
  CHECK(wrong == 0);
}

template <class Scalar>
void check_all_sizes() {
  elman::Random random(1);
  for (const Index rows : sizes()) {
    for (const Index columns : {1, 2, 3, 5, 8, 17}) check_products<Scalar>(rows, columns, 19, random);
  }
  for (const Index columns : sizes()) check_products<Scalar>(21, columns, 6, random);
  for (const Index depth : sizes()) check_products<Scalar>(37, 9, depth, random);
}

}  // namespace

TEST_CASE("products of all sizes equal the slow oracle, at every level") {
  for_each_simd_level([] {
    check_all_sizes<float>();
    check_all_sizes<double>();
  });
}

TEST_CASE("scalars without kernels have Eigen's products") {
  elman::Random random(2);
  for (const Index rows : {1, 2, 7, 16, 33}) {
    check_products<long double>(rows, 5, 9, random);
  }
}

TEST_CASE("a column's product has the same bits whatever columns are beside it") {
  for_each_simd_level([] {
    elman::Random random(3);
    for (const Index rows : {5, 16, 33, 100}) {
      const auto A = nets::normal<Block<float>>(rows, 23, random);
      const auto B = nets::normal<Block<float>>(23, 40, random);
      const auto start = nets::normal<Block<float>>(rows, 40, random);
      elman::Factor<float> F;
      F.assign(A);
      Block<float> all = start;
      add_product(F, B, all);
      for (Index j = 0; j < 40; ++j) {
        Block<float> alone = start.col(j);
        add_product(F, Block<float>(B.col(j)), alone);
        CHECK(alone.col(0) == all.col(j));
      }
    }
  });
}

TEST_CASE("AVX2 and AVX-512 give the same bits") {
  if (elman::best_simd() != elman::Simd::avx512 || elman::detail::guaranteed_simd == elman::Simd::avx512) {
    SUCCEED();
    return;
  }
  elman::Random random(5);
  const auto A = nets::normal<Block<float>>(45, 23, random);
  const auto B = nets::normal<Block<float>>(23, 13, random);
  std::vector<Block<float>> results;
  for (const auto level : {elman::Simd::avx2, elman::Simd::avx512}) {
    elman::limit_simd(level);
    elman::Factor<float> F;
    F.assign(A);
    results.emplace_back(45, 13);
    set_product(F, B, results.back());
  }
  CHECK(results[0] == results[1]);
}

TEST_CASE("a factor may be assigned again and again, smaller and larger") {
  elman::Random random(4);
  elman::Factor<double> F;
  for (const Index rows : {40, 3, 80}) {
    const auto A = nets::normal<Block<double>>(rows, rows / 2 + 1, random);
    const auto B = nets::normal<Block<double>>(rows / 2 + 1, 4, random);
    Block<double> C(rows, 4);
    F.assign(A);
    set_product(F, B, C);
    CHECK((C - oracle<double>(A, B)).norm() <= 1e-13 * C.norm());
  }
}
