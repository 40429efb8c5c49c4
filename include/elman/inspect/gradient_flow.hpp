// SPDX-License-Identifier: MIT
//
// Do gradients vanish? What becomes of ∂L/∂h on its way back through time, looked at while bptt runs:
//
//   GradientFlow flow{net};
//   net.bptt(x, tape, gradient, {.hook = &flow});          or loop.hook(flow), of the loop's last batch
//   flow[0].verdict().text                                  "vanishing: a factor 0.71 a step; of the gradient at …"
//   flow["encoder"].norm(t, b), .norms(t).median            ‖∂L/∂h_t‖
//   flow[0].saturated(t), .growth(t0, t1, b), .left(k), .spectral_radius()
//
// (docs/math.md Eqs. 75–78; recurrence_flow.hpp says of each number what it is.) Bptt gives the same gradients with it
// as without. It costs about three more products a step, and memory of 3 Hidden N scalars a recurrence, which grows to
// the largest batch and is kept; questions that need lists take heap, bptt does not once a shape was seen.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/inspect/recurrence_flow.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/layers/recurrences.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar>
class GradientFlow : public BackwardHook<Scalar> {
  static_assert(std::floating_point<Scalar>, "elman::GradientFlow looks at nets of real numbers.");

 public:
  /// Of a net's recurrences, of which it keeps the names alone. Throws std::invalid_argument if an option is out of
  /// range: shares above 0 and below 1, exploding_above more than 1 and finite.
  template <class Net>
  explicit GradientFlow(const Net& net, const FlowOptions& options = {})
      : BackwardHook<Scalar>({.d_state = true, .jacobian = true, .slopes = true}) {
    check_options(options);
    for (auto& name : recurrence_names(net)) recurrences_.emplace_back(std::move(name), options);
  }

  Index size() const { return static_cast<Index>(recurrences_.size()); }  ///< how many recurrences the net has
  /// Recurrence k of the last bptt, or the one of that name, as recurrence_names has it, with its dot at the end or
  /// without. Throws if there is none, or no bptt has gone through it.
  const RecurrenceFlow<Scalar>& operator[](Index k) const {
    detail::require_that(k >= 0 && k < size(), "GradientFlow: recurrence is ", k, "; expected 0 to ", size() - 1);
    const auto& found = recurrences_[static_cast<std::size_t>(k)];
    detail::require_that(found.record_.is_whole, "GradientFlow: no bptt has gone through recurrence ", k,
                         "; call net.bptt(x, tape, gradient, {.hook = &flow}) first");
    return found;
  }
  const RecurrenceFlow<Scalar>& operator[](std::string_view name) const {
    std::string names;
    for (Index k = 0; k < size(); ++k) {
      const std::string& its_name = recurrences_[static_cast<std::size_t>(k)].name();
      if (its_name == name || its_name == std::string(name) + ".") return (*this)[k];
      names += (k ? ", \"" : "\"") + its_name + "\"";
    }
    detail::fail("GradientFlow: recurrence is \"", name, "\"; expected one of ", names);
  }

  /// The verdicts, a line a recurrence: "layer0: healthy: …".
  std::string text() const {
    std::string lines;
    for (Index k = 0; k < size(); ++k) {
      const auto& recurrence = (*this)[k];
      const std::string& name = recurrence.name();
      if (k) lines += "\n";
      if (!name.empty()) lines += name.substr(0, name.size() - 1) + ": ";
      lines += recurrence.verdict().text;
    }
    return lines;
  }

  // For bptt.
  void start(Index recurrences) override {
    detail::require_that(recurrences == size(), "GradientFlow: bptt is that of a net of ", recurrences,
                         " recurrences; expected ", size(), ", as of the net that it was made for");
    for (auto& recurrence : recurrences_) recurrence.record_.is_whole = false;
  }
  void begin(const BackwardRun<Scalar>& run) override { of(run).record_.begin(run); }
  void step(const BackwardRun<Scalar>& run, const BackwardStep<Scalar>& step) override {
    auto& flow = of(run);
    flow.record_.step(step, flow.options_.saturated_below);
  }

 private:
  static void check_options(const FlowOptions& options) {
    for (const auto& [name, value] : {std::pair{"saturated_below", options.saturated_below},
                                      std::pair{"vanishing_below", options.vanishing_below}}) {
      detail::require_that(detail::between(value, 0.0, 1.0), "GradientFlow: ", name, " is ", value,
                           "; expected in (0, 1)");
    }
    detail::require_that(options.exploding_above > 1 && detail::is_finite(options.exploding_above),
                         "GradientFlow: exploding_above is ", options.exploding_above, "; expected above 1 and finite");
  }
  RecurrenceFlow<Scalar>& of(const BackwardRun<Scalar>& run) {
    return recurrences_[static_cast<std::size_t>(run.recurrence)];
  }

  std::vector<RecurrenceFlow<Scalar>> recurrences_;
};

template <class Net>
GradientFlow(const Net&) -> GradientFlow<typename Net::Scalar>;
template <class Net>
GradientFlow(const Net&, const FlowOptions&) -> GradientFlow<typename Net::Scalar>;

}  // namespace ELMAN_ABI
}  // namespace elman
