// SPDX-License-Identifier: MIT
//
// What of the state before is kept in a step (docs/math.md Eqs. 40, 71, 72): zoneout and every leak mix two states by
// one code,
//
//   state_t = keep ∘ state_{t-1} + rest ∘ new_t        keep + rest = 1
//
// of nothing kept, one share of all units, one a unit, or what a mask of zeros and ones says of each unit at each step.
#pragma once

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/detail/masks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Of one unit.
template <class Scalar>
struct Shares {
  Scalar keep, rest;
};

/// A step of a stream, in one row: h ← keep h + rest fresh.
template <class Scalar>
void mix_row(Index row, const Shares<Scalar>& share, const ConstMatrixView<Scalar>& fresh,
             const MatrixView<Scalar>& h) {
  for (Index k = 0; k < h.cols(); ++k) h(row, k) = share.keep * h(row, k) + share.rest * fresh(row, k);
}

/// UnitsSize, MaskSize: the room for shares of units (2 Hidden) and for masks (Hidden × N), 0 if there are none.
template <class Scalar, int UnitsSize, int MaskSize>
class KeptShare {
  enum class Kind { nothing, one, units, mask };

 public:
  bool keeps() const { return kind_ != Kind::nothing; }

  void set_nothing() { kind_ = Kind::nothing; }
  void set(const Shares<Scalar>& of_all) {
    kind_ = Kind::one;
    of_all_ = of_all;
  }
  /// To be filled: keep and rest of the units (Hidden × 2).
  MatrixView<Scalar> set_units(Index hidden) {
    kind_ = Kind::units;
    units_.reshape(hidden, 2);
    return units_.view();
  }
  /// To be filled: keep, 0 or 1, Hidden × N.
  MatrixView<Scalar> set_mask(Index hidden, Index columns) {
    kind_ = Kind::mask;
    mask_.reshape(hidden, columns);
    return mask_.view();
  }

  /// state ← keep ∘ before + rest ∘ state, of the step that begins at packed column `first`.
  void mix(Index first, const ConstMatrixView<Scalar>& before, const MatrixView<Scalar>& state) const {
    for_each_part(first, state, [&](Index from, const auto& keep, const auto& rest) {
      auto mixed = flat(state, from, keep.size());
      mixed = keep * flat(before, from, keep.size()) + rest * mixed;
    });
  }
  /// And back: d_before ← keep ∘ d, d ← rest ∘ d.
  void split(Index first, const MatrixView<Scalar>& d, const MatrixView<Scalar>& d_before) const {
    if (!keeps()) return set_zero(d_before);
    for_each_part(first, d, [&](Index from, const auto& keep, const auto& rest) {
      auto part = flat(d, from, keep.size());
      flat(d_before, from, keep.size()) = keep * part;
      part *= rest;
    });
  }
  /// keep and rest of a step, written out (Hidden × width).
  void write(Index first, const MatrixView<Scalar>& keep, const MatrixView<Scalar>& rest) const {
    for (Index k = 0; k < keep.cols(); ++k) {
      rest.col(k).setOnes();
      split(first + k, rest.middleCols(k, 1), keep.middleCols(k, 1));
    }
  }

 private:
  /// use(from, keep, rest) for the parts of a step's coefficients, in their order, that have one pair of arrays.
  template <class Use>
  void for_each_part(Index first, const MatrixView<Scalar>& step, const Use& use) const {
    if constexpr (MaskSize != 0) {
      if (kind_ == Kind::mask) {
        const auto keep = flat(mask_.view().middleCols(first, step.cols()));
        return use(Index{0}, keep, Scalar(1) - keep);
      }
    }
    if constexpr (UnitsSize != 0) {
      if (kind_ == Kind::units) {
        const auto keep = flat(units_.view().middleCols(0, 1)), rest = flat(units_.view().middleCols(1, 1));
        for (Index k = 0; k < step.cols(); ++k) use(k * step.rows(), keep, rest);
        return;
      }
    }
    if (kind_ == Kind::nothing) return;
    const auto all = [&](const Scalar& value) {
      return Eigen::Array<Scalar, Dynamic, 1>::Constant(step.size(), value);
    };
    use(Index{0}, all(of_all_.keep), all(of_all_.rest));
  }

  Kind kind_ = Kind::nothing;
  Shares<Scalar> of_all_{};
  ColumnBuffer<Scalar, UnitsSize> units_;
  ColumnBuffer<Scalar, MaskSize> mask_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
