// SPDX-License-Identifier: MIT
//
// Targets beside the columns that are read (read_steps.hpp): `gather` puts them in that order, and a loss refuses
// targets that know their steps and were packed of others.
//
//   loss(tape, gather(labels, read, x.steps))          labels of every step, or lists of those that are read
//   loss(tape, weighted(gather(labels, read, x.steps), gather(weights, read, x.steps)))
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/growing_columns.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// visit(k, b, j, t): column k of what is read is step t of the caller's sequence b, and the j-th that is read of it.
/// t is −1 where a sequence has no last step. Returns how many there are.
template <class Visit>
Index for_each_read(const ReadSteps& read, const Steps& steps, const Visit& visit) {
  if (read.kind == ReadSteps::Kind::last) {
    for (Index b = 0; b < steps.batch(); ++b) visit(b, b, Index{0}, steps.length(b) - 1);
    return steps.batch();
  }
  Index count = 0;
  const auto of_step = [&](Index j, Index t) {
    for (Index b = 0; b < steps.batch(); ++b) {
      if (t < steps.length(b)) visit(count + steps.slot(b), b, j, t);
    }
    count += steps.width(t);
  };
  if (read.kind == ReadSteps::Kind::every) {
    for (Index t = 0; t < steps.count(); ++t) of_step(t, t);
  } else {
    for (Index j = 0; const Index t : read.listed) of_step(j++, t);
  }
  return count;
}

/// How many steps of a sequence of so many are read.
inline Index reads_of(const ReadSteps& read, Index length) {
  if (read.kind == ReadSteps::Kind::every) return length;
  if (read.kind == ReadSteps::Kind::last) return 1;
  return std::lower_bound(read.listed.begin(), read.listed.end(), length) - read.listed.begin();
}

/// Throws unless targets of the steps `given` are of every step, or of those that are read. Returns whether of every.
inline bool check_gathered(const Steps& given, const ReadSteps& read, const Steps& steps) {
  require_that(given.batch() == steps.batch(), "gather: targets has ", given.batch(),
               " sequences; expected B = ", steps.batch());
  if (given == steps) {
    for (Index b = 0; b < steps.batch(); ++b) {
      require_that(read.kind != ReadSteps::Kind::last || steps.length(b) > 0, "gather: sequence ", b,
                   " has no step, and no target for last_step; expected targets packed of one list of 1 a sequence");
    }
    return true;
  }
  for (Index b = 0; b < steps.batch(); ++b) {
    const Index reads = reads_of(read, steps.length(b));
    require_that(given.length(b) == reads, "gather: targets has ", given.length(b), " steps in sequence ", b,
                 "; expected ", steps.length(b), ", every step, or ", reads, ", those that are read");
  }
  return false;
}

/// set(column of the result, column of the targets) for all that is read; before it, resize(count).
template <class Resize, class Set>
void gather_columns(Index columns, const Steps& given, const ReadSteps& read, const Steps& steps, const Resize& resize,
                    const Set& set) {
  require_that(columns == given.columns(), "gather: targets has ", columns, " columns; expected N = ", given.columns(),
               " as its steps say");
  check_read(read, steps);
  const bool every = check_gathered(given, read, steps);
  resize(for_each_read(read, steps, [](Index, Index, Index, Index) {}));
  for_each_read(read, steps, [&](Index k, Index b, Index j, Index t) { set(k, given.column(b, every ? t : j)); });
}

}  // namespace detail

/// result ← the targets of the columns that a forward of x with `read` reads, in their order. Targets: of every step of
/// x, or of the steps that are read alone, packed. Throws, with the result untouched, if they are neither, or `read`
/// does not fit. Allocates only where the result has not been as large.
inline void gather(const Labels& targets, const ReadSteps& read, const Steps& steps, std::vector<Index>& result) {
  detail::gather_columns(
      std::ssize(targets.columns), targets.steps, read, steps,
      [&](Index count) { result.resize(static_cast<std::size_t>(count)); },
      [&](Index k, Index from) {
        result[static_cast<std::size_t>(k)] = targets.columns[static_cast<std::size_t>(from)];
      });
}
template <class Scalar, int Rows>
void gather(const Sequences<Scalar, Rows>& targets, const ReadSteps& read, const Steps& steps,
            GrowingColumns<Scalar, Rows>& result) {
  detail::gather_columns(
      targets.columns.cols(), targets.steps, read, steps,
      [&](Index count) { detail::resize(result, targets.columns.rows(), count); },
      [&](Index k, Index from) { result.col(k) = targets.columns.col(from); });
}
/// Of numbers, one a step in x's order: weights, per_sequence's for instance.
template <class Number>
void gather(const std::vector<Number>& numbers, const ReadSteps& read, const Steps& steps,
            std::vector<Number>& result) {
  const auto size = static_cast<Index>(std::ssize(numbers));
  detail::require_that(size == steps.columns(), "gather: numbers has ", size,
                       " entries; expected N = ", steps.columns(), ", one a step");
  detail::gather_columns(
      size, steps, read, steps, [&](Index count) { result.resize(static_cast<std::size_t>(count)); },
      [&](Index k, Index from) { result[static_cast<std::size_t>(k)] = numbers[static_cast<std::size_t>(from)]; });
}

/// The same in new memory.
inline std::vector<Index> gather(const Labels& targets, const ReadSteps& read, const Steps& steps) {
  std::vector<Index> result;
  gather(targets, read, steps, result);
  return result;
}
template <class Scalar, int Rows>
GrowingColumns<Scalar, Rows> gather(const Sequences<Scalar, Rows>& targets, const ReadSteps& read, const Steps& steps) {
  GrowingColumns<Scalar, Rows> result;
  gather(targets, read, steps, result);
  return result;
}
template <class Number>
std::vector<Number> gather(const std::vector<Number>& numbers, const ReadSteps& read, const Steps& steps) {
  std::vector<Number> result;
  gather(numbers, read, steps, result);
  return result;
}

namespace detail {

/// Throws unless the steps of targets are those that were read, in the order in which they were.
template <class Room>
void check_steps_of_targets(const char* owner, const Steps& given, const Selection<Room>& read,
                            const BasicSteps<Room>& steps) {
  require_that(given.batch() == steps.batch(), owner, ": targets has ", given.batch(),
               " sequences; expected B = ", steps.batch(), ", as x has");
  const auto expect = [&](Index b, Index count, const char* cure) {
    require_that(given.length(b) == count, owner, ": targets has ", given.length(b), " steps in sequence ", b,
                 "; expected ", count, cure);
  };
  if (read.kind() == ReadSteps::Kind::every) {
    for (Index b = 0; b < steps.batch(); ++b) expect(b, steps.length(b), ", as x has: one target a step (every_step)");
    return;
  }
  if (read.is_last()) {
    for (Index b = 0; b < steps.batch(); ++b) {
      expect(b, 1, ", for last_step was read: gather(targets, last_step, x.steps) takes the last of every step's");
    }
    return;
  }
  // The j-th step that is read, t, has the columns from k on.
  Index j = 0, k = 0, t = 0;
  bool fits = true;
  for (; k < read.count(); ++j) {
    while (steps.first(t + 1) <= read[k]) ++t;
    fits = fits && j < given.count() && given.width(j) == steps.width(t);
    k += steps.width(t);
  }
  fits = fits && given.count() == j;
  for (Index b = 0; b < steps.batch() && fits; ++b) fits = given.length(b) == 0 || given.slot(b) == steps.slot(b);
  require_that(fits, owner,
               ": targets is packed of other steps than those that at_steps reads, or in another order; expected "
               "gather(targets, at_steps({…}), x.steps), which takes and orders them");
}

/// The same of any targets and tape, where both know their steps: a tape of a user's own need not.
template <class Targets, class Tape>
void check_steps_of_targets(const char* owner, const Targets& targets, const Tape& tape) {
  if constexpr (requires { targets.targets; }) {  // weighted
    check_steps_of_targets(owner, targets.targets, tape);
  } else if constexpr (requires {
                         targets.steps.batch();
                         tape.steps().batch();
                         tape.selection().kind();
                       }) {
    if (tape.steps().count() == 0 || targets.steps.count() == 0) return;  // one of them knows none
    check_steps_of_targets(owner, targets.steps, tape.selection(), tape.steps());
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
