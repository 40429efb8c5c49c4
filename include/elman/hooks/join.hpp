// SPDX-License-Identifier: MIT
//
// Several hooks (layers/backward_hook.hpp) as one:
//
//   hook::Join both{omega, steady};
//   net.bptt(x, tape, gradient, {.hook = &both});
//
// Each is called in its turn and sees what it asked for, with what those before it have added.
#pragma once

#include <type_traits>
#include <utility>
#include <vector>

#include "elman/layers/backward_hook.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace hook {

/// Refers to the hooks, which outlive it. Its own `share` is what all of them have; theirs has no part.
template <class Scalar>
class Join : public BackwardHook<Scalar> {
 public:
  template <class... Others>
  Join(BackwardHook<Scalar>& first, BackwardHook<Scalar>& second, Others&... others)
      : Join(std::vector<BackwardHook<Scalar>*>{&first, &second, &others...}) {}
  explicit Join(std::vector<BackwardHook<Scalar>*> hooks)
      : BackwardHook<Scalar>(all_needs(hooks)), hooks_(std::move(hooks)) {}

  void start(Index recurrences) override {
    for (auto* const hook : hooks_) hook->start(recurrences);
  }
  void begin(const BackwardRun<Scalar>& run) override {
    for (auto* const hook : hooks_) hook->begin(run);
  }
  void above(const BackwardRun<Scalar>& run, Index first, const MatrixView<Scalar>& d_h) override {
    for (auto* const hook : hooks_) hook->above(run, first, d_h);
  }
  void step(const BackwardRun<Scalar>& run, const BackwardStep<Scalar>& step) override {
    for (auto* const hook : hooks_) hook->step(run, asked_for(hook->needs(), step));
  }
  void initial(const BackwardRun<Scalar>& run, const MatrixView<Scalar>& d_h0) override {
    for (auto* const hook : hooks_) hook->initial(run, d_h0);
  }

 private:
  static BackwardNeeds all_needs(const std::vector<BackwardHook<Scalar>*>& hooks) {
    BackwardNeeds all;
    for (const auto* const hook : hooks) {
      const BackwardNeeds& needs = hook->needs();
      all.d_state |= needs.d_state;
      all.sent_back |= needs.sent_back;
      all.seen |= needs.seen;
      all.jacobian |= needs.jacobian;
    }
    return all;
  }
  static BackwardStep<Scalar> asked_for(const BackwardNeeds& needs, const BackwardStep<Scalar>& all) {
    const auto part = [](bool asked, const auto& view) { return asked ? view : std::remove_cvref_t<decltype(view)>(); };
    return {.t = all.t,
            .width = all.width,
            .d_a = all.d_a,
            .d_state = part(needs.d_state, all.d_state),
            .sent_back = part(needs.sent_back, all.sent_back),
            .slopes_before = part(needs.sent_back, all.slopes_before),
            .seen = part(needs.seen, all.seen),
            .keep = part(needs.jacobian, all.keep),
            .left = part(needs.jacobian, all.left),
            .right = part(needs.jacobian, all.right)};
  }

  std::vector<BackwardHook<Scalar>*> hooks_;
};

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
