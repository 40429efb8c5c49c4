// SPDX-License-Identifier: MIT
//
// Sequences in one array (array_shape.hpp) become packed columns.
//
//   pack_array(numbers, {.batch = B, .steps = T, .rows = F}, lengths)      (B, T, F)       → Sequences, F × N
//   pack_array(tokens, {.batch = B, .steps = T}, lengths)                  (B, T) integers → Labels
//   pack_array(…, x)                                                       into an x that there is
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <span>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/sequences/array_shape.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// What the numbers of an array are: of a pointer, or of a range in one piece of memory.
template <class Numbers>
struct ArrayElement {};
template <class Element>
struct ArrayElement<Element*> : std::remove_cv<Element> {};
template <std::ranges::contiguous_range Numbers>
struct ArrayElement<Numbers> {
  using type = std::ranges::range_value_t<Numbers>;
};
template <class Numbers>
using ArrayElementOf = typename ArrayElement<Numbers>::type;

/// What they are packed as.
template <class Element, int Rows>
struct PackedAs {};
template <RealOrComplex Scalar, int Rows>
struct PackedAs<Scalar, Rows> : std::type_identity<Sequences<Scalar, Rows>> {};
template <std::integral Integer, int Rows>
struct PackedAs<Integer, Rows> : std::type_identity<Labels> {};
template <class Numbers, int Rows>
using PackedArray = typename PackedAs<ArrayElementOf<Numbers>, Rows>::type;

template <class X>
concept Packed = IsSequences<X>::value || std::same_as<X, Labels>;
template <class Lengths>
concept ListOfLengths = std::ranges::random_access_range<const Lengths> && std::integral<ElementOf<Lengths>>;

/// Where an array begins. Throws unless it has the shape, and each length is at most T.
template <class Numbers, class LengthOf>
const ArrayElementOf<Numbers>* checked_array(const Numbers& numbers, const ArrayShape& shape,
                                             const LengthOf& length_of) {
  const ArrayElementOf<Numbers>* begin = nullptr;
  auto size = static_cast<std::size_t>(size_of("pack_array", shape));
  if constexpr (std::is_pointer_v<Numbers>) {
    begin = numbers;
  } else {
    begin = std::ranges::data(numbers);
    size = std::ranges::size(numbers);
  }
  check_array("pack_array", shape, begin == nullptr, size);
  for (Index b = 0; b < shape.batch; ++b) {
    require_that(length_of(b) >= 0 && length_of(b) <= shape.steps, "pack_array: lengths[", b, "] is ", length_of(b),
                 "; expected 0 to T = ", shape.steps);
  }
  return begin;
}

template <class Numbers, class LengthOf, class Scalar, int Rows>
void pack_steps(const Numbers& numbers, const ArrayShape& shape, const LengthOf& length_of,
                Sequences<Scalar, Rows>& x) {
  static_assert(std::same_as<ArrayElementOf<Numbers>, Scalar>,
                "elman::pack_array: x must have the Scalar of the array; integers are packed as Labels");
  const Scalar* const array = checked_array(numbers, shape, length_of);
  const auto sequence = [&](Index b) {
    return ConstMatrixView<Scalar>(array + shape.place(b, 0) * shape.rows, shape.rows, length_of(b),
                                   shape.stride() * shape.rows);
  };
  pack_matrices("pack_array", shape.batch, sequence, x);
}
template <class Numbers, class LengthOf>
void pack_steps(const Numbers& numbers, const ArrayShape& shape, const LengthOf& length_of, Labels& x) {
  using Integer = ArrayElementOf<Numbers>;
  static_assert(std::integral<Integer>,
                "elman::pack_array: Labels are of integers; other numbers are packed as Sequences");
  using Stride = Eigen::InnerStride<>;
  using List = Eigen::Map<const Matrix<Integer, 1, Dynamic>, Eigen::Unaligned, Stride>;
  const Integer* const array = checked_array(numbers, shape, length_of);
  require_that(shape.rows == 1, "pack_array: shape has .rows = ", shape.rows, "; expected 1, an integer a step");
  const auto list = [&](Index b) { return List(array + shape.place(b, 0), length_of(b), Stride(shape.stride())); };
  pack_lists("pack_array", shape.batch, list, x);
}

}  // namespace detail

/// Packs the first lengths[b] steps of each sequence b of an array; the rest is padding, which is not looked at.
/// numbers: of float, double or another Scalar, or integers (labels, tokens), as a pointer, std::vector, std::span or
/// any other range in one piece of memory. lengths: any list of B integers, 0 to T. x becomes them, Sequences of
/// Scalars or Labels, and allocates only where it has not been as large. Throws, with x untouched, if the shape, the
/// numbers and the lengths do not fit each other or x, or every length is 0.
template <class Numbers, detail::ListOfLengths Lengths = std::initializer_list<Index>, detail::Packed X>
void pack_array(const Numbers& numbers, const ArrayShape& shape, const Lengths& lengths, X& x) {
  const auto count = static_cast<Index>(std::ranges::size(lengths));
  detail::require_that(count == shape.batch, "pack_array: lengths has ", count, " entries; expected B = ", shape.batch);
  const auto length = detail::element_of(lengths);
  detail::pack_steps(
      numbers, shape, [&](Index b) { return static_cast<Index>(length(b)); }, x);
}
/// The same of T steps each.
template <class Numbers, detail::Packed X>
void pack_array(const Numbers& numbers, const ArrayShape& shape, X& x) {
  detail::pack_steps(
      numbers, shape, [&](Index) { return shape.steps; }, x);
}

/// The same in new memory: Sequences<Scalar, Rows>, or Labels of integers.
template <int Rows = Dynamic, class Numbers, detail::ListOfLengths Lengths = std::initializer_list<Index>>
auto pack_array(const Numbers& numbers, const ArrayShape& shape, const Lengths& lengths) {
  detail::PackedArray<Numbers, Rows> x;
  pack_array(numbers, shape, lengths, x);
  return x;
}
template <int Rows = Dynamic, class Numbers>
auto pack_array(const Numbers& numbers, const ArrayShape& shape) {
  detail::PackedArray<Numbers, Rows> x;
  pack_array(numbers, shape, x);
  return x;
}

}  // namespace ELMAN_ABI
}  // namespace elman
