// SPDX-License-Identifier: MIT
//
// What a user may write of his own, from public names alone: an activation, an output, a loss with weights, an
// optimizer, a layer, and what stands between two steps of a recurrence. They compose with each other and with ours,
// and every gradient through them is proved.
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_cases.hpp"
#include "laws/law_nets.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/products.hpp"
#include "support/tolerance.hpp"

using elman::Dynamic;
using elman::Index;

namespace own {

/// h = a / √(1 + a²), σ' = (1 − h²)^{3/2}.
struct InverseRoot {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    using std::sqrt;
    return a / sqrt(Scalar(1) + a * a);
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    using std::sqrt;
    const Scalar rest = Scalar(1) - h * h;
    return rest * sqrt(rest);
  }
};

/// h = p a / √(1 + a²), the amplitude p learned, one a unit.
struct Amplitude {
  static constexpr const char* parameter = "p";
  static double initial() { return 0.75; }

  template <class Scalar>
  Scalar value(const Scalar& a, const Scalar& p) const {
    return p * InverseRoot{}.value(a);
  }
  template <class Scalar>
  Scalar slope(const Scalar& h, const Scalar& p) const {
    return p * InverseRoot{}.slope(Scalar(h / p));
  }
  template <class Scalar>
  Scalar parameter_slope(const Scalar& h, const Scalar& p) const {
    return h / p;
  }
};

/// y = exp(o): a rate of events.
struct Rate {
  template <class O, class Y>
  void operator()(const O& o, Y&& y) const {
    using std::exp;
    for (Index k = 0; k < o.cols(); ++k) {
      for (Index row = 0; row < o.rows(); ++row) y(row, k) = exp(o(row, k));
    }
  }
};

/// Poisson: L = Σ y − t o, ∂L/∂o = y − t. Weights and masks come with the frame.
struct Poisson {
  using Output = Rate;

  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    const auto frame = elman::loss::columns<Poisson>("Poisson", tape, targets);
    return frame.reduce(elman::loss::Reduction::mean, [](const auto& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        column.add(k, column.y(k) - column.target(k) * column.o(k), column.y(k) - column.target(k));
      }
    });
  }
};

/// θ ← θ − η sign(g).
struct SignDescent {
  double learning_rate = 1e-3;

  void step(auto&& model, const auto& gradient) const {
    const auto move = [&](auto theta, const auto& g) {
      for (Index k = 0; k < theta.size(); ++k) {
        theta(k) -= static_cast<float>(g(k) > 0 ? learning_rate : g(k) < 0 ? -learning_rate : 0);
      }
    };
    elman::for_each_theta(move, model, gradient);
  }
};

// [The layer of elman/layers/stateless.hpp's comment]
template <int Rows = elman::Dynamic>
struct Gain : elman::StatelessLayer<Gain<Rows>, Rows, Rows> {  // y_t = g ∘ x_t
  explicit Gain(elman::Index rows) : Gain::Base({"Gain"}, rows, rows) {}
  Gain() requires Gain::is_fixed : Gain(Rows) {}

  static constexpr int parameter_size = Rows;
  template <class Cursor>
  struct Part {
    typename Cursor::Vector g;
    void for_each(const auto& visit) { visit("g", g); }
    void initialise(elman::Random&) { g.setOnes(); }
  };
  template <class Cursor>
  Part<Cursor> take(Cursor& cursor) const {
    return {cursor.vector(this->out())};
  }

  void apply(const auto& part, const auto& x, auto y) const { y = part.g.asDiagonal() * x; }
  void apply_bptt(const auto& part, const auto& x, const auto& d_y, auto d_part, auto d_x) const {
    d_part.g += d_y.cwiseProduct(x).rowwise().sum();  // ∂L/∂g = Σ ∂L/∂y_t ∘ x_t
    if (d_x.data()) d_x = part.g.asDiagonal() * d_y;  // ∂L/∂x_t = g ∘ ∂L/∂y_t
  }
  elman::Form form() const { return {.name = "own::Gain", .sizes = {this->out()}}; }
};

/// y_t = M x_t, written so that M may be kept in few bits.
struct Mix : elman::StatelessLayer<Mix, 3, 4> {
  Mix() : Base({"Mix"}, 3, 4) {}

  static constexpr int parameter_size = 4 * 3;
  template <class Cursor>
  struct Part {
    typename Cursor::Matrix M;
    void for_each(const auto& visit) { visit("M", M); }
  };
  template <class Cursor>
  Part<Cursor> take(Cursor& cursor) const {
    return {cursor.matrix(4, 3)};
  }
  void apply(const auto& part, const auto& x, auto y) const {
    elman::set_zero(y);
    for (Index k = 0; k < x.cols(); ++k) {
      for (Index row = 0; row < 4; ++row) {
        for (Index col = 0; col < 3; ++col) y(row, k) += part.M(row, col) * x(col, k);
      }
    }
  }
  void apply_bptt(const auto& part, const auto& x, const auto& d_y, auto d_part, auto d_x) const {
    d_part.M += d_y * x.transpose();
    if (d_x.data()) d_x = part.M.transpose() * d_y;
  }
};

}  // namespace own

namespace own {

/// What stands between two steps: a leak in the voltage form, one α a unit, learned.
///
///   v_t = (1 − α) v_{t−1} + α (U x_t + W σ(v_{t−1}) + b),   output σ(v_t), state v_t
struct VoltageLeak {
  template <class Vector>
  struct Part {
    Vector alpha;
    void for_each(const auto& visit) { visit("alpha", alpha); }
    void initialise(elman::Random&) { alpha.setConstant(0.5F); }
  };

  static constexpr int parameter_size(int hidden) { return hidden; }
  template <class Cursor>
  static Part<typename Cursor::Vector> take(Cursor& cursor, Index hidden) {
    return {cursor.vector(hidden)};
  }
  static constexpr bool needs_masks(bool) { return false; }

  template <int In, int Hidden, class Activation, class Recurrent, class X, class Scalar>
  static elman::ConstMatrixView<Scalar> step(const Activation& activation, const Recurrent& part, const X& x,
                                             const elman::MatrixView<Scalar>& v,
                                             const elman::MatrixView<Scalar>& scratch) {
    elman::Matrix<Scalar, Hidden, Dynamic> seen = v;
    elman::apply_activation(activation, elman::MatrixView<Scalar>(seen));
    elman::step_columns<Hidden, In, Hidden>(elman::Identity{}, part.b.data(), part.U, x, part.W,
                                            elman::MatrixView<Scalar>(seen), scratch);
    leak(part.between.alpha, v, scratch, v);
    elman::copy(v, scratch);
    elman::apply_activation(activation, scratch);
    return scratch;
  }

  /// v ← (1 − α) v_prev + α a.
  template <class Scalar>
  static void leak(const auto& alpha, const elman::ConstMatrixView<Scalar>& v_prev,
                   const elman::ConstMatrixView<Scalar>& a, const elman::MatrixView<Scalar>& v) {
    for (Index k = 0; k < v.cols(); ++k) {
      for (Index row = 0; row < v.rows(); ++row) {
        v(row, k) = (Scalar(1) - alpha[row]) * v_prev(row, k) + alpha[row] * a(row, k);
      }
    }
  }
  template <class Scalar>
  static void leak(const auto& alpha, const elman::MatrixView<Scalar>& v_prev, const elman::MatrixView<Scalar>& a,
                   const elman::MatrixView<Scalar>& v) {
    leak<Scalar>(alpha, elman::ConstMatrixView<Scalar>(v_prev), elman::ConstMatrixView<Scalar>(a), v);
  }

  template <class Scalar, class Room, int Hidden>
  class Run {
    using Columns = elman::ColumnBuffer<
        Scalar, Hidden == Dynamic || Room::columns == Dynamic ? Dynamic : Hidden*(Room::columns + Room::batch)>;

   public:
    template <class Activation, class Given>
    void start(const VoltageLeak&, const Activation& activation, const auto& part,
               const elman::MatrixView<Scalar>& states, const elman::BasicSteps<Given>& steps, elman::Random*) {
      batch_ = steps.batch();
      alpha_ = part.alpha.data();
      outputs_.reshape(states.rows(), states.cols());
      a_.reshape(states.rows(), states.cols());
      elman::copy(states.leftCols(batch_), outputs_.view().leftCols(batch_));
      elman::apply_activation(activation, outputs_.view().leftCols(batch_));
    }
    elman::ConstMatrixView<Scalar> outputs(const elman::ConstMatrixView<Scalar>&) const { return outputs_.view(); }
    static constexpr bool sees_outputs() { return true; }
    static elman::ConstMatrixView<Scalar> seen(const elman::ConstMatrixView<Scalar>& outputs) { return outputs; }
    template <class Activation>
    void advance(const Activation& activation, Index first, const elman::ConstMatrixView<Scalar>& v_prev,
                 const elman::MatrixView<Scalar>& v) {
      const auto a = a_.view().middleCols(first, v.cols());
      const auto output = outputs_.view().middleCols(batch_ + first, v.cols());
      elman::copy(v, a);
      leak<Scalar>(alpha_, v_prev, elman::ConstMatrixView<Scalar>(a), v);
      elman::copy(v, output);
      elman::apply_activation(activation, output);
    }

    void start_bptt(const auto& d_part, const elman::MatrixView<Scalar>& d_next) {
      d_alpha_ = d_part.between.alpha.data();
      d_v_.reshape(d_next.rows(), d_next.cols());
      elman::copy(d_next, d_v_.view());
      elman::set_zero(d_next);
    }
    template <class Activation>
    void retreat(const Activation& activation, Index first, const elman::ConstMatrixView<Scalar>& v_prev,
                 const elman::ConstMatrixView<Scalar>&, const elman::MatrixView<Scalar>& d_next,
                 const elman::MatrixView<Scalar>& d) {
      elman::apply_slope(activation, outputs_.view().middleCols(batch_ + first, d.cols()), d_next, d);
      const auto a = a_.view().middleCols(first, d.cols());
      const auto d_v = d_v_.view();
      for (Index k = 0; k < d.cols(); ++k) {
        for (Index row = 0; row < d.rows(); ++row) {
          const Scalar d_state = d(row, k) + d_v(row, k);
          d_alpha_[row] += d_state * (a(row, k) - v_prev(row, k));
          d_v(row, k) = (Scalar(1) - alpha_[row]) * d_state;
          d(row, k) = alpha_[row] * d_state;
        }
      }
    }
    template <class Factor>
    static void send_back(Factor& W, const elman::ConstMatrixView<Scalar>& d_a,
                          const elman::MatrixView<Scalar>& d_prev) {
      elman::set_product(W, d_a, d_prev);
    }
    template <class Activation>
    void finish(const Activation& activation, const elman::ConstMatrixView<Scalar>& h0,
                const elman::MatrixView<Scalar>& d_h0) {
      elman::apply_slope(activation, h0, d_h0);
      elman::add(d_v_.view(), d_h0);
    }
    template <class Activation>
    static void output_bptt(const Activation& activation, const elman::ConstMatrixView<Scalar>& h,
                            const elman::MatrixView<Scalar>& d) {
      elman::apply_slope(activation, h, d);
    }

   private:
    Index batch_ = 0;
    const Scalar* alpha_ = nullptr;
    Scalar* d_alpha_ = nullptr;
    Columns outputs_;  // σ(v), with that of v₀ in front
    Columns a_;
    Columns d_v_;  // (1 − α) ∂L/∂v of the step behind
  };
};

/// p = ‖h_t − h_{t-1}‖⁴ of the outputs h.
struct Jumps : elman::hook::OutputPenalty<double> {
  Jumps(const auto& net, double weight) : OutputPenalty("Jumps", net, {.weight = weight}) {}
  double term(const elman::ConstVectorView<double>& h, const elman::ConstVectorView<double>& h_prev,
              elman::VectorView<double> d_h, elman::VectorView<double> d_h_prev) const override {
    const double square = (h - h_prev).squaredNorm();
    d_h += 4 * square * (h - h_prev);
    d_h_prev -= 4 * square * (h - h_prev);
    return square * square;
  }
};

}  // namespace own

namespace {

template <class Net, class X, class Targets, class Loss>
void check_gradients(const Net& net, const X& x, const Targets& targets, const Loss& loss, const elman::ReadSteps& read,
                     elman::Random& random, std::size_t entries) {
  const auto h0 = nets::normal<Eigen::MatrixXd>(net.state(), x.steps.batch(), random);
  const auto report = elman::gradient_check(net, x, targets, loss, read, h0);
  REQUIRE(report.method == elman::Differences::complex_step);
  REQUIRE(report.entries.size() == entries);
  for (const auto& entry : report.entries) {
    CAPTURE(entry.name, entry.norm);
    CHECK(entry.error <= tolerance::complex_step_through(2));
  }
}

template <class Net>
void randomise(Net& net, elman::Random& random) {
  net.for_each([&](const std::string& name, auto& view) {
    for (Index k = 0; k < view.size(); ++k) {
      const bool is_leak = name.ends_with("alpha");
      view.data()[k] = static_cast<typename Net::Scalar>(is_leak ? random.uniform(0.2, 0.9) : 0.5 * random.normal());
    }
  });
}

elman::Sequences<double, Dynamic> ragged(Index in, elman::Random& random) {
  std::vector<Eigen::MatrixXd> sequences;
  for (const Index T : {3, 7, 1, 7, 4}) sequences.push_back(nets::normal<Eigen::MatrixXd>(in, T, random));
  const auto packed = elman::pack(sequences);
  return {packed.columns, packed.steps};
}

using OwnBody = elman::Stacked<own::Gain<3>, elman::Recurrence<3, 5, own::InverseRoot>, own::Gain<5>,
                               elman::Recurrence<5, 4, elman::Tanh, own::VoltageLeak>>;
template <class Scalar>
using OwnNet = elman::Net<Scalar, OwnBody, elman::Readout<4, 2, own::Rate>>;

}  // namespace

static_assert(elman::Layer<own::Gain<>> && elman::Layer<own::Gain<3>> && elman::Layer<OwnBody>);
static_assert(elman::Activation<own::InverseRoot, double> && elman::Activation<own::Amplitude, double>);
static_assert(elman::Loss<own::Poisson, OwnNet<double>::Tape, Eigen::MatrixXd>);
static_assert(elman::Optimizer<own::SignDescent, OwnNet<float>>);

TEST_CASE(
    "gradients through a layer, a policy, an activation, an output and a loss of one's own equal the complex step") {
  elman::Random random(3);
  OwnNet<double> net{elman::zero};
  randomise(net, random);
  const auto x = ragged(3, random);
  const own::Poisson loss;
  for (const auto& read : {elman::every_step, elman::last_step}) {
    const Index columns = read.kind == elman::ReadSteps::Kind::last ? x.steps.batch() : x.steps.columns();
    const Eigen::MatrixXd targets = nets::normal<Eigen::MatrixXd>(2, columns, random).cwiseAbs();
    const std::vector<double> weights = [&] {
      std::vector<double> drawn;
      for (Index k = 0; k < columns; ++k) drawn.push_back(k % 3 == 1 ? 0 : random.uniform());
      return drawn;
    }();
    check_gradients(net, x, targets, loss, read, random, 1 + 3 + 1 + 4 + 2 + 2);
    check_gradients(net, x, elman::loss::weighted(targets, weights), loss, read, random, 1 + 3 + 1 + 4 + 2 + 2);
  }
}

namespace {

/// The layer and the policy among ours, of random sizes, for the laws of all compositions.
struct OwnParts {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 1 + 3 + 1 + 4 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, out] = laws::draw_sizes<4>(random);
    elman::Stacked body{own::Gain<>{in}, elman::Recurrence{in, a}, own::Gain<>{a},
                        elman::Recurrence<Dynamic, Dynamic, elman::Tanh, own::VoltageLeak>{a, b}};
    using Readout = elman::Readout<Dynamic, Dynamic, Output>;
    return elman::Net<double, decltype(body), Readout>(body, Readout(b, 1 + out), elman::zero);
  }
  static auto x(elman::Random& random, const auto& net, std::size_t B, Index T) {
    return laws::draw_columns(random, net.in(), laws::draw_lengths(random, B, T));
  }
};

/// An activation with a parameter a unit where the output is σ of the state: h₀'s too, and that of sequences without a
/// step.
struct OwnUnits {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 5 + 6 + 5 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, out] = laws::draw_sizes<5>(random);
    using Amplitudes = elman::Recurrence<Dynamic, Dynamic, own::Amplitude, own::VoltageLeak>;
    elman::Stacked body{
        Amplitudes{in, a},
        elman::Bidirectional{elman::LearnedStart{Amplitudes{a, b}},
                             elman::Recurrence<Dynamic, Dynamic, elman::ModReLU, own::VoltageLeak>{a, c}}};
    using Readout = elman::Readout<Dynamic, Dynamic, Output>;
    return elman::Net<double, decltype(body), Readout>(body, Readout(b + c, 1 + out), elman::zero);
  }
  static auto x(elman::Random& random, const auto& net, std::size_t B, Index T) {
    return OwnParts::x(random, net, B, T);
  }
};

}  // namespace

TEST_CASE("activations with a parameter a unit keep the laws: every gradient equals the complex step") {
  laws::check_nets<OwnUnits, laws::SquaredError>(710000, 40);
}

TEST_CASE("the gradient of a parameter a unit is the same whether that of h0 is asked for or not") {
  elman::Random random(8);
  auto net = OwnUnits::make<elman::Identity>(random);
  CHECK(net.matrix("layer0.p").size() > 0);
  elman::init::standard(random)(net);
  CHECK((net.matrix("layer0.p").array() == 0.75).all());
  const auto x = ragged(net.in(), random);
  const auto h0 = nets::normal<Eigen::MatrixXd>(net.state(), x.steps.batch(), random);
  for (const auto& read : {elman::every_step, elman::last_step}) {
    auto tape = net.tape();
    auto gradient = net.zero_gradient(), with_d_h0 = net.zero_gradient();
    net.forward(x, tape, read, h0);
    tape.d_o().setOnes();
    net.bptt(x, tape, gradient);
    Eigen::MatrixXd d_h0;
    net.bptt(x, tape, with_d_h0, {.d_h0 = &d_h0});
    CHECK(gradient.theta() == with_d_h0.theta());
  }
}

TEST_CASE("a layer and a policy of one's own keep the laws: every gradient equals the complex step") {
  laws::check_nets<OwnParts, laws::CrossEntropyLabels>(700000, 40);
}

TEST_CASE(
    "a leak in the voltage form is the recurrence of its equation, and the plain net at α = 1 from a zero state") {
  elman::Random random(4);
  elman::Net<double, elman::Recurrence<Dynamic, Dynamic, elman::Tanh, own::VoltageLeak>, elman::Readout<>> net(
      {3, 5}, {5, 2}, elman::zero);
  randomise(net, random);
  const auto x = ragged(3, random);
  auto tape = net.tape();
  net.forward(x, tape);
  const auto alpha = net.matrix("alpha");
  for (Index b = 0; b < x.steps.batch(); ++b) {
    Eigen::VectorXd v = Eigen::VectorXd::Zero(5);
    for (Index t = 0; t < x.steps.length(b); ++t) {
      const Index column = x.steps.column(b, t);
      const Eigen::VectorXd seen = v.array().tanh();
      const Eigen::VectorXd a = net.U() * x.columns.col(column) + net.W() * seen + net.b();
      for (Index k = 0; k < 5; ++k) v(k) = (1 - alpha(k, 0)) * v(k) + alpha(k, 0) * a(k);
      CHECK((tape.h().col(column) - v.array().tanh().matrix()).norm() < 1e-14);
    }
  }
  net.matrix("alpha").setOnes();
  elman::RNNCell<double, Dynamic, Dynamic, Dynamic> plain(3, 5, 2, elman::zero);
  plain.U() = net.U();
  plain.W() = net.W();
  plain.b() = net.b();
  plain.V() = net.V();
  plain.c() = net.c();
  auto plain_tape = plain.tape();
  net.forward(x, tape);
  plain.forward(x, plain_tape);
  CHECK((tape.y() - plain_tape.y()).norm() < 1e-14);
}

TEST_CASE("a layer of one's own runs on a fixed tape, in steps, frozen, and is written as C++") {
  elman::Random random(5);
  using Body = elman::Stacked<own::Gain<3>, elman::Recurrence<3, 4>>;
  using Net = elman::Net<float, Body, elman::Readout<4, 2, elman::Identity>>;
  Net net{elman::init::standard(random)};
  CHECK(net.matrix("layer0.g") == Eigen::MatrixXf::Ones(3, 1));
  randomise(net, random);
  const Eigen::MatrixXf x = nets::normal<Eigen::MatrixXf>(3, 6, random);

  auto tape = net.tape();
  Net::FixedTape<6> fixed;
  net.forward(x, tape);
  net.forward(x, fixed);
  CHECK(tape.y() == fixed.y());

  auto state = net.initial_state();
  const auto frozen = elman::freeze<float>(net);
  auto frozen_state = frozen.net().initial_state();
  for (Index t = 0; t < x.cols(); ++t) {
    const Eigen::VectorXf y = net.step(x.col(t), state);
    CHECK((y - tape.y().col(t)).norm() < 1e-5F);
    CHECK(frozen.net().step(x.col(t), frozen_state) == y);
  }
  CHECK(frozen.net().thaw().theta() == net.theta());

  const std::string header = elman::cpp_header(net, "model");
  CHECK(header.find("using Body = elman::Stacked<own::Gain<3>, elman::Recurrence<3, 4, elman::Tanh>>;") !=
        std::string::npos);
}

TEST_CASE("a net of one's own parts learns by one's own optimizer") {
  elman::Random random(6);
  OwnNet<float> net{elman::init::standard(random)};
  const Eigen::MatrixXf x = nets::normal<Eigen::MatrixXf>(3, 20, random);
  const Eigen::MatrixXf targets = nets::normal<Eigen::MatrixXf>(2, 20, random).cwiseAbs();
  own::SignDescent optimizer{.learning_rate = 3e-3};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  std::vector<float> losses;
  for (int step = 0; step < 200; ++step) {
    net.forward(x, tape);
    losses.push_back(own::Poisson{}(tape, targets));
    gradient.set_zero();
    net.bptt(x, tape, gradient);
    optimizer.step(net, gradient);
  }
  CHECK(losses.back() < losses.front() - 0.2F);
}

TEST_CASE("a matrix of one's own layer is kept in few bits") {
  elman::Random random(7);
  elman::Net<float, elman::Stacked<own::Mix, elman::Recurrence<4, 5>>, elman::Readout<5, 2, elman::Identity>> net{
      elman::zero};
  randomise(net, random);
  const auto frozen = elman::freeze<std::int8_t>(net);
  const auto thawed = frozen.net().thaw();  // the same rounded weights, as numbers
  CHECK(net.theta() != thawed.theta());
  auto state = frozen.net().initial_state();
  auto expected = thawed.initial_state();
  for (int t = 0; t < 10; ++t) {
    const Eigen::Vector3f x = nets::normal<Eigen::Vector3f>(3, 1, random);
    CHECK((frozen.net().step(x, state) - thawed.step(x, expected)).norm() < 1e-5F);
  }
}

namespace {

/// A net whose bptt has a penalty, and a loss that has it too, of one recurrence whose output is σ(v).
struct Leaking : elman::Net<double, elman::Recurrence<2, 4, elman::Tanh, own::VoltageLeak>,
                            elman::Readout<4, 3, elman::Identity>> {
  using Net::Net;
  void bptt(const auto& x, auto& tape, Gradient& gradient, InputGradients asked) const {
    own::Jumps jumps{*this, 3};
    asked.hook = &jumps;
    Net::bptt(x, tape, gradient, asked);
  }
};
struct ErrorAndJumps {
  using Output = elman::Identity;
  template <class Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    using Scalar = typename Tape::Scalar;
    const auto& steps = tape.steps();
    const auto outputs = tape.body.between.outputs(std::as_const(tape.body).states());
    Scalar sum(0);
    for (Index t = 0; t < steps.count(); ++t) {
      for (Index k = 0; k < steps.width(t); ++k) {
        Scalar square(0);
        for (Index row = 0; row < outputs.rows(); ++row) {
          const Scalar jump = outputs(row, tape.body.block(t) + k) - outputs(row, tape.body.block(t - 1) + k);
          square += jump * jump;
        }
        sum += square * square;
      }
    }
    return elman::loss::SquaredError{}(tape, targets) + 3 / static_cast<double>(steps.columns()) * sum;
  }
};

}  // namespace

TEST_CASE("the gradient of a penalty of one's own on h equals the complex step, where h is not the state") {
  elman::Random random(4);
  Leaking net{elman::zero};
  randomise(net, random);
  const auto x = ragged(2, random);
  const Eigen::MatrixXd targets = nets::normal<Eigen::MatrixXd>(3, x.steps.columns(), random);
  check_gradients(net, x, targets, ErrorAndJumps(), elman::every_step, random, 4 + 2 + 2);
}
