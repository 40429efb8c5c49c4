// SPDX-License-Identifier: MIT
//
// Random masks, drawn in double from one generator, so that a seed gives the same ones for every scalar: for the
// complex step too; and the one of recurrent dropout at work (docs/math.md Eqs. 39, 41).
#pragma once

#include <type_traits>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/product.hpp"
#include "elman/random.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Dropout of one column: every coefficient 0 with probability `rate`, else 1 / (1 − rate), so that the mean stays.
template <class Column>
void draw_dropout(Column&& mask, double rate, Random& random) {
  using Scalar = typename std::remove_cvref_t<Column>::Scalar;
  const auto kept = Scalar(static_cast<Real<Scalar>>(1 / (1 - rate)));
  for (Index row = 0; row < mask.rows(); ++row) mask(row) = random.uniform() < rate ? Scalar(0) : kept;
}

/// Zoneout of one column: every coefficient 1 (the unit keeps its state) with probability `rate`, else 0.
template <class Column>
void draw_zoneout(Column&& mask, double rate, Random& random) {
  using Scalar = typename std::remove_cvref_t<Column>::Scalar;
  for (Index row = 0; row < mask.rows(); ++row) mask(row) = Scalar(random.uniform() < rate ? 1 : 0);
}

/// `count` coefficients of adjacent columns as one array, or all of them.
template <class Element>
auto flat(const BasicMatrixView<Element>& columns, Index from, Index count) {
  using Array = Eigen::Array<std::remove_const_t<Element>, Dynamic, 1>;
  return View<std::conditional_t<std::is_const_v<Element>, const Array, Array>>(columns.data() + from, count);
}
template <class Element>
auto flat(const BasicMatrixView<Element>& columns) {
  return flat(columns, 0, columns.size());
}

/// m of recurrent dropout. Size: Hidden × B, 0 if there is no room for masks.
template <class Scalar, int Size>
class RecurrentMask {
 public:
  bool drops() const { return drops_; }
  /// Draws m, those of sequences in the caller's order, if there is a generator.
  template <class Given>
  void start(double rate, Index hidden, const BasicSteps<Given>& steps, Random* random) {
    drops_ = random && rate > 0;
    if (!drops_) return;
    mask_.reshape(hidden, steps.batch());
    masked_.reshape(hidden, steps.batch());
    for (Index b = 0; b < steps.batch(); ++b) draw_dropout(mask_.view().col(steps.slot(b)), rate, *random);
  }
  /// m ∘ h, of the sequences of the first slots; h itself where nothing is dropped.
  ConstMatrixView<Scalar> seen(const ConstMatrixView<Scalar>& h) {
    if (!drops_) return h;
    const auto result = masked_.view().leftCols(h.cols());
    flat(result) = of(h.cols()) * flat(h);
    return result;
  }
  /// d_prev ← m ∘ Wᵀ d_a; with `adds`, d_prev += that.
  template <class Factor>
  void send_back(Factor& W, const ConstMatrixView<Scalar>& d_a, const MatrixView<Scalar>& d_prev, bool adds) {
    if (drops_) {
      const auto before_mask = masked_.view().leftCols(d_a.cols());
      set_product(W, d_a, before_mask);
      if (!adds) set_zero(d_prev);
      flat(d_prev) += of(d_a.cols()) * flat(before_mask);
    } else if (adds) {
      add_product(W, d_a, d_prev);
    } else {
      set_product(W, d_a, d_prev);
    }
  }
  /// d ← m ∘ d, column by column.
  void apply(const MatrixView<Scalar>& d) const {
    if (!drops_) return;
    for (Index k = 0; k < d.cols(); ++k) d.col(k).array() *= mask_.view().col(k).array();
  }

 private:
  auto of(Index cols) const { return flat(mask_.view().leftCols(cols)); }

  bool drops_ = false;
  ColumnBuffer<Scalar, Size> mask_;    // Hidden × B in slot order
  ColumnBuffer<Scalar, Size> masked_;  // m ∘ h_{t-1}, or the gradient on its way back
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
