// SPDX-License-Identifier: MIT
//
// Sequences of many lengths in one matrix without padding, and back.
//
//   pack(matrices)     a batch of Rows × T_b matrices, one column a step    → Sequences (x of forward)
//   pack(lists)        a batch of lists of integers, one a step             → Labels (targets, or tokens as x)
//   pack(…, x)         the same into an x that there is: no heap once it has been as large
//   unpack(y, steps)   columns in packed order                              → one matrix a sequence, the caller's order
//
// Arrays of three dimensions in one piece of memory: pack_array.hpp.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/growing_columns.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A sequence of a chunk in which streams start anew (streams.hpp): steps begin … end − 1 of one of the streams. Of B
/// streams the first B parts are those with which the chunk begins, in the order of the streams, perhaps of no step;
/// behind them stand the later ones of each stream, in the order of time.
struct StreamPart {
  Index stream, begin, end;
};

/// A batch of sequences: packed columns (Rows × N) and which column is which step.
template <class Scalar, int Rows>
struct Sequences {
  GrowingColumns<Scalar, Rows> columns;
  Steps steps;
  std::vector<StreamPart> parts = {};  ///< of streams; none: each sequence is one
};

/// An integer a step, in packed order: targets of every step, or tokens, the x of a net whose In is the vocabulary.
struct Labels {
  std::vector<Index> columns;
  Steps steps;
  std::vector<StreamPart> parts = {};  ///< of streams; none: each sequence is one
};

namespace detail {

template <class Batch>
using ElementOf = std::remove_cvref_t<std::ranges::range_reference_t<const Batch&>>;

/// The number of streams whose parts the sequences of a batch are.
inline Index stream_count(std::span<const StreamPart> parts, const Steps& steps) {
  if (parts.empty()) return steps.batch();
  Index count = 0;
  for (const StreamPart& part : parts) count += part.stream == count;  // a later part is of a stream before it
  return count;
}
/// The stream that ends with sequence b of a batch; −1 if a later part of it stands behind.
inline Index stream_that_ends(std::span<const StreamPart> parts, Index b) {
  if (parts.empty()) return b;
  const auto here = parts.begin() + b;
  const bool goes_on =
      std::any_of(here + 1, parts.end(), [&](const StreamPart& part) { return part.stream == here->stream; });
  return goes_on ? -1 : here->stream;
}
template <class Batch>
concept BatchOfMatrices = std::ranges::random_access_range<const Batch> && IsMatrix<ElementOf<Batch>>;
template <class Batch>
concept BatchOfLists = std::ranges::random_access_range<const Batch> && std::integral<ElementOf<ElementOf<Batch>>>;

template <class Type>
struct IsSequences : std::false_type {};
template <class Scalar, int Rows>
struct IsSequences<Sequences<Scalar, Rows>> : std::true_type {};

}  // namespace detail

namespace detail {

/// b ↦ element b of a batch.
template <class Batch>
auto element_of(const Batch& batch) {
  return [first = std::ranges::begin(batch)](Index b) -> decltype(auto) {
    return first[static_cast<std::ranges::range_difference_t<const Batch>>(b)];
  };
}

/// x ← B matrices, sequence(b), a column a step.
template <class Sequence, class Scalar, int Rows>
void pack_matrices(const char* owner, Index B, const Sequence& sequence, Sequences<Scalar, Rows>& x) {
  for (Index b = 0; b < B; ++b) {
    const Index rows = Rows == Dynamic ? sequence(0).rows() : Rows;
    require_that(sequence(b).rows() == rows, owner, ": sequence ", b, " has ", sequence(b).rows(), " rows; expected ",
                 rows, Rows == Dynamic ? " as sequence 0 has" : " as x has");
  }
  x.steps.assign(owner, B, [&](Index b) { return sequence(b).cols(); });
  x.parts.clear();
  resize(x.columns, sequence(0).rows(), x.steps.columns());
  for (Index b = 0; b < B; ++b) {
    const auto& columns = sequence(b);  // asked for once
    for (Index t = 0; t < columns.cols(); ++t) x.columns.col(x.steps.column(b, t)) = columns.col(t);
  }
}
/// x ← B lists of integers, list(b), one a step.
template <class List>
void pack_lists(const char* owner, Index B, const List& list, Labels& x) {
  x.steps.assign(owner, B, [&](Index b) { return static_cast<Index>(std::ranges::size(list(b))); });
  x.parts.clear();
  x.columns.resize(static_cast<std::size_t>(x.steps.columns()));
  for (Index b = 0; b < B; ++b) {
    Index t = 0;
    for (const auto label : list(b)) {
      x.columns[static_cast<std::size_t>(x.steps.column(b, t++))] = static_cast<Index>(label);  // NOLINT: no character
    }
  }
}

}  // namespace detail

/// Packs matrices of equal height, one sequence each, one column a step; a sequence may have none. x becomes them, and
/// allocates only where it has not been as large. Throws, with x untouched, if there is no matrix, none has a column,
/// or heights differ.
template <detail::BatchOfMatrices Batch, class Scalar, int Rows>
void pack(const Batch& batch, Sequences<Scalar, Rows>& x) {
  static_assert(std::same_as<typename detail::ElementOf<Batch>::Scalar, Scalar>,
                "elman::pack: x must have the Scalar of the matrices");
  detail::pack_matrices("pack", static_cast<Index>(std::ranges::size(batch)), detail::element_of(batch), x);
}
template <detail::BatchOfMatrices Batch>
auto pack(const Batch& batch) {
  using M = detail::ElementOf<Batch>;
  Sequences<typename M::Scalar, M::RowsAtCompileTime> result;
  pack(batch, result);
  return result;
}

/// Packs lists of integers, one a step; a list may be empty. x becomes them, and allocates only where it has not been
/// as large. Throws, with x untouched, if there is no list or all are empty.
template <detail::BatchOfLists Batch>
void pack(const Batch& batch, Labels& x) {
  detail::pack_lists("pack", static_cast<Index>(std::ranges::size(batch)), detail::element_of(batch), x);
}
template <detail::BatchOfLists Batch>
Labels pack(const Batch& batch) {
  Labels result;
  pack(batch, result);
  return result;
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
  detail::require_that(columns.cols() == steps.columns(), "unpack: columns has ", columns.cols(),
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
