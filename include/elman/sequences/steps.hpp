// SPDX-License-Identifier: MIT
//
// How the steps of a batch of sequences lie in one matrix.
//
// The batch holds B sequences; the longest has T steps; N columns in all, one a step and sequence. Sequences are put
// in order of falling length (equal lengths keep the caller's order), and step t is the block of `width(t)` adjacent
// columns of the sequences that still run at step t. So widths never grow, h_{t-1} of the sequences that run at step
// t is the left part of the block before, and no padding exists. A batch of equal lengths is the special case where
// every block is B wide: the memory order of a contiguous (T, B, features) array. A sequence of no step takes no
// column: its state, and what last_step reads of it, is where it starts from.
//
// `Steps` holds any number of them; `BasicSteps<AtMost<T, B>>` has its lists inside the object and needs no heap.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/sequences/list.hpp"
#include "elman/sequences/room.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Room>
class BasicSteps;

namespace detail {

/// Throws if there are more steps or sequences than Room says.
template <class Room, class Owner>
void check_room(const Owner& owner, Index step_count, Index B) {
  if constexpr (Room::is_fixed) {
    require_that(step_count <= Room::steps, owner, ": T is ", step_count, "; expected at most ", Room::steps,
                 ", as there is room for");
    require_that(B <= Room::batch, owner, ": B is ", B, "; expected at most ", Room::batch, ", as there is room for");
  }
}
template <class Room, class Owner, class Other>
void check_room(const Owner& owner, const BasicSteps<Other>& steps) {
  check_room<Room>(owner, steps.count(), steps.batch());
}

}  // namespace detail

template <class Room = Growing>
class BasicSteps {
 public:
  /// No steps at all: what a tape holds before the first forward.
  BasicSteps() = default;

  /// The same steps in another room. Throws, with this untouched, if there are more than it has room for.
  template <class Other>
  requires(!std::is_same_v<Other, Room>) explicit BasicSteps(const BasicSteps<Other>& other) { *this = other; }
  template <class Other>
  requires(!std::is_same_v<Other, Room>) BasicSteps& operator=(const BasicSteps<Other>& other) {
    detail::check_room<Room>("Steps", other);
    T_ = other.T_;
    B_ = other.B_;
    N_ = other.N_;
    first_.assign(other.first_.begin(), other.first_.end());
    slot_.assign(other.slot_.begin(), other.slot_.end());
    length_.assign(other.length_.begin(), other.length_.end());
    return *this;
  }

  /// T steps of B sequences of equal length. Needs no memory. Throws if T or B is less than 1, or more than Room says.
  static BasicSteps even(Index step_count, Index B) {
    detail::require_that(step_count >= 1, "Steps::even: T is ", step_count, "; expected at least 1 step");
    detail::require_that(B >= 1, "Steps::even: B is ", B, "; expected at least 1 sequence");
    detail::check_room<Room>("Steps::even", step_count, B);
    BasicSteps steps;
    steps.T_ = step_count;
    steps.B_ = B;
    steps.N_ = step_count * B;
    return steps;
  }

  /// Sequences of the given lengths, in the caller's order; some may be 0. Throws if there is none, a length is less
  /// than 0 or all are 0, or there is more than Room says.
  template <std::ranges::random_access_range Lengths>
  static BasicSteps ragged(const Lengths& lengths) {
    BasicSteps steps;
    const auto length_of = [&](Index b) { return static_cast<Index>(lengths[static_cast<std::size_t>(b)]); };
    const Index step_count = check_lengths("Steps::ragged", std::ssize(lengths), length_of);
    steps.order(step_count, std::ssize(lengths), length_of);
    return steps;
  }

  /// Becomes sequences of length_of(b) steps, b < B, in the memory it has, with room for any other batch of at most T
  /// steps and B sequences. Throws as `ragged`, in `owner`'s name, with this untouched.
  template <class LengthOf>
  void assign(const char* owner, Index B, const LengthOf& length_of) {
    const Index step_count = check_lengths(owner, B, length_of);
    reserve(step_count, B);
    order(step_count, B, length_of);
  }
  /// Becomes a copy, with room for any other batch of at most as many steps and sequences. Throws, with this untouched,
  /// if there are more than there is room for.
  template <class Other>
  void assign(const BasicSteps<Other>& other) {
    detail::check_room<Room>("Steps", other);
    reserve(other.count(), other.batch());
    *this = other;
  }

  Index count() const { return T_; }    ///< T, the steps of the longest sequence
  Index batch() const { return B_; }    ///< B, the sequences
  Index columns() const { return N_; }  ///< N, the steps of all sequences together
  bool is_even() const { return first_.empty(); }

  /// The first column of step t; t = T gives N.
  Index first(Index t) const {
    assert(t >= 0 && t <= T_);
    return is_even() ? t * B_ : first_[static_cast<std::size_t>(t)];
  }

  /// The number of sequences that run at step t; t = -1 stands for h₀, which all have.
  Index width(Index t) const {
    if (t < 0 || is_even()) return B_;
    return first(t + 1) - first(t);
  }

  /// The steps of the caller's sequence b.
  Index length(Index b) const {
    assert(b >= 0 && b < B_);
    return is_even() ? T_ : length_[static_cast<std::size_t>(b)];
  }

  /// The place of the caller's sequence b inside every block.
  Index slot(Index b) const {
    assert(b >= 0 && b < B_);
    return is_even() ? b : slot_[static_cast<std::size_t>(b)];
  }

  /// The column of step t of the caller's sequence b; t < length(b).
  Index column(Index b, Index t) const {
    assert(t < length(b));
    return first(t) + slot(b);
  }

  /// The column of the last step of the caller's sequence b, which has one.
  Index last_column(Index b) const { return column(b, length(b) - 1); }

  template <class Other>
  bool operator==(const BasicSteps<Other>& other) const {
    const auto is_equal = [](const auto& a, const auto& b) {
      return std::equal(a.begin(), a.end(), b.begin(), b.end());
    };
    return T_ == other.T_ && B_ == other.B_ && N_ == other.N_ && is_equal(first_, other.first_) &&
           is_equal(slot_, other.slot_);
  }

 private:
  template <class Other>
  friend class BasicSteps;

  /// T, of lengths that are fit for steps.
  template <class LengthOf>
  static Index check_lengths(const char* owner, Index B, const LengthOf& length_of) {
    detail::require_that(B >= 1, owner, ": the batch has 0 sequences; expected at least 1");
    detail::check_room<Room>(owner, 0, B);
    Index step_count = 0;
    for (Index b = 0; b < B; ++b) {
      const Index length = length_of(b);
      detail::require_that(length >= 0, owner, ": sequence ", b, " has length ", length, "; expected at least 0");
      step_count = (std::max)(step_count, length);
    }
    detail::require_that(step_count >= 1, owner,
                         ": every sequence has 0 steps; expected at least 1 step in one of them");
    detail::check_room<Room>(owner, step_count, B);
    return step_count;
  }

  void reserve(Index step_count, Index B) {
    first_.reserve(static_cast<std::size_t>(step_count) + 1);
    slot_.reserve(static_cast<std::size_t>(B));
    length_.reserve(static_cast<std::size_t>(B));
  }

  /// Sorts by falling length, counting: equal lengths keep their order and no memory is needed beside.
  template <class LengthOf>
  void order(Index step_count, Index B, const LengthOf& length_of) {
    T_ = step_count;
    B_ = B;
    length_.resize(static_cast<std::size_t>(B));
    bool even = true;
    for (Index b = 0; b < B; ++b) {
      length_[static_cast<std::size_t>(b)] = length_of(b);
      even = even && length_of(b) == step_count;
    }
    if (even) {
      N_ = step_count * B;
      for (auto* list : {&slot_, &length_}) list->clear();
      first_.clear();
      return;
    }
    first_.assign(static_cast<std::size_t>(step_count) + 1, 0);
    for (const Index length : length_) ++first_[static_cast<std::size_t>(length)];
    // first_[l]: the sequences of l steps become those of more, where the next of l steps has its slot …
    Index longer = 0;
    for (std::size_t l = first_.size(); l-- > 0;) longer += std::exchange(first_[l], longer);
    slot_.resize(static_cast<std::size_t>(B));
    for (std::size_t b = 0; b < length_.size(); ++b) slot_[b] = first_[static_cast<std::size_t>(length_[b])]++;
    // … and then those of at least l steps, which are as many as step l − 1 has columns.
    first_[0] = 0;
    for (std::size_t t = 1; t < first_.size(); ++t) first_[t] += first_[t - 1];
    N_ = first_.back();
  }

  Index T_ = 0;
  Index B_ = 0;
  Index N_ = 0;
  static constexpr int borders = Room::is_fixed ? Room::steps + 1 : Dynamic;
  detail::List<Index, borders> first_;       // T + 1 block borders; empty when even, like the other two
  detail::List<Index, Room::batch> slot_;    // by the caller's sequence
  detail::List<Index, Room::batch> length_;  // by the caller's sequence
};

using Steps = BasicSteps<>;

}  // namespace ELMAN_ABI
}  // namespace elman
