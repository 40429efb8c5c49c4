// SPDX-License-Identifier: MIT
//
// What a training loop tells while it runs, and how it is stopped. A callback is any function of an Event:
//
//   loop.on([](train::Event& event) {
//     if (event.moment == train::Moment::epoch && event.training.loss < 0.01) event.stop();
//   });
//
// All it hands out are views, valid during the call.
#pragma once

#include <span>
#include <string>

#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

/// begin and end of a run; behind every update, every validation and every epoch. A validation at the end of an epoch
/// comes before the epoch's own event, which has its figures.
enum class Moment { begin, batch, validation, epoch, end };

/// A mean loss, and the values of metrics in the order of Event::metrics. NaN where there is nothing to tell.
struct Figures {
  double loss = detail::not_a_number();  ///< the mean
  std::span<const double> metrics = {};  ///< as Event::metrics names them
};

struct Event {
  Moment moment = Moment::begin;              ///< what has just been
  Index epoch = 0;                            ///< epochs that have ended
  Index epochs = 0;                           ///< of all
  Index batch = 0;                            ///< updates of this epoch so far; all of them at its end
  Index batches = 0;                          ///< updates an epoch has
  Index step = 0;                             ///< updates so far, of all epochs
  Index examples = 0;                         ///< examples of this epoch so far
  Index examples_all = 0;                     ///< examples an epoch has
  double learning_rate = 0;                   ///< of the last update
  Index skipped = 0;                          ///< updates left out so far because a gradient was not finite
  std::span<const std::string> metrics = {};  ///< their names
  Figures training = {};                      ///< over this epoch so far; at its end over all of it
  bool has_validation = false;                ///< whether there has been a validation
  Figures validation = {};                    ///< of the last one
  bool is_best = false;                       ///< whether that was better than all before
  bool stopped = false;                       ///< at the end: before all epochs were over

  /// The run ends behind this event, as it would have after its last epoch.
  void stop() { stopped = true; }
};

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
