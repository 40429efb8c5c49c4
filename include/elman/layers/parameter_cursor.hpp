// SPDX-License-Identifier: MIT
//
// A cursor hands out the parameters of a net one after the other, in the order in which they lie in θ: every layer
// takes its own, matrix by matrix. So a layer says once what it has, and does not know whether a weight is a number in
// θ or a narrow one in an array of constants (deploy/cursors.hpp). A cursor has
//
//   Matrix matrix(rows, cols)     Vector vector(rows)     the next ones, and the types of what it hands out
#pragma once

#include <type_traits>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Hands out views of θ. Element: the net's Scalar, or const.
template <class Element>
class ParameterCursor {
 public:
  using Scalar = std::remove_const_t<Element>;
  using Matrix = BasicMatrixView<Element>;
  using Vector = typename Matrix::Column;

  explicit ParameterCursor(Element* theta) : theta_(theta) {}

  Matrix matrix(Index rows, Index cols) {
    Element* const here = theta_;
    theta_ += rows * cols;
    return {here, rows, cols};
  }
  Vector vector(Index rows) { return matrix(rows, 1).col(0); }

 private:
  Element* theta_;
};

/// What is taken from a cursor by a part that has nothing.
struct NoParameters {
  template <class Visit>
  void for_each(const Visit&) {}
};

namespace detail {

/// Hands out nothing and counts.
struct CountingCursor {
  using Matrix = Index;
  using Vector = Index;

  Index count = 0;

  Index matrix(Index rows, Index cols) { return count += rows * cols; }
  Index vector(Index rows) { return count += rows; }
};

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
