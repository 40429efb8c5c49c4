// SPDX-License-Identifier: MIT
//
// Long streams in chunks: what truncated backpropagation through time runs on. One long list is cut into B streams that
// run side by side, and the streams into chunks of k steps; `forward(chunk, tape, read, state)` carries the state from
// chunk to chunk, and gradients end where a chunk begins (docs/math.md Eq. 50).
//
//   const Labels x = streams(text.first(n − 1), 8), next = streams(text.subspan(1), 8);
//   auto state = net.initial_state(8);
//   for (Index begin = 0; begin < x.steps.count(); begin += 50) {
//     chunk(x, begin, 50, x_chunk);
//     net.forward(x_chunk, tape, every_step, state);
//     …
//   }
//
// A stream that starts anew within a chunk, at a new document for instance, is cut there: chunk(x, starts, begin, 50,
// x_chunk) makes of each part a sequence of its own, and forward starts the later ones from the net's own start and
// carries the state of each stream's last on. No gradient passes the cut.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// One list of integers as B streams side by side, each a contiguous part of ⌊size / B⌋ of them; what is left over at
/// the end has no place. Throws if B is less than 1 or the list has fewer than B.
template <std::ranges::random_access_range List>
requires std::integral<detail::ElementOf<List>> Labels streams(const List& list, Index B) {
  const auto size = static_cast<Index>(std::ranges::size(list));
  detail::require_that(B >= 1, "streams: B is ", B, "; expected at least 1 stream");
  detail::require_that(size >= B, "streams: the list has ", size, " integers; expected at least B = ", B);
  const Index length = size / B;
  const auto first = std::ranges::begin(list);
  Labels result{{}, Steps::even(length, B)};
  result.columns.reserve(static_cast<std::size_t>(length * B));
  for (Index t = 0; t < length; ++t) {
    for (Index b = 0; b < B; ++b) {
      result.columns.push_back(
          static_cast<Index>(first[static_cast<std::ranges::range_difference_t<const List>>(b * length + t)]));
    }
  }
  return result;
}

namespace detail {

/// The steps of begin … begin + count − 1, fewer at the end, of streams that are all equally long.
inline Steps check_chunk(const Steps& steps, Index columns, Index begin, Index count) {
  require_that(columns == steps.columns(), "chunk: the streams have ", columns,
               " columns; expected N = ", steps.columns(), " as their steps say");
  for (Index b = 0; b < steps.batch(); ++b) {
    require_that(steps.length(b) == steps.length(0), "chunk: stream ", b, " has ", steps.length(b), " steps; expected ",
                 steps.length(0), " as stream 0 has");
  }
  require_that(begin >= 0 && begin < steps.count(), "chunk: begin is ", begin,
               "; expected 0 <= begin < T = ", steps.count());
  require_that(count >= 1, "chunk: count is ", count, "; expected at least 1 step");
  return Steps::even((std::min)(count, steps.count() - begin), steps.batch());
}

/// Columns of numbers, or tokens.
template <class M>
void resize_columns(M& to, const M& from, Index count) {
  resize(to, from.rows(), count);
}
inline void resize_columns(std::vector<Index>& to, const std::vector<Index>&, Index count) {
  to.resize(static_cast<std::size_t>(count));
}
template <class M>
void copy_column(const M& from, Index k, M& to, Index place) {
  to.col(place) = from.col(k);
}
inline void copy_column(const std::vector<Index>& from, Index k, std::vector<Index>& to, Index place) {
  to[static_cast<std::size_t>(place)] = from[static_cast<std::size_t>(k)];
}

}  // namespace detail

/// result ← steps begin … begin + count − 1 of all streams; the last chunk may be shorter. Throws, with the result
/// untouched, unless the streams are equally long and begin is one of their steps. Allocates only when the result has
/// seen no chunk as long.
inline void chunk(const Labels& whole, Index begin, Index count, Labels& result) {
  const Steps steps = detail::check_chunk(whole.steps, static_cast<Index>(whole.columns.size()), begin, count);
  const auto first = whole.columns.begin() + static_cast<std::ptrdiff_t>(whole.steps.first(begin));
  result.columns.assign(first, first + static_cast<std::ptrdiff_t>(steps.columns()));
  result.steps = steps;
  result.parts.clear();
}
template <class Scalar, int Rows>
void chunk(const Sequences<Scalar, Rows>& whole, Index begin, Index count, Sequences<Scalar, Rows>& result) {
  const Steps steps = detail::check_chunk(whole.steps, whole.columns.cols(), begin, count);
  result.columns = whole.columns.middleCols(whole.steps.first(begin), steps.columns());
  result.steps = steps;
  result.parts.clear();
}
template <class Whole>
Whole chunk(const Whole& whole, Index begin, Index count) {
  Whole result;
  chunk(whole, begin, count, result);
  return result;
}

/// The same where streams start anew: `starts` lies as whole does, and is not 0 at each step before which its stream
/// starts anew. Then the sequences of the result are parts of streams (result.parts), and its columns stand in the
/// order of their steps; targets cut with the same `starts` stand in that order too. Throws too, with the result
/// untouched, if `starts` has other steps.
template <class Whole>
void chunk(const Whole& whole, const Labels& starts, Index begin, Index count, Whole& result) {
  const auto size = static_cast<Index>(std::ssize(starts.columns));
  Index columns = 0;
  if constexpr (std::same_as<Whole, Labels>) {
    columns = std::ssize(whole.columns);
  } else {
    columns = whole.columns.cols();
  }
  const Steps even = detail::check_chunk(whole.steps, columns, begin, count);
  detail::require_that(starts.steps == whole.steps && size == whole.steps.columns(), "chunk: starts has ", size,
                       " entries of ", starts.steps.batch(), " streams; expected ", whole.steps.columns(), " of ",
                       whole.steps.batch(), ", as the streams have");
  const auto starts_at = [&](Index b, Index t) {
    return starts.columns[static_cast<std::size_t>(starts.steps.column(b, begin + t))] != 0;
  };
  result.parts.clear();
  for (Index b = 0; b < even.batch(); ++b) result.parts.push_back({b, 0, even.count()});
  for (Index b = 0; b < even.batch(); ++b) {
    auto before = static_cast<std::size_t>(b);
    for (Index t = 0; t < even.count(); ++t) {
      if (!starts_at(b, t)) continue;
      result.parts[before].end = t;
      before = result.parts.size();
      result.parts.push_back({b, t, even.count()});
    }
  }
  const std::span<const StreamPart> parts(result.parts);
  const auto part = [&](Index k) { return parts[static_cast<std::size_t>(k)]; };
  result.steps.assign("chunk", std::ssize(parts), [&](Index k) { return part(k).end - part(k).begin; });
  detail::resize_columns(result.columns, whole.columns, even.columns());
  for (Index k = 0; k < std::ssize(parts); ++k) {
    for (Index t = 0; t < result.steps.length(k); ++t) {
      detail::copy_column(whole.columns, whole.steps.column(part(k).stream, begin + part(k).begin + t), result.columns,
                          result.steps.column(k, t));
    }
  }
}

}  // namespace ELMAN_ABI
}  // namespace elman
