// SPDX-License-Identifier: MIT
//
// Which steps the readout reads: an argument of forward. What is not read is not computed.
//
//   every_step      one column of o a step and sequence, in the order of x's columns
//   last_step       one column a sequence, in the caller's order: the last step of each, however long
//   at_steps({…})   the given steps of the sequences that reach them, in the order of x's columns
//
// All are values: ReadSteps that are kept under a name own their list. Up to 16 steps need no heap; a longer list is
// copied where ReadSteps are copied, not where they are handed to forward. targets.hpp puts targets in these orders.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>

#include "elman/check.hpp"
#include "elman/sequences/list.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// Steps, of which a few lie inside, more on the heap. (No std::vector, so that every_step and last_step are constants:
/// that of libstdc++'s debug mode can be none.)
class StepList {
 public:
  constexpr StepList() = default;
  constexpr explicit StepList(std::span<const Index> steps)
      : many_(steps.size() > most_inside ? new Index[steps.size()] : nullptr), size_(steps.size()) {
    std::copy(steps.begin(), steps.end(), many_ ? many_ : few_.data());
  }
  constexpr StepList(const StepList& other) : StepList(std::span<const Index>(other.begin(), other.size())) {}
  constexpr StepList(StepList&& other) noexcept { swap(other); }
  constexpr StepList& operator=(StepList other) noexcept {
    swap(other);
    return *this;
  }
#if defined(__cpp_constexpr_dynamic_alloc)  // without C++20 clang 14 crashes on it, behind the error of version.hpp
  constexpr
#endif
      ~StepList() {
    delete[] many_;
  }

  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const Index* begin() const { return many_ ? many_ : few_.data(); }
  constexpr const Index* end() const { return begin() + size_; }
  constexpr Index front() const { return *begin(); }
  constexpr Index back() const { return *(end() - 1); }

 private:
  static constexpr std::size_t most_inside = 16;

  constexpr void swap(StepList& other) noexcept {
    std::swap(few_, other.few_);
    std::swap(many_, other.many_);
    std::swap(size_, other.size_);
  }

  std::array<Index, most_inside> few_{};
  Index* many_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace detail

/// What forward takes: one of the three names below.
struct ReadSteps {
  /// Which of them it is.
  enum class Kind { every, last, listed };
  Kind kind = Kind::every;       ///< every_step, last_step, at_steps
  detail::StepList listed = {};  ///< the steps of at_steps
};

inline constexpr ReadSteps every_step{ReadSteps::Kind::every, {}};
inline constexpr ReadSteps last_step{ReadSteps::Kind::last, {}};

/// Steps counted from 0, strictly rising; forward throws if one is not below T.
struct at_steps : ReadSteps {
  explicit at_steps(std::span<const Index> list) : ReadSteps{Kind::listed, detail::StepList(list)} {}
  explicit at_steps(std::initializer_list<Index> list) : at_steps(std::span<const Index>(list.begin(), list.size())) {}
};

namespace detail {

template <class Room>
void check_read(const ReadSteps& read, const BasicSteps<Room>& steps) {
  if (read.kind != ReadSteps::Kind::listed) return;
  require_that(!read.listed.empty(), "at_steps: the list has 0 steps; expected at least 1");
  require_that(read.listed.front() >= 0, "at_steps: step ", read.listed.front(), "; expected at least 0");
  Index before = -1;
  for (const Index t : read.listed) {
    require_that(t > before, "at_steps: step ", t, " stands behind ", before, "; expected strictly rising steps");
    require_that(t < steps.count(), "at_steps: step ", t, "; expected less than T = ", steps.count());
    before = t;
  }
}

/// The packed columns that are read: a run of adjacent ones where possible, which needs no copy, else a list.
template <class Room = Growing>
class Selection {
 public:
  void assign(const ReadSteps& read, const BasicSteps<Room>& steps) {
    list_.clear();
    kind_ = read.kind;
    if (kind_ == ReadSteps::Kind::every) {
      run(0, steps.columns());
    } else if (is_last()) {
      run(0, steps.batch());
      for (Index b = 0; b < count_; ++b) list_.push_back(steps.length(b) > 0 ? steps.last_column(b) : -1);
    } else if (read.listed.back() - read.listed.front() == static_cast<Index>(read.listed.size()) - 1) {
      const Index begin = steps.first(read.listed.front());
      run(begin, steps.first(read.listed.back() + 1) - begin);
    } else {
      Index count = 0;
      for (const Index t : read.listed) count += steps.width(t);
      run(0, count);
      for (const Index t : read.listed) {
        for (Index column = steps.first(t); column < steps.first(t + 1); ++column) list_.push_back(column);
      }
    }
  }

  Index count() const { return count_; }
  bool is_run() const { return list_.empty(); }
  /// The last step of each sequence: the final output of the net, which for a backwards layer is that of step 0.
  bool is_last() const { return kind_ == ReadSteps::Kind::last; }
  ReadSteps::Kind kind() const { return kind_; }
  /// The first column of a run.
  Index first() const { return first_; }
  /// The packed column that is read as column k; −1 of a sequence without steps, of which last_step reads h₀.
  Index operator[](Index k) const { return is_run() ? first_ + k : list_[static_cast<std::size_t>(k)]; }
  /// How many are read of the packed columns in front of this one; not of last steps.
  Index reads_before(Index column) const {
    if (is_run()) return std::clamp(column - first_, Index{0}, count_);
    return std::lower_bound(list_.begin(), list_.end(), column) - list_.begin();
  }

 private:
  /// So many columns, with memory for them in a list, whatever is read next time.
  void run(Index first, Index count) {
    first_ = first;
    count_ = count;
    list_.reserve(static_cast<std::size_t>(count));
  }

  Index first_ = 0;
  Index count_ = 0;
  ReadSteps::Kind kind_ = ReadSteps::Kind::every;
  List<Index, Room::columns> list_;
};

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
