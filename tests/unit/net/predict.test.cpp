// SPDX-License-Identifier: MIT
//
// predict leaves the bits of forward in o, y and the last states, whatever the net, what is read, and where the borders
// of its chunks fall; losses and metrics take a prediction as they take a tape.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "laws/law_compositions.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Dynamic;
using elman::Index;
using elman::ReadSteps;
using elman::Steps;

namespace {

using M = Eigen::MatrixXd;
using Cell = elman::RNNCell<double, Dynamic, Dynamic, Dynamic>;

/// One more than the first steps, at both ends of a border and far apart.
const std::vector<ReadSteps>& reads() {
  static const std::vector<ReadSteps> all{elman::every_step, elman::last_step, elman::at_steps({3, 4, 5}),
                                          elman::at_steps({0, 21, 22, 23, 40, 41, 60})};
  return all;
}

/// The net's own start if h0 has no column.
template <class Net, class X>
void check_equal(const Net& net, const X& x, const M& h0, typename Net::Prediction& prediction) {
  auto tape = net.tape();
  for (const ReadSteps& read : reads()) {
    CAPTURE(static_cast<int>(read.kind), read.listed.size());
    net.forward(x, tape, read, {.start = h0, .random = elman::no_noise});
    net.predict(x, prediction, read, {.start = h0});
    REQUIRE(tape.o().norm() > 0);
    CHECK(prediction.o() == tape.o());
    CHECK(prediction.y() == tape.y());
    CHECK(prediction.last_h() == tape.last_h());
    CHECK(prediction.steps() == tape.steps());
    CHECK(prediction.selection().count() == tape.selection().count());
  }
}

template <class Composition>
void check_composition(std::uint64_t seed) {
  elman::Random random(seed);
  const auto net = [&] {
    auto made = Composition::template make<elman::Softmax>(random);
    laws::randomise_net(made, 1.0, random);
    return made;
  }();
  auto prediction = net.prediction();
  bool is_ragged = false;
  for (int run = 0; run < 2 || !is_ragged; ++run) {
    auto x = Composition::x(random, net, 110, 150);
    while (laws::steps_of(x).columns() < 3 * elman::detail::chunk_columns) x = Composition::x(random, net, 110, 150);
    const Steps& steps = laws::steps_of(x);
    is_ragged = is_ragged || !steps.is_even();
    CAPTURE(seed, steps.columns(), steps.is_even());
    const M h0 = run % 2 == 0 ? M() : nets::normal<M>(net.state(), steps.batch(), random);
    check_equal(net, x, h0, prediction);
  }
}

/// Sequences of no step among long and short ones, so that whole chunks have few of them.
std::vector<Index> lengths_of_all_kinds(elman::Random& random, Index B, Index T) {
  std::vector<Index> lengths;
  for (Index b = 0; b < B; ++b) lengths.push_back(b % 7 == 0 ? 0 : 1 + random.below(b % 3 == 0 ? T : T / 8));
  lengths[1] = T;
  return lengths;
}

}  // namespace

TEST_CASE("a prediction has the bits of forward: stacks, embeddings, tokens, learned starts, noise that is off") {
  check_composition<laws::ThreeStacked>(1);
  check_composition<laws::EmbeddedColumns>(2);
  check_composition<laws::Tokens>(3);
  check_composition<laws::LearnedStarts>(4);
  check_composition<laws::Noisy>(5);
}

TEST_CASE("a prediction has the bits of forward: both directions, an encoder and a decoder, outputs without readout") {
  check_composition<laws::NestedBothWays>(6);
  check_composition<laws::Translator>(7);
  check_composition<laws::DeepTranslator>(8);
  check_composition<laws::OutputsAlone>(9);
}

TEST_CASE("a prediction has the bits of forward for one long sequence, a thousand short ones, and all between") {
  elman::Random random(10);
  elman::RNNCell<float, 3, 7, 5> cell{elman::init::standard(random)};
  auto prediction = cell.prediction();
  auto tape = cell.tape();
  using Columns = elman::Sequences<float, 3>;
  for (const auto& [B, T] :
       std::vector<std::pair<Index, Index>>{{1, 5000}, {1000, 20}, {300, 30}, {2, 61}, {40, 400}}) {
    const auto lengths =
        B < 3 ? std::vector<Index>(static_cast<std::size_t>(B), T) : lengths_of_all_kinds(random, B, T);
    Columns x{{}, Steps::ragged(lengths)};
    x.columns = nets::normal<elman::Matrix<float, 3, Dynamic>>(3, x.steps.columns(), random);
    for (const ReadSteps& read :
         std::vector<ReadSteps>{elman::every_step, elman::last_step, elman::at_steps({0, 7, 8, 9, T / 2})}) {
      if (read.kind == ReadSteps::Kind::listed && T < 20) continue;
      CAPTURE(B, T, static_cast<int>(read.kind));
      cell.forward(x, tape, read);
      cell.predict(x, prediction, read);
      CHECK(prediction.o() == tape.o());
      CHECK(prediction.y() == tape.y());
      CHECK(prediction.last_h() == tape.last_h());
    }
  }
}

TEST_CASE("of scalars without kernels a prediction is forward's to round-off") {
  elman::Random random(11);
  elman::RNNCell<long double, Dynamic, Dynamic, Dynamic> cell(2, 4, 3, elman::init::standard(random));
  using Matrix = elman::Matrix<long double, Dynamic, Dynamic>;
  const Matrix x = nets::normal<Matrix>(2, 5000, random);
  auto prediction = cell.prediction();
  auto tape = cell.tape();
  cell.forward(x, tape);
  cell.predict(x, prediction);
  CHECK((prediction.y() - tape.y()).cwiseAbs().maxCoeff() < 1e-16L);
}

TEST_CASE("chunks follow one another, end where blocks do, and none is larger than the largest that is reserved") {
  elman::Random random(12);
  for (const auto& [B, T] : std::vector<std::pair<Index, Index>>{{1, 9000}, {1500, 40}, {300, 60}, {37, 500}, {2, 2}}) {
    const Steps steps = B < 3 ? Steps::even(T, B) : Steps::ragged(lengths_of_all_kinds(random, B, T));
    const auto most = elman::detail::ChunkShape::most(steps);
    CAPTURE(B, T);
    CHECK(most.columns <= std::max(elman::detail::chunk_columns, elman::detail::chunk_steps * B));
    Index block = 0;
    for (Index begin = 0; begin < T;) {
      const Index end = elman::detail::chunk_end(steps, begin);
      REQUIRE(end > begin);
      const Index columns = steps.first(end) - steps.first(begin);
      CHECK(most.covers(elman::detail::ChunkShape::of(end - begin, begin == 0 ? B : steps.width(begin), columns)));
      while (block < end) block = elman::detail::block_end(steps, block);
      CHECK(block == end);
      begin = end;
    }
  }
}

TEST_CASE("a prediction keeps the states of one chunk") {
  elman::Random random(13);
  Cell cell(1, 3, 2, elman::init::standard(random));
  elman::Sequences<double, Dynamic> x{{}, Steps::even(100, 400)};
  x.columns = nets::normal<M>(1, x.steps.columns(), random);
  auto prediction = cell.prediction();
  cell.predict(x, prediction, elman::last_step);
  const Index kept = prediction.body.tape().steps().columns();
  CHECK(kept > 0);
  CHECK(kept <= elman::detail::chunk_steps * 400);
  CHECK(prediction.o().cols() == 400);
}

TEST_CASE("a prediction carries the state of streams on as forward does, where they start anew too") {
  elman::Random random(14);
  elman::Net<double, elman::Stacked<elman::LearnedStart<elman::Recurrence<3, 4>>, elman::Recurrence<4, 5>>,
             elman::Readout<5, 2>>
      net{elman::init::standard(random)};
  laws::randomise_net(net, 1.0, random);
  const Index B = 30, T = 400, count = 150;
  const elman::Sequences<double, 3> whole{nets::normal<M>(3, B * T, random), Steps::even(T, B), {}};
  elman::Labels starts{std::vector<Index>(static_cast<std::size_t>(B * T), 0), Steps::even(T, B), {}};
  for (Index& start : starts.columns) start = random.below(60) == 0 ? 1 : 0;
  elman::Sequences<double, 3> x;
  auto state = net.initial_state(B), expected_state = net.initial_state(B);
  auto prediction = net.prediction();
  auto tape = net.tape();
  for (Index begin = 0; begin < T; begin += count) {
    for (const bool cut : {false, true}) {
      cut ? elman::chunk(whole, starts, begin, count, x) : elman::chunk(whole, begin, count, x);
      CHECK(x.parts.empty() != cut);
      net.forward(x, tape, elman::every_step, expected_state);
      net.predict(x, prediction, elman::every_step, state);
      CHECK(prediction.y() == tape.y());
      CHECK(state.h == expected_state.h);
      CHECK((state.fresh == expected_state.fresh).all());
    }
    net.reset(state, begin % B);
    net.reset(expected_state, begin % B);
  }
}

TEST_CASE("losses and metrics take a prediction as they take a tape") {
  elman::Random random(15);
  Cell cell(2, 4, 3, elman::init::standard(random));
  const auto lengths = lengths_of_all_kinds(random, 200, 80);
  elman::Sequences<double, Dynamic> x{{}, Steps::ragged(lengths)};
  x.columns = nets::normal<M>(2, x.steps.columns(), random);
  REQUIRE(x.steps.columns() > elman::detail::chunk_columns);
  auto prediction = cell.prediction();
  auto tape = cell.tape();
  for (const ReadSteps& read : reads()) {
    cell.forward(x, tape, read);
    cell.predict(x, prediction, read);
    std::vector<Index> labels;
    for (Index k = 0; k < tape.o().cols(); ++k) labels.push_back(random.below(3));
    const elman::loss::CrossEntropy loss;
    CHECK(loss(prediction, labels) == loss(tape, labels));
    CHECK(std::as_const(prediction).d_o() == std::as_const(tape).d_o());
    CHECK(loss.divisor(prediction, labels) == loss.divisor(tape, labels));
    CHECK(elman::loss::of_sequences(loss, prediction, labels) == elman::loss::of_sequences(loss, tape, labels));
    elman::metric::Accuracy told, expected;
    told.add(prediction, labels);
    expected.add(tape, labels);
    CHECK(told.value() == expected.value());
    CHECK(told.value() > 0);
  }
}

TEST_CASE("what does not fit is refused as by forward, in predict's name, with the prediction untouched") {
  elman::Random random(16);
  Cell cell(3, 4, 2, elman::init::standard(random));
  const M x = nets::normal<M>(3, 6, random);
  auto prediction = cell.prediction();
  cell.predict(x, prediction);
  const M y = prediction.y();
  const auto refused = [&](const auto& run, const std::string& message) {
    CHECK_THROWS_WITH(run(), message);
    CHECK(prediction.y() == y);
    CHECK(prediction.steps().count() == 6);
  };
  refused([&] { cell.predict(M(2, 6), prediction); }, "RNNCell::predict: x has 2 rows; expected In = 3");
  refused([&] { cell.predict(M(3, 0), prediction); }, "RNNCell::predict: x has 0 steps; expected at least 1");
  refused([&] { cell.predict(x, prediction, elman::at_steps({6})); }, "at_steps: step 6; expected less than T = 6");
  refused([&] { cell.predict(x, prediction, elman::last_step, M(5, 1)); },
          "RNNCell::predict: h0 has 5 rows; expected Hidden = 4");
  refused([&] { cell.predict(x, prediction, elman::last_step, M(4, 2)); },
          "RNNCell::predict: h0 has 2 columns; expected B = 1");
  auto state = cell.initial_state(3);
  refused([&] { cell.predict(x, prediction, elman::last_step, state); },
          "RNNCell::predict: state has 3 streams; expected B = 1, as initial_state(1) has");
  refused(
      [&] {
        cell.predict(elman::pack(std::vector<std::vector<int>>{{0, 3}}), prediction);
      },
      "RNNCell::predict: token 1 of x is 3; expected 0 <= token < In = 3");
}
