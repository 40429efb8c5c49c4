// SPDX-License-Identifier: MIT
//
// The Elman recurrence as a layer (docs/math.md):
//
//   h_t = σ(U x_t + W h_{t-1} + b)      (1)      σ = tanh unless another Activation is named
//
// with recurrent dropout and zoneout as options (Eqs. 38–41). Its output is h, its state is h. The loops over time are
// in layers/detail/through_time.hpp.
#pragma once

#include <cassert>
#include <string>
#include <tuple>
#include <utility>

#include "elman/layers/activation.hpp"
#include "elman/layers/detail/step_columns.hpp"
#include "elman/layers/detail/through_time.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/layers/tape.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// U (Hidden × In), W (Hidden × Hidden), b (Hidden).
template <class Parameter, int In, int Hidden>
struct RecurrenceParameters {
  detail::ParameterView<Parameter, Hidden, In> U;
  detail::ParameterView<Parameter, Hidden, Hidden> W;
  detail::ParameterView<Parameter, Hidden, 1> b;

  /// visit(name, view).
  template <class Visit>
  void for_each(const Visit& visit) {
    visit("U", U);
    visit("W", W);
    visit("b", b);
  }
};

template <int In = Dynamic, int Hidden = Dynamic, class Activation = Tanh>
class Recurrence {
  static_assert(SizeOrDynamic<In> && SizeOrDynamic<Hidden>,
                "elman: In, Hidden and Out must be positive, or elman::Dynamic");

 public:
  static constexpr int in_size = In;
  static constexpr int out_size = Hidden;
  static constexpr int state_size = Hidden;
  static constexpr int step_size = Hidden;
  static constexpr int parameter_size =
      detail::sum_of_sizes({detail::product_of_sizes(Hidden, In), detail::product_of_sizes(Hidden, Hidden), Hidden});
  static constexpr bool can_step = true;
  static constexpr bool ends_in_state = true;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = false;
  static constexpr bool is_fixed = In != Dynamic && Hidden != Dynamic;
  template <class Scalar, class Room = Growing>
  using Tape = RecurrenceTape<Scalar, Room, Room::size(In), Room::size(Hidden)>;

  /// Throws if a size is less than 1 or contradicts the compile-time one, or an option is out of range.
  Recurrence(Index in, Index hidden, const RecurrenceOptions& options = {}, Activation activation = {})
      : in_("Recurrence", "In", in),
        hidden_("Recurrence", "Hidden", hidden),
        activation_(std::move(activation)),
        options_(options) {
    detail::require_decay_rate("Recurrence", "recurrent_dropout", options.recurrent_dropout);
    detail::require_decay_rate("Recurrence", "zoneout", options.zoneout);
  }
  Recurrence() requires is_fixed : Recurrence(In, Hidden) {}
  explicit Recurrence(const RecurrenceOptions& options, Activation activation = {}) requires is_fixed
      : Recurrence(In, Hidden, options, std::move(activation)) {}
  explicit Recurrence(Activation activation) requires is_fixed : Recurrence(In, Hidden, {}, std::move(activation)) {}

  Index in() const { return in_.value(); }
  Index hidden() const { return hidden_.value(); }
  Index out() const { return hidden(); }
  Index state() const { return hidden(); }
  Index step_rows() const { return hidden(); }
  Index parameter_count() const { return hidden() * (in() + hidden() + 1); }
  const Activation& activation() const { return activation_; }
  const RecurrenceOptions& options() const { return options_; }
  bool needs_masks(bool draws) const { return detail::needs_masks(options_, draws); }
  bool same_shape(const Recurrence& other) const { return in() == other.in() && hidden() == other.hidden(); }

  /// U, W and b in a vector where they begin at `theta`.
  template <class Parameter>
  RecurrenceParameters<Parameter, In, Hidden> at(Parameter* theta) const {
    detail::ThetaReader<Parameter> reader(theta);
    const auto [U, W, b] = read(reader);
    return {U, W, b};
  }
  template <class Parameter, class Visit>
  void for_each_part(Parameter* theta, const std::string& path, const Visit& visit) const {
    visit(path, at(theta));
  }

  /// visit(row of the state, row of the output, rows): where the output of the last step lies in the state.
  template <class Visit>
  void for_each_last(const Visit& visit) const {
    visit(Index{0}, Index{0}, hidden());
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const detail::ConstStrided<Scalar>& h0, Tape& tape,
               Random* random) const {
    const auto [U, W, b] = at(theta);
    tape.start(hidden(), steps, h0);
    tape.noise.start(options_, hidden(), steps, random);
    detail::recurrence_forward<Scalar>(detail::any_size(U), detail::any_size(W), detail::any_size(b), activation_, x,
                                       tape);
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const detail::FromAbove<Scalar>& from_above,
            const detail::ConstStrided<Scalar>& d_last, Scalar* d_theta, const detail::Strided<Scalar>& d_x,
            const detail::Strided<Scalar>& d_h0) const {
    const auto [U, W, b] = at(theta);
    const auto gradient = at(d_theta);
    detail::recurrence_bptt<Scalar>(detail::any_size(U), detail::any_size(W), activation_, x, tape, from_above, d_last,
                                    detail::any_size(gradient.U), detail::any_size(gradient.W),
                                    detail::any_size(gradient.b), d_x, d_h0);
  }

  /// U, W and b from a reader (layers/parameter_cursor.hpp).
  template <class Reader>
  auto read(Reader& theta) const {
    return std::tuple{theta.template matrix<Hidden, In>(hidden(), in()),
                      theta.template matrix<Hidden, Hidden>(hidden(), hidden()),
                      theta.template vector<Hidden>(hidden())};
  }

  /// h ← σ(U x + W h + b), one column a stream; returns h, the output.
  template <class Reader, class X, class H, class Room>
  auto step(Reader& theta, const X& x, H h, Room room) const {
    using Scalar = typename H::Scalar;
    const auto [U, W, b] = read(theta);
    const bool zones = options_.zoneout > 0;
    detail::step_columns<Hidden, In, Hidden>(activation_, b.data(), U, x, W, h, room, !zones);  // (1)
    if (zones) {                                                                                // (40), in expectation
      const auto zoneout = Scalar(static_cast<Real<Scalar>>(options_.zoneout));
      h = zoneout * h + (Scalar(1) - zoneout) * room;
    }
    return h;
  }

  /// The state before the first step of a sequence: zero (State × 1).
  template <class Reader, class H>
  void start(Reader& theta, H&& h) const {
    read(theta);
    h.setZero();
  }
  template <class Scalar, class D>
  void start_bptt(Scalar*, const D&) const {}

 private:
  [[no_unique_address]] detail::Extent<In> in_;
  [[no_unique_address]] detail::Extent<Hidden> hidden_;
  [[no_unique_address]] Activation activation_;
  RecurrenceOptions options_;
};

Recurrence(Index, Index)->Recurrence<Dynamic, Dynamic>;
Recurrence(Index, Index, const RecurrenceOptions&)->Recurrence<Dynamic, Dynamic>;

}  // namespace ELMAN_ABI
}  // namespace elman
