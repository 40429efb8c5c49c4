// SPDX-License-Identifier: MIT
//
// Packed columns become one array (array_shape.hpp), padded.
//
//   unpack_array(tape.y(), x.steps, {.batch = B, .steps = T, .rows = Out})   Out × N          → (B, T, Out)
//   unpack_array(labels, x.steps, {.batch = B, .steps = T}, -100)            N integers       → (B, T)
//   unpack_array(…, padding, array)                                          into memory that there is
//
// What last_step reads has one column a sequence in the caller's order: it lies in memory as an array (B, Out) already.
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/array_shape.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

inline void check_unpacked(Index rows, Index columns, const Steps& steps, const ArrayShape& shape) {
  require_that(columns == steps.columns(), "unpack_array: columns has ", columns,
               " columns; expected N = ", steps.columns());
  require_that(shape.batch == steps.batch(), "unpack_array: shape has .batch = ", shape.batch,
               "; expected B = ", steps.batch());
  require_that(shape.steps >= steps.count(), "unpack_array: shape has .steps = ", shape.steps,
               "; expected at least T = ", steps.count());
  require_that(shape.rows == rows, "unpack_array: shape has .rows = ", shape.rows, "; expected ", rows,
               ", as columns has");
}

/// put(place in the array, column) for all steps of it; column −1 where there is padding.
template <class Put>
void for_each_place(const Steps& steps, const ArrayShape& shape, const Put& put) {
  for (Index b = 0; b < shape.batch; ++b) {
    for (Index t = 0; t < shape.steps; ++t) {
      put(shape.place(b, t), t < steps.length(b) ? steps.column(b, t) : Index{-1});
    }
  }
}

}  // namespace detail

/// array ← packed columns (Rows × N), and `padding` where a sequence has no step. shape: B of the steps, T as many as
/// they have or more, and Rows. Allocates nothing. Throws, with the array untouched, if columns, steps, shape and array
/// do not fit each other. The array may not overlap the columns.
template <class Derived>
void unpack_array(const Eigen::MatrixBase<Derived>& columns, const Steps& steps, const ArrayShape& shape,
                  std::type_identity_t<typename Derived::Scalar> padding,
                  std::type_identity_t<std::span<typename Derived::Scalar>> array) {
  using Scalar = typename Derived::Scalar;
  detail::check_unpacked(columns.rows(), columns.cols(), steps, shape);
  detail::check_array("unpack_array", shape, array.data() == nullptr, array.size());
  detail::for_each_place(steps, shape, [&](Index place, Index column) {
    VectorView<Scalar> step(array.data() + place * shape.rows, shape.rows);
    if (column < 0) {
      step.setConstant(padding);
    } else {
      step = columns.col(column);
    }
  });
}
template <class Derived>
auto unpack_array(const Eigen::MatrixBase<Derived>& columns, const Steps& steps, const ArrayShape& shape,
                  std::type_identity_t<typename Derived::Scalar> padding = typename Derived::Scalar(0)) {
  detail::check_unpacked(columns.rows(), columns.cols(), steps, shape);
  std::vector<typename Derived::Scalar> array(static_cast<std::size_t>(detail::size_of("unpack_array", shape)));
  unpack_array(columns, steps, shape, padding, array);
  return array;
}

/// The same of integers, one a column in packed order (labels, predicted classes), into any type of integers. Throws,
/// with the array untouched, if that type does not hold one of them, too.
template <std::ranges::contiguous_range Array>
requires std::integral<std::ranges::range_value_t<Array>>
void unpack_array(std::span<const Index> columns, const Steps& steps, const ArrayShape& shape, Index padding,
                  Array&& array) {
  using Integer = std::ranges::range_value_t<Array>;
  const std::span<Integer> numbers(array);
  detail::check_unpacked(1, std::ssize(columns), steps, shape);
  detail::check_array("unpack_array", shape, numbers.data() == nullptr, numbers.size());
  const auto check_one = [](Index number) {
    detail::require_that(std::in_range<Integer>(number), "unpack_array: columns or padding is ", number,
                         "; expected what an integer of ", sizeof(Integer), " bytes holds");
  };
  check_one(padding);
  for (const Index number : columns) check_one(number);
  detail::for_each_place(steps, shape, [&](Index place, Index column) {
    numbers[static_cast<std::size_t>(place)] =
        static_cast<Integer>(column < 0 ? padding : columns[static_cast<std::size_t>(column)]);
  });
}
inline std::vector<Index> unpack_array(std::span<const Index> columns, const Steps& steps, const ArrayShape& shape,
                                       Index padding = 0) {
  detail::check_unpacked(1, std::ssize(columns), steps, shape);
  std::vector<Index> array(static_cast<std::size_t>(detail::size_of("unpack_array", shape)));
  unpack_array(columns, steps, shape, padding, array);
  return array;
}

}  // namespace ELMAN_ABI
}  // namespace elman
