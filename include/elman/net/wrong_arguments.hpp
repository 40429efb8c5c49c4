// SPDX-License-Identifier: MIT
//
// What forward and bptt say, at compile time, of arguments that are not theirs. A net has these overloads beside
// the verbs; they can be called where the verbs cannot, and nowhere else, and end in a sentence:
//
//   forward(x, tape, read, …)      bptt(x, tape, gradient, …)      predict(x, prediction, read, …), of predicting.hpp
#pragma once

#include <concepts>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/net/input.hpp"
#include "elman/net/prediction.hpp"
#include "elman/net/start.hpp"
#include "elman/net/tape.hpp"
#include "elman/sequences/read_steps.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Type>
struct IsTape : std::false_type {};
template <class Scalar, class Body, class Readout, class Room>
struct IsTape<NetTape<Scalar, Body, Readout, Room>> : std::true_type {};
template <class Type>
inline constexpr bool is_tape = IsTape<std::remove_cvref_t<Type>>::value;

template <class Scalar, class Body, class Readout, class Room>
void take_tape(NetTape<Scalar, Body, Readout, Room>&);
/// A variable that is a tape of this type of net. T: as a forwarding reference deduces it.
template <class Type, class Scalar, class Body, class Readout>
concept TapeOf = requires(Type&& tape) {
  detail::take_tape<Scalar, Body, Readout>(static_cast<Type&&>(tape));
};

/// Any x, by a conversion: what takes x as it is comes before it, so that {} is what is read, and not the options.
struct AnyX {
  template <class X>
  AnyX(const X&) {}  // NOLINT: the conversion is the purpose
};

template <class X, class Type, class Scalar, class Body, class Readout>
constexpr bool check_x_and_tape() {
  static_assert(
      !is_prediction<Type>,
      "elman::Net: a prediction keeps too little for bptt, and predict(x, prediction) fills it; forward fills "
      "a tape: auto tape = net.tape(); forward(x, tape)");
  constexpr bool second = is_tape<Type> || is_prediction<Type>;
  static_assert(second || !is_tape<X>,
                "elman::Net: x comes first, then the tape: forward(x, tape), bptt(x, tape, gradient)");
  static_assert(second || is_tape<X>,
                "elman::Net: the second argument must be a tape, a variable: auto tape = net.tape(); forward(x, tape)");
  static_assert(!second || std::is_lvalue_reference_v<Type>,
                "elman::Net: the tape is a temporary, and what forward leaves in it is lost; keep one: auto tape = "
                "net.tape()");
  static_assert(!second || !std::is_const_v<std::remove_reference_t<Type>>,
                "elman::Net: the tape is const, and forward and bptt write to it");
  static_assert(!is_tape<Type> || TapeOf<std::remove_cvref_t<Type>&, Scalar, Body, Readout>,
                "elman::Net: this is the tape of another type of net; make it by tape() of this one");
  return true;
}

template <class X, class P>
constexpr bool check_x_and_prediction() {
  constexpr bool second = is_prediction<P>;
  static_assert(!is_tape<P>,
                "elman::Net: predict fills a prediction, and forward a tape: auto prediction = net.prediction(); "
                "predict(x, prediction)");
  static_assert(second || is_tape<P> || !is_prediction<X>,
                "elman::Net: x comes first, then the prediction: predict(x, prediction)");
  static_assert(second || is_tape<P> || is_prediction<X>,
                "elman::Net: the second argument must be a prediction, a variable: auto prediction = net.prediction(); "
                "predict(x, prediction)");
  static_assert(!second || std::is_lvalue_reference_v<P>,
                "elman::Net: the prediction is a temporary, and what predict leaves in it is lost; keep one: auto "
                "prediction = net.prediction()");
  static_assert(!second || !std::is_const_v<std::remove_reference_t<P>>,
                "elman::Net: the prediction is const, and predict writes to it");
  static_assert(!second || !std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>,
                "elman::Net: this is the prediction of another type of net; make it by prediction() of this one");
  return true;
}

}  // namespace detail

/// Net's; the tape, read, start and gradient are the ones that its verbs take.
template <class Scalar, class Body, class Readout, class Gradient>
class WrongArguments {
  template <class Type>
  static constexpr bool takes_tape = detail::TapeOf<Type, Scalar, Body, Readout>;
  template <class G>
  static constexpr bool takes_gradient = std::convertible_to<G, Gradient&>;

 public:
  template <class X>
  auto forward(const X&) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::forward: o and y are left in a tape: auto tape = net.tape(); net.forward(x, tape); "
                  "tape.y()");
    return detail::Anything();
  }
  template <class X, class Type, class... Others>
  requires(!takes_tape<Type>) auto forward(const X&, Type&&, Others&&...) const {
    static_assert(detail::check_x_and_tape<X, Type, Scalar, Body, Readout>());
    return detail::Anything();
  }
  template <class X, class Type>
  requires(!takes_tape<Type>) auto forward(const X&, Type&&, const ReadSteps&,
                                           const ForwardOptions<Scalar, Body>&) const {
    static_assert(detail::check_x_and_tape<X, Type, Scalar, Body, Readout>());
    return detail::Anything();
  }
  template <class X, class Type, class Third, class... Others>
  requires(takes_tape<Type> && !std::convertible_to<Third, const ReadSteps&>) auto forward(const X&, Type&&, Third&&,
                                                                                           Others&&...) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::forward: third comes what is read, elman::every_step, elman::last_step or "
                  "elman::at_steps({...}); then h0, a state or a generator");
    return detail::Anything();
  }
  template <class Type, class... Nothing>
  requires(takes_tape<Type>) auto forward(detail::AnyX, Type&&, const ForwardOptions<Scalar, Body>&,
                                          const Nothing&...) const {
    static_assert(sizeof(Type) == 0,
                  "elman::Net::forward: third comes what is read, elman::every_step, elman::last_step or "
                  "elman::at_steps({...}); then options: forward(x, tape, elman::every_step, {.random = &random})");
    return detail::Anything();
  }

  template <class X, class Type>
  auto bptt(const X&, Type&&) const {
    static_assert(sizeof(X) == 0,
                  "elman::Net::bptt: x, tape and gradient are its arguments: auto gradient = net.zero_gradient(); "
                  "net.bptt(x, tape, gradient)");
    return detail::Anything();
  }
  template <class X, class Type, class G>
  requires(!takes_tape<Type> || !takes_gradient<G>) auto bptt(const X&, Type&&, G&&,
                                                              const InputGradients<Scalar, Body>& = {}) const {
    static_assert(takes_tape<Type> || detail::check_x_and_tape<X, Type, Scalar, Body, Readout>());
    static_assert(!takes_tape<Type> || std::is_lvalue_reference_v<G>,
                  "elman::Net::bptt: the gradient is a temporary, and what is added to it is lost; keep one: auto "
                  "gradient = net.zero_gradient()");
    static_assert(!takes_tape<Type> || !std::is_lvalue_reference_v<G>,
                  "elman::Net::bptt: gradient must be one of this net, made by `auto gradient = net.zero_gradient();`");
    return detail::Anything();
  }
  template <class X, class Type, class G, class Asked>
  requires(takes_tape<Type>&& takes_gradient<G> &&
           !std::convertible_to<Asked, InputGradients<Scalar, Body>>) auto bptt(const X&, Type&&, G&&, Asked&&) const {
    static_assert(
        sizeof(X) == 0,
        "elman::Net::bptt: gradients of x and h0 are asked for by name: bptt(x, tape, gradient, {.d_x = &d_x})");
    return detail::Anything();
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
