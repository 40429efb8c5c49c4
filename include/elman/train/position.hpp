// SPDX-License-Identifier: MIT
//
// Where a training is: all its counts. Behind every event they are such that a run can go on from them.
#pragma once

#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

struct Position {
  Index epoch = 0;                        ///< epochs that have ended
  Index batch = 0;                        ///< updates of this epoch
  Index step = 0;                         ///< updates of all epochs
  Index examples = 0;                     ///< of this epoch
  Index skipped = 0;                      ///< updates that were left out
  Index validated = 0;                    ///< the step behind which the last validation was; 0: none was
  double learning_rate = not_a_number();  ///< of the last update
  bool in_epoch = false;                  ///< it has begun
  bool is_best = false;                   ///< the last validation was better than all before
  bool shows_best = false;                ///< the net has the best weights, and the watch the last

  template <class Keep>
  void keep(const Keep& keep) {
    keep("epoch", epoch);
    keep("batch", batch);
    keep("step", step);
    keep("examples", examples);
    keep("skipped", skipped);
    keep("validated", validated);
    keep("learning_rate", learning_rate);
    keep("in_epoch", in_epoch);
    keep("is_best", is_best);
    keep("shows_best", shows_best);
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
