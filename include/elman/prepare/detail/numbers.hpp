// SPDX-License-Identifier: MIT
//
// The numbers of data, whatever it is: a matrix, a list of matrices, some of a list, packed sequences. Row by row: the
// least, the span, the mean and the deviation.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <ranges>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Type>
concept ListOfPlaces =
    std::ranges::random_access_range<const Type> && std::integral<ElementOf<Type>> && !IsMatrix<Type>;

template <class Type>
concept ListOfMatrices = std::ranges::random_access_range<const Type> && IsMatrix<ElementOf<Type>>;

/// void of what has none.
template <class Type>
struct DataScalar {
  using type = void;
};
template <class Type>
requires IsMatrix<Type>
struct DataScalar<Type> {
  using type = typename Type::Scalar;
};

/// visit(sequence, step, column) of each column of a matrix.
template <class M, class Visit>
void for_each_column(const M& matrix, Index sequence, const Visit& visit) {
  for (Index t = 0; t < matrix.cols(); ++t) visit(sequence, t, matrix.col(t));
}

/// visit(sequence, step, column) of packed sequences, a matrix (sequence −1), or a list of matrices.
template <class Data, class Visit>
void for_each_step(const Data& data, const Visit& visit) {
  if constexpr (IsSequences<Data>::value) {
    for (Index b = 0; b < data.steps.batch(); ++b) {
      for (Index t = 0; t < data.steps.length(b); ++t) visit(b, t, data.columns.col(data.steps.column(b, t)));
    }
  } else if constexpr (IsMatrix<Data>) {
    for_each_column(data, -1, visit);
  } else {
    static_assert(ListOfMatrices<Data>,
                  "elman::prepare: data must be an Eigen matrix, Rows x T, a column a step, a list of these, or "
                  "elman::Sequences");
    const auto sequence = element_of(data);
    for (Index b = 0; b < static_cast<Index>(std::ranges::size(data)); ++b) for_each_column(sequence(b), b, visit);
  }
}

/// All steps of data.
template <class Data>
struct NumbersOf {
  const char* owner;
  const Data& data;
  template <class Visit>
  void for_each(const Visit& visit) const {
    for_each_step(data, visit);
  }
};
template <class Data>
NumbersOf(const char*, const Data&) -> NumbersOf<Data>;

/// Those of some matrices of a list.
template <class Data, class Places>
struct NumbersAt {
  static_assert(ListOfMatrices<Data>, "elman::prepare: places are those of a list of Eigen matrices");
  const char* owner;
  const Data& data;
  const Places& places;
  template <class Visit>
  void for_each(const Visit& visit) const {
    const auto sequence = element_of(data);
    const auto size = static_cast<Index>(std::ranges::size(data));
    for (const auto place : places) {
      const auto b = static_cast<Index>(place);
      require_that(b >= 0 && b < size, owner, ": a place is ", b, "; expected at least 0 and below ", size,
                   ", the length of the list");
      for_each_column(sequence(b), b, visit);
    }
  }
};
template <class Data, class Places>
NumbersAt(const char*, const Data&, const Places&) -> NumbersAt<Data, Places>;

struct RowExtent {
  Vector<double, Dynamic> least, span;
};

/// Of each row. Throws as Scaling::standard does.
template <class Numbers>
RowExtent row_extent(const Numbers& numbers) {
  Vector<double, Dynamic> least, most;
  Index steps = 0;
  numbers.for_each([&](Index sequence, Index t, const auto& column) {
    using Scalar = typename std::remove_cvref_t<decltype(column)>::Scalar;
    static_assert(std::floating_point<Scalar>, "elman::prepare: data must be of float or double");
    const bool is_one = sequence < 0;
    const Index b = is_one ? 0 : sequence;
    require_that(steps == 0 || column.rows() == least.rows(), numbers.owner, ": sequence ", b, " has ", column.rows(),
                 " rows; expected ", least.rows(), " as those before it");
    if (steps++ == 0) {
      least.setConstant(column.rows(), (std::numeric_limits<double>::max)());
      most = -least;
    }
    for (Index row = 0; row < column.rows(); ++row) {
      const auto x = static_cast<double>(column(row));
      if (!is_finite(x)) {
        if (is_one) fail(numbers.owner, ": row ", row, " is ", x, " at step ", t, "; expected a finite number");
        fail(numbers.owner, ": row ", row, " of sequence ", b, " is ", x, " at step ", t, "; expected a finite number");
      }
      if (x < least(row)) least(row) = x;
      if (x > most(row)) most(row) = x;
    }
  });
  require_that(steps > 0, numbers.owner, ": data has no step; expected at least 1");
  RowExtent extent{least, most - least};
  for (Index row = 0; row < least.size(); ++row) {
    require_that(is_finite(extent.span(row)), numbers.owner, ": row ", row, " goes from ", least(row), " to ",
                 most(row), "; expected a span that is finite in double");
  }
  return extent;
}

/// mean and deviation ← of each row, from its extent, to which all numbers are referred so that no digits are lost
/// whatever their offset. Of a row whose numbers are all the same the deviation is 1.
template <class Numbers, class Column>
void moments(const Numbers& numbers, const RowExtent& extent, Column& mean, Column& deviation) {
  const Vector<double, Dynamic>&least = extent.least, &span = extent.span;
  Vector<double, Dynamic> sum = zeros<Vector<double, Dynamic>>(least.size()), squares = sum;
  const auto of_span = [&](double x, Index row) { return span(row) > 0 ? (x - least(row)) / span(row) : 0; };
  double steps = 0;
  numbers.for_each([&](Index, Index, const auto& column) {
    ++steps;
    for (Index row = 0; row < sum.size(); ++row) sum(row) += of_span(static_cast<double>(column(row)), row);
  });
  numbers.for_each([&](Index, Index, const auto& column) {
    for (Index row = 0; row < sum.size(); ++row) {
      const double distance = of_span(static_cast<double>(column(row)), row) - sum(row) / steps;
      squares(row) += distance * distance;
    }
  });
  for (Index row = 0; row < sum.size(); ++row) {
    mean(row) = least(row) + span(row) * (sum(row) / steps);
    deviation(row) = span(row) * std::sqrt(squares(row) / steps);
    if (!(deviation(row) > 0)) deviation(row) = span(row) > 0 ? span(row) : 1;
  }
}

/// visit(view) of each matrix of data that can be written, once all have as many rows as they should: `rows`, or, where
/// that is negative, a multiple of −rows.
template <class Data, class Visit>
void for_each_scaled(const char* owner, Data& data, Index rows, const Visit& visit) {
  using Plain = std::remove_cvref_t<Data>;
  const auto check_rows = [&](Index given) {
    require_that(rows < 0 || given == rows, owner, ": data has ", given, " rows; expected ", rows,
                 " as what was measured");
    require_that(rows > 0 || (given >= -rows && given % -rows == 0), owner, ": data has ", given,
                 " rows; expected a multiple of ", -rows, ", the rows that are named");
  };
  if constexpr (IsSequences<Plain>::value) {
    for_each_scaled(owner, data.columns, rows, visit);
  } else if constexpr (ListOfMatrices<Plain>) {
    for (const auto& matrix : data) check_rows(matrix.rows());
    for (auto&& matrix : data) for_each_scaled(owner, matrix, rows, visit);
  } else {
    using Scalar = typename DataScalar<Plain>::type;
    static_assert(std::floating_point<Scalar> && std::convertible_to<Data&, MatrixView<Scalar>>,
                  "elman::prepare::Scaling: data must be a matrix of float or double that can be written and lies in "
                  "memory by columns, a list of these, or elman::Sequences");
    check_rows(data.rows());
    visit(MatrixView<Scalar>(data));
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
