// SPDX-License-Identifier: MIT
//
// Several hooks (layers/backward_hook.hpp) as one:
//
//   hook::Join both{omega, steady};
//   net.bptt(x, tape, gradient, {.hook = &both});
//
// Each is called in its turn and sees what it asked for, with what those before it have added.
#pragma once

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
  void block(const BackwardRun<Scalar>& run, const BackwardBlock<Scalar>& block) override {
    for (auto* const hook : hooks_) hook->block(run, {block.only(hook->needs()), block.begin, block.end});
  }
  void initial(const BackwardRun<Scalar>& run, const MatrixView<Scalar>& d_h0) override {
    for (auto* const hook : hooks_) hook->initial(run, d_h0);
  }

 private:
  static BackwardNeeds all_needs(const std::vector<BackwardHook<Scalar>*>& hooks) {
    BackwardNeeds all;
    for (const auto* const hook : hooks) all = all | hook->needs();
    return all;
  }

  std::vector<BackwardHook<Scalar>*> hooks_;
};

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
