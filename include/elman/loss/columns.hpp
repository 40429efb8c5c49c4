// SPDX-License-Identifier: MIT
//
// The frame of a loss that is a sum over the columns of o, each of a weight w (weighted.hpp; 1 if none is given):
//
//   L = s Σ w L_column,   d_o = s w ∂L_column/∂o
//
// with s = 1 for a sum and s = 1 / (Out Σ w) for a mean over all outputs. Columns of weight 0 are not read; their d_o
// is 0. What a column adds to L is the loss's own; loss.hpp has a whole one.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/targets.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace loss {

/// One column of o, y, targets and d_o: what a loss reads, and where it leaves its sum and its gradient.
template <class O, class Y, class D, class Targets>
class Column {
 public:
  using Scalar = typename O::Scalar;
  using R = Real<Scalar>;

  Column(const O& o, const Y& y, D& d_o, const Targets& targets, Index index_, R weight_, R scale_, Wide<Scalar>& L_)
      : index(index_), weight(weight_), scale(scale_), L(L_), o_(o), y_(y), d_o_(d_o), targets_(targets) {}

  Index rows() const { return o_.rows(); }
  Scalar o(Index k) const { return o_(k, index); }
  Scalar y(Index k) const { return y_(k, index); }
  Scalar target(Index k) const { return static_cast<Scalar>(targets_(k, index)); }
  Scalar& d_o(Index k) const { return d_o_(k, index); }

  /// All of it: of o and y as memory, of d_o as a vector.
  const Scalar* o() const { return &o_.coeffRef(0, index); }
  const Scalar* y() const { return &y_.coeffRef(0, index); }
  auto d_o() const { return d_o_.col(index); }

  /// Adds w L_k to L and leaves s w ∂L_k/∂o_k: for a loss of which each output has its own term.
  void add(Index k, const Scalar& L_k, const Scalar& slope) const {
    L += Scalar(weight * L_k);
    d_o(k) = scale * weight * slope;
  }

  /// No part in L, whatever is in o and y.
  void leave_out() const {
    for (Index k = 0; k < rows(); ++k) d_o(k) = Scalar(0);
  }

  const Index index;
  const R weight;   ///< w, more than 0
  const R scale;    ///< s
  Wide<Scalar>& L;  ///< Σ w L_column so far: of the columns before too

 private:
  const O& o_;
  const Y& y_;
  D& d_o_;
  const Targets& targets_;
};

}  // namespace loss

namespace detail {

/// The weight of every column where none is given.
struct EqualWeights {
  constexpr double operator()(Index) const { return 1; }
};

/// run(targets, weight of a column), of targets with weights or without.
template <class Targets, class Run>
auto with_weights(const Targets& targets, const Run& run) {
  return run(targets, EqualWeights{});
}
template <class Targets, class Weights, class Run>
auto with_weights(const loss::Weighted<Targets, Weights>& targets, const Run& run) {
  return run(targets.targets, loss::refer_to(targets));
}

/// Throws unless there is one weight a column of o, each at least 0 and finite. Returns their sum.
template <class Tape, class Weight>
double check_weights(const char* owner, const Tape& tape, const Weight& weight) {
  const Index R = tape.o().cols();
  if constexpr (std::same_as<Weight, EqualWeights>) {
    return static_cast<double>(R);
  } else {
    require(weight.size() == R, owner, ": weights has ", weight.size(), " entries; expected R = ", R,
            " as o has columns");
    double sum = 0;
    for (Index column = 0; column < R; ++column) {
      require(within(weight(column), 0.0, (std::numeric_limits<double>::max)()), owner, ": weight ", column, " is ",
              weight(column), "; expected at least 0 and finite");
      sum += weight(column);
    }
    return sum;
  }
}

/// Throws unless targets have a row an output and a column a read-out.
template <class Targets, class Tape>
void check_target_shape(const char* owner, const Targets& targets, const Tape& tape) {
  require(targets.rows() == tape.o().rows(), owner, ": targets has ", targets.rows(),
          " rows; expected Out = ", tape.o().rows());
  require(targets.cols() == tape.o().cols(), owner, ": targets has ", targets.cols(),
          " columns; expected R = ", tape.o().cols(), " as o has");
}

/// L, from what of_column(column) adds to it for each column that has weight. A mean divides by `total`.
template <class Tape, class Targets, class Weight, class OfColumn>
typename Tape::Scalar reduce_columns(Tape& tape, const Targets& targets, const Weight& weight,
                                     loss::Reduction reduction, double total, const OfColumn& of_column) {
  using Scalar = typename Tape::Scalar;
  using R = Real<Scalar>;
  const auto& o = std::as_const(tape).o();
  const auto& y = std::as_const(tape).y();
  auto&& d_o = tape.d_o();
  using Column = loss::Column<std::remove_cvref_t<decltype(o)>, std::remove_cvref_t<decltype(y)>,
                              std::remove_reference_t<decltype(d_o)>, Targets>;
  const bool mean = reduction == loss::Reduction::mean;
  R scale(1);
  if (mean) scale = total > 0 ? static_cast<R>(1 / total) : R(0);  // 0 of nothing
  Wide<Scalar> L(0);                                               // float would lose digits over many columns
  for (Index index = 0; index < o.cols(); ++index) {
    const Column column(o, y, d_o, targets, index, static_cast<R>(weight(index)), scale, L);
    if (column.weight == R(0)) {
      column.leave_out();
    } else {
      of_column(column);
    }
  }
  return static_cast<Scalar>(mean ? L / static_cast<Real<Wide<Scalar>>>(total) : L);
}

}  // namespace detail

namespace loss {

/// A tape and targets that fit it, not yet written to: the place for checks of a loss's own.
template <class Tape, class Targets, class Weight>
struct TapeAndTargets {
  Tape& tape;
  const Targets& targets;
  Weight weight;   ///< of a column
  double weights;  ///< Σ w

  /// L, from what of_column(column) adds to it and leaves in d_o (loss::Column). A mean is over `terms` a column: Out
  /// of them unless the loss says another number.
  template <class OfColumn>
  typename Tape::Scalar reduce(Reduction reduction, const OfColumn& of_column, Index terms) const {
    return detail::reduce_columns(tape, targets, weight, reduction, weights * static_cast<double>(terms), of_column);
  }
  template <class OfColumn>
  typename Tape::Scalar reduce(Reduction reduction, const OfColumn& of_column) const {
    return reduce(reduction, of_column, targets.rows());
  }
};

/// Targets (Out × R, or weighted) for a loss L of this tape. Throws, in `owner`'s name and with the tape untouched, if
/// a shape or a weight does not fit. No heap.
template <class L, class Tape, class Targets>
auto columns(const char* owner, Tape& tape, const Targets& targets) {
  detail::check_output<L, Tape>();
  detail::check_steps_of_targets(owner, targets, std::as_const(tape));
  return detail::with_weights(targets, [&]<class Matrix, class Weight>(const Matrix& matrix, const Weight& weight) {
    static_assert(detail::IsMatrix<Matrix>, "elman::loss: targets must be a matrix, Out x R");
    detail::check_target_shape(owner, matrix, std::as_const(tape));
    const double weights = detail::check_weights(owner, std::as_const(tape), weight);
    return TapeAndTargets<Tape, Matrix, Weight>{tape, matrix, weight, weights};
  });
}

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
