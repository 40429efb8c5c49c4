// SPDX-License-Identifier: MIT
//
// Which steps the readout reads: an argument of forward. What is not read is not computed.
//
//   every_step      one column of o a step and sequence, in the order of x's columns
//   last_step       one column a sequence, in the caller's order: the last step of each, however long
//   at_steps({…})   the given steps of the sequences that reach them, in the order of x's columns
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/list.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// What forward takes: one of the three names below.
struct ReadSteps {
  enum class Kind { every, last, listed };
  Kind kind = Kind::every;
  std::span<const Index> listed = {};
};

inline constexpr ReadSteps every_step{ReadSteps::Kind::every, {}};
inline constexpr ReadSteps last_step{ReadSteps::Kind::last, {}};

/// Steps counted from 0, strictly rising; forward throws if one is not below T.
struct at_steps {
  explicit at_steps(std::vector<Index> list) : steps(std::move(list)) {}
  explicit at_steps(std::initializer_list<Index> list) : steps(list) {}
  operator ReadSteps() const { return {ReadSteps::Kind::listed, steps}; }  // NOLINT: the conversion is the purpose
  std::vector<Index> steps;
};

namespace detail {

template <class Room>
void check(const ReadSteps& read, const BasicSteps<Room>& steps) {
  if (read.kind != ReadSteps::Kind::listed) return;
  require(!read.listed.empty(), "at_steps: the list has 0 steps; expected at least 1");
  require(read.listed.front() >= 0, "at_steps: step ", read.listed.front(), "; expected at least 0");
  Index before = -1;
  for (const Index t : read.listed) {
    require(t > before, "at_steps: step ", t, " stands behind ", before, "; expected strictly rising steps");
    require(t < steps.count(), "at_steps: step ", t, "; expected less than T = ", steps.count());
    before = t;
  }
}

/// The packed columns that are read: a run of adjacent ones where possible, which needs no copy, else a list.
template <class Room = Growing>
class Selection {
 public:
  void assign(const ReadSteps& read, const BasicSteps<Room>& steps) {
    list_.clear();
    is_last_ = read.kind == ReadSteps::Kind::last;
    if (read.kind == ReadSteps::Kind::every) {
      run(0, steps.columns());
    } else if (is_last_) {
      for (Index b = 0; b < steps.batch(); ++b) list_.push_back(steps.last_column(b));
      count_ = steps.batch();
    } else if (read.listed.back() - read.listed.front() == static_cast<Index>(read.listed.size()) - 1) {
      const Index begin = steps.first(read.listed.front());
      run(begin, steps.first(read.listed.back() + 1) - begin);
    } else {
      for (const Index t : read.listed) {
        for (Index column = steps.first(t); column < steps.first(t + 1); ++column) list_.push_back(column);
      }
      count_ = static_cast<Index>(list_.size());
    }
  }

  Index count() const { return count_; }
  bool is_run() const { return list_.empty(); }
  /// The last step of each sequence: the final output of the net, which for a backwards layer is that of step 0.
  bool is_last() const { return is_last_; }
  /// The first column of a run.
  Index first() const { return first_; }
  /// The packed column that is read as column k.
  Index operator[](Index k) const { return is_run() ? first_ + k : list_[static_cast<std::size_t>(k)]; }

 private:
  void run(Index first, Index count) {
    first_ = first;
    count_ = count;
  }

  Index first_ = 0;
  Index count_ = 0;
  bool is_last_ = false;
  List<Index, Room::columns> list_;
};

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
