// SPDX-License-Identifier: MIT
//
// What a GradientFlow (gradient_flow.hpp) has to say of one recurrence after a bptt. h is its state (of the voltage
// form of a leak v, whose σ(v) is the output). t counts from 0 in its own time, which a layer that runs backwards
// starts at a sequence's end; −1 is h₀. b is the caller's sequence; of a chunk in which streams start anew, one of the
// chunk's parts. Where sequence b has no step t a number is NaN. All in double, whatever the net's scalar. Questions
// that are asked of what is not there throw std::invalid_argument, with what is.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/inspect/flow_numbers.hpp"
#include "elman/inspect/flow_record.hpp"
#include "elman/inspect/flow_verdict.hpp"
#include "elman/inspect/spectrum.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar>
class RecurrenceFlow {
 public:
  RecurrenceFlow(std::string name, const FlowOptions& options) : name_(std::move(name)), options_(options) {}

  const std::string& name() const { return name_; }           ///< as recurrence_names has it
  const Steps& steps() const { return record_.steps; }        ///< T, B, and how long each sequence is
  bool has_jacobian() const { return record_.has_jacobian; }  ///< whether its policy says it (between.hpp)

  /// ‖∂L/∂h_t‖ of sequence b, as bptt had it, whose σ' = 1 − h² of tanh is 0 from |a| ≈ 19 on (float: 9). At t = −1 by
  /// way of the Jacobian, NaN without one.
  double norm(Index t, Index b) const {
    check_place("norm", "t", t, -1, steps().count() - 1);
    check_place("norm", "b", b, 0, steps().batch() - 1);
    return at(record_.norms, t, b);
  }
  /// Over the sequences that run at step t.
  Spread norms(Index t) const {
    check_place("norms", "t", t, -1, steps().count() - 1);
    std::vector<double> numbers;
    for (Index slot = 0; slot < steps().width(t < 0 ? 0 : t); ++slot) {
      numbers.push_back(record_.norms.data()[record_.column(t, slot)]);
    }
    return detail::spread_of(numbers);
  }

  /// The share, in [0, 1], of the units of all sequences that run at step t whose slope σ'(a_t) is below
  /// FlowOptions::saturated_below; of ReLU those that are off.
  double saturated(Index t) const {
    check_place("saturated", "t", t, 0, steps().count() - 1);
    return saturated_between(steps().first(t), steps().first(t + 1));
  }
  /// Of all steps.
  double saturated() const { return saturated_between(0, steps().columns()); }

  /// ∂h_{t1}/∂h_{t0} = J_{t1} … J_{t0+1} of sequence b, −1 ≤ t0 < t1, by 2 Hidden³ operations a step and some 20 in all
  /// (75, 76). J is taken with σ' from a, which cancels nothing. Throws if the policy gives no Jacobian.
  Growth growth(Index t0, Index t1, Index b) const {
    check_place("growth", "b", b, 0, steps().batch() - 1);
    detail::require_that(steps().length(b) > 0, "GradientFlow::growth: sequence ", b,
                         " has no steps; expected at least 1");
    check_place("growth", "t1", t1, 0, steps().length(b) - 1);
    check_place("growth", "t0", t0, -1, t1 - 1);
    require_jacobian("growth");
    const Index hidden = record_.W.rows();
    detail::DenseDouble product = detail::DenseDouble::Identity(hidden, hidden), seen = product, sent = product;
    Factor<double> W;
    W.assign(record_.W.view());
    double log_norm = 0;
    for (Index t = t0 + 1; t <= t1; ++t) {
      const Index column = steps().column(b, t);
      const auto J = [&](const ColumnBuffer<Scalar>& part, Index row) {
        return static_cast<double>(part.view()(row, column));
      };
      for (Index k = 0; k < hidden; ++k) {
        for (Index row = 0; row < hidden; ++row) seen(row, k) = J(record_.right, row) * product(row, k);
      }
      set_product(W, seen, sent);
      for (Index k = 0; k < hidden; ++k) {
        for (Index row = 0; row < hidden; ++row) {
          product(row, k) = J(record_.keep, row) * product(row, k) + J(record_.left, row) * sent(row, k);
        }
      }
      log_norm += std::log(detail::normalise(product));
    }
    return {t1 - t0, log_norm, log_norm + detail::log_largest_singular_value(product)};
  }
  /// J_t, of the one step t.
  Growth growth(Index t, Index b) const { return growth(t - 1, t, b); }

  /// ‖p_{τ-k}‖ / ‖∂L/∂h_τ‖ of sequence b (78): of the gradient of its last step τ, so much is left k steps earlier if
  /// it goes back through time alone, k from 0 to T; at h₀ if b has k steps. NaN if ∂L/∂h_τ is 0 or not finite, or b
  /// has fewer. Throws if the policy gives no Jacobian.
  double left(Index k, Index b) const {
    check_left(k);
    check_place("left", "b", b, 0, steps().batch() - 1);
    return std::exp(at(record_.log_left, steps().length(b) - 1 - k, b));
  }
  /// Over the sequences that have k steps and a gradient at their last.
  Spread left(Index k) const {
    check_left(k);
    auto numbers = logs_left(k);
    for (double& number : numbers) number = std::exp(number);
    return detail::spread_of(numbers);
  }

  /// max |λ(W)| (77; spectrum.hpp says how well, and at what cost).
  double spectral_radius() const { return elman::spectral_radius(record_.W.view()); }

  /// Whether the gradient vanishes or explodes between the last step and the first, as the median over the sequences
  /// (78) and the thresholds of FlowOptions say, over as many steps as at least half of them have. Unknown where
  /// nothing can be said: no sequence has two steps or a gradient at its last, something is not finite (which is named
  /// by the step that bptt met it at first), or the policy gives no Jacobian.
  FlowVerdict verdict() const {
    const Place bad = first_on_the_way_back([&](Index t, Index b) { return !detail::is_finite(norm(t, b)); });
    FlowVerdict verdict = verdict_on_left();
    if (bad.b < 0) return verdict;
    const std::string what = (detail::is_nan(norm(bad.t, bad.b)) ? "dL/dh is nan" : "dL/dh is inf") + at_place(bad);
    if (verdict.flow != Flow::exploding) return detail::no_verdict(what);
    verdict.text += "; " + what;
    return verdict;
  }

 private:
  template <class S>
  friend class GradientFlow;

  struct Place {
    Index t, b;  // b < 0: none
  };

  FlowVerdict verdict_on_left() const {
    if (!has_jacobian()) return detail::no_verdict("the policy between two steps gives no Jacobian");
    if (steps().count() < 2) return detail::no_verdict("no sequence has two steps");
    std::vector<Index> ways;
    for (Index b = 0; b < steps().batch(); ++b) {
      if (steps().length(b) >= 2 && has_gradient(b)) ways.push_back(steps().length(b) - 1);
    }
    if (ways.empty()) return detail::no_verdict("dL/dh is 0 at the last step of every sequence of two steps or more");
    std::sort(ways.begin(), ways.end());
    const Index way = ways[ways.size() / 2];
    const Place bad = first_on_the_way_back([&](Index t, Index b) {
      const double log = at(record_.log_left, t - 1, b);
      return has_gradient(b) && !detail::is_finite(log) && (detail::is_nan(log) || log > 0);
    });
    if (bad.b >= 0) return detail::no_verdict("the Jacobian is not finite" + at_place(bad));
    auto logs = logs_left(way);
    std::sort(logs.begin(), logs.end());
    const double low = logs[(logs.size() - 1) / 2], high = logs[logs.size() / 2];
    return detail::judge(detail::is_finite(high) ? high + std::log1p(std::exp(low - high)) - std::log(2.0) : high, way,
                         options_);
  }

  /// Of what `is_bad` finds: the latest step, and of that the first sequence.
  template <class IsBad>
  Place first_on_the_way_back(const IsBad& is_bad) const {
    for (Index t = steps().count() - 1; t >= 0; --t) {
      for (Index b = 0; b < steps().batch(); ++b) {
        if (t < steps().length(b) && is_bad(t, b)) return {t, b};
      }
    }
    return {-1, -1};
  }
  static std::string at_place(const Place& place) {
    return " at step " + std::to_string(place.t) + " (sequence " + std::to_string(place.b) + ")";
  }

  double at(const ColumnBuffer<double>& numbers, Index t, Index b) const {
    if (t < -1 || t >= steps().length(b)) return detail::not_a_number();
    return numbers.data()[record_.column(t, steps().slot(b))];
  }
  /// Whether ∂L/∂h_τ is neither 0 nor not finite.
  bool has_gradient(Index b) const { return detail::is_zero(at(record_.log_left, steps().length(b) - 1, b)); }
  std::vector<double> logs_left(Index k) const {
    std::vector<double> logs;
    for (Index b = 0; b < steps().batch(); ++b) {
      if (steps().length(b) >= k && has_gradient(b)) logs.push_back(at(record_.log_left, steps().length(b) - 1 - k, b));
    }
    return logs;
  }
  double saturated_between(Index first, Index end) const {
    double count = 0;
    for (Index column = first; column < end; ++column) count += record_.saturated.data()[column];
    return count / static_cast<double>((end - first) * record_.W.rows());
  }

  static void check_place(const char* function, const char* argument, Index value, Index low, Index high) {
    detail::require_that(value >= low && value <= high, detail::Where{"GradientFlow", function}, ": ", argument, " is ",
                         value, "; expected ", low, " to ", high);
  }
  void check_left(Index k) const {
    check_place("left", "k", k, 0, steps().count());
    require_jacobian("left");
  }
  void require_jacobian(const char* function) const {
    detail::require_that(has_jacobian(), detail::Where{"GradientFlow", function},
                         ": what stands between two steps of recurrence \"", name_,
                         "\" gives no Jacobian; give its Run a function jacobian (layers/between.hpp)");
  }

  std::string name_;
  FlowOptions options_;
  detail::FlowRecord<Scalar> record_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
