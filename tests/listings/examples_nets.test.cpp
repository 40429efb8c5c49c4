// SPDX-License-Identifier: MIT
//
// The listings of docs/examples.md about nets, their tapes and sequences, as they are printed there: they compile and
// do what is said of them. (blocks.test.cpp checks that every one of them stands here.)
#include <algorithm>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"

using namespace elman;

TEST_CASE("activations and outputs") {
  Random random{1};
  const RNNCell<float, 3, 8, 2, ReLU> rectified{init::irnn(random, {.scale = 0.9})};  // W = 0.9 times the identity
  const RNNCell<float, 3, 8, 2, HardTanh, Softmax> clipped{init::standard(random)};   // Softmax unless said
  const Recurrence<3, 8, LeakyReLU> leaky({.negative_slope = 0.1});
  const Net<float, Recurrence<3, 8, LeakyReLU>, Readout<8, 2, Identity>> sloped{leaky, {}, init::standard(random)};
  Net<float, Recurrence<3, 8, ModReLU, NothingBetween, NoBias>, Readout<8, 2>> unitary{init::standard(random)};
  init::orthogonal(unitary.matrix("W"), random);
  unitary.matrix("beta").setConstant(-0.1F);  // one a unit, learned
  static_assert(Activation<ReLU, float> && !HasUnitParameter<ReLU> && HasUnitParameter<ModReLU>);
  CHECK(rectified.W()(1, 1) == 0.9F);
  CHECK(std::is_same_v<decltype(clipped)::Output, Softmax>);
  CHECK(sloped.matrix("W").rows() == 8);
  CHECK((unitary.matrix("W") * unitary.matrix("W").transpose() - Eigen::MatrixXf::Identity(8, 8)).norm() < 1e-5F);
  CHECK(unitary.theta().size() == 3 * 8 + 8 * 8 + 8 + 8 * 2 + 2);
}

TEST_CASE("units that leak") {
  Random random{1};
  const Recurrence even{24, 128, Leaky{.alpha = 0.1}};                              // of h, a time constant of 10 steps
  const Recurrence spread{24, 128, LeakyVoltage::time_constants(1, 300)};           // of v with h = σ(v), one a unit
  const Recurrence<24, 128, Tanh, LearnedLeak> learned{LearnedLeak{.alpha = 0.2}};  // one a unit, where it begins
  const Recurrence<24, 128, Tanh, SharedLeak> shared;                               // one for all units
  const Recurrence<24, 128, ReLU, LearnedVoltageLeak> voltage;
  const Recurrence<24, 128, Tanh, SharedVoltageLeak> shared_voltage;
  static_assert(std::is_same_v<LearnedLeak, BasicLeak<LeakForm::rate, LeakRates::learned>>);
  Net<float, Recurrence<24, 128, Tanh, LearnedLeak>, Readout<128, 9>> net{learned, {}, init::standard(random)};
  net.matrix("rho").setZero();  // α = 1 / (1 + exp(−ρ)) = 1/2
  CHECK(even.parameter_count() == 24 * 128 + 128 * 128 + 128);
  CHECK(spread.parameter_count() == even.parameter_count());
  CHECK(voltage.parameter_count() == even.parameter_count() + 128);
  CHECK(shared.parameter_count() == even.parameter_count() + 1);
  CHECK(shared_voltage.parameter_count() == even.parameter_count() + 1);
  CHECK(net.matrix("rho").size() == 128);
}

TEST_CASE("no bias, a start that is learned, and no readout") {
  Random random{1};
  const Recurrence plain{3, 8, no_bias};  // Recurrence<Dynamic, Dynamic, Tanh, NothingBetween, NoBias>
  static_assert(std::is_same_v<Recurrence<3, 8>, Recurrence<3, 8, Tanh, NothingBetween, WithBias>>);
  const LearnedStart started{plain};  // its h₀ is a parameter
  const Net<double, LearnedStart<Recurrence<3, 8>>, NoReadout<8>> body{init::standard(random)};
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 5);
  auto tape = body.tape();
  auto gradient = body.zero_gradient();
  body.forward(x, tape, last_step);  // tape.y() is h of the last step, for a head of your own
  tape.d_o().setOnes();              // ∂L/∂h, which it gives back
  Columns<double, 3> d_x;
  const Matrix<double, 8, 1> d_last = Matrix<double, 8, 1>::Ones();
  const InputGradients<double, LearnedStart<Recurrence<3, 8>>> asked{.d_last = &d_last, .d_x = &d_x};
  body.bptt(x, tape, gradient, asked);
  const double of_start = gradient.matrix("h0").norm();
  CHECK(started.parameter_count() == 8 + 3 * 8 + 8 * 8);
  CHECK(
      std::is_same_v<std::remove_const_t<decltype(plain)>, Recurrence<Dynamic, Dynamic, Tanh, NothingBetween, NoBias>>);
  CHECK(tape.y() == tape.last_h());
  CHECK(d_x.cols() == 5);
  CHECK(of_start > 0);
}

namespace {

struct Narrow {  // what a net's constructor calls: every matrix by its part
  Random& random;

  void operator()(auto& parameters) const {
    parameters.for_each_part([this](const std::string&, auto part) { this->fill(part); });  // "layer1.", what it has
  }
  template <class Cursor, int Hidden, class Unit, class Between>
  void fill(RecurrenceParameters<Cursor, Hidden, Unit, Between>& part) const {
    init::he_normal(part.U, random);
    init::orthogonal(part.W, random, 0.9);
    part.b.setZero();
  }
  template <class Cursor>
  void fill(ReadoutParameters<Cursor>& part) const {
    init::glorot_normal(part.V, random);
    part.c.setZero();
  }
  template <class Cursor>
  void fill(EmbeddingParameters<Cursor>& part) const {
    init::normal(part.E, random, 0.1);
  }
  template <class Vector>
  void fill(StartParameters<Vector>& part) const {
    init::uniform(part.h0, random, 0.1);
  }
};

}  // namespace

TEST_CASE("parameters") {
  Random random{1};
  Net<float, Stacked<Embedding<20, 4>, LearnedStart<Recurrence<4, 8>>>, Readout<8, 20>> net{Narrow{random}};
  RNNCell<float, 3, 8, 2> cell{zero};  // for what fills it
  init::glorot_uniform(cell.U(), random);
  init::he_uniform(cell.V(), random);
  init::identity(cell.W(), 0.5);
  GradientOf<decltype(cell)> gradient = cell.zero_gradient();  // Gradient<…>, a type of its own
  ScalarOf<decltype(cell)> sum = 0;                            // float
  cell.for_each([&](const std::string&, const auto& matrix) { sum += matrix.sum(); });       // "U", "W", …
  const View<const Vector<float, Dynamic>> theta(cell.theta().data(), cell.theta().size());  // all of them, one vector
  const Zero again = zero;
  again(cell);
  CHECK(cell.theta().norm() == 0);
  CHECK(sum != 0);
  CHECK(theta.size() == gradient.theta().size());
  CHECK(net.matrix("layer1.h0").norm() > 0);
  CHECK(net.matrix("layer1.h0").norm() < 0.3F);
}

TEST_CASE("what forward is given by name") {
  Random random{1};
  using Body = Dropout<Recurrence<3, 8, Tanh, RecurrentNoise>>;
  const Net<float, Body, Readout<8, 2>> net{
      Body{Recurrence<3, 8, Tanh, RecurrentNoise>{}, {.rate = 0.2}}, {}, init::standard(random)};
  const Columns<float, 3> x = Columns<float, 3>::Random(3, 10);
  auto tape = net.tape();
  auto state = net.initial_state();
  const ForwardOptions<float, Body> carried{.start = state, .random = &random};  // Noise: a generator, or …
  net.forward(x, tape, every_step, carried);
  net.forward(x, tape, at_steps({2, 5}), {.random = NoNoise::chosen});  // … nobody: no_noise
  net.settle(Vector<float, 3>::Zero(), state, SettleOptions{.tolerance = 1e-5, .most_steps = 1000});
  const Noise nobody = no_noise;
  auto prediction = net.prediction();  // forward's o and y without its memory; no noise
  net.predict(x, prediction, last_step, PredictOptions<float, Body>{.start = state});
  CHECK(nobody.is_chosen());
  CHECK(nobody.generator() == nullptr);
  CHECK(tape.y().cols() == 2);
  CHECK(prediction.y().cols() == 1);
}

TEST_CASE("sequences of any lengths") {
  Random random{1};
  const RNNCell<float, 3, 8, 2> cell{init::standard(random)};
  const std::vector<Columns<float, 3>> list{Columns<float, 3>::Random(3, 5), Columns<float, 3>::Random(3, 2)};
  const Sequences<float, 3> x = pack(list);  // x.columns, x.steps
  const Steps& steps = x.steps;              // BasicSteps<>
  const Index column = steps.column(1, 0);   // of step 0 of the second
  auto tape = cell.tape();
  cell.forward(x, tape);
  const std::vector<float> padded = unpack_array(tape.y(), steps, {.batch = 2, .steps = 5, .rows = 2});  // (B, T, Out)
  const ReadSteps read = at_steps({1, 4});  // the first has both, the second the first of them
  cell.forward(x, tape, read);
  const Labels labels = pack(std::vector<std::vector<Index>>{{0, 1, 0, 1, 0}, {1, 1}});  // of every step
  const std::vector<double> weights = loss::per_sequence(std::vector<double>{1, 0.5}, steps);
  const loss::Weighted targets = loss::weighted(gather(labels, read, steps), gather(weights, read, steps));
  const float L = loss::CrossEntropy{}(tape, loss::refer_to(targets));  // without a copy
  CHECK(column == 1);
  CHECK(padded.size() == 20);
  CHECK(padded[14] == 0);
  CHECK(targets.weights == std::vector<double>{1, 0.5, 1});
  CHECK(L > 0);
}

TEST_CASE("streams in chunks") {
  std::vector<int> text(400), begins(400);
  for (std::size_t k = 0; k < text.size(); ++k) text[k] = static_cast<int>(k % 3), begins[k] = k % 30 == 0;
  const Labels whole = streams(text, 4), starts = streams(begins, 4);  // 4 side by side, of 100 steps
  Labels x;
  chunk(whole, 0, 25, x);           // the first 25 steps of each
  chunk(whole, starts, 25, 25, x);  // the next, cut where a stream starts anew
  Index longest = 0;
  for (const StreamPart& part : x.parts) longest = (std::max)(longest, part.end - part.begin);  // each is a sequence
  CHECK(x.steps.columns() == 100);
  CHECK(x.parts.size() > 4);
  CHECK(longest == 25);
}

TEST_CASE("a tape of a size that is known") {
  const RNNCell<float, 3, 8, 2> cell{zero};
  NetTape<float, Recurrence<3, 8>, Readout<8, 2>, AtMost<24>> tape;  // one sequence of at most 24 steps, no heap
  const auto steps = BasicSteps<AtMost<24>>::even(10, 1);            // the same of the steps alone
  cell.forward(Columns<float, 3>::Zero(3, 10), tape);
  static_assert(AtMost<24>::is_fixed && !Growing::is_fixed);  // Growing: what other tapes have
  CHECK(tape.steps() == steps);
}

namespace {

struct Outputs {  // of every recurrence of a net, in whatever it is
  std::vector<Eigen::MatrixXf> h;

  template <class Room, int In, int Hidden, class Between>
  void of(const RecurrenceTape<float, Room, In, Hidden, Between>& tape) {
    h.push_back(tape.h());
  }
  template <class Room, class... Layers>
  void of(const StackedTape<float, Room, Layers...>& tape) {
    std::apply([this](const auto&... link) { (this->of(link.tape), ...); }, tape.links);
  }
  template <class Room, class First, class Other>
  void of(const RepeatedTape<float, Room, First, Other>& tape) {
    of(tape.bottom().tape);  // and of(tape.upper(k).tape), 0 < k < depth
  }
  template <class Room, class Forwards, class Backwards>
  void of(const BidirectionalTape<float, Room, Forwards, Backwards>& tape) {
    of(tape.forwards), of(tape.backwards);
  }
  template <class Room, class Encoder, class Decoder>
  void of(const EncoderDecoderTape<float, Room, Encoder, Decoder>& tape) {
    of(tape.encoder), of(tape.decoder);
  }
  template <class Room, class L>
  void of(const DropoutTape<float, Room, L>& tape) {
    of(tape.layer);
  }
  template <class Room, int Vocabulary, int Width>
  void of(const EmbeddingTape<float, Room, Vocabulary, Width>&) {}
  template <class Room, int Out>
  void of(const StatelessTape<float, Room, Out>&) {}  // layers of your own
};

}  // namespace

TEST_CASE("what the layers of a net have left") {
  Random random{1};
  const Stacked body{Embedding{20, 4}, Bidirectional{Recurrence{4, 8}}, Dropout{Recurrence{16, 6}, {.rate = 0.2}}};
  const Net<float, std::remove_const_t<decltype(body)>, Readout<>> net{body, {6, 5}, init::standard(random)};
  NetTape<float, std::remove_const_t<decltype(body)>, Readout<>> tape;  // net.tape()
  net.forward(pack(std::vector<std::vector<int>>{{3, 1, 4}, {1, 5}}), tape, last_step, no_noise);
  Outputs all;
  all.of(tape.body);                            // h of three recurrences, 8, 8 and 6 × 5
  const ReadoutTape<float>& read = tape;        // what a loss sees: o(), y(), d_o()
  const Eigen::MatrixXf after = tape.last_h();  // the states behind the last steps, 22 × 2
  REQUIRE(all.h.size() == 3);
  CHECK(all.h[2].rows() == 6);
  CHECK(all.h[2].cols() == 5);
  CHECK(read.y().cols() == 2);
  CHECK(after.rows() == 22);
  CHECK(recurrence_names(net).size() == 3);
  Net<float, EncoderDecoder<Repeated<Recurrence<3, 3>, Recurrence<3, 3>>, Recurrence<3, 3>>, Readout<3, 3>> pair{
      {Repeated{Recurrence<3, 3>{}, 1}, Recurrence<3, 3>{}}, {}, init::standard(random)};
  auto tape_of_pair = pair.tape();
  pair.forward(SourceTarget{Columns<float, 3>::Zero(3, 2).eval(), Columns<float, 3>::Zero(3, 1).eval()}, tape_of_pair);
  Outputs both;
  both.of(tape_of_pair.body);
  CHECK(both.h.size() == 2);
}
