// SPDX-License-Identifier: MIT
//
// What a loss of numbers takes as targets, all read as a matrix of Out × R, a column a column of o:
//
//   a matrix          Out × R
//   pack(sequences)   of the steps that are read (sequences/targets.hpp)
//   pack(lists)       the same of integers, and
//   a list            R numbers (a std::vector, an array, a span): of a net with Out = 1
#pragma once

#include <concepts>
#include <ranges>
#include <type_traits>

#include "elman/loss/weighted.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Numbers that lie in memory one behind the other.
template <class Type>
concept IsListOfNumbers =
    std::ranges::contiguous_range<const Type> && std::is_arithmetic_v<std::ranges::range_value_t<const Type>>;

template <class Type>
inline constexpr bool is_targets =
    IsMatrix<Type> || IsSequences<Type>::value || std::same_as<Type, Labels> || IsListOfNumbers<Type>;
template <class Targets, class Weights>
inline constexpr bool is_targets<loss::Weighted<Targets, Weights>> = is_targets<std::remove_cvref_t<Targets>>;

template <class List>
auto as_row(const List& list) {
  using Number = std::ranges::range_value_t<const List>;
  return View<const Matrix<Number, 1, Dynamic>>(std::ranges::data(list), 1,
                                                static_cast<Index>(std::ranges::size(list)));
}

/// Targets as a matrix: a reference to one that is there, or a view of a list.
template <class Targets>
decltype(auto) target_columns(const Targets& targets) {
  if constexpr (IsMatrix<Targets>) {
    return (targets);
  } else if constexpr (IsSequences<Targets>::value) {
    return (targets.columns);
  } else if constexpr (std::same_as<Targets, Labels>) {
    return as_row(targets.columns);
  } else {
    return as_row(targets);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
