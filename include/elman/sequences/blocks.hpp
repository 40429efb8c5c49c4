// SPDX-License-Identifier: MIT
//
// Columns in blocks that stay in the cache while they are worked on.
#pragma once

#include <algorithm>

#include "elman/sequences/room.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// visit(first, columns) for `count` columns, block by block.
template <class Visit>
void for_each_block(Index count, const Visit& visit) {
  constexpr Index most = block_columns;
  for (Index first = 0; first < count; first += most) visit(first, (std::min)(most, count - first));
}

/// The steps from `begin` on (or, going back, up to `end`) that make one block.
template <class S>
Index block_end(const S& steps, Index begin) {
  Index end = begin + 1;
  while (end < steps.count() && steps.first(end + 1) - steps.first(begin) <= block_columns) ++end;
  return end;
}
template <class S>
Index block_begin(const S& steps, Index end) {
  Index begin = end - 1;
  while (begin > 0 && steps.first(end) - steps.first(begin - 1) <= block_columns) --begin;
  return begin;
}

/// No block has more columns, of these steps or of any others of at most as many columns and sequences.
template <class S>
Index most_block_columns(const S& steps) {
  return (std::min)(steps.columns(), (std::max)(steps.batch(), Index{block_columns}));
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
