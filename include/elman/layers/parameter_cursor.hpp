// SPDX-License-Identifier: MIT
//
// Readers hand out the parameters of a net one after the other, in the order in which they lie in θ: every layer takes
// its own, matrix by matrix. So a step does not know whether weights are numbers in θ or narrow ones (narrow.hpp).
#pragma once

#include "elman/kernels/narrow.hpp"
#include "elman/layers/layer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Reads θ itself, in views; Parameter is the net's Scalar, or const.
template <class Parameter>
class ThetaReader {
 public:
  explicit ThetaReader(Parameter* theta) : theta_(theta) {}

  template <int Rows, int Cols>
  ParameterView<Parameter, Rows, Cols> matrix(Index rows, Index cols) {
    Parameter* const here = theta_;
    theta_ += rows * cols;
    return {here, rows, cols};
  }
  template <int Rows>
  ParameterView<Parameter, Rows, 1> vector(Index rows) {
    return matrix<Rows, 1>(rows, 1);
  }

 private:
  Parameter* theta_;
};

/// Reads narrow weights from one array, and the scales of their rows and the vectors from another.
template <class Weight, class Scalar>
class NarrowReader {
 public:
  NarrowReader(const WeightElement<Weight>* weights, const Scalar* numbers) : weights_(weights), numbers_(numbers) {}

  template <int, int>
  NarrowMatrix<Weight, Scalar> matrix(Index rows, Index cols) {
    const NarrowMatrix<Weight, Scalar> result{weights_, is_scaled<Weight> ? numbers_ : nullptr, rows, cols};
    weights_ += weight_elements<Weight>(rows, cols);
    if (is_scaled<Weight>) numbers_ += rows;
    return result;
  }
  template <int Rows>
  ParameterView<const Scalar, Rows, 1> vector(Index rows) {
    const Scalar* const here = numbers_;
    numbers_ += rows;
    return {here, rows, 1};
  }

 private:
  const WeightElement<Weight>* weights_;
  const Scalar* numbers_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
