// SPDX-License-Identifier: MIT
//
// What a loss of numbers takes as targets, all read as a matrix of Out × R, a column a column of o:
//
//   a matrix          Out × R
//   pack(sequences)   where every step is read, of sequences as long as those of x; where the last is, of one step each
//   pack(lists)       the same of integers, and
//   a list            R numbers (a std::vector, an array, a span): of a net with Out = 1
#pragma once

#include <concepts>
#include <ranges>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Numbers that lie in memory one behind the other.
template <class T>
concept IsListOfNumbers =
    std::ranges::contiguous_range<const T> && std::is_arithmetic_v<std::ranges::range_value_t<const T>>;

template <class T>
inline constexpr bool is_targets =
    IsMatrix<T> || IsSequences<T>::value || std::same_as<T, Labels> || IsListOfNumbers<T>;
template <class Targets, class Weights>
inline constexpr bool is_targets<loss::Weighted<Targets, Weights>> = is_targets<Targets>;

template <class List>
auto as_row(const List& list) {
  using Number = std::ranges::range_value_t<const List>;
  return View<const Matrix<Number, 1, Dynamic>>(std::ranges::data(list), 1,
                                                static_cast<Index>(std::ranges::size(list)));
}

/// Throws unless targets that were packed with these steps lie in the order of o's columns. A tape that knows no steps
/// is asked for nothing.
template <class Tape>
void check_target_steps(const char* owner, const Tape& tape, const Steps& steps) {
  if constexpr (requires {
                  tape.selection().is_last();
                  tape.steps() == steps;
                }) {
    const auto& read = tape.selection();
    if (read.is_last()) {
      require(steps.count() == 1 && steps.batch() == tape.steps().batch(), owner, ": targets has B = ", steps.batch(),
              " sequences of up to ", steps.count(), " steps; expected B = ", tape.steps().batch(),
              " of one step, because last_step was read (every_step reads all)");
    } else {
      require(read.count() == tape.steps().columns(), owner,
              ": targets was packed, but at_steps was read; expected a matrix, Out x R, in the order of o's columns");
      require(tape.steps() == steps, owner, ": targets has T = ", steps.count(), ", N = ", steps.columns(),
              " or lengths in another order; expected the steps of x, T = ", tape.steps().count(),
              ", N = ", tape.steps().columns(), " (last_step reads one a sequence)");
    }
  }
}

/// Targets as a matrix: a reference to one that is there, or a view of a list.
template <class Tape, class Targets>
decltype(auto) target_columns(const char* owner, const Tape& tape, const Targets& targets) {
  if constexpr (IsMatrix<Targets>) {
    return (targets);
  } else if constexpr (IsSequences<Targets>::value) {
    check_target_steps(owner, tape, targets.steps);
    return (targets.columns);
  } else if constexpr (std::same_as<Targets, Labels>) {
    check_target_steps(owner, tape, targets.steps);
    return as_row(targets.columns);
  } else {
    return as_row(targets);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
