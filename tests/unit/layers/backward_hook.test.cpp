// SPDX-License-Identifier: MIT
//
// What a hook sees of bptt: who is called in which order, and that the steps which it sees are those of the equations.
#include <elman/elman.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/nets.hpp"

namespace {

using namespace elman;
using Dense = Eigen::MatrixXd;
using Vectors = std::vector<std::string>;

/// A wrapper of a user's whose tape has the inner one under another name.
template <class L>
struct Opaque : Wrapper<L> {
  using Wrapper<L>::Wrapper;
  template <class Scalar, class Room = Growing>
  struct Tape {
    const BasicSteps<Room>& steps() const { return mine.steps(); }
    ConstMatrixView<Scalar> h() const { return mine.h(); }
    void last(const MatrixView<Scalar>& result) const { mine.last(result); }
    void last_output(const MatrixView<Scalar>& result) const { mine.last_output(result); }
    typename L::template Tape<Scalar, Room> mine;
  };
  template <class Scalar, class X, class S, class T>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, T& tape,
               Random* random) const {
    this->layer().forward(theta, x, steps, h0, tape.mine, random);
  }
  template <class Scalar, class X, class T>
  void bptt(const Scalar* theta, const X& x, T& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    this->layer().bptt(theta, x, tape.mine, from_above, d_last, d_theta, d_x, d_h0);
  }
  template <class T, class Scalar>
  void last_output_bptt(const Scalar* theta, const T& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d) const {
    this->layer().last_output_bptt(theta, tape.mine, d_output, d_theta, d);
  }
};

struct Seen {
  Index recurrence, t;
  Dense d_state, d_a, sent_back, slopes_before, seen, keep, left, right, W;
};

/// Keeps all that it is shown.
struct Recorder : BackwardHook<double> {
  explicit Recorder(const BackwardNeeds& needs = {true, true, true, true}) : BackwardHook<double>(needs) {}
  void start(Index recurrences) override {
    count = recurrences;
    calls.clear();
    all.clear();
  }
  void begin(const BackwardRun<double>& run) override { calls.push_back("begin " + std::to_string(run.recurrence)); }
  void above(const BackwardRun<double>& run, Index first, const MatrixView<double>& d_h) override {
    above_columns += d_h.cols();
    CHECK(first + d_h.cols() <= run.steps.columns());
  }
  void step(const BackwardRun<double>& run, const BackwardStep<double>& step) override {
    calls.push_back(std::to_string(run.recurrence) + "." + std::to_string(step.t));
    CHECK(step.width == run.steps.width(step.t));
    all.push_back({run.recurrence, step.t, step.d_state, step.d_a, step.sent_back, step.slopes_before, step.seen,
                   step.keep, step.left, step.right, run.W});
  }
  Index count = 0, above_columns = 0;
  Vectors calls;
  std::vector<Seen> all;
};

template <class Net>
Sequences<double, Dynamic> batch(const Net& net, const std::vector<Index>& lengths, Random& random) {
  std::vector<Dense> x;
  for (const Index length : lengths) x.push_back(nets::normal<Dense>(net.in(), length, random));
  return pack(x);
}

/// bptt of L, a squared error of the last steps' outputs, watched by `hook`.
template <class Net, class X>
Dense go_back(const Net& net, const X& x, BackwardHook<double>& hook, const Dense& h0, const Noise& noise = no_noise) {
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(x, tape, last_step, {.start = h0, .random = noise});
  loss::SquaredError{}(tape, Dense(Dense::Constant(net.out(), h0.cols(), 0.5)));
  typename decltype(Net::InputGradients::d_h0)::Matrix d_h0;
  net.bptt(x, tape, gradient, {.d_h0 = &d_h0, .hook = &hook});
  return d_h0;
}

template <class Body>
using NetOf = Net<double, Body, Readout<Dynamic, Dynamic, Identity>>;

}  // namespace

TEST_CASE("recurrences have the names of their parts, and hooks are called from the top down, through all steps") {
  Random random(1);
  const NetOf<Stacked<LearnedStart<Dropout<Recurrence<>>>, Bidirectional<Recurrence<>, Repeated<Recurrence<>>>,
                      Opaque<Recurrence<>>, Recurrence<>>>
      net{Stacked(LearnedStart(Dropout(Recurrence(2, 3))),
                  Bidirectional(Recurrence(3, 4), Repeated(Recurrence(3, 3), 2)),
                  Opaque<Recurrence<>>(Recurrence(7, 3)), Recurrence(3, 5)),
          Readout<Dynamic, Dynamic, Identity>(5, 1), init::standard(random)};
  CHECK(recurrence_names(net) ==
        Vectors{"layer0.", "layer1.forwards.", "layer1.backwards.layer0.", "layer1.backwards.layer1.", "layer3."});
  Recorder recorder;
  go_back(net, batch(net, {2, 1}, random), recorder, nets::normal<Dense>(net.state(), 2, random));
  CHECK(recorder.count == 5);
  CHECK(recorder.calls == Vectors{"begin 4", "4.1", "4.0", "begin 1", "1.1", "1.0", "begin 3", "3.1", "3.0", "begin 2",
                                  "2.1", "2.0", "begin 0", "0.1", "0.0"});
  CHECK(recorder.above_columns == 5 * 3);

  const RNNCell<double, 2, 3, 1> cell(init::standard(random));
  CHECK(recurrence_names(cell) == Vectors{""});
  using Pair = EncoderDecoder<Recurrence<2, 3>, Recurrence<4, 3>>;
  CHECK(recurrence_names(Net<double, Pair>{{}, Readout<3>(3, 2), elman::zero}) == Vectors{"encoder.", "decoder."});
}

TEST_CASE("a hook sees the products that bptt takes, over many blocks of steps") {
  Random random(2);
  RNNCell<double, 2, 5, 1, Tanh, Identity> cell(elman::zero);
  nets::randomise(cell, 0.9, random);
  const auto x = batch(cell, {200, 3, 0, 150, 200}, random);
  const Dense h0 = nets::normal<Dense>(5, 5, random);
  Recorder recorder;
  const Dense d_h0 = go_back(cell, x, recorder, h0);
  const auto& all = recorder.all;
  REQUIRE(all.size() == 200);
  double largest_step = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Seen& now = all[k];
    const Dense jacobian_product = now.keep.cwiseProduct(now.d_state) +
                                   now.right.cwiseProduct(now.W.transpose() * now.left.cwiseProduct(now.d_state));
    Dense before(5, now.d_state.cols());
    if (k + 1 < all.size()) {
      CHECK(now.t == all[k + 1].t + 1);
      CHECK((now.sent_back - now.W.transpose() * now.d_a).norm() <= 1e-15 * now.sent_back.norm());
      // What reaches the sequences that end at the step before comes from above, not through time.
      before = all[k + 1].d_state.leftCols(now.d_state.cols());
      CHECK((before - now.sent_back).norm() <= 1e-15 * before.norm());
      CHECK((now.slopes_before.cwiseProduct(now.sent_back) - all[k + 1].d_a.leftCols(before.cols())).norm() <=
            1e-15 * before.norm());
    } else {
      CHECK(now.sent_back.cols() == 0);
      for (Index b = 0; b < 5; ++b) {
        if (x.steps.length(b) == 0) continue;
        CHECK(now.seen.col(x.steps.slot(b)) == h0.col(b));
        before.col(x.steps.slot(b)) = d_h0.col(b);
      }
    }
    CHECK((jacobian_product - before).norm() <= 1e-14 * before.norm());
    largest_step = std::max(largest_step, now.d_state.norm());
  }
  CHECK(largest_step > 0);
}

TEST_CASE("a hook is called by the bptt that names it and by no other, whatever that throws") {
  struct Thrower : BackwardHook<double> {
    void step(const BackwardRun<double>&, const BackwardStep<double>& step) override {
      ++calls;
      if (step.t == 1) throw std::runtime_error("stop");
    }
    int calls = 0;
  };
  Random random(3);
  const RNNCell<double, 2, 3, 1, Tanh, Identity> cell(init::standard(random));
  const auto x = batch(cell, {3, 2}, random);
  auto tape = cell.tape();
  auto watched = cell.zero_gradient(), plain = cell.zero_gradient();
  cell.forward(x, tape, every_step);
  loss::SquaredError{}(tape, Dense(Dense::Zero(1, 5)));
  Thrower thrower;
  CHECK_THROWS_AS(cell.bptt(x, tape, watched, {.hook = &thrower}), std::runtime_error);
  CHECK(thrower.calls == 2);
  cell.bptt(x, tape, plain);
  CHECK(thrower.calls == 2);
  Recorder recorder;
  watched.set_zero();
  cell.bptt(x, tape, watched, {.hook = &recorder});
  CHECK(recorder.all.size() == 3);
  CHECK(watched.theta() == plain.theta());
  Recorder uninterested(BackwardNeeds{});
  cell.bptt(x, tape, watched, {.hook = &uninterested});
  for (const Seen& seen : uninterested.all) {
    CHECK(seen.d_a.cols() > 0);
    CHECK(seen.d_state.size() + seen.sent_back.size() + seen.seen.size() + seen.keep.size() == 0);
  }
}

TEST_CASE("a hook sees the slopes of units that have a parameter, and adds nothing to its gradient") {
  Random random(4);
  RNNCell<double, 2, 5, 1, ModReLU, Identity> cell(elman::zero);
  nets::randomise(cell, 0.9, random);
  cell.matrix("beta").setConstant(-0.2);
  const auto x = batch(cell, {9, 4, 0, 7}, random);
  auto tape = cell.tape();
  auto watched = cell.zero_gradient(), plain = cell.zero_gradient();
  cell.forward(x, tape, every_step);
  tape.d_o().setOnes();
  cell.bptt(x, tape, plain);
  Recorder recorder;
  cell.bptt(x, tape, watched, {.hook = &recorder});
  CHECK(watched.theta() == plain.theta());
  CHECK(plain.matrix("beta").norm() > 0);
  Index off = 0;
  for (std::size_t k = 0; k < recorder.all.size(); ++k) {
    const Seen& now = recorder.all[k];
    CHECK(now.left.cwiseProduct(now.d_state) == now.d_a);
    if (k > 0) CHECK(recorder.all[k - 1].slopes_before == now.left.leftCols(recorder.all[k - 1].d_a.cols()));
    off += (now.left.array() == 0).count();
  }
  CHECK((off > 0 && off < 5 * x.steps.columns()));
}
