// SPDX-License-Identifier: MIT
//
// A net: a body of layers under a readout, with all their parameters in one vector θ, and the verbs
//
//   forward   runs all steps of a batch and fills a tape          h, o_t = V h_t + c  (2), y_t = out(o_t)  (3)
//   bptt      adds ∂L/∂θ to a gradient, from the ∂L/∂o that a loss has left in the tape
//   step      runs one step of a stream
//
//   Net<float, Stacked<Bidirectional<Recurrence<12, 32>>, Recurrence<64, 32>>, Readout<32, 9>>
//   net{init::standard(random)}; Net<float, Recurrence<>, Readout<>> net{{in, hidden}, {hidden, out},
//   init::standard(random)};
//
// RNNCell (cell.hpp) is the net of one recurrence. Everything public is checked here, once a call; the layers are not
// asked again. Equation numbers: docs/math.md. Shapes: docs/notation.md.
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <span>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/net/input.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/state.hpp"
#include "elman/net/stepping.hpp"
#include "elman/net/tape.hpp"
#include "elman/random.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar, class Body, class Readout = elman::Readout<Body::out_size>>
class Net : public Parameters<Scalar, Body, Readout>,
            public Stepping<Net<Scalar, Body, Readout>, Scalar, Body, Readout> {
  using Verbs = Stepping<Net, Scalar, Body, Readout>;
  friend Verbs;

  static_assert(Layer<Body>, "elman::Net: its body must be a layer; see elman/layers/layer.hpp");
  static_assert(detail::fits<Readout::in_size, Body::out_size>,
                "elman::Net: the readout must read as many rows as the body's output has");
  static_assert(Body::ends_in_state, "elman::Net: the body must end in a recurrence, whose last state last_step reads");

 public:
  using Gradient = Parameters<Scalar, Body, Readout>;
  using Output = typename Readout::Output;
  using Tape = NetTape<Scalar, Body, Readout>;
  /// A tape with room for at most `MaxB` sequences of at most `MaxT` steps inside the object, for nets of compile-time
  /// sizes. It takes the place of `Tape` everywhere and needs no heap (room.hpp).
  template <int MaxT, int MaxB = 1, bool Masks = false>
  requires Gradient::is_fixed using FixedTape = NetTape<Scalar, Body, Readout, AtMost<MaxT, MaxB, Masks>>;
  using InputGradients = elman::InputGradients<Scalar, Body>;
  template <int Batch>
  using StateOf = typename Verbs::template StateOf<Batch>;
  using Gradient::body;
  using Gradient::readout;
  using Gradient::theta;

  /// All parameters zero.
  Net() requires Gradient::is_fixed = default;
  Net(Body layers, Readout its_readout) : Gradient(std::move(layers), std::move(its_readout)) {}

  /// Parameters as `initialise(parameters)` sets them: elman::init::standard(random).
  template <std::invocable<Gradient&> Initialiser>
  requires Gradient::is_fixed explicit Net(Initialiser&& initialise) { initialise(static_cast<Gradient&>(*this)); }
  template <std::invocable<Gradient&> Initialiser>
  Net(Body layers, Readout its_readout, Initialiser&& initialise) : Net(std::move(layers), std::move(its_readout)) {
    initialise(static_cast<Gradient&>(*this));
  }
  explicit Net(Gradient parameters) : Gradient(std::move(parameters)) {}

  Tape tape() const { return {}; }
  Gradient zero_gradient() const { return Gradient(body(), readout()); }

  /// Runs all steps of all sequences and leaves h, o and y in the tape. x: see input.hpp. read: every_step, last_step
  /// or at_steps({…}). Sequences start from zero, or from what the net has learned to start from. Allocates only when
  /// the tape has seen no shape as large. Given a generator, it draws the masks of dropout and zoneout: for training.
  /// Throws std::invalid_argument if a size does not fit or a token is none, with the tape untouched.
  template <class X, class Room>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read = every_step) const {
    run(x, tape, read, Unset{}, nullptr);
  }
  template <class X, class Room>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read, Random& random) const {
    run(x, tape, read, Unset{}, &random);
  }
  /// From a given state h0: State × B in the caller's order, or State × 0 for the net's own start.
  template <class X, class Room, class H0>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read,
               const Eigen::MatrixBase<H0>& h0) const {
    run(x, tape, read, h0.derived(), nullptr);
  }
  template <class X, class Room, class H0>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read,
               const Eigen::MatrixBase<H0>& h0, Random& random) const {
    run(x, tape, read, h0.derived(), &random);
  }
  /// A chunk of B streams: from the state, which is carried on to where the chunk ends. bptt's gradients are cut where
  /// the chunk begins (truncated backpropagation through time). See also `reset`, and streams.hpp.
  template <class X, class Room, int Batch>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read,
               StateOf<Batch>& state) const {
    run(x, tape, read, state, nullptr);
  }
  template <class X, class Room, int Batch>
  void forward(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read, StateOf<Batch>& state,
               Random& random) const {
    run(x, tape, read, state, &random);
  }

  /// Adds the gradient of the loss that is in the tape's d_o to `gradient`; ∂L/∂x and ∂L/∂h₀ too if asked:
  /// bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0}). x is what forward had. Throws std::invalid_argument if the
  /// tape holds no forward of such an x by such a net, if no loss has followed it, or if ∂L/∂x of tokens is asked for.
  template <class X, class Room>
  void bptt(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, Gradient& gradient,
            const InputGradients& asked = {}) const {
    detail::check_input_types<Scalar, Body, X>();
    detail::check_input(name("bptt"), x, body());
    const detail::Input<Scalar, X> input(x, body());
    const auto& steps = input.steps();
    check_tape(tape, steps);
    if constexpr (detail::IsSourceTarget<X>::value) {
      detail::require(tape.body.source_steps() == detail::steps_of(x.source), name("bptt"),
                      ": tape holds a forward of another x.source; expected its steps");
      check_asked<std::remove_cvref_t<decltype(x.source)>>("d_source", asked.d_source);
      check_asked<std::remove_cvref_t<decltype(x.target)>>("d_x", asked.d_x);
    } else {
      check_asked<X>("d_x", asked.d_x);
    }
    detail::require(gradient.same_shape(*this), name("bptt"), ": gradient has In = ", gradient.in(),
                    ", State = ", gradient.state(), ", Out = ", gradient.out(), " and ", gradient.theta().size(),
                    " parameters; expected the net's shape, In = ", this->in(), ", State = ", this->state(),
                    ", Out = ", this->out(), " and ", theta().size(), " parameters");

    auto d_h0 = resized(asked.d_h0, this->state(), steps.batch());
    const bool start_learns = Body::learns_start && !tape.fresh.empty();
    if (start_learns && !asked.d_h0) tape.d_h0.reshape(this->state(), steps.batch());
    const auto d_start = start_learns && !asked.d_h0 ? detail::strided_to_write(tape.d_h0.view()) : d_h0;

    // ∂L/∂V, ∂L/∂c and what ∂L/∂o sends down to h           (11, 12)
    const auto V = detail::any_size(this->V());
    detail::readout_bptt<Scalar>(V, tape.h(), tape, detail::any_size(gradient.V()), detail::any_size(gradient.c()));
    const auto from_output = [&](Index first, const MatrixView<Scalar>& d_h) {
      detail::readout_d_h<Scalar>(tape, first, d_h);
    };
    // every layer's gradients, backwards through time       (6-10, 13, 14)
    body().bptt(theta().data(), input.view(), tape.body, detail::FromAbove<Scalar>(from_output), d_last_state(tape),
                gradient.theta().data(), d_input(x, asked), d_start);
    if (start_learns) {
      tape.last.reshape(this->state(), 1);
      auto sum = tape.last.view();
      sum.setZero();
      for (const Index b : tape.fresh) sum += d_start.col(b);
      body().start_bptt(gradient.theta().data(), sum);
    }
  }

  /// Reads the source (Sequences, a matrix or Labels) and returns the state from which `step` writes the target, a
  /// column a sequence. Throws as forward does. For an EncoderDecoder.
  template <class Source, class Room>
  StateOf<Dynamic> encode(const Source& source,
                          NetTape<Scalar, Body, Readout, Room>& tape) const requires detail::HasEncoder<Body> {
    const auto& encoder = body().encoder();
    detail::check_input_types<Scalar, std::remove_cvref_t<decltype(encoder)>, Source>();
    detail::check_input(name("encode"), "source", source, encoder.in());
    check_room<Room>(name("encode"), source);
    check_masks<Room>(name("encode"), false);
    const detail::Input<Scalar, Source> input(source, encoder);
    const Index batch = input.steps().batch();
    auto state = this->template new_state<Dynamic>(batch);
    begin(tape, input.steps());
    body().encode(theta().data(), input.view(), input.steps(), own_start(batch, tape), tape.body, nullptr);
    state.h = tape.body.between.view();
    state.fresh.setConstant(false);
    return state;
  }

  /// The same net in another scalar.
  template <class Other>
  Net<Other, Body, Readout> cast() const {
    return Net<Other, Body, Readout>(Gradient::template cast<Other>());
  }

 private:
  struct Unset {};

  static constexpr const char* owner() { return detail::HasUWb<Body> ? "RNNCell" : "Net"; }
  static constexpr detail::Where name(const char* function) { return {owner(), function}; }
  auto reader() const { return detail::ThetaReader<const Scalar>(theta().data()); }
  template <class H>
  void start(H&& h) const {
    auto parameters = reader();
    body().start(parameters, h);
  }

  // The three ways to start: from the net's own start, a matrix, or a state that is carried.
  template <class X, class Room, class Start>
  void run(const X& x, NetTape<Scalar, Body, Readout, Room>& tape, const ReadSteps& read, Start&& start,
           Random* random) const {
    using Given = std::remove_cvref_t<Start>;
    constexpr bool from_matrix = detail::IsMatrix<Given>;
    constexpr bool from_state = !from_matrix && !std::same_as<Given, Unset>;
    detail::check_input_types<Scalar, Body, X>();
    if constexpr (from_matrix) {
      static_assert(
          detail::fits<Body::state_size, Given::RowsAtCompileTime> && std::same_as<typename Given::Scalar, Scalar>,
          "elman::Net::forward: h0 must have State rows, a cell's Hidden, of the net's Scalar");
    }
    if constexpr (from_state) {
      static_assert(Body::can_step,
                    "elman::Net::forward: a bidirectional layer reads from the end of a sequence; it "
                    "cannot carry its state from chunk to chunk");
    }
    detail::check_input(name("forward"), x, body());
    const detail::Input<Scalar, X> input(x, body());
    const auto& steps = input.steps();
    check_room<Room>(name("forward"), x);
    check_masks<Room>(name("forward"), random != nullptr);
    detail::check(read, steps);
    if constexpr (from_matrix) {
      detail::require(start.cols() == 0 || start.rows() == this->state(), name("forward"), ": h0 has ", start.rows(),
                      " rows; expected ", detail::HasUWb<Body> ? "Hidden" : "State", " = ", this->state());
      detail::require(start.cols() == 0 || start.cols() == steps.batch(), name("forward"), ": h0 has ", start.cols(),
                      " columns; expected B = ", steps.batch());
      if (start.cols() == 0) {
        begin(tape, steps);
        forward_from(own_start(steps.batch(), tape), input, read, tape, random);
      } else {
        const Eigen::Ref<const Matrix<Scalar, Dynamic, Dynamic>> h0 = start;
        begin(tape, steps);
        forward_from(detail::strided(h0), input, read, tape, random);
      }
    } else if constexpr (from_state) {
      detail::require(start.h.rows() == this->state(), name("forward"), ": state has ", start.h.rows(),
                      " rows; expected ", this->state());
      detail::require(start.h.cols() == steps.batch(), name("forward"), ": state has ", start.h.cols(),
                      " streams; expected B = ", steps.batch());
      begin(tape, steps);
      if constexpr (Body::learns_start) {
        for (Index b = 0; b < steps.batch(); ++b) {
          if (!start.fresh(b)) continue;
          this->start(start.h.col(b));
          tape.fresh.push_back(b);
        }
      }
      forward_from(detail::strided(start.h), input, read, tape, random);
      tape.body.last(detail::strided_to_write(start.h));
      start.fresh.setConstant(false);
    } else {
      begin(tape, steps);
      forward_from(own_start(steps.batch(), tape), input, read, tape, random);
    }
  }

  /// Throws if x has more steps or sequences than the tape has room for.
  template <class Room, class X>
  static void check_room(const detail::Where& where, const X& x) {
    if constexpr (detail::IsSourceTarget<X>::value) {
      check_room<Room>(where, x.source);
    }
    detail::check_room<Room>(where, detail::steps_of(x));
  }

  /// Throws if the layers keep masks and the tape has no room for them.
  template <class Room>
  void check_masks(const detail::Where& where, bool draws) const {
    detail::require(Room::masks || !body().needs_masks(draws), where,
                    ": the net keeps masks of dropout or zoneout; expected a tape with room for them, "
                    "FixedTape<T, B, true>");
  }

  template <class Room, class S>
  void begin(NetTape<Scalar, Body, Readout, Room>& tape, const S& steps) const {
    tape.fresh.clear();
    tape.start(steps, this->in(), this->state(), theta().size());
  }

  /// Nothing for zero, or the learned start for all sequences.
  template <class Room>
  detail::ConstStrided<Scalar> own_start(Index batch, NetTape<Scalar, Body, Readout, Room>& tape) const {
    if constexpr (Body::learns_start) {
      tape.h0.reshape(this->state(), batch);
      for (Index b = 0; b < batch; ++b) {
        start(tape.h0.view().col(b));
        tape.fresh.push_back(b);
      }
      return detail::strided(std::as_const(tape.h0).view());
    } else {
      return detail::nothing<detail::ConstStrided<Scalar>>();
    }
  }

  template <class X, class Room>
  void forward_from(const detail::ConstStrided<Scalar>& h0, const detail::Input<Scalar, X>& input,
                    const ReadSteps& read, NetTape<Scalar, Body, Readout, Room>& tape, Random* random) const {
    tape.start_readout(this->out(), read);
    // h_t = σ(U x_t + W h_{t-1} + b) in every layer         (1)
    body().forward(theta().data(), input.view(), tape.steps(), h0, tape.body, random);
    if (tape.selection().is_last()) {
      tape.last.reshape(this->state(), input.steps().batch());
      tape.body.last(detail::strided_to_write(tape.last.view()));
      auto outputs = tape.gathered(body().out());
      body().for_each_last([&](Index state_row, Index out_row, Index rows) {
        outputs.middleRows(out_row, rows) = tape.last.view().middleRows(state_row, rows);
      });
    }
    detail::gather_read<Scalar>(tape.h(), tape);
    // o_t = V h_t + c  (2),  y_t = softmax(o_t)             (3)
    detail::readout_forward<Scalar>(detail::any_size(this->V()), detail::any_size(this->c()), tape.h(), tape);
  }

  /// ∂L/∂(the state after the last steps), which is not zero where those are read.
  template <class Room>
  detail::ConstStrided<Scalar> d_last_state(NetTape<Scalar, Body, Readout, Room>& tape) const {
    if (!tape.selection().is_last()) return detail::nothing<detail::ConstStrided<Scalar>>();
    tape.d_last.reshape(this->state(), tape.steps().batch());
    auto d_last = tape.d_last.view();
    d_last.setZero();
    body().for_each_last([&](Index state_row, Index out_row, Index rows) {
      d_last.middleRows(state_row, rows) = tape.d_h_read.view().middleRows(out_row, rows);
    });
    return detail::strided(d_last);
  }

  /// What was asked for, in the given shape; a view of nothing if it was not.
  template <class M>
  static detail::Strided<Scalar> resized(M* asked, Index rows, Index cols) {
    if (!asked) return detail::nothing<detail::Strided<Scalar>>();
    detail::resize(*asked, rows, cols);
    return detail::strided_to_write(*asked);
  }
  template <class X>
  auto d_input(const X& x, const InputGradients& asked) const {
    if constexpr (detail::IsSourceTarget<X>::value) {
      return detail::SourceTargetGradients<Scalar>{
          resized(asked.d_source, body().encoder().in(), detail::steps_of(x.source).columns()),
          resized(asked.d_x, this->in(), detail::steps_of(x.target).columns())};
    } else {
      return resized(asked.d_x, this->in(), detail::steps_of(x).columns());
    }
  }
  template <class X, class M>
  static void check_asked(const char* what, const M* asked) {
    if constexpr (std::same_as<X, Labels>) {
      detail::require(!asked, name("bptt"), ": ", what, " is asked for; expected none, because x is tokens");
    }
  }

  template <class Room, class S>
  void check_tape(const NetTape<Scalar, Body, Readout, Room>& tape, const S& steps) const {
    const detail::Where owner = name("bptt");
    detail::require(tape.steps().count() > 0, owner, ": tape is empty; expected forward(x, tape) before");
    detail::require(tape.steps() == steps, owner, ": tape holds a forward of T = ", tape.steps().count(),
                    ", N = ", tape.steps().columns(), "; expected the steps of x, T = ", steps.count(),
                    ", N = ", steps.columns());
    detail::require(tape.in() == this->in() && tape.state() == this->state() && tape.o().rows() == this->out() &&
                        tape.parameters() == theta().size(),
                    owner, ": tape holds a forward of a net with In = ", tape.in(), ", State = ", tape.state(),
                    ", Out = ", tape.o().rows(), " and ", tape.parameters(), " parameters; expected In = ", this->in(),
                    ", State = ", this->state(), ", Out = ", this->out(), " and ", theta().size(), " parameters");
    detail::require(tape.has_d_o(), owner, ": tape has no d_o; expected a loss after forward");
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
