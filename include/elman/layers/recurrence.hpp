// SPDX-License-Identifier: MIT
//
// The Elman recurrence as a layer (docs/math.md):
//
//   h_t = σ(U x_t + W h_{t-1} + b)      (1)      σ = tanh unless another Activation is named
//
// Its state is h, and so is its output, unless a policy stands between two steps (between.hpp): recurrent dropout and
// zoneout are one (recurrent_noise.hpp), leaks are others (leaky.hpp). The loops over time are in
// detail/through_time.hpp.
//
//   Recurrence{24, 128}      Recurrence{24, 128, {.zoneout = 0.1}}      Recurrence<24, 128, ReLU>
//
// NoBias leaves b out (bias.hpp). An activation may have a parameter a unit, behind b (unit_parameters.hpp).
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "elman/layers/activation.hpp"
#include "elman/layers/between.hpp"
#include "elman/layers/bias.hpp"
#include "elman/layers/bound_activation.hpp"
#include "elman/layers/detail/through_time.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/recurrence_tape.hpp"
#include "elman/layers/recurrent_noise.hpp"
#include "elman/layers/unit_parameters.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// U (Hidden × In), W (Hidden × Hidden), b (Hidden, or nothing), and what σ and what stands between two steps have.
template <class Cursor, int Hidden, class Activation, class Between>
struct RecurrenceParameters {
  static constexpr int hidden_size = Hidden;  ///< or Dynamic

  typename Cursor::Matrix U;
  typename Cursor::Matrix W;
  typename Cursor::Vector b;
  [[__no_unique_address__]] decltype(detail::take_unit_parameters(std::declval<const Activation&>(),
                                                                  std::declval<Cursor&>(), Index{})) activation;
  [[__no_unique_address__]] decltype(std::declval<const Between&>().take(std::declval<Cursor&>(), Index{})) between;

  /// visit(name, view).
  template <class Visit>
  void for_each(const Visit& visit) {
    visit("U", U);
    visit("W", W);
    if (b.size() > 0) visit("b", b);
    activation.for_each(visit);
    between.for_each(visit);
  }
  /// The same without the size in its type: the loops over time are compiled once for nets of all sizes.
  RecurrenceParameters<Cursor, Dynamic, Activation, Between> of_any_size() const {
    return {U, W, b, activation, between};
  }
};

template <int In = Dynamic, int Hidden = Dynamic, class Activation = Tanh, class Between = NothingBetween,
          class Bias_ = WithBias>
class Recurrence : public LayerBase<Recurrence<In, Hidden, Activation, Between, Bias_>, In, Hidden, true> {
  using Base = LayerBase<Recurrence, In, Hidden, true>;

 public:
  using Bias = Bias_;
  using Base::at;
  static constexpr int step_size = detail::product_of_sizes(Hidden, detail::step_vectors<Between>);
  static constexpr int parameter_size = detail::sum_of_sizes(
      {detail::product_of_sizes(Hidden, In), detail::product_of_sizes(Hidden, Hidden), Bias::parameter_size(Hidden),
       detail::unit_parameters<Activation>(Hidden), Between::parameter_size(Hidden)});
  template <class Scalar, class Room = Growing>
  using Tape = RecurrenceTape<Scalar, Room, Room::size(In), Room::size(Hidden), Between>;

  /// Throws if a size is less than 1 or contradicts the compile-time one, or an option of `between` or `activation` is
  /// out of range.
  Recurrence(Index in, Index hidden, const Between& between = {}, Activation activation = {})
      : Base({"Recurrence", "In", "Hidden"}, in, hidden), activation_(std::move(activation)), between_(between) {
    if constexpr (requires { (between.check)(); }) (between.check)();
    if constexpr (requires { (activation_.check)(); }) (activation_.check)();
  }
  Recurrence(Index in, Index hidden, NoBias) requires std::same_as<Bias, NoBias> : Recurrence(in, hidden) {}
  Recurrence(Index in, Index hidden, const Between& between, NoBias) requires std::same_as<Bias, NoBias>
      : Recurrence(in, hidden, between) {}
  Recurrence() requires Base::is_fixed : Recurrence(In, Hidden) {}
  // Between and Activation are not deduced from these: one argument says too little.
  explicit Recurrence(const std::type_identity_t<Between>& between,
                      std::type_identity_t<Activation> activation = {}) requires Base::is_fixed
      : Recurrence(In, Hidden, between, std::move(activation)) {}
  explicit Recurrence(std::type_identity_t<Activation> activation) requires Base::is_fixed
      : Recurrence(In, Hidden, {}, std::move(activation)) {}

  Index hidden() const { return this->out(); }
  Index step_rows() const { return detail::step_vectors<Between> * hidden(); }
  const Activation& activation() const { return activation_; }
  const Between& between() const { return between_; }
  bool needs_masks(bool draws) const { return between_.needs_masks(draws); }
  bool has_dropout() const { return detail::has_dropout(between_); }

  template <class Cursor>
  RecurrenceParameters<Cursor, Hidden, Activation, Between> take(Cursor& cursor) const {
    auto U = cursor.matrix(hidden(), this->in());
    auto W = cursor.matrix(hidden(), hidden());
    auto b = Bias::take(cursor, hidden());
    auto activation = detail::take_unit_parameters(activation_, cursor, hidden());
    return {U, W, b, activation, between_.take(cursor, hidden())};
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    const auto part = at(theta).of_any_size();
    tape.start(hidden(), steps, h0);
    decltype(auto) activation = detail::bind_activation<Scalar>(activation_, part);
    tape.between.start(between_, activation, part.between, tape.states(), steps, random);
    detail::run_forward(part, activation, x, tape);
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    const auto part = at(theta).of_any_size();
    const auto d_part = at(d_theta).of_any_size();
    detail::run_bptt(part, detail::bind_activation<Scalar>(activation_, part, d_part), x, tape, from_above, d_last,
                     d_part, d_x, d_h0);
  }

  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const {
    decltype(auto) activation = detail::bind_activation<Scalar>(activation_, at(theta), at(d_theta));
    copy(d_output, d_state);
    const auto outputs = tape.between.outputs(tape.states());
    for (Index b = 0; b < d_state.cols(); ++b) {
      tape.between.output_bptt(activation, outputs.middleCols(tape.last_column(b), 1), d_state.middleCols(b, 1));
    }
  }

  template <class Path, class Tape, class Visit>
  void for_each_recurrence(const Path& path, Tape& tape, const Visit& visit) const {
    visit(path, *this, tape);
  }

  /// h ← the next state, one column a stream; returns the output.
  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const {
    const auto part = take(cursor);
    return between_.template step<In, Hidden>(detail::bind_activation<Scalar>(activation_, part), part, x, h, scratch);
  }

  Form form() const {
    constexpr bool is_plain = std::is_same_v<Between, NothingBetween>;
    Form form{.name = "elman::Recurrence", .sizes = {this->in(), hidden()}, .policies = {cpp_name<Activation>()}};
    if constexpr (!is_plain || !detail::HasBias<Recurrence>) form.policies.emplace_back(cpp_name<Between>());
    if constexpr (!detail::HasBias<Recurrence>) form.policies.emplace_back(cpp_name<Bias>());
    detail::add_options(form.options, between_);
    detail::add_options(form.options, activation_);
    return form;
  }
  static Recurrence from(const Form& form) {
    std::size_t k = 0;
    const auto between = detail::policy_from<Between>(form, k);
    return {form.size_at(0), form.size_at(1), between, detail::policy_from<Activation>(form, k)};
  }

 private:
  [[__no_unique_address__]] Activation activation_;
  [[__no_unique_address__]] Between between_;
};

Recurrence(Index, Index)->Recurrence<Dynamic, Dynamic>;
Recurrence(Index, Index, const RecurrentNoise&)->Recurrence<Dynamic, Dynamic, Tanh, RecurrentNoise>;
Recurrence(Index, Index, NoBias)->Recurrence<Dynamic, Dynamic, Tanh, NothingBetween, NoBias>;
Recurrence(Index, Index, const RecurrentNoise&, NoBias)->Recurrence<Dynamic, Dynamic, Tanh, RecurrentNoise, NoBias>;
template <class Between>
Recurrence(Index, Index, const Between&, NoBias) -> Recurrence<Dynamic, Dynamic, Tanh, Between, NoBias>;

namespace detail {

// A plain recurrence's loops know neither sizes nor the net, so that a library may have them. A program that defines
// ELMAN_EXTERN_LOOPS has them from the file that includes compile.hpp.
// NOLINTBEGIN(bugprone-macro-parentheses)
/// As ELMAN_KERNELS (kernels/product.hpp): of x in columns, and of tokens.
#define ELMAN_LOOPS(how, Scalar)                       \
  ELMAN_LOOPS_OF(how, Scalar, ConstMatrixView<Scalar>) \
  ELMAN_LOOPS_OF(how, Scalar, OneHot<Scalar>)
#define ELMAN_LOOPS_OF(how, Scalar, X)                                                                                 \
  how template void run_forward(const PlainParameters<const Scalar>&, const Tanh&, const X&, PlainTape<Scalar>&);      \
  how template void run_bptt(const PlainParameters<const Scalar>&, const Tanh&, const X&, PlainTape<Scalar>&,          \
                             const FromAbove<Scalar>&, const ConstMatrixView<Scalar>&, const PlainParameters<Scalar>&, \
                             const MatrixView<Scalar>&, const MatrixView<Scalar>&);
// NOLINTEND(bugprone-macro-parentheses)
template <class Element>
using PlainParameters = RecurrenceParameters<ParameterCursor<Element>, Dynamic, Tanh, NothingBetween>;
template <class Scalar>
using PlainTape = RecurrenceTape<Scalar, Growing, Dynamic, Dynamic, NothingBetween>;
#if ELMAN_HAS_KERNELS && defined(ELMAN_EXTERN_LOOPS)
ELMAN_LOOPS(extern, float)
ELMAN_LOOPS(extern, double)
#endif

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
