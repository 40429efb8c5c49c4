// SPDX-License-Identifier: MIT
//
// What cross-entropy takes from the largest output of a column (docs/math.md Eqs. 4, 5): with j that output,
//
//   −log y_k = (o_j − o_k) − log y_j,   1 − y_j = Σ y of all others
//
// Softmax has kept o_j and y_j in the tape (layers/output.hpp); of a tape that keeps nothing they are searched again.
#pragma once

#include <cmath>

#include "elman/kernels/lanes.hpp"
#include "elman/kernels/softmax.hpp"
#include "elman/layers/output.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// The largest output of a column, and what a loss takes from it. Where it is more than 1/2, 1 − y and log y are taken
/// from the others, for the difference has lost their digits; where it is less, log y is as exact as y.
template <class Scalar>
struct LargestOutput {
  Scalar o;            ///< its logit
  Scalar y;            ///< itself
  Scalar others = {};  ///< the sum of all others, if y > 1/2

  bool is_most() const { return real_part(y) > Real<Scalar>(0.5); }
  Scalar not_y() const { return is_most() ? others : Scalar(1) - y; }
  /// −log y.
  Wide<Scalar> minus_log() const {
    using std::log;
    if constexpr (is_complex<Scalar>) {
      return -log(Wide<Scalar>(y));
    } else if constexpr (sizeof(Scalar) < sizeof(double)) {
      if (!is_most()) return -std::log(y);
      return others < 0x1p-24F ? others : -std::log(1 - static_cast<double>(others));  // half the time of log1p
    } else {
      return is_most() ? -std::log1p(-others) : -std::log(y);
    }
  }
  /// 1 − y_k.
  Scalar without(const Scalar& o_k, const Scalar& y_k) const { return o_k == o ? not_y() : Scalar(1) - y_k; }
};

/// The largest output of a column, without the others: as softmax has kept it in the tape, or searched again.
template <class Tape>
LargestOutput<typename Tape::Scalar> largest_output(const Tape& tape, Index column) {
  using Scalar = typename Tape::Scalar;
  if constexpr (requires { tape.kept(); }) {
    const auto kept = tape.kept();
    return {kept(0, column), kept(1, column)};
  } else {
    const auto& logits = tape.o();
    const auto& outputs = tape.y();
    const auto [o, sum] = for_exponentials(logits, column, [](Index, const Scalar&) {});
    LargestOutput<Scalar> largest{o, static_cast<Scalar>(Wide<Scalar>(1) / sum)};
    for (Index k = 0; k < logits.rows(); ++k) {  // which may be rounded otherwise
      if (logits(k, column) == o) largest.y = outputs(k, column);
    }
    return largest;
  }
}

/// The same with the others, where they are asked for.
template <class Tape>
LargestOutput<typename Tape::Scalar> largest_output_and_others(const Tape& tape, Index column) {
  using Scalar = typename Tape::Scalar;
  auto largest = largest_output(tape, column);
  if (!largest.is_most()) return largest;
  const auto& logits = tape.o();
  const auto& outputs = tape.y();
  LongSum<Wide<Scalar>> sum;
  for (Index k = 0; k < logits.rows(); ++k) {
    if (logits(k, column) != largest.o) sum.add(outputs(k, column));
  }
  largest.others = static_cast<Scalar>(sum.sum + sum.left_out);
  return largest;
}

/// d_o ← factor y, and what the loss takes from the largest y.
template <class Tape, class Column>
auto scale_outputs(const Tape& tape, const Column& column, const Real<typename Tape::Scalar>& factor) {
  using Scalar = typename Tape::Scalar;
  auto largest = largest_output(tape, column.index);
  if constexpr (has_kernels<Scalar>) {
    largest.others = scale_column(column.y(), factor, largest.y, column.d_o(), column.rows());
  } else {
    for (Index k = 0; k < column.rows(); ++k) {
      if (column.o(k) != largest.o) largest.others += column.y(k);
      column.d_o(k) = factor * column.y(k);
    }
  }
  return largest;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
