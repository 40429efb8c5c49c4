// SPDX-License-Identifier: MIT
//
// Sequences of many lengths in one matrix without padding, and back.
//
//   pack(matrices)     a batch of Rows × T_b matrices, one column a step    → Sequences (x of forward)
//   pack(lists)        a batch of lists of integers, one a step             → Labels (targets, or tokens as x)
//   unpack(y, steps)   columns in packed order                              → one matrix a sequence, the caller's order
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A batch of sequences: packed columns (Rows × N) and which column is which step.
template <class Scalar, int Rows>
struct Sequences {
  Columns<Scalar, Rows> columns;
  Steps steps;
};

/// An integer a step, in packed order: targets of every step, or tokens, the x of a net whose In is the vocabulary.
struct Labels {
  std::vector<Index> columns;
  Steps steps;
};

namespace detail {

template <class Batch>
using ElementOf = std::remove_cvref_t<std::ranges::range_reference_t<const Batch&>>;

template <class Batch>
concept BatchOfMatrices = std::ranges::random_access_range<const Batch> && IsMatrix<ElementOf<Batch>>;
template <class Batch>
concept BatchOfLists = std::ranges::random_access_range<const Batch> && std::integral<ElementOf<ElementOf<Batch>>>;

template <class T>
struct IsSequences : std::false_type {};
template <class Scalar, int Rows>
struct IsSequences<Sequences<Scalar, Rows>> : std::true_type {};

}  // namespace detail

/// Packs matrices of equal height, one sequence each, one column a step. Throws if there is none, one has no column,
/// or heights differ.
template <detail::BatchOfMatrices Batch>
auto pack(const Batch& batch) {
  using M = detail::ElementOf<Batch>;
  const auto sequence = [first = std::ranges::begin(batch)](Index b) -> decltype(auto) {
    return first[static_cast<std::ranges::range_difference_t<const Batch>>(b)];
  };
  const auto B = static_cast<Index>(std::ranges::size(batch));
  detail::require(B >= 1, "pack: the batch has 0 sequences; expected at least 1");
  std::vector<Index> lengths;
  lengths.reserve(static_cast<std::size_t>(B));
  for (Index b = 0; b < B; ++b) {
    detail::require(sequence(b).cols() >= 1, "pack: sequence ", b, " has 0 steps; expected at least 1");
    detail::require(sequence(b).rows() == sequence(0).rows(), "pack: sequence ", b, " has ", sequence(b).rows(),
                    " rows; expected ", sequence(0).rows(), " as sequence 0 has");
    lengths.push_back(sequence(b).cols());
  }
  Sequences<typename M::Scalar, M::RowsAtCompileTime> packed{{}, Steps::ragged(lengths)};
  detail::resize(packed.columns, sequence(0).rows(), packed.steps.columns());
  for (Index b = 0; b < B; ++b) {
    for (Index t = 0; t < sequence(b).cols(); ++t) packed.columns.col(packed.steps.column(b, t)) = sequence(b).col(t);
  }
  return packed;
}

/// Packs lists of integers, one a step. Throws if there is no list or one is empty.
template <detail::BatchOfLists Batch>
Labels pack(const Batch& batch) {
  detail::require(std::ranges::size(batch) >= 1, "pack: the batch has 0 label lists; expected at least 1");
  std::vector<Index> lengths;
  for (const auto& list : batch) {
    detail::require(std::ranges::size(list) >= 1, "pack: label list ", lengths.size(),
                    " has 0 steps; expected at least 1");
    lengths.push_back(static_cast<Index>(std::ranges::size(list)));
  }
  Labels packed{{}, Steps::ragged(lengths)};
  packed.columns.resize(static_cast<std::size_t>(packed.steps.columns()));
  Index b = 0;
  for (const auto& list : batch) {
    Index t = 0;
    for (const auto label : list) {
      packed.columns[static_cast<std::size_t>(packed.steps.column(b, t++))] = static_cast<Index>(label);
    }
    ++b;
  }
  return packed;
}

/// What is no batch: ends in a sentence, at compile time.
template <class Batch, class... Others>
requires(!detail::BatchOfMatrices<Batch> && !detail::BatchOfLists<Batch>) auto pack(const Batch&, const Others&...) {
  constexpr bool is_one = detail::IsMatrix<Batch> || requires { requires std::integral<detail::ElementOf<Batch>>; };
  static_assert(
      !is_one,
      "elman::pack: this is one sequence, and a batch is a list of them: elman::pack(std::array{sequence}); a "
      "matrix is x as it is, and a list of labels is targets as it is");
  static_assert(
      is_one,
      "elman::pack: a batch is a list (std::vector, std::array) of sequences, and a sequence an Eigen matrix, "
      "Rows x T, a column a step, or a list of integers");
  return detail::Anything();
}

/// Hands packed columns (Rows × N) back as one Rows × T_b matrix a sequence, in the caller's order. Throws if there are
/// not as many columns as steps.
template <class Derived>
auto unpack(const Eigen::MatrixBase<Derived>& columns, const Steps& steps) {
  using Scalar = typename Derived::Scalar;
  detail::require(columns.cols() == steps.columns(), "unpack: columns has ", columns.cols(),
                  " columns; expected N = ", steps.columns());
  std::vector<Columns<Scalar, Derived::RowsAtCompileTime>> sequences(static_cast<std::size_t>(steps.batch()));
  for (Index b = 0; b < steps.batch(); ++b) {
    auto& sequence = sequences[static_cast<std::size_t>(b)];
    detail::resize(sequence, columns.rows(), steps.length(b));
    for (Index t = 0; t < steps.length(b); ++t) sequence.col(t) = columns.col(steps.column(b, t));
  }
  return sequences;
}

}  // namespace ELMAN_ABI
}  // namespace elman
