// SPDX-License-Identifier: MIT
//
// What is trained on: examples, each a sequence with its target. A data set is any type with
//
//   size()         how many there are
//   sequence(k)    one: an In × T matrix, a list of tokens, or SourceTarget{source, target} of two of these
//   target(k)      what the loss compares with: a class, a number, or a column of numbers, of the whole sequence; a
//   list
//                  of classes or a matrix of numbers, one a step
//   weight(k)      if there is one: how much the example counts, or a list of numbers, one a step
//   varied(k, random)   if there is one: the sequence as it is to be trained on, changed by chance
//
// Sequences may be handed out by reference, by value or as views. What lies in memory as lists is one at once:
//
//   train::Examples data{sequences, labels};           refers to them; owns what is handed over as a temporary
//   train::Subset some{data, indices};                 those of these places
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

template <class D>
concept DataSet = requires(const D& data, Index k) {
  { data.size() } -> std::convertible_to<Index>;
  data.sequence(k);
  data.target(k);
};

}  // namespace train

namespace detail {

struct NoWeights {};

}  // namespace detail

namespace train {

/// Three lists of one length, or two: element k of each belongs to example k. Targets that are one matrix have a column
/// an example.
template <class Sequences, class Targets, class Weights = detail::NoWeights>
class Examples {
 public:
  /// Throws unless there is as much of each.
  Examples(Sequences sequences, Targets targets, Weights weights = {})
      : sequences_(static_cast<Sequences&&>(sequences)),
        targets_(static_cast<Targets&&>(targets)),
        weights_(static_cast<Weights&&>(weights)) {
    const Index count = target_count();
    detail::require_that(count == size(), "train::Examples: targets has ", count, " entries; expected ", size(),
                         ", one a sequence");
    if constexpr (has_weights) {
      const auto given = static_cast<Index>(std::ranges::size(weights_));
      detail::require_that(given == size(), "train::Examples: weights has ", given, " entries; expected ", size(),
                           ", one a sequence");
    }
  }

  Index size() const { return static_cast<Index>(std::ranges::size(sequences_)); }
  decltype(auto) sequence(Index k) const { return detail::element_of(sequences_)(k); }
  decltype(auto) target(Index k) const {
    if constexpr (is_matrix) {
      return targets_.col(k);
    } else {
      return detail::element_of(targets_)(k);
    }
  }
  decltype(auto) weight(Index k) const requires(!std::same_as<std::remove_cvref_t<Weights>, detail::NoWeights>) {
    return detail::element_of(weights_)(k);
  }

 private:
  static constexpr bool is_matrix =
      detail::IsMatrix<std::remove_cvref_t<Targets>> && !std::ranges::range<const std::remove_cvref_t<Targets>>;
  static constexpr bool has_weights = !std::same_as<std::remove_cvref_t<Weights>, detail::NoWeights>;

  Index target_count() const {
    if constexpr (is_matrix) {
      return targets_.cols();
    } else {
      return static_cast<Index>(std::ranges::size(targets_));
    }
  }

  Sequences sequences_;
  Targets targets_;
  Weights weights_;
};
template <class Sequences, class Targets>
Examples(Sequences&&, Targets&&) -> Examples<detail::Kept<Sequences>, detail::Kept<Targets>>;
template <class Sequences, class Targets, class Weights>
Examples(Sequences&&, Targets&&, Weights&&)
    -> Examples<detail::Kept<Sequences>, detail::Kept<Targets>, detail::Kept<Weights>>;

/// The examples of another data set at these places, in this order; a place may stand there twice.
template <class Data, class Places>
class Subset {
 public:
  /// Throws if a place is none of the data's.
  Subset(Data data, Places places) : data_(static_cast<Data&&>(data)), places_(static_cast<Places&&>(places)) {
    for (Index k = 0; k < size(); ++k) {
      detail::require_that(place(k) >= 0 && place(k) < data_.size(), "train::Subset: place ", k, " is ", place(k),
                           "; expected at least 0 and below ", data_.size(), ", the size of the data");
    }
  }

  Index size() const { return static_cast<Index>(std::ranges::size(places_)); }
  decltype(auto) sequence(Index k) const { return data_.sequence(place(k)); }
  decltype(auto) target(Index k) const { return data_.target(place(k)); }
  decltype(auto) weight(Index k) const requires requires { std::declval<const Data&>().weight(k); }
  { return data_.weight(place(k)); }
  decltype(auto) varied(Index k, Random& random) const requires requires {
    std::declval<const Data&>().varied(k, random);
  }
  { return data_.varied(place(k), random); }

 private:
  Index place(Index k) const { return static_cast<Index>(detail::element_of(places_)(k)); }

  Data data_;
  Places places_;
};
template <class Data, class Places>
Subset(Data&&, Places&&) -> Subset<detail::Kept<Data>, detail::Kept<Places>>;

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
