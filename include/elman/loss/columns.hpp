// SPDX-License-Identifier: MIT
//
// The frame of a loss that is a sum over the columns of o, each of a weight w (weighted.hpp; 1 if none is given):
//
//   L = s Σ w L_column,   d_o = s w ∂L_column/∂o
//
// with s = 1 for a sum and s = 1 / (Out Σ w) for a mean over all outputs. Columns of weight 0 are not read; their d_o
// is 0. What a column adds to L is the loss's own; loss.hpp has a whole one. Weights are doubles, and so is s w, at
// least: what is representable at the end is not lost on the way.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/target_columns.hpp"
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
  using W = Real<Wide<Scalar>>;

  Column(const O& o, const Y& y, D& d_o, const Targets& targets, Index index_, W weight_, W factor_, Wide<Scalar>& L_)
      : index{index_}, weight(weight_), factor(factor_), L(L_), o_(o), y_(y), d_o_(d_o), targets_(targets) {}

  Index rows() const { return o_.rows(); }
  Scalar o(Index k) const { return o_(k, index); }
  Scalar y(Index k) const { return y_(k, index); }
  Scalar target(Index k) const { return static_cast<Scalar>(targets_(k, index)); }
  Scalar& d_o(Index k) const { return d_o_(k, index); }

  /// All of y and d_o as memory, where they lie there.
  const Scalar* y() const { return &y_.coeffRef(0, index); }
  Scalar* d_o() const { return &d_o_.coeffRef(0, index); }

  /// d_o_k ← s w ∂L_column/∂o_k.
  void set_slope(Index k, const Wide<Scalar>& slope) const { d_o(k) = static_cast<Scalar>(factor * slope); }
  /// Adds w L_k to L and sets the slope: for a loss of which each output has its own term.
  void add(Index k, const Wide<Scalar>& L_k, const Wide<Scalar>& slope) const {
    L += weight * L_k;
    set_slope(k, slope);
  }

  /// No part in L, whatever is in o and y.
  void leave_out() const {
    for (Index k = 0; k < rows(); ++k) d_o(k) = Scalar(0);
  }

  const Index index;
  const W weight;   ///< w, not 0
  const W factor;   ///< s w
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

/// The power of two by which numbers of this size are divided so that products and sums of them neither overflow nor
/// lose digits; 1 for all but the largest and smallest of double.
inline double unit_of(double largest) {
  constexpr double extreme = 0x1p500;
  if (largest == 0 || (largest >= 1 / extreme && largest <= extreme)) return 1;
  int exponent = 0;
  static_cast<void>(std::frexp(largest, &exponent));
  return std::ldexp(1.0, (std::max)(exponent - 1, -1022));  // 1 / unit is finite
}

/// The largest weight that is finite in a scalar.
template <class Scalar>
inline constexpr double most_weight = sizeof(Real<Scalar>) < sizeof(double)
                                          ? static_cast<double>((std::numeric_limits<Real<Scalar>>::max)())
                                          : (std::numeric_limits<double>::max)();

/// Throws unless there is one weight a column of o, each finite in the scalar of o. Returns the unit to count them in.
template <class Tape, class Weight>
double check_weights(const char* owner, const Tape& tape, const Weight& weight) {
  double largest = 0;
  if constexpr (!std::same_as<Weight, EqualWeights>) {
    constexpr double most = most_weight<typename Tape::Scalar>;
    const Index columns = tape.o().cols();
    require_that(weight.size() == columns, owner, ": weights has ", weight.size(), " entries; expected R = ", columns,
                 " as o has columns", other_reads(tape));
    for (Index column = 0; column < columns; ++column) {
      require_that(within(weight(column), -most, most), owner, ": weight ", column, " is ", weight(column),
                   "; expected finite in the net's scalar");
      largest = (std::max)(largest, (std::abs)(weight(column)));
    }
  }
  return unit_of(largest);
}

/// What a mean divides by, in units: the sum of the weights of what is counted.
struct WeightTotal {
  double sum = 0;
  bool all_zero = true;

  void add(double weight) {
    sum += weight;
    all_zero = all_zero && weight == 0;
  }
  /// Throws if a mean is asked for over weights that sum to 0 or less though some are not 0.
  void check_mean(const char* owner, loss::Reduction reduction, double unit) const {
    require_that(reduction == loss::Reduction::sum || sum > 0 || all_zero, owner, ": the weights sum to ", sum * unit,
                 "; expected more than 0 for a mean; use Reduction::sum");
  }
};

/// What a loss divides by, of what a mean divides by in units: 1 for a sum.
inline double divisor(loss::Reduction reduction, double total, double unit) {
  if (reduction == loss::Reduction::sum) return 1;
  return total == 0 ? 0 : total * unit;  // the unit of extreme weights may be infinite
}

/// Throws unless targets have a row an output and a column a read-out.
template <class Targets, class Tape>
void check_target_shape(const char* owner, const Targets& targets, const Tape& tape) {
  require_that(targets.rows() == tape.o().rows(), owner, ": targets has ", targets.rows(),
               " rows; expected Out = ", tape.o().rows());
  require_that(targets.cols() == tape.o().cols(), owner, ": targets has ", targets.cols(),
               " columns; expected R = ", tape.o().cols(), " as o has", other_reads(tape));
}

/// L, from what of_column(column) adds to it for each column that has weight. weight(column) is in units; a mean
/// divides by `total` units.
template <class Tape, class Targets, class Weight, class OfColumn>
typename Tape::Scalar reduce_columns(Tape& tape, const Targets& targets, const Weight& weight, double unit,
                                     loss::Reduction reduction, double total, const OfColumn& of_column) {
  using Scalar = typename Tape::Scalar;
  using W = Real<Wide<Scalar>>;
  const auto& o = std::as_const(tape).o();
  const auto& y = std::as_const(tape).y();
  auto&& d_o = tape.d_o();
  using Column = loss::Column<std::remove_cvref_t<decltype(o)>, std::remove_cvref_t<decltype(y)>,
                              std::remove_reference_t<decltype(d_o)>, Targets>;
  const bool sum = reduction == loss::Reduction::sum;
  const W scale = sum ? static_cast<W>(unit) : W(1) / static_cast<W>(total);
  Wide<Scalar> L(0);  // float would lose digits over many columns
  for (Index index = 0; index < o.cols(); ++index) {
    const auto w = static_cast<W>(weight(index));
    const Column column(o, y, d_o, targets, index, w, scale * w, L);
    if (w == 0) {
      column.leave_out();
    } else {
      of_column(column);
    }
  }
  if (total == 0 && reduction == loss::Reduction::mean_or_zero) return Scalar(0);
  return static_cast<Scalar>(sum ? L * static_cast<W>(unit) : L / static_cast<W>(total));
}

}  // namespace detail

namespace loss {

/// A tape and targets that fit it, not yet written to: the place for checks of a loss's own. The divisor is had of a
/// const tape too.
template <class Tape, class Targets, class Weight>
struct TapeAndTargets {
  Tape& tape;
  Targets targets;  ///< a reference, or a view
  Weight weight;    ///< of a column
  double unit;      ///< that weights are counted in
  const char* owner;

  /// L, from what of_column(column) adds to it and leaves in d_o (loss::Column). A mean is over `terms` a column: Out
  /// of them unless the loss says another number; throws if its weights do not sum to more than 0.
  template <class OfColumn>
  typename Tape::Scalar reduce(Reduction reduction, const OfColumn& of_column, Index terms) const {
    const double total = total_in_units(reduction, terms);
    const double in_unit = 1 / unit;
    const auto in_units = [&](Index column) { return weight(column) * in_unit; };
    return detail::reduce_columns(tape, targets, in_units, unit, reduction, total, of_column);
  }
  template <class OfColumn>
  typename Tape::Scalar reduce(Reduction reduction, const OfColumn& of_column) const {
    return reduce(reduction, of_column, targets.rows());
  }

  /// What reduce divides by, for a loss to say (loss.hpp). Throws as reduce does.
  double divisor(Reduction reduction, Index terms) const {
    return detail::divisor(reduction, total_in_units(reduction, terms), unit);
  }
  double divisor(Reduction reduction) const { return divisor(reduction, targets.rows()); }

 private:
  double total_in_units(Reduction reduction, Index terms) const {
    const Index columns = std::as_const(tape).o().cols();
    const double in_unit = 1 / unit;
    detail::WeightTotal total;
    for (Index column = 0; column < columns; ++column) total.add(weight(column) * in_unit);
    total.check_mean(owner, reduction, unit);
    return total.sum * static_cast<double>(terms);
  }
};

/// Targets (target_columns.hpp, or weighted) for a loss L of this tape. Throws, in `owner`'s name and with the tape
/// untouched, if there was no forward or a shape or a weight does not fit. No heap.
template <class L, class Tape, class Targets>
auto columns(const char* owner, Tape& tape, const Targets& targets) {
  static_assert(detail::is_targets<Targets>,
                "elman::loss: targets must be a matrix (Out x R), elman::pack(sequences), or for Out = 1 a list of R "
                "numbers");
  detail::check_output<L, Tape>();
  detail::check_filled(owner, std::as_const(tape));
  detail::check_steps_of_targets(owner, targets, std::as_const(tape));
  return detail::with_weights(targets, [&]<class Given, class Weight>(const Given& given, const Weight& weight) {
    decltype(auto) matrix = detail::target_columns(given);
    detail::check_target_shape(owner, matrix, std::as_const(tape));
    const double unit = detail::check_weights(owner, std::as_const(tape), weight);
    return TapeAndTargets<Tape, decltype(matrix), Weight>{tape, matrix, weight, unit, owner};
  });
}

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
