// SPDX-License-Identifier: MIT
//
// A net: a body of layers under a readout, with all their parameters in one vector θ, and the verbs
//
//   forward   runs all steps of a batch and fills a tape          h, o_t = V h_t + c  (2), y_t = out(o_t)  (3)
//   bptt      adds ∂L/∂θ to a gradient, from the ∂L/∂o that a loss has left in the tape
//   predict   runs all steps as forward does, for o and y alone: in little memory
//   step      runs one step of a stream
//
//   using Body = Stacked<Bidirectional<Recurrence<12, 32>>, Recurrence<64, 32>>;
//   Net<float, Body, Readout<32, 9>> net{init::standard(random)};
//   Net<float, Recurrence<>, Readout<>> net{{in, hidden}, {hidden, out}, init::standard(random)};
//
// RNNCell (cell.hpp) is the net of one recurrence. Everything public is checked here, once a call; the layers are not
// asked again. Equation numbers: docs/math.md. Shapes: docs/notation.md.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/layers/recurrences.hpp"
#include "elman/net/checks.hpp"
#include "elman/net/input.hpp"
#include "elman/net/noise.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/predicting.hpp"
#include "elman/net/run_start.hpp"
#include "elman/net/start.hpp"
#include "elman/net/state.hpp"
#include "elman/net/stepping.hpp"
#include "elman/net/tape.hpp"
#include "elman/net/wrong_arguments.hpp"
#include "elman/random.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar, class Body, class Readout = elman::Readout<Body::out_size>>
class Net : public Parameters<Scalar, Body, Readout>,
            public Stepping<Net<Scalar, Body, Readout>, Scalar, Body, Readout>,
            public Predicting<Net<Scalar, Body, Readout>, Scalar, Body, Readout>,
            WrongArguments<Scalar, Body, Readout, elman::Gradient<Scalar, Body, Readout>> {
  using Base = Parameters<Scalar, Body, Readout>;
  using Verbs = Stepping<Net, Scalar, Body, Readout>;
  using Sentences = WrongArguments<Scalar, Body, Readout, elman::Gradient<Scalar, Body, Readout>>;
  friend Verbs;
  friend Predicting<Net, Scalar, Body, Readout>;

  static_assert(detail::are_layers<Body>(), "elman::Net: its body must be a layer; see elman/layers/layer.hpp");
  static_assert(detail::fits<Readout::in_size, Body::out_size>,
                "elman::Net: the readout must read as many rows as the body's output has");
  static_assert(Body::ends_in_state, "elman::Net: the body must end in a recurrence, whose last state last_step reads");

 public:
  using Gradient = elman::Gradient<Scalar, Body, Readout>;
  using Output = typename Readout::Output;
  using Tape = NetTape<Scalar, Body, Readout>;
  /// A tape with room for at most `MaxB` sequences of at most `MaxT` steps inside the object, for nets of compile-time
  /// sizes. It takes the place of `Tape` everywhere and needs no heap (sequences/room.hpp).
  template <int MaxT, int MaxB = 1, bool Masks = false>
  requires Base::is_fixed using FixedTape = NetTape<Scalar, Body, Readout, AtMost<MaxT, MaxB, Masks>>;
  using Options = ForwardOptions<Scalar, Body>;
  using InputGradients = elman::InputGradients<Scalar, Body>;
  template <int Batch>
  using StateOf = typename Verbs::template StateOf<Batch>;
  using Base::body;
  using Base::readout;
  using Base::theta;
  using Sentences::bptt;
  using Sentences::forward;

  /// Parameters as `initialise(parameters)` sets them: elman::init::standard(random); or elman::zero, which leaves them
  /// zero. There is no net without one: it would compile, run and never learn.
  template <std::invocable<Base&> Initialiser>
  requires Base::is_fixed explicit Net(Initialiser&& initialise) { initialise(static_cast<Base&>(*this)); }
  template <std::invocable<Base&> Initialiser>
  Net(Body layers, Readout its_readout, Initialiser&& initialise) : Base(std::move(layers), std::move(its_readout)) {
    initialise(static_cast<Base&>(*this));
  }
  explicit Net(Base parameters) : Base(std::move(parameters)) {}
  /// These two do not compile where they are called, and say what to write.
  template <class Nothing = void>
  Net() {
    detail::is_initialised<Nothing>();
  }
  template <class Nothing = void>
  Net(Body layers, Readout its_readout) : Base(std::move(layers), std::move(its_readout)) {
    detail::is_initialised<Nothing>();
  }

  Tape tape() const { return {}; }
  Gradient zero_gradient() const { return Gradient(body(), readout()); }

  /// Runs all steps of all sequences and leaves h, o and y in the tape. x: see net/input.hpp. read: every_step,
  /// last_step or at_steps({…}). Given by name ({.start = …, .random = …}, net/start.hpp):
  ///   start    a matrix h0, State × B in the caller's order; or a state of B streams, which is carried on to where the
  ///            chunk ends: bptt's gradients are cut where it begins (truncated backpropagation through time; see also
  ///            `reset`, and sequences/streams.hpp for streams that start anew within a chunk). Else sequences start
  ///            from zero, or what the net has learned.
  ///   random   a generator, which draws the masks of dropout and zoneout: for training; or `no_noise`, by choice. Else
  ///            there are none either, but bptt of a net with dropout refuses the tape.
  /// Allocates only when the tape has seen no shape as large. Throws std::invalid_argument if a size does not fit or a
  /// token is none, with the tape untouched.
  template <class X, class Room>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read = every_step,
               const Options& given = {}) const {
    const detail::Input<Scalar, Body, X> input(where("forward"), x, body());
    detail::check_run<Room>(where("forward"), *this, input, read, given.start, given.random.generator() != nullptr);
    const auto h0 = detail::begin_run(*this, input, given.start, tape);
    tape.had = detail::run_fingerprint(*this, input);
    // h_t = σ(U x_t + W h_{t-1} + b) in every layer         (1)
    body().forward(data(), input.columns(), tape.steps(), h0, tape.body, given.random.generator());
    tape.noise_unsaid = detail::has_dropout(body()) && !given.random.is_chosen();
    // o_t = V h_t + c  (2),  y_t = softmax(o_t)             (3)
    tape.start_readout(this->out(), read);
    readout().forward(this->readout_data(), tape.body, tape);
    detail::carry_on(input, tape, given.start);
  }
  /// The same with one of the options as it is: h0, a state, a generator, no_noise.
  template <class X, class Room, class Start>
  requires std::constructible_from<StartFrom<Scalar, Body>, Start&> void forward(
      const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read, Start&& start) const {
    forward(x, tape, read, Options{.start = start});
  }
  template <class X, class Room>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read, Random& random) const {
    forward(x, tape, read, Options{.random = &random});
  }
  template <class X, class Room, std::same_as<NoNoise> Choice>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read, Choice none) const {
    forward(x, tape, read, Options{.random = none});
  }

  /// Adds the gradient of the loss that is in the tape's d_o to `gradient`; gives ∂L/∂x and ∂L/∂h₀ too if asked:
  /// bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0}). If something of yours reads tape.last_h(), its gradient is
  /// given by {.d_last = &d_last}; then L need not depend on o, which is so if no loss has followed forward. A hook
  /// looks on, or adds penalties on h and W: {.hook = &hook} (layers/backward_hook.hpp). Twice on one forward adds
  /// twice. x and the parameters have the numbers that forward had: others are noticed, whoever wrote them, but for a
  /// few among so many that not all are looked at (net/run_fingerprint.hpp). Throws std::invalid_argument if the tape
  /// holds no forward of such an x by such a net, if no loss has followed it, if its dropout was off though nobody said
  /// so, or if ∂L/∂x of tokens is asked for.
  template <class X, class Room>
  void bptt(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, Gradient& gradient,
            const InputGradients& asked = {}) const {
    const detail::Input<Scalar, Body, X> input(where("bptt"), x, body());
    detail::check_way_back(where("bptt"), *this, input, tape, gradient, asked);
    if (!tape.has_d_o()) tape.set_zero_d_o();
    const auto d_h0 = d_start(input, tape, asked);
    const detail::HookedBody hooked(body(), tape.body, asked.hook);
    // ∂L/∂V, ∂L/∂c and what ∂L/∂o sends down to h           (11, 12)
    readout().bptt(this->readout_data(), tape.body, tape, gradient.readout_data());
    const auto from_readout = [&tape](Index first, const MatrixView<Scalar>& d_h) {
      Readout::send_down(tape, first, d_h);
    };
    // every layer's gradients, backwards through time       (6-10, 13, 14)
    body().bptt(data(), input.columns(), tape.body, FromAbove<Scalar>(from_readout),
                d_last(input, tape, asked, gradient), gradient.data(), input.d_x(asked), d_h0);
    // ∂L/∂h₀ of what was learned of it                      (44)
    learn_start(tape, d_h0, gradient);
    hand_out(input, d_h0, asked);
  }

  /// Reads the source (Sequences, a matrix or Labels) and returns the state from which `step` writes the target, a
  /// column a sequence. Throws as forward does. For an EncoderDecoder.
  template <class Source, class Room>
  StateOf<Dynamic> encode(const Source& source,
                          NetTape<Scalar, Body, Readout, Room>& tape) const requires detail::HasEncoder<Body> {
    using Encoder = std::remove_cvref_t<decltype(body().encoder())>;
    const detail::Input<Scalar, Encoder, Source> input(where("encode"), source, body().encoder(), "source");
    detail::check_room<Room>(where("encode"), input.steps());
    detail::check_masks<Room>(where("encode"), body(), false);
    auto state = this->template new_state<Dynamic>(input.steps().batch());
    const auto h0 = detail::begin_run(*this, input, StartFrom<Scalar, Body>(), tape);
    body().encode(data(), input.columns(), input.steps(), h0, tape.body, nullptr);
    copy(tape.body.between.view(), MatrixView<Scalar>(state.h));
    state.fresh.setConstant(false);
    return state;
  }

  /// The same net in another scalar.
  template <class Other>
  Net<Other, Body, Readout> cast() const {
    return Net<Other, Body, Readout>(Base::template cast<Other>());
  }

 private:
  using Base::data;

  static constexpr const char* owner() { return detail::HasUWb<Body> ? "RNNCell" : "Net"; }
  static constexpr detail::Where where(const char* function) { return {owner(), function}; }
  auto cursor() const { return ParameterCursor<const Scalar>(data()); }

  /// Where ∂L/∂h₀ of all sequences goes: to whom it was asked by, or what is learned of it, or nowhere.
  template <class Input, class Room>
  MatrixView<Scalar> d_start(const Input& input, NetTape<Scalar, Body, Readout, Room>& tape,
                             const InputGradients& asked) const {
    const Index B = input.steps().batch();
    if (Body::learns_start || !input.parts().empty()) tape.d_h0.reserve(this->state(), B);
    if (input.parts().empty() && (asked.d_h0 || tape.fresh.empty())) return asked.d_h0.resized(this->state(), B);
    if (!asked.d_h0 && tape.fresh.empty()) return {};
    tape.d_h0.reshape(this->state(), B);
    return tape.d_h0.view();
  }
  /// Where ∂L/∂h₀ was asked for: that of the streams with which a chunk begins.
  template <class Input>
  void hand_out(const Input& input, const MatrixView<Scalar>& d_h0, const InputGradients& asked) const {
    if (input.parts().empty() || !asked.d_h0) return;
    const Index streams = detail::stream_count(input.parts(), input.steps());
    copy(d_h0.leftCols(streams), asked.d_h0.resized(this->state(), streams));
  }
  template <class Room>
  void learn_start(NetTape<Scalar, Body, Readout, Room>& tape, const MatrixView<Scalar>& d_h0,
                   Gradient& gradient) const {
    if constexpr (Body::learns_start) {
      if (tape.fresh.empty()) return;
      tape.d_last.reshape(this->state(), 1);
      const auto sum = tape.d_last.view();
      set_zero(sum);
      for (const Index b : tape.fresh) add(d_h0.middleCols(b, 1), sum);
      body().start_bptt(gradient.data(), ConstMatrixView<Scalar>(sum));
    }
  }

  /// ∂L/∂(the state after the last steps): of the output that is read there, and what was given (53), a column a
  /// stream.
  template <class Input, class Room>
  ConstMatrixView<Scalar> d_last(const Input& input, NetTape<Scalar, Body, Readout, Room>& tape,
                                 const InputGradients& asked, Gradient& gradient) const {
    tape.d_last.reserve(this->state(), tape.steps().batch());  // whatever was read
    if (!tape.selection().is_last() && !asked.d_last.is_given()) return {};
    tape.d_last.reshape(this->state(), tape.steps().batch());
    const auto sum = tape.d_last.view();
    if (tape.selection().is_last()) {
      body().last_output_bptt(data(), tape.body, std::as_const(tape.d_h_read).view(), gradient.data(), sum);
    } else {
      set_zero(sum);
    }
    if (!asked.d_last.is_given()) return sum;
    for (Index b = 0; b < sum.cols(); ++b) {
      const Index stream = detail::stream_that_ends(input.parts(), b);
      if (stream >= 0) add(asked.d_last.columns().middleCols(stream, 1), sum.middleCols(b, 1));
    }
    return sum;
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
