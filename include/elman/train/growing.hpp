// SPDX-License-Identifier: MIT
//
// A length that grows while a net is trained: what is far apart is learned once what is near has been (a curriculum:
// Elman, Cognition 48, 1993; Bengio, Louradour, Collobert and Weston, ICML 2009).
//
//   const train::Growing length{{.from = 10, .to = 100, .steps = 4000}};
//   train::Generated batches{[&](Random& random, Index step) { return make_one(length(step), random); }};
//
// It is a function of the update, as schedules of learning rates are, so that a run that goes on from a checkpoint has
// the same lengths. Evaluations are told the update behind all others: they have the full length from the beginning.
#pragma once

#include "elman/check.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

struct GrowingOptions {
  Index from = 10;     ///< the length at update 0; at least 1
  Index to = 100;      ///< from update `steps` on; at least `from`
  Index steps = 1000;  ///< updates; at least 1
};

/// ⌊from + (to − from) · step / steps⌋, and then `to`. Construction throws if an option is out of range, a call if the
/// step is negative.
class Growing {
 public:
  explicit Growing(const GrowingOptions& options) : options_(options) {
    detail::require_at_least_one("train::Growing", "from", options.from);
    detail::require_that(options.to >= options.from, "train::Growing: to is ", options.to, "; expected at least ",
                         options.from, ", where it grows from");
    detail::require_at_least_one("train::Growing", "steps", options.steps);
  }
  const GrowingOptions& options() const { return options_; }

  Index operator()(Index step) const {
    detail::require_that(step >= 0, "train::Growing: step is ", step, "; expected at least 0");
    if (step >= options_.steps) return options_.to;
    const double longer = static_cast<double>(options_.to - options_.from) * static_cast<double>(step);
    return options_.from + static_cast<Index>(longer / static_cast<double>(options_.steps));
  }

 private:
  GrowingOptions options_;
};

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
