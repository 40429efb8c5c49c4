// SPDX-License-Identifier: MIT
//
// What penalties that hooks add to a loss have in common: a weight, the recurrences they are of, and how much they come
// to. L becomes L + weight · penalty, where each recurrence has a penalty and they are added up; what bptt adds to a
// gradient is the gradient of the whole.
//
//   hook::Omega omega{net, {.weight = 2, .recurrences = {"layer1"}}};
//   net.bptt(x, tape, gradient, {.hook = &omega});      omega.value() is the penalty
//
// One of your own on h is written on OutputPenalty (output_penalty.hpp), any other on Penalty.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/layers/recurrences.hpp"
#include "elman/loss/loss.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace hook {

using loss::Reduction;

struct PenaltyOptions {
  double weight = 1;                      ///< at least 0
  Reduction reduction = Reduction::mean;  ///< a sum, or a mean: each penalty says over what
  std::vector<std::string>
      recurrences{};  ///< names of recurrence_names, or paths in front of them; all if none is said
};

template <class Scalar_>
class Penalty : public BackwardHook<Scalar_> {
  static_assert(std::floating_point<Scalar_>, "elman::hook: a penalty is added to real gradients");

 public:
  using Scalar = Scalar_;

  /// For a net of as many recurrences as this one. Throws if the weight is negative, not finite or nothing that Scalar
  /// holds, or if a name fits no recurrence.
  template <class Net>
  Penalty(const char* owner, const Net& net, PenaltyOptions options, const BackwardNeeds& needs = {})
      : BackwardHook<Scalar>(needs), owner_(owner), options_(std::move(options)) {
    set_weight(options_.weight);
    const auto names = recurrence_names(net);
    values_.assign(names.size(), 0.0);
    applies_.assign(names.size(), options_.recurrences.empty() ? 1 : 0);
    for (const std::string& wanted : options_.recurrences) choose(names, wanted);
  }

  /// The penalty of the last bptt, without its weight: of all recurrences, or of one. Of a batch that is run in pieces,
  /// that of the last piece.
  double value() const { return std::accumulate(values_.begin(), values_.end(), 0.0); }
  double value(Index recurrence) const { return values_.at(static_cast<std::size_t>(recurrence)); }
  const PenaltyOptions& options() const { return options_; }
  /// From the next bptt on. Throws as the constructor does.
  void set_weight(double weight) {
    detail::require_not_negative(owner_, "weight", weight);
    detail::require_representable<Scalar>(owner_, "weight", weight);
    options_.weight = weight;
  }

  /// Throws if the net has another number of recurrences than the one this was made for.
  void start(Index recurrences) override {
    detail::require_that(recurrences == static_cast<Index>(values_.size()), owner_, ": the net has ", recurrences,
                         " recurrences; expected ", values_.size(), " as the net this was made for");
    std::fill(values_.begin(), values_.end(), 0.0);
  }

 protected:
  /// Whether there is anything to do for this recurrence.
  bool applies(const BackwardRun<Scalar>& run) const { return applies_[place(run)] != 0; }
  /// What the gradient of the sum over `count` is multiplied by.
  double scale(const BackwardRun<Scalar>& run, Index count) const { return options_.weight * run.share * part(count); }
  /// Adds to the sum over `count`.
  void add_value(const BackwardRun<Scalar>& run, double sum, Index count) { values_[place(run)] += sum * part(count); }

 private:
  static std::size_t place(const BackwardRun<Scalar>& run) { return static_cast<std::size_t>(run.recurrence); }
  double part(Index count) const {
    return options_.reduction == Reduction::sum || count == 0 ? 1 : 1 / static_cast<double>(count);
  }
  void choose(const std::vector<std::string>& names, const std::string& wanted) {
    bool fits_one = false;
    for (std::size_t k = 0; k < names.size(); ++k) {
      const std::string path = wanted.empty() || wanted.back() == '.' ? wanted : wanted + ".";
      if (names[k] != wanted && (path.empty() || !names[k].starts_with(path))) continue;
      applies_[k] = 1;
      fits_one = true;
    }
    if (fits_one) return;
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "\"" : ", \"") + name + "\"";
    detail::fail(owner_, ": recurrence is \"", wanted, "\"; expected one of ", all);
  }

  const char* owner_;
  PenaltyOptions options_;
  std::vector<double> values_;
  std::vector<char> applies_;
};

}  // namespace hook
}  // namespace ELMAN_ABI
}  // namespace elman
