// SPDX-License-Identifier: MIT
//
// The listings of docs/examples.md about parts of one's own, as they are printed there: they compile and do what is
// said of them. (blocks.test.cpp checks that every one of them stands here.)
#include <cmath>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/tolerance.hpp"

using namespace elman;

namespace {

template <int Size = Dynamic>
struct Smooth : LayerBase<Smooth<Size>, Size, Size, true> {  // h_t = (1 − α) h_{t-1} + α x_t
  static_assert(SizeOrDynamic<Size>);
  static constexpr int parameter_size = 0;
  template <class Scalar, class Room = Growing>
  using Tape = RecurrenceTape<Scalar, Room, Room::size(Size), Room::size(Size), NothingBetween>;
  double alpha;

  explicit Smooth(double share, Index size = Size)
      : Smooth::LayerBase(SizeNames{.layer = "Smooth", .in = "Size", .out = "Size"}, size, size), alpha(share) {}
  NoParameters take(auto& /*a ParameterCursor, or what else hands out parameters*/) const { return {}; }
  void for_each_part(auto*, const std::string&, const auto&) const {}  // it has none

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar*, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random*) const {
    tape.start(this->out(), steps, h0);
    for (Index t = 0; t < steps.count(); ++t) {
      const Index width = steps.width(t);  // the sequences that run at step t
      auto h = tape.states().middleCols(tape.block(t), width);
      copy(tape.states().middleCols(tape.block(t - 1), width), h);
      advance(x.middleCols(steps.first(t), width), h);
    }
  }
  template <class Scalar, class X, class Tape>
  void bptt(const Scalar*, const X&, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar*, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    const auto& steps = tape.steps();
    ColumnBuffer<Scalar> d_h, d_next;  // of the step; what it sends to the one before, a column a sequence
    d_next.reshape(this->out(), steps.batch());
    set_zero(d_next.view());
    for (Index b = 0; d_last.data() && b < steps.batch(); ++b)
      copy(d_last.middleCols(b, 1), d_next.view().middleCols(steps.slot(b), 1));
    for (Index t = steps.count() - 1; t >= 0; --t) {
      d_h.reshape(this->out(), steps.width(t));
      from_above(steps.first(t), d_h.view());
      add(d_next.view().leftCols(steps.width(t)), d_h.view());
      if (d_x.data()) d_x.middleCols(steps.first(t), steps.width(t)) = Scalar(alpha) * d_h.view();
      d_next.view().leftCols(steps.width(t)) = Scalar(1 - alpha) * d_h.view();
    }
    for (Index b = 0; d_h0.data() && b < steps.batch(); ++b)
      copy(d_next.view().middleCols(steps.slot(b), 1), d_h0.middleCols(b, 1));
  }
  template <class X, class Scalar>
  ConstMatrixView<Scalar> step(auto&, const X& x, const MatrixView<Scalar>& h, const MatrixView<Scalar>&) const {
    advance(x, h);
    return h;
  }
  template <class X, class Scalar>
  void advance(const X& x, MatrixView<Scalar> h) const {
    h = Scalar(1 - alpha) * h + Scalar(alpha) * x;
  }

  Form form() const {
    return {.name = "Smooth", .sizes = {this->out()}, .options = {{"", {FormOption{"alpha", alpha}}}}};
  }
  static Smooth from(const Form& form) { return Smooth(form.options_at(0).number("alpha"), form.size_at(0)); }
};

template <class L>
struct Doubled : Wrapper<L> {  // a layer that sees 2 x; all that is not said here is the inner layer's
  using Wrapper<L>::Wrapper;
  static constexpr bool can_step = false;
  template <class Scalar, class Room = Growing>
  struct Tape : L::template Tape<Scalar, Room> {
    ColumnBuffer<Scalar> x;
  };

  template <class Scalar, class S, class Tape>
  void forward(const Scalar* theta, const ConstMatrixView<Scalar>& x, const S& steps, const ConstMatrixView<Scalar>& h0,
               Tape& tape, Random* random) const {
    tape.x.reshape(x.rows(), x.cols());
    MatrixView<Scalar> seen = tape.x.view();
    seen = Scalar(2) * x;
    this->layer().forward(theta, ConstMatrixView<Scalar>(seen), steps, h0, tape, random);
  }
  template <class Scalar, class Tape>
  void bptt(const Scalar* theta, const ConstMatrixView<Scalar>&, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, MatrixView<Scalar> d_x,
            const MatrixView<Scalar>& d_h0) const {
    this->layer().bptt(theta, ConstMatrixView<Scalar>(tape.x.view()), tape, from_above, d_last, d_theta, d_x, d_h0);
    if (d_x.data()) d_x *= Scalar(2);
  }
  Form form() const { return {.name = "Doubled", .inner = {form_of(this->layer())}}; }
};

}  // namespace

TEST_CASE("layers of one's own") {
  static_assert(Layer<Smooth<>> && Layer<Smooth<3>> && Layer<Doubled<Recurrence<3, 8>>>);
  Random random{1};
  const Stacked body{Smooth<3>{0.2}, Doubled<Recurrence<3, 8>>{}, Smooth<8>{0.5}};
  const Net<double, std::remove_const_t<decltype(body)>, Readout<8, 2>> net{body, {}, init::standard(random)};
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 6);
  const double error = gradient_check(net, x, std::vector<Index>{0, 1, 0, 1, 0, 1}, loss::CrossEntropy{}).worst_error();
  const Form form = form_of(Smooth<3>{0.2});
  const auto again = layer_from<Smooth<3>>(form);  // as io::load makes it
  CHECK(error < tolerance::complex_step_through(3));
  CHECK(again.alpha == 0.2);
  CHECK(cpp_type(form) == "Smooth<3>");
  Net<double, Smooth<3>, Readout<3, 2>> steps{Smooth<3>{0.2}, {}, init::standard(random)};
  auto tape = steps.tape();
  auto state = steps.initial_state();
  steps.forward(x, tape);
  for (Index t = 0; t < 6; ++t) CHECK((steps.step(x.col(t), state) - tape.y().col(t)).norm() < 1e-14);
  const std::vector<Matrix<double, 3, Dynamic>> ragged{x, x.leftCols(2), x.leftCols(4)};
  const Columns<double, 3> h0 = Columns<double, 3>::Random(3, 3);
  CHECK(gradient_check(steps, pack(ragged), std::vector<Index>{0, 1, 1}, loss::CrossEntropy{}, last_step, h0)
            .worst_error() < tolerance::complex_step_through(1));
}

namespace {

struct Softsign {  // h = a / (1 + s |a|)
  double slope_scale = 1;

  template <RealOrComplex Scalar>
  Scalar value(const Scalar& a) const {
    return a / (Scalar(1) + of_sign(a));
  }
  template <RealOrComplex Scalar>
  Scalar slope(const Scalar& h) const {
    const Scalar rest = Scalar(1) - of_sign(h);
    return rest * rest;
  }
  template <class Scalar>
  Scalar of_sign(const Scalar& a) const {  // s |a|, for the complex step by its real part
    const Real<Scalar> sign = real_part(a) < 0 ? -1 : 1;
    return Scalar(static_cast<Real<Scalar>>(slope_scale) * sign) * a;
  }

  FormOptions form() const { return {"Softsign", {{"slope_scale", slope_scale}}}; }
  static Softsign from(const FormOptions& options) { return {options.number("slope_scale")}; }
};

}  // namespace

template <>
struct elman::CppName<Softsign> {
  static constexpr const char* value = "Softsign";  // for files and C++ headers
};

TEST_CASE("an activation of one's own, and what calls it") {
  static_assert(Activation<Softsign, double> && !is_complex<double>);
  Random random{1};
  const Net<double, Recurrence<3, 8, Softsign>, Readout<8, 2>> net{init::standard(random)};
  const std::string type = cpp_type(form_of(net.body()));  // "elman::Recurrence<3, 8, Softsign>"
  const std::string name = cpp_name<Softsign>();
  Matrix<double, Dynamic, Dynamic> h = Matrix<double, Dynamic, Dynamic>::Random(8, 4), d = h;
  const MatrixView<double> a = h;
  apply_activation(Softsign{}, a);                    // a ← σ(a), in place
  apply_slope(Softsign{}, h, MatrixView<double>(d));  // d ← σ'(a) ∘ d, from h
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 1);
  Columns<double, 8> state = Columns<double, 8>::Zero(8, 1), scratch = state;
  ParameterCursor<const double> cursor(net.theta().data());
  const auto part = net.body().take(cursor);  // views of U, W and b where they lie in θ
  step_columns<8, 3, 8>(Softsign{}, part.b.data(), part.U, ConstMatrixView<double>(x), part.W,
                        MatrixView<double>(state), MatrixView<double>(scratch), true);  // h ← σ(b + U x + W h)
  NothingAbove{}(0, MatrixView<double>(d));  // ∂L/∂h of a layer on which nothing stands: 0
  CHECK(type == "elman::Recurrence<3, 8, Softsign>");
  CHECK(name == "Softsign");
  CHECK(d.norm() == 0);
  auto stream = net.initial_state();
  net.step(x, stream);
  CHECK(stream.h == state);
  const Columns<double, 3> longer = Columns<double, 3>::Random(3, 4);
  const std::vector<Index> labels{1, 0, 0, 1};
  CHECK(gradient_check(net, longer, labels, loss::CrossEntropy{}).worst_error() < tolerance::complex_step_through(1));
}

namespace {

struct Huber {  // L = Σ ½ m² where |m| ≤ δ, else δ (|m| − ½ δ), m = y − t
  using Output = Identity;
  double delta = 1;

  template <TapeForLoss Tape, class Targets>
  typename Tape::Scalar operator()(Tape& tape, const Targets& targets) const {
    const loss::TapeAndTargets frame = loss::columns<Huber>("Huber", tape, targets);          // all is checked
    return frame.reduce(reduction(), [&]<class... Its>(const loss::Column<Its...>& column) {  // or const auto&
      using Number = Wide<typename Tape::Scalar>;  // sums are at least double
      for (Index k = 0; k < column.rows(); ++k) {
        const Number m = Number(column.y(k)) - Number(column.target(k));
        const bool is_far = std::abs(real_part(m)) > delta;
        const Number slope = is_far ? Number(real_part(m) > 0 ? delta : -delta) : m;
        column.add(k, is_far ? slope * m - Number(delta * delta / 2) : m * m / Number(2), slope);
      }
    });
  }
  loss::Reduction reduction() const { return loss::Reduction::mean; }
  template <class Tape, class Targets>
  double divisor(const Tape& tape, const Targets& targets) const {  // so that parts of a batch may be added up
    return loss::columns<Huber>("Huber", tape, targets).divisor(reduction());
  }
};

class MeanRank {  // of the label among the outputs, 1 is best
 public:
  using Output = Softmax;

  template <TapeForMetric Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const metric::LabelBatch batch = metric::labels<MeanRank>("MeanRank", tape, targets, -100);
    batch.each([&]<class O, class Y>(const metric::LabelColumn<metric::Column<O, Y>>& column) {  // or const auto&
      Index rank = 1;
      for (Index k = 0; k < column.rows(); ++k) rank += column.o(k) > column.o(column.label);
      sum_ += column.weight * static_cast<double>(rank);
      all_ += column.weight;
    });
  }
  double value() const { return sum_ / all_; }
  void reset() { sum_ = all_ = 0; }
  static std::string_view name() { return "mean_rank"; }
  static constexpr bool higher_is_better = false;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("sum", sum_), keep("all", all_);
  }

 private:
  double sum_ = 0, all_ = 0;
};

class Missed {  // the share of yes that is taken for no
 public:
  using Output = Sigmoid;

  template <class Tape, class Targets>
  void add(const Tape& tape, const Targets& targets) {
    const metric::NumberBatch batch = metric::yes_or_no<Missed>("Missed", tape, targets);  // numbers(…): any numbers
    batch.each([&]<class O, class Y, class T>(const metric::NumberColumn<metric::Column<O, Y>, T>& column) {
      for (Index k = 0; k < column.rows(); ++k) {
        yes_ += column.target(k);
        missed_ += column.y(k) < 0.5 ? column.target(k) : 0;
      }
    });
  }
  double value() const { return missed_ / yes_; }
  void reset() { missed_ = yes_ = 0; }
  static std::string_view name() { return "missed"; }
  static constexpr bool higher_is_better = false;
  template <class Keep>
  void keep(Keep&& keep) {
    keep("missed", missed_), keep("yes", yes_);
  }

 private:
  double missed_ = 0, yes_ = 0;
};

/// Σ |o| of the columns that count, and how many outputs they have: of a batch of whatever targets.
template <class Tape, class Weight>
double size_of(const metric::Batch<Tape, Weight>& batch) {
  double sum = 0;
  batch.each_weighted([&](const auto& column) {
    for (Index k = 0; k < batch.outputs(); ++k) sum += std::abs(double(column.o(k)));
  });
  return sum;
}

}  // namespace

TEST_CASE("losses and metrics of one's own") {
  Random random{1};
  const RNNCell<double, 3, 8, 2, Tanh, Identity> cell{init::standard(random)};
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 6);
  const Columns<double, 2> targets = 2 * Columns<double, 2>::Random(2, 6);
  using Tape = decltype(cell)::Tape;
  static_assert(Loss<Huber, Tape, Columns<double, 2>> && LossWithDivisor<Huber, Tape, Columns<double, 2>>);
  static_assert(Metric<MeanRank, RNNCell<float, 3, 8, 2>::Tape, std::vector<Index>>);
  static_assert(Metric<Missed, RNNCell<float, 3, 8, 2, Tanh, Sigmoid>::Tape, Columns<float, 2>>);
  const double error = gradient_check(cell, x, targets, Huber{0.5}).worst_error();
  auto tape = cell.tape();
  cell.forward(x, tape);
  const double sum = size_of(metric::numbers<metric::MeanSquaredError>("size_of", tape, targets));
  CHECK(error < tolerance::complex_step_through(1));
  CHECK(std::abs(sum - tape.o().cwiseAbs().sum()) < 1e-12);
  CHECK(Huber{}.divisor(tape, targets) == 12);
  RNNCell<double, 1, 1, 3> three{zero};
  three.c() << 1, 3, 2;
  auto its = three.tape();
  three.forward(Columns<double, 1>::Zero(1, 2), its);
  MeanRank rank;
  rank.add(its, std::vector<Index>{0, 1});
  CHECK(rank.value() == 2);
  RNNCell<double, 1, 1, 2, Tanh, Sigmoid> two{zero};
  two.c() << 1, -1;
  auto said = two.tape();
  two.forward(Columns<double, 1>::Zero(1, 1), said);
  Missed missed;
  missed.add(said, Columns<double, 2>::Ones(2, 1).eval());
  CHECK(missed.value() == 0.5);
}

namespace {

struct SignumOptions {
  double learning_rate = 1e-3;
  double momentum = 0.9;
};
template <class Scalar>
struct SignumState {
  Index steps = 0;
  ParameterStorage<Scalar, Dynamic> velocity;  // as long as θ

  explicit SignumState(Index count) : velocity(make_storage<ParameterStorage<Scalar, Dynamic>>(count)) {}
  auto vectors() const { return std::tie(velocity); }
};
template <class Scalar>
struct SignumRule {  // v ← μ v + g,  θ ← θ − η sign(v)
  Scalar rate, momentum;

  void operator()(Scalar& theta, Scalar g, Scalar& velocity) const {
    velocity = momentum * velocity + g;
    theta -= velocity > 0 ? rate : velocity < 0 ? -rate : 0;
  }
};
template <class Scalar>
class Signum : public optim::OptimizerBase<Signum<Scalar>, Scalar, SignumOptions, SignumState<Scalar>> {
  friend typename Signum::OptimizerBase;
  static constexpr std::string_view name = "Signum";

  template <class Model, class Gradient>
  static void update(const SignumOptions& options, SignumState<Scalar>& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const SignumRule<Scalar> rule{static_cast<Scalar>(learning_rate), static_cast<Scalar>(options.momentum)};
    optim::update_parameters(rule, 0, model, gradient, state.velocity);
  }

 public:
  template <class Model>
  explicit Signum(const Model& model, const SignumOptions& options = {})
      : Signum::OptimizerBase(options, SignumState<Scalar>(parameter_count(model))) {}
};
template <class Model>
Signum(const Model&, const SignumOptions& = {}) -> Signum<ScalarOf<Model>>;

}  // namespace

TEST_CASE("an optimizer of one's own, and the rules of elman's") {
  Random random{1};
  RNNCell<double, 3, 8, 2> net{init::standard(random)};
  auto gradient = net.zero_gradient();
  gradient.theta().setOnes();
  Signum signum{net, {.learning_rate = 1e-2}};
  static_assert(Optimizer<Signum<double>, decltype(net)>);
  signum.step(net, gradient);

  // What ours do in a step, with state vectors of yours:
  auto v = make_storage<ParameterStorage<double, Dynamic>>(parameter_count(net)), u = v;
  const auto rate = [](double eta) { return decltype(optim::DescentRule<double>::rate)(eta); };
  optim::update_parameters(optim::DescentRule<double>{rate(0.1)}, 0, net, gradient);
  optim::update_parameters(optim::MomentumRule<double, false>{rate(0.1), 0.9, 1}, 0, net, gradient, v);
  optim::update_parameters(optim::AdagradRule<double>{rate(0.1), 1e-10}, 0, net, gradient, v);
  optim::update_parameters(optim::AdadeltaRule<double>{rate(1), 0.9, 0.1, 1e-6}, 0, net, gradient, v, u);
  optim::update_parameters(optim::RMSpropRule<double, false, false>{rate(0.1), 0.9, 0.1, 0.09, 1e-8, 0}, 0, net,
                           gradient, v);
  optim::update_parameters(optim::AdamRule<double>(optim::AdamOptions{}, 1, 1e-3), 0, net, gradient, v, u);
  optim::AdamState<double, Dynamic> state(parameter_count(net), false);
  state.steps = 1;
  optim::update_adam(optim::AdamOptions{}, 0, state, net, gradient, 1e-3);
  CHECK(signum.state().velocity[0] == 1);
  CHECK(std::abs(state.m[0] - 0.1) < 1e-15);
  CHECK(non_finite(net).empty());
}

namespace {

struct Steepest : BackwardHook<double> {  // the step at which ‖∂L/∂h_t‖ is largest, of the last recurrence
  Index at = -1;
  double norm = 0;

  Steepest() : BackwardHook<double>(BackwardNeeds{.d_state = true}) {}
  void begin(const BackwardRun<double>&) override { at = -1, norm = 0; }  // run.W, run.states, run.recurrence
  void step(const BackwardRun<double>&, const BackwardStep<double>& step) override {  // from the last to the first
    if (step.d_state.norm() <= norm) return;
    norm = step.d_state.norm();
    at = step.t;
  }
};
struct Total : BackwardHook<double> {  // Σ ‖∂L/∂a_t‖², many steps at once
  double sum = 0;
  void block(const BackwardRun<double>&, const BackwardBlock<double>& block) override {
    const BackwardColumns<double>& columns = block;
    sum += columns.d_a.squaredNorm();
  }
};

struct Extremes : hook::OutputPenalty<double> {  // p = Σ h_t⁴: units near ±1
  Extremes(const auto& net, double weight) : OutputPenalty("Extremes", net, {.weight = weight}) {}
  double term(const ConstVectorView<double>& h, const ConstVectorView<double>&, VectorView<double> d_h,
              VectorView<double>) const override {
    d_h.array() += 4 * h.array().cube();
    return h.array().pow(4).sum();
  }
};

}  // namespace

TEST_CASE("who looks on while bptt runs") {
  Random random{1};
  const RNNCell<double, 3, 8, 2> cell{init::standard(random)};
  const Columns<double, 3> x = Columns<double, 3>::Random(3, 40);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  cell.forward(x, tape, last_step);
  loss::CrossEntropy{}(tape, std::vector<Index>{1});
  Steepest steepest;
  Total total;
  Extremes extremes{cell, 0.1};
  hook::ChangePenalty calm{cell, {.weight = 0.1}};
  GradientFlow flow{cell, {.vanishing_below = 0.001}};  // FlowOptions
  hook::Join all{steepest, total, extremes, calm, flow};
  cell.bptt(x, tape, gradient, {.hook = &all});
  CHECK(steepest.at >= 0);
  CHECK(total.sum > 0);
  CHECK(extremes.value() > 0);
  const RecurrenceFlow<double>& its = flow[0];  // one of recurrence_names(cell)
  const FlowVerdict verdict = its.verdict();    // .flow, .factor(), .text
  const bool is_lost = verdict.flow == Flow::vanishing;
  const Spread norms = its.norms(39);               // ‖∂L/∂h_39‖: least, median, largest of the sequences
  const Growth growth = its.growth(0, 39, 0);       // ∂h_39/∂h_0 of sequence 0: norms
  const double radius = spectral_radius(cell.W());  // max |λ(W)|
  const double largest = largest_singular_value(cell.W());
  const std::vector<std::string> names = recurrence_names(cell);  // of a stack "layer0.", "layer1.", …
  const std::string fault = non_finite(gradient);                 // "" or "W(3, 0) is nan"
  CHECK(is_lost == (verdict.left() < 0.001));
  CHECK(norms.median > 0);
  CHECK(growth.steps == 39);
  CHECK(std::abs(radius - 1) < 1e-6);
  CHECK(std::abs(largest - 1) < 1e-6);
  CHECK(names == std::vector<std::string>{""});
  CHECK(fault.empty());
  const GradientReport report = gradient_check(cell, x, std::vector<Index>{1}, loss::CrossEntropy{}, last_step);
  const bool is_exact = report.method == Differences::complex_step;  // else central differences
  CHECK(is_exact);
  CHECK(report.worst_error() < 1e-12);
}
