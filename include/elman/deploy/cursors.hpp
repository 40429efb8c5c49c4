// SPDX-License-Identifier: MIT
//
// Cursors (layers/parameter_cursor.hpp) between θ and the two arrays of a frozen net (frozen.hpp): one counts what the
// arrays hold, one writes them, one reads θ back from them, and one hands them out, narrow weights and all.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "elman/kernels/narrow.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Hands out narrow weights from one array, and the scales of their rows and the vectors from another.
template <class Weight, class Scalar_>
class NarrowCursor {
 public:
  using Scalar = Scalar_;
  using Matrix = NarrowMatrix<Weight, Scalar>;
  using Vector = ConstVectorView<Scalar>;

  NarrowCursor(const WeightElement<Weight>* weights, const Scalar* numbers) : weights_(weights), numbers_(numbers) {}

  Matrix matrix(Index rows, Index cols) {
    const Matrix result{weights_, is_scaled<Weight> ? numbers_ : nullptr, rows, cols};
    weights_ += weight_elements<Weight>(rows, cols);
    if (is_scaled<Weight>) numbers_ += rows;
    return result;
  }
  Vector vector(Index rows) {
    const Scalar* const here = numbers_;
    numbers_ += rows;
    return {here, rows};
  }

 private:
  const WeightElement<Weight>* weights_;
  const Scalar* numbers_;
};

/// Counts what a net takes from the arrays.
template <class Weight>
struct FrozenSize {
  using Matrix = Index;
  using Vector = Index;

  Index weights = 0;
  Index numbers = 0;

  Index matrix(Index rows, Index cols) {
    if (is_scaled<Weight>) numbers += rows;
    return weights += weight_elements<Weight>(rows, cols);
  }
  Index vector(Index rows) { return numbers += rows; }
};

/// Reads θ and writes the arrays.
template <class Weight, class Scalar>
struct Freezer {
  using Matrix = Index;
  using Vector = Index;

  /// What the largest weight of a row becomes: its own bits are those of the largest integer.
  static constexpr Scalar largest_number =
      is_scaled<Weight> ? static_cast<Scalar>(static_cast<double>((std::numeric_limits<Weight>::max)()) *
                                              static_cast<double>(std::uint64_t{1} << (32 - 8 * sizeof(Weight))))
                        : Scalar(1);

  /// That of a row whose largest weight is this. A quotient that is too small to have all its digits is rounded up, so
  /// that no weight is more than the largest number times it.
  static Scalar scale_of(Scalar largest) {
    if (!(largest > 0)) return Scalar(1);
    const Scalar scale = largest / largest_number;
    const bool subnormal = scale < (std::numeric_limits<Scalar>::min)();
    const bool short_of =
        static_cast<double>(scale) * static_cast<double>(largest_number) < static_cast<double>(largest);
    return subnormal && short_of ? std::nextafter(scale, Scalar(1)) : scale;
  }

  const Scalar* theta;
  WeightElement<Weight>* weights;
  Scalar* numbers;

  Index matrix(Index rows, Index cols) {
    constexpr Index group = grouped_columns<Weight>;
    for (Index row = 0; row < rows; ++row) {
      const auto w = [&](Index k) { return theta[row + k * rows]; };
      const auto element = [&](Index k) -> auto& { return weights[k / group * rows + row]; };
      if constexpr (group == 1) {
        for (Index k = 0; k < cols; ++k) element(k) = w(k);
      } else {
        Scalar scale(1);
        if constexpr (is_scaled<Weight>) {
          for (Index k = 0; k < cols; ++k) scale = k == 0 ? (std::abs)(w(0)) : (std::max)(scale, (std::abs)(w(k)));
          scale = scale_of(scale);
          *numbers++ = scale;
        }
        for (Index k = 0; k < cols; ++k) {
          if (k % group == 0) element(k) = 0;
          put_weight<Weight>(element(k), static_cast<int>(k % group), w(k) / scale);
        }
      }
    }
    theta += rows * cols;
    weights += weight_elements<Weight>(rows, cols);
    return 0;
  }
  Index vector(Index rows) {
    numbers = std::copy_n(theta, rows, numbers);
    theta += rows;
    return 0;
  }
};

/// Reads the arrays and writes θ.
template <class Weight, class Scalar>
struct Thawer {
  using Matrix = Index;
  using Vector = Index;

  NarrowCursor<Weight, Scalar> from;
  Scalar* theta;

  Index matrix(Index rows, Index cols) {
    const auto weights = from.matrix(rows, cols);
    for (Index k = 0; k < cols; ++k) {
      for (Index row = 0; row < rows; ++row) *theta++ = weights(row, k);
    }
    return 0;
  }
  Index vector(Index rows) {
    theta = std::copy_n(from.vector(rows).data(), rows, theta);
    return 0;
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
