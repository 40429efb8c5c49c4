// SPDX-License-Identifier: MIT
//
// The loss of each column of o, and of each sequence, for any loss (docs/math.md Eq. 67): PyTorch's reduction="none".
//
//   per_column(loss, tape, targets)    R numbers, a column of o each
//   of_sequences(loss, tape, targets)  B numbers in the caller's order, each the sum over the steps of the sequence
//   that
//                                      are read: with CrossEntropy −log of the probability of each text of a batch
//
// The tape and its ∂L/∂o are left as they are. A loss with options().reduction, as all of elman's, or with a public
// member `reduction`, is asked for its sum: class weights and smoothing act as in that, an ignored label has 0, and a
// column of weight w (weighted.hpp) has w times its loss, 0 where w is 0. Another loss is asked for what it makes of
// the column alone. A loss of your own sees o, y, d_o and kept of one column, and of that the targets.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Columns of a tape, with a ∂L/∂o of their own.
template <class Scalar_, class Output_, bool Keeps>
class BorrowedColumns {
 public:
  using Scalar = Scalar_;
  using Output = Output_;

  BorrowedColumns(const ConstMatrixView<Scalar>& o, const ConstMatrixView<Scalar>& y,
                  const ConstMatrixView<Scalar>& kept, const MatrixView<Scalar>& d_o)
      : o_(o), y_(y), kept_(kept), d_o_(d_o) {}

  BorrowedColumns middle(Index first, Index count) const {
    return {o_.middleCols(first, count), y_.middleCols(first, count),
            Keeps ? kept_.middleCols(first, count) : ConstMatrixView<Scalar>(), d_o_.middleCols(first, count)};
  }

  ConstMatrixView<Scalar> o() const { return o_; }
  ConstMatrixView<Scalar> y() const { return y_; }
  ConstMatrixView<Scalar> kept() const requires(Keeps) { return kept_; }
  MatrixView<Scalar> d_o() { return d_o_; }
  ConstMatrixView<Scalar> d_o() const { return {d_o_.data(), d_o_.rows(), d_o_.cols()}; }

 private:
  ConstMatrixView<Scalar> o_, y_, kept_;
  MatrixView<Scalar> d_o_;
};

/// All columns, and whatever else the tape knows of its steps: for the checks of a loss.
template <class Tape, class Columns>
class BorrowedTape : public Columns {
 public:
  BorrowedTape(const Tape& tape, const Columns& columns) : Columns(columns), tape_(tape) {}
  decltype(auto) steps() const requires requires(const Tape& tape) { tape.steps(); }
  { return tape_.steps(); }
  decltype(auto) selection() const requires requires(const Tape& tape) { tape.selection(); }
  { return tape_.selection(); }

 private:
  const Tape& tape_;
};

/// What the output has kept for its loss, or nothing.
template <class Tape>
ConstMatrixView<typename Tape::Scalar> kept_of(const Tape& tape) {
  if constexpr (requires { tape.kept(); }) {
    return tape.kept();
  } else {
    return {};
  }
}

template <class L>
concept HasReductionOption = requires(const L& given) {
  { given.options().reduction } -> std::convertible_to<loss::Reduction>;
};

/// The loss that sums, where it says how it reduces.
template <class L>
L summing(const L& given) {
  if constexpr (HasReductionOption<L>) {
    auto options = given.options();
    options.reduction = loss::Reduction::sum;
    return L(options);
  } else {
    L copy = given;
    if constexpr (requires { copy.reduction = loss::Reduction::sum; }) copy.reduction = loss::Reduction::sum;
    return copy;
  }
}

/// use(targets of this column alone), of several.
template <class Targets, class Use>
auto with_target_of(const Targets& targets, Index column, const Use& use) {
  if constexpr (IsMatrix<Targets>) {
    if constexpr (std::integral<typename Targets::Scalar> && Targets::IsVectorAtCompileTime) {
      return use(targets.segment(column, 1));  // a label, or a number of one row
    } else {
      return use(targets.middleCols(column, 1));
    }
  } else if constexpr (IsSequences<Targets>::value) {
    return use(targets.columns.middleCols(column, 1));
  } else if constexpr (std::same_as<Targets, Labels>) {
    return use(std::array<Index, 1>{targets.columns[static_cast<std::size_t>(column)]});
  } else {
    static_assert(std::ranges::random_access_range<const Targets>,
                  "elman::loss::per_column: targets must be what the losses of elman take, a matrix, a list or packed "
                  "ones, of which those of one column can be taken");
    using Number = std::ranges::range_value_t<const Targets>;
    return use(std::array<Number, 1>{element_of(targets)(column)});
  }
}

/// visit(column of o, L of that column) for each.
template <class L, class Tape, class Targets, class Visit>
void for_each_loss(const L& loss, const Tape& tape, const Targets& targets, const Visit& visit) {
  using Scalar = typename Tape::Scalar;
  static_assert(!is_complex<Scalar>, "elman::loss::per_column: losses are taken apart in real numbers");
  constexpr bool keeps = requires { tape.kept(); };
  check_filled("per_column", tape);
  const auto& o = tape.o();
  const auto& y = tape.y();
  Matrix<Scalar, Dynamic, Dynamic> d_o = zeros<Matrix<Scalar, Dynamic, Dynamic>>(o.rows(), o.cols());
  using Columns = BorrowedColumns<Scalar, typename Tape::Output, keeps>;
  const Columns all(o, y, kept_of(tape), d_o);
  BorrowedTape<Tape, Columns> whole(tape, all);
  check_loss<L, BorrowedTape<Tape, Columns>, Targets>();
  const L sum = summing(loss);
  sum(whole, targets);  // what the loss has to say against them, it says here
  with_weights(targets, [&](const auto& given, const auto& weight) {
    for (Index column = 0; column < o.cols(); ++column) {
      const double w = weight(column);
      Columns one = all.middle(column, 1);
      const auto of_targets = [&](const auto& alone) { return static_cast<double>(sum(one, alone)); };
      if (w == 0) {
        visit(column, 0.0);
      } else if (o.cols() == 1) {
        visit(column, w * of_targets(given));
      } else {
        visit(column, w * with_target_of(given, column, of_targets));
      }
    }
  });
}

/// visit(column of o, the caller's sequence that it is of) for each, in the order of columns.
template <class Tape, class Visit>
void for_each_sequence_read(const Tape& tape, const Visit& visit) {
  const auto& steps = tape.steps();
  const auto& read = tape.selection();
  std::vector<Index> in_slot(static_cast<std::size_t>(steps.batch()));
  for (Index b = 0; b < steps.batch(); ++b) in_slot[static_cast<std::size_t>(steps.slot(b))] = b;
  for (Index k = 0, t = 0; k < read.count(); ++k) {
    if (read.is_last()) {
      visit(k, k);
      continue;
    }
    while (steps.first(t + 1) <= read[k]) ++t;
    visit(k, in_slot[static_cast<std::size_t>(read[k] - steps.first(t))]);
  }
}

}  // namespace detail

namespace loss {

/// The loss of each column of o, R of them. Targets are what the loss takes, weighted too. Takes memory for ∂L/∂o once
/// more, and twice the time of the loss. Throws what the loss throws, with the result untouched.
template <class L, class Tape, class Targets>
std::vector<double> per_column(const L& loss, const Tape& tape, const Targets& targets) {
  std::vector<double> result;
  detail::for_each_loss(loss, tape, targets, [&](Index, double of_column) { result.push_back(of_column); });
  return result;
}
template <class L, class Tape, class Targets>
void per_column(const L& loss, const Tape& tape, const Targets& targets, std::vector<double>& result) {
  result = per_column(loss, tape, targets);
}

/// The loss of each sequence, B of them in the caller's order: the sum over its steps that are read, 0 if none is. As
/// per_column; the tape must be one that a forward has filled.
template <class L, class Tape, class Targets>
std::vector<double> of_sequences(const L& loss, const Tape& tape, const Targets& targets) {
  constexpr bool knows_steps = requires {
    tape.steps().slot(0);
    tape.selection().is_last();
  };
  static_assert(
      knows_steps,
      "elman::loss::of_sequences: this tape does not know its steps; per_column gives the loss of each column");
  std::vector<double> result;
  if constexpr (knows_steps) {
    const std::vector<double> of_columns = per_column(loss, tape, targets);
    result.resize(static_cast<std::size_t>(tape.steps().batch()));
    detail::for_each_sequence_read(tape, [&](Index column, Index b) {
      result[static_cast<std::size_t>(b)] += of_columns[static_cast<std::size_t>(column)];
    });
  }
  return result;
}
template <class L, class Tape, class Targets>
void of_sequences(const L& loss, const Tape& tape, const Targets& targets, std::vector<double>& result) {
  result = of_sequences(loss, tape, targets);
}

}  // namespace loss
}  // namespace ELMAN_ABI
}  // namespace elman
