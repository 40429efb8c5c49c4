// SPDX-License-Identifier: MIT
//
// What a training loop is told, and what it says when it has ended.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elman/optim/clip.hpp"
#include "elman/optim/plateau.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

/// Of a gradient with an infinity or NaN.
enum class NonFinite {
  stop,  ///< the run ends in an error that names step and matrix; the weights are those before that step
  skip   ///< the update is left out and counted (Event::skipped)
};

struct LoopOptions {
  Index epochs = 10;                           ///< times through the data; at least 1
  std::optional<double> clip_norm = {};        ///< the largest norm of a gradient; above 0
  optim::Norm norm = optim::Norm::L2;          ///< which norm that is
  std::optional<double> clip_value = {};       ///< the largest coefficient of a gradient, before the norm; above 0
  std::function<double(Index)> schedule = {};  ///< the learning rate of update k, from 0; else the optimizer's own
  /// The learning rate falls when what validation watches, or, without a validation, the loss of an epoch has stopped
  /// improving; higher_is_better is set by what is watched. Not beside a schedule.
  std::optional<optim::ReduceOnPlateauOptions> plateau = {};
  std::vector<std::pair<std::string, double>> l2 =
      {};  ///< penalties by matrix, at least 0 (optim/l2.hpp); not in the loss that is told
  std::vector<std::pair<std::string, double>> orthogonal =
      {};                                  ///< the same of ‖WᵀW − I‖² (optim/orthogonal_penalty.hpp)
  NonFinite non_finite = NonFinite::stop;  ///< what becomes of a gradient with an infinity or NaN
  std::uint64_t seed = 1;                  ///< of the order of the examples, of masks and of what is varied
};

struct ValidationOptions {
  Index every_epochs = 1;                 ///< and after the last; at least 1
  std::optional<Index> every_steps = {};  ///< instead: behind every so many updates; at least 1
  std::string watch = "loss";             ///< "loss", or a metric by its name: by it weights are better than others
  /// The run ends when so many validations in a row were no improvement; at least 1. None: it never does.
  std::optional<Index> patience = {};
  double threshold = 0;   ///< an improvement is better than the best by more; at least 0
  bool keep_best = true;  ///< the net ends as it was when it was best, not as it was last
};

/// What a validation of your own measures: of a net that writes freely, for instance. It is watched.
template <class Net>
struct Measure {
  std::string name;                      ///< in events and logs
  std::function<double(const Net&)> of;  ///< called behind so many epochs or updates as ValidationOptions say
  bool higher_is_better = true;          ///< else lower is
};

/// Why a run is over.
enum class Ending {
  epochs,    ///< all were over
  patience,  ///< no improvement for as long as ValidationOptions::patience says
  callback   ///< Event::stop
};

/// What a run has been.
struct Outcome {
  Ending ending = Ending::epochs;  ///< why it is over
  Index epochs = 0;                ///< that have ended
  Index steps = 0;                 ///< updates
  Index skipped = 0;               ///< of these left out, because a gradient was not finite
  bool has_best = false;           ///< whether there was a validation
  double best = 0;                 ///< the best of what was watched
  Index best_epoch = 0;            ///< epochs that had ended then, or were running
};

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
