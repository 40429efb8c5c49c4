// SPDX-License-Identifier: MIT
//
// A guard against gradients that are not finite: one infinity or NaN reaches θ and the state of an optimizer, and
// stays.
//
//   if (optim::is_finite(gradient)) adam.step(net, gradient);
//
//   optim::SkipNonFinite guarded{optim::Adam{net}};            does that, and counts:
//   if (!guarded.step(net, gradient)) …                        elman::non_finite(gradient) names the matrix
//
// Clipping comes before: it leaves a gradient that is not finite as it is.
#pragma once

#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/model.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

/// Whether no coefficient of a gradient, or model, or tuple of them, is infinite or NaN.
template <class Gradient>
bool is_finite(const Gradient& gradient) {
  bool finite = true;
  for_each_theta([&](const auto& g) { finite = finite && detail::all_finite(g.data(), g.size()); }, gradient);
  return finite;
}

/// An optimizer that leaves out the steps of gradients which are not finite: θ, state and count of steps stay as they
/// are. Any optimizer will do, one of your own too.
template <class Guarded>
class SkipNonFinite {
 public:
  explicit SkipNonFinite(Guarded optimizer) : optimizer_(std::move(optimizer)) {}

  /// Whether it stepped. What else the optimizer's step takes, a learning rate for ours, goes on to it.
  template <class Model, class Gradient, class... Others>
  requires requires(Guarded& guarded, Model&& model, const Gradient& gradient, const Others&... others) {
    guarded.step(std::forward<Model>(model), gradient, others...);
  }
  bool step(Model&& model, const Gradient& gradient, const Others&... others) {
    const bool steps = optim::is_finite(gradient);
    if (steps) {
      optimizer_.step(std::forward<Model>(model), gradient, others...);
      skipped_in_a_row_ = 0;
    } else {
      ++skipped_;
      ++skipped_in_a_row_;
    }
    return steps;
  }

  /// Steps left out so far, and since the last that was not: many in a row mean that θ itself is lost.
  Index skipped() const { return skipped_; }
  Index skipped_in_a_row() const { return skipped_in_a_row_; }
  /// Goes on from counts that were kept. Throws, with nothing changed, unless 0 ≤ in a row ≤ skipped.
  void restore(Index skipped, Index skipped_in_a_row) {
    detail::require_that(0 <= skipped_in_a_row && skipped_in_a_row <= skipped, "SkipNonFinite::restore: skipped is ",
                         skipped, ", in a row ", skipped_in_a_row,
                         "; expected from 0, and no more in a row than in all");
    skipped_ = skipped;
    skipped_in_a_row_ = skipped_in_a_row;
  }

  /// The optimizer's, where it has them.
  const auto& options() const requires requires(const Guarded& guarded) { guarded.options(); }
  { return optimizer_.options(); }
  template <class Gradient>
  requires requires(const Guarded& guarded, Gradient& gradient) { guarded.clear_fixed(gradient); }
  void clear_fixed(Gradient& gradient) const { optimizer_.clear_fixed(gradient); }

  const Guarded& optimizer() const { return optimizer_; }
  Guarded& optimizer() { return optimizer_; }

 private:
  Guarded optimizer_;
  Index skipped_ = 0;
  Index skipped_in_a_row_ = 0;
};

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
