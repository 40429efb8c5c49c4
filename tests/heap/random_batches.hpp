// SPDX-License-Identifier: MIT
//
// Batches of which none is larger than the first: fewer sequences, shorter ones, ragged or even, some without steps.
#pragma once

#include <vector>

#include "elman/elman.hpp"

namespace random_batches {

using elman::Index;

inline constexpr Index most_sequences = 40;  // a block of 128 columns holds 3 steps of 40, 4 of 32
inline constexpr Index most_steps = 9;

/// The first is even and as large as any may be. `batch`: how many sequences, if that is given.
inline std::vector<Index> draw_lengths(elman::Random& random, bool first, Index batch = 0) {
  if (first) return std::vector<Index>(static_cast<std::size_t>(batch ? batch : most_sequences), most_steps);
  const Index B = batch ? batch : 1 + random.below(most_sequences);
  const Index T = 1 + random.below(most_steps);
  std::vector<Index> lengths(static_cast<std::size_t>(B), T);
  const Index kind = random.below(3);  // even, ragged, ragged with sequences without steps
  for (std::size_t b = 1; kind > 0 && b < lengths.size(); ++b) {
    lengths[b] = kind == 1 ? 1 + random.below(T) : random.below(T + 1);
  }
  return lengths;
}

/// Lists of integers below `end`, one a sequence.
inline std::vector<std::vector<Index>> draw_lists(elman::Random& random, const std::vector<Index>& lengths, Index end) {
  std::vector<std::vector<Index>> lists;
  for (const Index T : lengths) {
    lists.emplace_back();
    for (Index t = 0; t < T; ++t) lists.back().push_back(random.below(end));
  }
  return lists;
}

/// The first reads every step; later ones read anything.
inline elman::ReadSteps draw_read(elman::Random& random, bool first, Index T) {
  const Index kind = first ? 0 : random.below(3);
  if (kind == 0) return elman::every_step;
  if (kind == 1) return elman::last_step;
  std::vector<Index> listed;
  for (Index t = 0; t < T; ++t) {
    if (random.below(2) == 0) listed.push_back(t);
  }
  if (listed.empty()) listed.push_back(0);
  return elman::at_steps(listed);
}

}  // namespace random_batches
