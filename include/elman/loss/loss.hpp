// SPDX-License-Identifier: MIT
//
// What a loss is: it reads the tape's logits o and outputs y, compares them with targets, leaves ∂L/∂o in the tape's
// d_o (Out × R, like o and y) and returns L. One of your own, the quantile loss, with checks, a mean and weights of
// columns from columns.hpp:
//
//   struct Quantile {                  // L = Σ max(q m, (q − 1) m), m = t − y
//     using Output = elman::Identity;  // the output activation of the cells it is made for
//     double q = 0.5;
//
//     template <class Tape, class Targets>
//     typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
//       using Scalar = typename Tape::Scalar;
//       const auto add_up = [&](const auto& column) {
//         for (elman::Index k = 0; k < column.rows(); ++k) {
//           const Scalar miss = column.target(k) - column.y(k);
//           const Scalar slope(elman::real_part(miss) > 0 ? -q : 1 - q);
//           column.add(k, -slope * miss, slope);
//         }
//       };
//       return elman::loss::columns<Quantile>("Quantile", tape, targets).reduce(elman::loss::Reduction::mean, add_up);
//     }
//   };
//
// A loss may say what its mean is divided by, which whoever adds up means of parts of a batch has to know: the mean
// over all is Σ D L / Σ D over the parts, and so is its gradient. With the frame that is
//
//     elman::loss::Reduction reduction() const { return elman::loss::Reduction::mean; }
//     template <class Tape, class Targets>
//     double divisor(const Tape& tape, const Targets& targets) const {
//       return elman::loss::columns<Quantile>("Quantile", tape, targets).divisor(reduction());
//     }
//
// Written for any Tape::Scalar, it can be checked by the complex step (gradient_check.hpp). A tape is anything that has
// Scalar, Output, o(), y() and a writable d_o(), so that what is compared with targets may itself be made of a cell's
// read-outs, their mean for instance.
#pragma once

#include <concepts>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/layers/output.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A struct that can be called with a tape and targets, returns the tape's scalar, and names its Output.
template <class L, class Tape, class Targets>
concept Loss = requires(const L loss, Tape& tape, const Targets& targets) {
  typename L::Output;
  { loss(tape, targets) } -> std::convertible_to<typename Tape::Scalar>;
};

/// What a loss reads, and can write to.
template <class Type>
concept TapeForLoss = !std::is_const_v<Type> && requires(Type & tape) {
  typename Type::Scalar;
  typename Type::Output;
  tape.o();
  tape.y();
  tape.d_o();
};

namespace loss {

/// The loss of a batch from the losses of its columns: their sum, or PyTorch's mean (each loss says over what). The
/// mean over nothing, where every column is ignored or has weight 0, is NaN as in PyTorch, or 0 with mean_or_zero; its
/// gradient is 0.
enum class Reduction { sum, mean, mean_or_zero };

}  // namespace loss

/// A loss that says how its columns are reduced, and what it divides by, as all of elman's do. The divisor D is 1 for a
/// sum. For a mean it is what stands under the fraction, a sum of weights: 0 if nothing is counted, in which case the
/// mean may be NaN and has no part in the whole; with weights at the ends of double it may be infinite or 0 where the
/// mean is not.
template <class L, class Tape, class Targets>
concept LossWithDivisor = Loss<L, Tape, Targets> && requires(const L its, const Tape& tape, const Targets& targets) {
  { its.reduction() } -> std::same_as<loss::Reduction>;
  { its.divisor(tape, targets) } -> std::same_as<double>;
};

namespace detail {

/// A loss of another output activation than its own would be given y and pass a wrong ∂L/∂o.
template <class L, class Tape>
constexpr void check_output() {
  using Output = typename L::Output;
  constexpr bool fits = std::same_as<Output, typename Tape::Output>;
  if constexpr (std::same_as<Output, Identity>) {
    static_assert(fits,
                  "elman: this loss needs a net whose Output is elman::Identity: RNNCell<Scalar, In, Hidden, Out, "
                  "elman::Tanh, elman::Identity>, or a Readout<Hidden, Out, elman::Identity>");
  } else if constexpr (std::same_as<Output, Softmax>) {
    static_assert(fits,
                  "elman: this loss needs a net whose Output is elman::Softmax, as it is unless another is named");
  } else if constexpr (std::same_as<Output, Sigmoid>) {
    static_assert(fits,
                  "elman: this loss needs a net whose Output is elman::Sigmoid: RNNCell<Scalar, In, Hidden, Out, "
                  "elman::Tanh, elman::Sigmoid>, or a Readout<Hidden, Out, elman::Sigmoid>");
  } else {
    static_assert(fits,
                  "elman: this loss is fused with another output activation than the net's; make the net with the "
                  "loss's Output");
  }
}

/// Throws if no forward has filled the tape.
template <class Tape>
void check_filled(const char* owner, const Tape& tape) {
  require_that(tape.o().rows() > 0, owner, ": tape is empty; expected forward(x, tape) before");
}

/// How many columns o would have had, had forward read other steps: for messages of a number that does not fit.
struct OtherReads {
  Index last = 0;   ///< 0: it was read, or the tape does not know
  Index every = 0;  ///< the same
};
inline void append(Message& message, const OtherReads& reads) {
  if (reads.last > 0) append(message, "; with elman::last_step forward reads B = "), append(message, reads.last);
  if (reads.every > 0) append(message, "; with elman::every_step forward reads N = "), append(message, reads.every);
}
template <class Tape>
OtherReads other_reads(const Tape& tape) {
  if constexpr (requires {
                  tape.selection().is_last();
                  tape.steps().columns();
                }) {
    const auto& read = tape.selection();
    return {read.is_last() ? 0 : tape.steps().batch(),
            read.count() == tape.steps().columns() ? 0 : tape.steps().columns()};
  } else {
    return {};
  }
}

/// Options of a loss by the names of other libraries, which its constructor refuses with a sentence.
struct ForeignLossOptions {
  AnyValue weight = {}, weights = {}, class_weight = {}, class_weights = {}, pos_weight = {}, positive_weights = {};
  AnyValue reduction = {}, size_average = {}, ignore_index = {}, ignored_label = {}, smoothing = {};
  AnyValue label_smoothing = {}, from_logits = {};
};

/// Of a loss of ours: what it says of arguments that are not a tape and targets. It returns what fits anywhere, so that
/// nothing else is said.
struct TapeAndTargetsOnly {
  template <class First, class... Others>
  requires(!TapeForLoss<std::remove_reference_t<First>> || !std::is_lvalue_reference_v<First> ||
           sizeof...(Others) != 1) auto
  operator()(First&&, Others&&...) const {
    constexpr bool is_tape = TapeForLoss<std::remove_cvref_t<First>>;
    constexpr bool other_is_tape = (TapeForLoss<std::remove_cvref_t<Others>> || ...);
    static_assert(is_tape || !other_is_tape, "elman::loss: the tape comes first: loss(tape, targets)");
    static_assert(is_tape || other_is_tape,
                  "elman::loss: the first argument must be the tape that forward has filled: loss(tape, targets)");
    static_assert(!is_tape || TapeForLoss<std::remove_reference_t<First>>,
                  "elman::loss: the tape is const, and a loss leaves dL/do in it");
    static_assert(!is_tape || std::is_lvalue_reference_v<First>,
                  "elman::loss: the tape is a temporary, which no forward has filled and no bptt will read; keep one, "
                  "auto tape = net.tape()");
    static_assert(!is_tape || sizeof...(Others) != 0, "elman::loss: the targets are missing: loss(tape, targets)");
    static_assert(!is_tape || sizeof...(Others) < 2,
                  "elman::loss: weights come with the targets: loss(tape, elman::loss::weighted(targets, weights))");
    return Anything();
  }
};

/// For what takes any loss.
template <class L, class Tape, class Targets>
constexpr void check_loss() {
  static_assert(Loss<L, Tape, Targets>,
                "elman: a loss names its Output and returns Tape::Scalar from loss(tape, targets); see "
                "elman/loss/loss.hpp");
  if constexpr (Loss<L, Tape, Targets>) check_output<L, Tape>();
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
