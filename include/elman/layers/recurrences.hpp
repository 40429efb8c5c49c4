// SPDX-License-Identifier: MIT
//
// The recurrences of a net, wherever they are in it, in the order in which they lie in θ: 0, 1, …
//
//   recurrence_names(net)      {"layer0.forwards.", "layer0.backwards.", "layer1."}, of a cell {""}: what stands in
//   front of
//                              the names of their U, W and b
//
// A layer that is made of others walks through them by for_each_recurrence(path, tape, visit); one that does not is
// passed over, as are wrappers (wrapper.hpp) whose tape is neither the inner layer's nor has it as `layer`.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "elman/layers/backward_hook.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Where a layer is in a net, in words, as for_each_part has it.
struct PartPath {
  std::string text;
  PartPath operator()(const char* part) const { return {text + part + "."}; }
  PartPath operator()(const char* part, Index k) const { return {text + part + std::to_string(k) + "."}; }
};
/// For who does not ask, and takes no heap.
struct NoPath {
  NoPath operator()(const char*) const { return {}; }
  NoPath operator()(const char*, Index) const { return {}; }
};

/// visit(path, recurrence, its tape) for each recurrence in `layer`.
template <class L, class Path, class Tape, class Visit>
void for_each_recurrence(const L& layer, const Path& path, Tape& tape, const Visit& visit) {
  if constexpr (requires { layer.for_each_recurrence(path, tape, visit); }) {
    layer.for_each_recurrence(path, tape, visit);
  }
}

/// Hands a hook to all recurrences of a body while bptt runs.
template <class Body, class Tape, class Scalar>
class HookedBody {
 public:
  HookedBody(const Body& body, Tape& tape, BackwardHook<Scalar>* hook) : body_(body), tape_(tape), hook_(hook) {
    if (!hook_) return;
    Index count = 0;
    for_each_recurrence(body_, NoPath{}, tape_,
                        [&](NoPath, const auto&, auto& its_tape) { its_tape.recurrence = count++; });
    hook_->start(count);  // which may throw
    for_each_recurrence(body_, NoPath{}, tape_, [&](NoPath, const auto&, auto& its_tape) { its_tape.hook = hook_; });
  }
  HookedBody(const HookedBody&) = delete;
  HookedBody& operator=(const HookedBody&) = delete;
  ~HookedBody() {
    if (!hook_) return;
    for_each_recurrence(body_, NoPath{}, tape_, [](NoPath, const auto&, auto& its_tape) { its_tape.hook = nullptr; });
  }

 private:
  const Body& body_;
  Tape& tape_;
  BackwardHook<Scalar>* hook_;
};

}  // namespace detail

/// What stands in front of the names of each recurrence's matrices, in the order of hooks.
template <class Net>
std::vector<std::string> recurrence_names(const Net& net) {
  std::vector<std::string> names;
  auto tape = net.tape();
  detail::for_each_recurrence(
      net.body(), detail::PartPath{}, tape.body,
      [&](const detail::PartPath& path, const auto&, const auto&) { names.push_back(path.text); });
  return names;
}

}  // namespace ELMAN_ABI
}  // namespace elman
