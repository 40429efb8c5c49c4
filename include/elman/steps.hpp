// SPDX-License-Identifier: MIT
//
// How the steps of a batch of sequences lie in one matrix.
//
// The batch holds B sequences; the longest has T steps; N columns in all, one a step and sequence. Sequences are put
// in order of falling length (equal lengths keep the caller's order), and step t is the block of `width(t)` adjacent
// columns of the sequences that still run at step t. So widths never grow, h_{t-1} of the sequences that run at step
// t is the left part of the block before, and no padding exists. A batch of equal lengths is the special case where
// every block is B wide: the memory order of a contiguous (T, B, features) array.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>
#include <ranges>
#include <vector>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

class Steps {
 public:
  /// No steps at all: what a tape holds before the first forward.
  Steps() = default;

  /// T steps of B sequences of equal length. Needs no memory. Throws if T or B is less than 1.
  static Steps even(Index T, Index B) {
    detail::require(T >= 1, "Steps::even: T is ", T, "; expected at least 1 step");
    detail::require(B >= 1, "Steps::even: B is ", B, "; expected at least 1 sequence");
    Steps steps;
    steps.T_ = T;
    steps.B_ = B;
    steps.N_ = T * B;
    return steps;
  }

  /// Sequences of the given lengths, in the caller's order. Throws if there is none or one is shorter than 1.
  template <std::ranges::random_access_range Lengths>
  static Steps ragged(const Lengths& lengths) {
    const auto B = static_cast<Index>(std::ranges::size(lengths));
    detail::require(B >= 1, "Steps::ragged: lengths has 0 entries; expected at least 1 sequence");
    Steps steps;
    for (Index b = 0; b < B; ++b) {
      const auto length = static_cast<Index>(lengths[static_cast<std::size_t>(b)]);
      detail::require(length >= 1, "Steps::ragged: sequence ", b, " has length ", length, "; expected at least 1");
      steps.length_.push_back(length);
    }
    const auto [shortest, longest] = std::ranges::minmax(steps.length_);
    if (shortest == longest) return even(longest, B);
    steps.T_ = longest;
    steps.B_ = B;
    steps.order();
    return steps;
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

  /// The column of the last step of the caller's sequence b.
  Index last_column(Index b) const { return column(b, length(b) - 1); }

  friend bool operator==(const Steps&, const Steps&) = default;

 private:
  void order() {
    const auto B = static_cast<std::size_t>(B_);
    std::vector<Index> by_length(B);
    std::iota(by_length.begin(), by_length.end(), Index{0});
    std::ranges::stable_sort(by_length, std::ranges::greater{}, [this](Index b) { return length(b, length_); });
    slot_.resize(B);
    for (std::size_t place = 0; place < B; ++place) {
      slot_[static_cast<std::size_t>(by_length[place])] = static_cast<Index>(place);
    }
    first_.assign(static_cast<std::size_t>(T_) + 1, 0);
    std::size_t running = B;
    for (std::size_t t = 0; t < static_cast<std::size_t>(T_); ++t) {
      while (length(by_length[running - 1], length_) <= static_cast<Index>(t)) --running;
      first_[t + 1] = first_[t] + static_cast<Index>(running);
    }
    N_ = first_.back();
  }

  static Index length(Index b, const std::vector<Index>& lengths) { return lengths[static_cast<std::size_t>(b)]; }

  Index T_ = 0;
  Index B_ = 0;
  Index N_ = 0;
  std::vector<Index> first_;   // T + 1 block borders; empty when even, like the other two
  std::vector<Index> slot_;    // by the caller's sequence
  std::vector<Index> length_;  // by the caller's sequence
};

}  // namespace elman::inline ELMAN_ABI
