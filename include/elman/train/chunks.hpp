// SPDX-License-Identifier: MIT
//
// One long stream in chunks, for truncated backpropagation through time: an update a chunk, and the state goes from
// chunk to chunk. An epoch goes through the whole from its beginning, where the state is the net's own start.
//
//   train::Chunks text{tokens, {.streams = 8, .steps = 50}};          each token is to tell the next
//   train::Chunks series{x, targets, {.streams = 1, .steps = 100}};   a column or token a step, a target a step
//
// It is cut into as many streams as are said, which run side by side (sequences/streams.hpp); what is left over at the
// end, fewer steps than there are streams, has no place.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/random.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/sequences/streams.hpp"
#include "elman/train/batch.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Type>
concept IsTokens =
    std::ranges::contiguous_range<const Type> && std::integral<std::ranges::range_value_t<Type>> && !IsMatrix<Type>;

/// `count` streams side by side of columns or integers.
template <IsTokens List>
Labels streams_of(const List& list, Index count) {
  return streams(list, count);
}
template <class M>
requires IsMatrix<M>
auto streams_of(const M& matrix, Index count) {
  const Index length = matrix.cols() / count;
  Sequences<typename M::Scalar, M::RowsAtCompileTime> result;
  result.steps = Steps::even(length, count);
  resize(result.columns, matrix.rows(), length * count);
  for (Index t = 0; t < length; ++t) {
    for (Index b = 0; b < count; ++b) result.columns.col(t * count + b) = matrix.col(b * length + t);
  }
  return result;
}
template <class Whole>
using StreamsOf = decltype(streams_of(std::declval<const Whole&>(), Index{1}));

}  // namespace detail

namespace train {

struct ChunkOptions {
  Index streams = 1;  ///< parts that run side by side; at least 1
  Index steps = 50;   ///< of a chunk, the last of an epoch may have fewer; at least 1
};

/// X and Targets: Labels or Sequences.
template <class X, class Targets>
class Chunks {
 public:
  static constexpr bool carries_state = true;  ///< from chunk to chunk: what the loop does of itself
  using Options = ChunkOptions;

  struct Batch {
    X x;
    Targets targets;
    ReadSteps read = every_step;
    Index examples = 0;  ///< steps of all streams
    const Steps& steps() const { return x.steps; }
    template <class Use>
    decltype(auto) with_targets(const Use& use) const {
      return use(targets);
    }
  };

  /// Each token of a list and the next. Throws if an option is out of range, or there are too few for the streams.
  template <detail::IsTokens Tokens>
  explicit Chunks(const Tokens& tokens, const ChunkOptions& options = {})
      : Chunks(all_but_last(tokens), all_but_first(tokens), options) {}
  /// As many targets as steps.
  template <class Whole, class WholeTargets>
  requires(!std::convertible_to<const WholeTargets&, ChunkOptions>)
      Chunks(const Whole& x, const WholeTargets& targets, const ChunkOptions& options = {})
      : options_(checked(options, detail::length_of(x), detail::length_of(targets))),
        x_(detail::streams_of(x, options.streams)),
        targets_(detail::streams_of(targets, options.streams)) {}

  const ChunkOptions& options() const { return options_; }
  Index streams() const { return options_.streams; }
  Index size() const { return x_.steps.columns(); }
  void start(Random*) {}
  Index batches() const { return (x_.steps.count() + options_.steps - 1) / options_.steps; }
  Index pieces(Index) const { return 1; }
  void take(Index k, Index, Random*, Batch& batch) const {
    chunk(x_, k * options_.steps, options_.steps, batch.x);
    chunk(targets_, k * options_.steps, options_.steps, batch.targets);
    batch.examples = batch.x.steps.columns();
  }
  std::string text() const {
    return std::to_string(options_.streams) + " streams of " + std::to_string(x_.steps.count()) +
           " steps in chunks of " + std::to_string(options_.steps);
  }
  template <class Keep>
  void keep(const Keep&) {}
  void check_order() const {}

 private:
  static ChunkOptions checked(const ChunkOptions& options, Index steps, Index targets) {
    constexpr auto owner = "train::Chunks";
    detail::require_that(steps > 0, owner, ": x has no step; expected at least 1");
    detail::require_that(targets == steps, owner, ": targets has ", targets, " steps; expected ", steps, " as x has");
    detail::require_that(options.streams >= 1 && options.streams <= steps, owner, ": streams is ", options.streams,
                         "; expected from 1 to ", steps, ", as many as there are steps");
    detail::require_that(options.steps >= 1, owner, ": steps is ", options.steps, "; expected at least 1");
    return options;
  }
  template <class Tokens>
  static auto all_but_last(const Tokens& tokens) {
    const auto size = std::ranges::size(tokens);
    detail::require_that(size >= 2, "train::Chunks: tokens has ", size,
                         " of them; expected at least 2, one and the next");
    return std::span(std::ranges::data(tokens), size - 1);
  }
  template <class Tokens>
  static auto all_but_first(const Tokens& tokens) {
    return std::span(std::ranges::data(tokens), std::ranges::size(tokens)).subspan(1);
  }

  ChunkOptions options_;
  X x_;
  Targets targets_;
};
template <detail::IsTokens Tokens>
explicit Chunks(const Tokens&) -> Chunks<Labels, Labels>;
template <detail::IsTokens Tokens>
explicit Chunks(const Tokens&, const ChunkOptions&) -> Chunks<Labels, Labels>;
template <class Whole, class WholeTargets>
requires(!std::convertible_to<const WholeTargets&, ChunkOptions>) Chunks(const Whole&, const WholeTargets&)
->Chunks<detail::StreamsOf<Whole>, detail::StreamsOf<WholeTargets>>;
template <class Whole, class WholeTargets>
Chunks(const Whole&, const WholeTargets&, const ChunkOptions&)
    -> Chunks<detail::StreamsOf<Whole>, detail::StreamsOf<WholeTargets>>;

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
