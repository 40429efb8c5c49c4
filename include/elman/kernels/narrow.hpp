// SPDX-License-Identifier: MIT
//
// Weights of fewer bits than the net's Scalar: what a step reads where memory, or the way from it, is what costs.
//
//   std::int8_t, std::int16_t    fixed point with a scale a row
//   BFloat16                     the upper half of a float
//
// The weights of a row in four adjacent columns (two, of 16 bits) are one word of 32 bits, the first in its lowest
// bits; words lie row by row, group of columns by group of columns, so that a vector of words is a vector of rows. A
// weight is made a float by one shift within its lane: the bits below its own stay, and are part of the number. It is
// rounded so that the number with them is nearest, so they add nothing to the error, which is at most half of its last
// own bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

#include "elman/kernels/lanes.hpp"
#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Names the upper half of a float, 8 bits of precision and the range of a float, as what weights are rounded to.
struct BFloat16 {};

/// What the weights of a frozen net may be kept as.
template <class Weight, class Scalar>
concept WeightOf = std::same_as<Weight, Scalar> ||
    (std::same_as<Scalar, float> &&
     (std::same_as<Weight, std::int8_t> || std::same_as<Weight, std::int16_t> || std::same_as<Weight, BFloat16>));

namespace detail {

/// Whether a weight is an integer that a scale makes a number.
template <class Weight>
inline constexpr bool is_scaled = std::integral<Weight>;

/// Columns to a group; 1 where weights are as they are in θ.
template <class Weight>
inline constexpr int grouped_columns = 2;
template <std::floating_point Weight>
inline constexpr int grouped_columns<Weight> = 1;
template <>
inline constexpr int grouped_columns<std::int8_t> = 4;

/// What an array of weights is made of.
template <class Weight>
using WeightElement = std::conditional_t<std::floating_point<Weight>, Weight, std::uint32_t>;

/// Elements of an array of weights that a matrix takes.
template <class Weight>
constexpr Index weight_elements(Index rows, Index columns) {
  constexpr Index group = grouped_columns<Weight>;
  return (columns + group - 1) / group * rows;
}

/// The word, shifted so that the place-th weight is on top.
template <class Weight>
constexpr std::uint32_t on_top(std::uint32_t word, int place) {
  constexpr int bits = 32 / grouped_columns<Weight>;
  return word << (32 - bits - bits * place);
}
/// The number of a weight, without the scale of its row.
template <class Weight>
constexpr float number_of(std::uint32_t word, int place) {
  const std::uint32_t top = on_top<Weight>(word, place);
  if constexpr (is_scaled<Weight>) {
    return static_cast<float>(static_cast<std::int32_t>(top));
  } else {
    return bit_cast<float>(top);
  }
}

/// Puts the weight nearest to `number`, which has been divided by the scale of its row, in the place of a word whose
/// lower places are full and whose others are zero.
template <class Weight>
void put_weight(std::uint32_t& word, int place, float number) {
  constexpr int bits = 32 / grouped_columns<Weight>;
  const auto with = [&](std::int64_t own) {
    return word | (static_cast<std::uint32_t>(own) & ((std::uint32_t{1} << bits) - 1)) << (bits * place);
  };
  if constexpr (is_scaled<Weight>) {
    constexpr double unit =
        1.0 / (std::uint32_t{1} << (bits - 1)) * 2147483648.0;  // of the own bits, in the shifted word
    const double below = on_top<Weight>(word, place);
    const double own = (std::round)((static_cast<double>(number) - below) / unit);
    constexpr double most = (std::numeric_limits<Weight>::max)();
    word = with(static_cast<std::int64_t>(std::fmin(std::fmax(own, -most - 1), most)));
  } else {
    const std::uint32_t half = bit_cast<std::uint32_t>(number) >> 16;
    std::uint32_t best = with(half);
    for (const std::uint32_t other : {half - 1, half + 1}) {  // towards zero and away from it
      const float candidate = number_of<Weight>(with(other), place);
      const float chosen = number_of<Weight>(best, place);
      if ((std::abs)(candidate - number) < (std::abs)(chosen - number)) best = with(other);  // NaN and infinity are not
    }
    word = best;
  }
}

/// A matrix of weights in words, or as they are, and the scales of its rows.
template <class Weight_, class Scalar_>
struct NarrowMatrix {
  using Weight = Weight_;
  using Scalar = Scalar_;

  const WeightElement<Weight>* elements;
  const Scalar* scales;  ///< null if the weights have none
  Index its_rows;
  Index its_cols;

  Index rows() const { return its_rows; }
  Index cols() const { return its_cols; }
  /// Without its scale.
  Scalar weight(Index row, Index column) const {
    constexpr Index group = grouped_columns<Weight>;
    const auto element = elements[column / group * its_rows + row];
    if constexpr (group == 1) {
      return element;
    } else {
      return number_of<Weight>(element, static_cast<int>(column % group));
    }
  }
  /// With it; a weight that rounding would take beyond the largest number is that number.
  Scalar operator()(Index row, Index column) const {
    if (!scales) return weight(row, column);
    constexpr Scalar most = (std::numeric_limits<Scalar>::max)();
    return std::clamp(scales[row] * weight(row, column), -most, most);
  }
};

template <class Matrix>
inline constexpr bool is_narrow = false;
template <class Weight, class Scalar>
inline constexpr bool is_narrow<NarrowMatrix<Weight, Scalar>> = true;

#if ELMAN_HAS_KERNELS

/// The numbers of the place-th weights of words (number_of).
template <class Weight, int Lanes>
ELMAN_INLINE void numbers_of(const Lane<std::uint32_t, Lanes>& words, int place, Lane<float, Lanes>& to) {
  constexpr int bits = 32 / grouped_columns<Weight>;
  const Lane<std::uint32_t, Lanes> top = words << (32 - bits - bits * place);
  if constexpr (Lanes == 1) {
    to = number_of<Weight>(words, place);
  } else if constexpr (is_scaled<Weight>) {
    using Signed = Lane<std::int32_t, Lanes>;
    using Numbers = Lane<float, Lanes>;
    Signed signed_words;
    std::memcpy(&signed_words, &top, sizeof top);
    to = __builtin_convertvector(signed_words, Numbers);
  } else {
    std::memcpy(&to, &top, sizeof to);
  }
}

#endif  // ELMAN_HAS_KERNELS

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
