// SPDX-License-Identifier: MIT
//
// Leaky units, which remember longer (docs/math.md Eqs. 71–74), policies of the recurrence (between.hpp), in the two
// forms that are in use; α = dt/τ, and 1/α is the time constant in steps:
//
//   rate       h_t = (1 − α) h_{t-1} + α σ(U x_t + W h_{t-1} + b)             (71)   Leaky, LearnedLeak, SharedLeak
//   voltage    v_t = (1 − α) v_{t-1} + α (W σ(v_{t-1}) + U x_t + b)           (72)   LeakyVoltage, LearnedVoltageLeak,
//              h_t = σ(v_t), the output; v is the state, and h₀ is v₀                SharedVoltageLeak
//
//   Recurrence{24, 128, Leaky{.alpha = 0.1}}      Recurrence{24, 128, Leaky::time_constants(1, 300)}
//   Recurrence<24, 128, ReLU, LearnedVoltageLeak>
//
// (Jaeger, Lukoševičius, Popovici and Siewert 2007; Song, Yang and Wang 2016.) At α = 1 both are the plain net, the
// second from a zero state where σ(0) = 0. Zoneout without a generator is the first, with α = 1 − its rate.
#pragma once

#include <cassert>
#include <limits>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/layers/between.hpp"
#include "elman/layers/detail/leak_rate.hpp"
#include "elman/layers/detail/rate_run.hpp"
#include "elman/layers/detail/voltage_run.hpp"
#include "elman/layers/form.hpp"
#include "elman/option_ranges.hpp"
#include "elman/random.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// Of what 1 − α is kept: of h, or of v with h = σ(v).
enum class LeakForm { rate, voltage };
/// Where α comes from.
enum class LeakRates {
  given,    ///< as the options say
  learned,  ///< one a unit: α = 1 / (1 + exp(−ρ)), ρ the parameter "rho" behind b, which initialisers set to the
            ///< options
  shared    ///< one of all units, learned so
};

/// α of units that are to be neither even nor learned: a learned one, with ρ = log(α / (1 − α)) put into
/// net.matrix("rho") and held fixed by optim::Grouped{…, {{.name = "rho", .fixed = true}}}.
template <LeakForm form_, LeakRates rates>
struct BasicLeak {
  double alpha = 0.1;     ///< the share of the new in a step, in (0, 1], if learned in (0, 1); of the first unit if …
  double last_alpha = 0;  ///< … the last has another, in the same range: evenly in the logarithm between; 0 if not
  double recurrent_dropout = 0;  ///< the share of h_{t-1} that W does not see, in [0, 1) (recurrent_noise.hpp)

  /// Time constants of that many steps, from the first unit's to the last's evenly spaced in their logarithm:
  /// α = 1 / first … 1 / last. At least 1, of what is learned more. Throws if one is not.
  static BasicLeak time_constants(const double& first, const double& last) requires(rates != LeakRates::shared) {
    const auto inverse = [](const char* name, const double& steps) {
      detail::require_that(detail::within(steps, 1.0, (std::numeric_limits<double>::max)()), "time_constants: ", name,
                           " is ", steps, "; expected at least 1 step, and finite");
      return 1 / steps;
    };
    return {.alpha = inverse("first", first), .last_alpha = inverse("last", last)};
  }

  static constexpr int parameter_size(int hidden) {
    return rates == LeakRates::given ? 0 : rates == LeakRates::shared ? 1 : hidden;
  }
  template <class Cursor>
  auto take(Cursor& cursor, Index hidden) const {
    if constexpr (rates == LeakRates::given) {
      return NoParameters{};
    } else {
      return detail::LeakPart<typename Cursor::Vector>{cursor.vector(rates == LeakRates::shared ? 1 : hidden), alpha,
                                                       last_alpha};
    }
  }
  bool needs_masks(bool draws) const { return draws && recurrent_dropout > 0; }
  static constexpr int step_vectors = form_ == LeakForm::voltage ? 2 : 1;

  /// Throws if an option is out of range.
  void(check)() const {
    require_alpha("alpha", alpha, "");
    if constexpr (rates == LeakRates::shared) {
      detail::require_that(last_alpha == 0, "Recurrence: last_alpha is ", last_alpha,
                           "; expected 0: one is that of all");
    } else if (last_alpha != 0) {
      require_alpha("last_alpha", last_alpha, ", or 0 for that of all units");
    }
    detail::require_decay_rate("Recurrence", "recurrent_dropout", recurrent_dropout);
  }

  FormOptions form() const {
    return {cpp_name<BasicLeak>(),
            {{"alpha", alpha}, {"last_alpha", last_alpha}, {"recurrent_dropout", recurrent_dropout}}};
  }
  static BasicLeak from(const FormOptions& options) {
    return {options.number("alpha"), options.number("last_alpha"), options.number("recurrent_dropout")};
  }

  /// One column a stream: h ← the next state; returns the output.
  template <int In, int Hidden, class Activation, class Part, class X, class Scalar>
  ConstMatrixView<Scalar> step(const Activation& activation, const Part& part, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const {
    const auto mix = [&](const ConstMatrixView<Scalar>& fresh) {
      for_each_unit<Scalar>(part.between, h.rows(), [&](Index row, const detail::Shares<Scalar>& share) {
        detail::mix_row(row, share, fresh, h);
      });
    };
    if constexpr (form_ == LeakForm::rate) {
      step_columns<Hidden, In, Hidden>(activation, part.b.data(), part.U, x, part.W, h, scratch, !keeps());
      if (keeps()) mix(scratch);  // (71)
      return h;
    } else {
      const auto seen = scratch.topRows(h.rows()), a = scratch.middleRows(h.rows(), h.rows());
      copy(h, seen);
      apply_activation(activation, seen);
      step_columns<Hidden, In, Hidden>(Identity{}, part.b.data(), part.U, x, part.W, seen, a, false);
      if (keeps()) {
        mix(a);  // (72)
      } else {
        copy(a, h);
      }
      copy(h, a);
      apply_activation(activation, a);
      return a;
    }
  }

  template <class Scalar, class Room, int Hidden>
  class Run;

 private:
  static void require_alpha(const char* name, const double& value, const char* or_else) {
    constexpr bool learns = rates != LeakRates::given;
    detail::require_that(value > 0 && detail::within(value, 0.0, 1.0) && !(learns && value == 1), "Recurrence: ", name,
                         " is ", value, "; expected in (0, 1", learns ? ")" : "]", or_else,
                         learns ? ": what is learned is its logit (a time constant of above 1 step)" : "");
  }
  bool keeps() const { return rates != LeakRates::given || alpha < 1 || last_alpha > 0; }
  bool is_of_all() const { return rates == LeakRates::shared || (rates == LeakRates::given && last_alpha == 0); }

  /// use(unit, its shares).
  template <class Scalar, class Part, class Use>
  void for_each_unit(const Part& part, Index hidden, const Use& use) const {
    if constexpr (rates == LeakRates::given) {
      detail::Alphas alphas(alpha, last_alpha, hidden);
      for (Index unit = 0; unit < hidden; ++unit) use(unit, detail::shares_of_alpha<Scalar>(alphas.next()));
    } else if constexpr (rates == LeakRates::shared) {
      const auto share = detail::shares_of_rho<Scalar>(part.rho[0]);
      for (Index unit = 0; unit < hidden; ++unit) use(unit, share);
    } else {
      for (Index unit = 0; unit < hidden; ++unit) use(unit, detail::shares_of_rho<Scalar>(part.rho[unit]));
    }
  }
};

namespace detail {

/// The Run of a form, with room for what it needs.
template <LeakForm form, LeakRates rates, class Scalar, class Room, int Hidden>
struct LeakRun {
  static constexpr int masks = Room::masks ? product_of_sizes(Hidden, Room::batch) : 0;
  static constexpr int units = rates == LeakRates::shared ? 0 : product_of_sizes(2, Hidden);
  static constexpr int steps = product_of_sizes(Hidden, Room::columns);
  static constexpr int states = product_of_sizes(Hidden, sum_of_sizes({Room::batch, Room::columns}));
  static constexpr int inputs = rates == LeakRates::given ? 0 : steps;
  using Rate = std::conditional_t<rates == LeakRates::given, GivenRate,
                                  LearnedRate<Scalar, rates == LeakRates::shared ? 1 : Hidden>>;
  using type =
      std::conditional_t<form == LeakForm::rate, RateRun<Scalar, masks, units, 0, steps, Rate>,
                         VoltageRun<Scalar, masks, units, states, inputs, product_of_sizes(Hidden, Room::batch), Rate>>;
};

}  // namespace detail

template <LeakForm form_, LeakRates rates>
template <class Scalar, class Room, int Hidden>
class BasicLeak<form_, rates>::Run : public detail::LeakRun<form_, rates, Scalar, Room, Hidden>::type {
 public:
  /// Draws the masks of recurrent dropout, those of sequences in the caller's order.
  template <class Activation, class Part, class Given>
  void start(const BasicLeak& options, const Activation& activation, const Part& part, const MatrixView<Scalar>& states,
             const BasicSteps<Given>& steps, Random* random) {
    assert(Room::masks || !options.needs_masks(random));
    const Index hidden = states.rows();
    this->dropout_.start(options.recurrent_dropout, hidden, steps, random);
    if constexpr (rates != LeakRates::given) this->rate_.start(part.rho.size());
    if (!options.keeps()) {
      this->share_.set_nothing();
    } else if (options.is_of_all()) {
      options.template for_each_unit<Scalar>(part, 1, [&]([[__maybe_unused__]] Index unit, const auto& share) {
        this->share_.set(share);
        if constexpr (rates != LeakRates::given) this->rate_.set(unit, share);
      });
    } else {
      const auto units = this->share_.set_units(hidden);
      options.template for_each_unit<Scalar>(part, hidden, [&](Index unit, const auto& share) {
        units(unit, 0) = share.keep;
        units(unit, 1) = share.rest;
        if constexpr (rates != LeakRates::given) this->rate_.set(unit, share);
      });
    }
    if constexpr (form_ == LeakForm::rate) {
      this->reserve(hidden, steps.columns());
    } else {
      this->reserve(activation, states, steps.batch());
    }
  }
};

using Leaky = BasicLeak<LeakForm::rate, LeakRates::given>;
using LearnedLeak = BasicLeak<LeakForm::rate, LeakRates::learned>;
using SharedLeak = BasicLeak<LeakForm::rate, LeakRates::shared>;
using LeakyVoltage = BasicLeak<LeakForm::voltage, LeakRates::given>;
using LearnedVoltageLeak = BasicLeak<LeakForm::voltage, LeakRates::learned>;
using SharedVoltageLeak = BasicLeak<LeakForm::voltage, LeakRates::shared>;

template <>
struct CppName<Leaky> {
  static constexpr const char* value = "elman::Leaky";
};
template <>
struct CppName<LearnedLeak> {
  static constexpr const char* value = "elman::LearnedLeak";
};
template <>
struct CppName<SharedLeak> {
  static constexpr const char* value = "elman::SharedLeak";
};
template <>
struct CppName<LeakyVoltage> {
  static constexpr const char* value = "elman::LeakyVoltage";
};
template <>
struct CppName<LearnedVoltageLeak> {
  static constexpr const char* value = "elman::LearnedVoltageLeak";
};
template <>
struct CppName<SharedVoltageLeak> {
  static constexpr const char* value = "elman::SharedVoltageLeak";
};

}  // namespace ELMAN_ABI
}  // namespace elman
