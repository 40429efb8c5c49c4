// SPDX-License-Identifier: MIT
//
// A tape with all memory inside says the same as one that grows, bit for bit: outputs, states and every gradient, which
// the law-suite proves for the latter. And it says no to what it has no room for.
#include <memory>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using namespace elman;

namespace {

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
}

Sequences<double, 3> columns_of(const std::vector<Index>& lengths, Random& random) {
  std::vector<Matrix<double, 3, Dynamic>> sequences;
  for (const Index T : lengths) sequences.push_back(nets::normal<Matrix<double, 3, Dynamic>>(3, T, random));
  return pack(sequences);
}
Labels tokens_of(const std::vector<Index>& lengths, Index vocabulary, Random& random) {
  std::vector<std::vector<Index>> lists;
  for (const Index T : lengths) {
    lists.emplace_back();
    for (Index t = 0; t < T; ++t) lists.back().push_back(random.below(vocabulary));
  }
  return pack(lists);
}

/// run(tape) is a forward; the rest of a training call follows. Inputs that are tokens have no gradient.
template <class Tape, class Net, class X, class Run>
auto train(const Net& net, const X& x, Tape& tape, const Run& run) {
  struct Result {
    Matrix<double, Dynamic, Dynamic> h, y, last, d_theta, d_x, d_h0;
  } result;
  run(tape);
  Matrix<double, Dynamic, Dynamic> targets = Matrix<double, Dynamic, Dynamic>::Ones(tape.o().rows(), tape.o().cols());
  loss::SquaredError()(tape, targets);
  auto gradient = net.zero_gradient();
  typename Net::InputGradients asked;
  Columns<double, Net::state_size> d_h0;
  asked.d_h0 = &d_h0;
  Columns<double, Net::in_size> d_x;
  if constexpr (!std::is_same_v<X, Labels> && !detail::IsSourceTarget<X>::value) asked.d_x = &d_x;
  net.bptt(x, tape, gradient, asked);
  result.h = tape.h();
  result.y = tape.y();
  tape.last_h(result.last);
  result.d_theta = gradient.theta();
  result.d_x = d_x;
  result.d_h0 = d_h0;
  return result;
}

template <int T, int B, bool Masks, class Net, class X, class Run>
void check_same(const Net& net, const X& x, const Run& run) {
  auto grows = net.tape();
  const auto fixed = std::make_unique<typename Net::template FixedTape<T, B, Masks>>();
  const auto expected = train(net, x, grows, run);
  for (int again = 0; again < 2; ++again) {
    const auto got = train(net, x, *fixed, run);
    CHECK(same_bits(got.h, expected.h));
    CHECK(same_bits(got.y, expected.y));
    CHECK(same_bits(got.last, expected.last));
    CHECK(same_bits(got.d_theta, expected.d_theta));
    CHECK(same_bits(got.d_x, expected.d_x));
    CHECK(same_bits(got.d_h0, expected.d_h0));
    CHECK(got.d_theta.norm() > 0);
  }
}

using Cell = RNNCell<double, 3, 7, 4, Tanh, Identity>;

}  // namespace

TEST_CASE("a fixed tape gives the bits of a growing one: a cell, even and ragged, whatever is read") {
  Random random(1);
  Cell cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  const at_steps listed({0, 3, 4, 9});
  for (const std::vector<Index>& lengths : {std::vector<Index>{12},
                                            {1},
                                            {9, 9, 9},
                                            {12, 10, 11, 1, 12},
                                            {2, 11, 3, 3},
                                            {1, 10, 1, 2, 1},
                                            {0, 10, 0, 2, 0}}) {
    const auto x = columns_of(lengths, random);
    const auto h0 = nets::normal<Matrix<double, 7, Dynamic>>(7, x.steps.batch(), random);
    CAPTURE(lengths);
    for (const ReadSteps& read : {every_step, last_step, ReadSteps(listed)}) {
      if (read.kind == ReadSteps::Kind::listed && x.steps.count() < 10) continue;
      check_same<12, 5, false>(cell, x, [&](auto& tape) { cell.forward(x, tape, read); });
      check_same<12, 5, false>(cell, x, [&](auto& tape) { cell.forward(x, tape, read, h0); });
    }
  }
}

TEST_CASE("a fixed tape gives the bits of a growing one: blocks of steps and of columns") {
  Random random(2);
  Cell cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  for (const std::vector<Index>& lengths : {std::vector<Index>(150, 3), std::vector<Index>{2, 300, 17}}) {
    const auto x = columns_of(lengths, random);
    check_same<300, 150, false>(cell, x, [&](auto& tape) { cell.forward(x, tape); });
  }
}

TEST_CASE("a fixed tape gives the bits of a growing one: compositions, tokens, noise") {
  Random random(3);
  const std::vector<Index> lengths{5, 9, 0, 7};
  const auto x = columns_of(lengths, random);
  const auto initialised = [&](auto net) {
    init::standard(random)(net);
    return net;
  };
  const auto deep = initialised(
      Net<double, Stacked<Bidirectional<LearnedStart<Recurrence<3, 4>>, Recurrence<3, 5>>, Recurrence<9, 6>>,
          Readout<6, 2, Identity>>(elman::zero));
  check_same<9, 4, false>(deep, x, [&](auto& tape) { deep.forward(x, tape, last_step); });
  check_same<11, 5, false>(deep, x, [&](auto& tape) { deep.forward(x, tape); });

  const auto tokens = tokens_of(lengths, 11, random);
  const auto words =
      initialised(Net<double, Stacked<Embedding<11, 3>, Bidirectional<Recurrence<3, 4>>, Recurrence<8, 5>>,
                      Readout<5, 2, Identity>>(elman::zero));
  check_same<9, 4, false>(words, tokens, [&](auto& tape) { words.forward(tokens, tape, last_step); });

  const auto translator = initialised(
      Net<double, EncoderDecoder<Recurrence<11, 6>, Recurrence<11, 6>>, Readout<6, 3, Identity>>(elman::zero));
  const SourceTarget pair{tokens, tokens_of({2, 2, 8, 3}, 11, random)};
  check_same<9, 4, false>(translator, pair, [&](auto& tape) { translator.forward(pair, tape); });

  using Lossy = Recurrence<3, 4, Tanh, RecurrentNoise>;
  using Noisy = Stacked<Lossy, Dropout<Recurrence<4, 5>>>;
  Net<double, Noisy, Readout<5, 2, Identity>> noisy{
      Noisy(Lossy({.recurrent_dropout = 0.3, .zoneout = 0.2}), Dropout(Recurrence<4, 5>(), {.rate = 0.3})),
      {},
      init::standard(random)};
  check_same<9, 4, true>(noisy, x, [&](auto& tape) {
    Random masks(7);
    noisy.forward(x, tape, every_step, masks);
  });
}

TEST_CASE("a fixed tape trains on a stream in chunks, from a carried state") {
  Random random(4);
  Cell cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  const auto x = columns_of(std::vector<Index>(2, 20), random);
  auto grows = cell.tape();
  Cell::FixedTape<8, 2> fixed;
  auto state = cell.initial_state(2), fixed_state = state;
  Sequences<double, 3> part;
  for (Index begin = 0; begin < 20; begin += 8) {
    chunk(x, begin, 8, part);
    cell.forward(part, grows, every_step, state);
    cell.forward(part, fixed, every_step, fixed_state);
    CHECK(same_bits(state.h, fixed_state.h));
    CHECK(same_bits(grows.y(), fixed.y()));
  }
}

TEST_CASE("what a fixed tape has no room for is an error, with the tape as it was") {
  Random random(5);
  Cell cell{elman::zero};
  nets::randomise(cell, 0.9, random);
  Cell::FixedTape<5, 2> tape;
  const auto fits = columns_of({5, 3}, random);
  cell.forward(fits, tape);
  const Matrix<double, Dynamic, Dynamic> y = tape.y();
  expect_error([&] { cell.forward(columns_of({6}, random), tape); },
               "RNNCell::forward: T is 6; expected at most 5, as there is room for");
  expect_error(
      [&] {
        cell.forward(columns_of({1, 2, 3}, random), tape);
      },
      "RNNCell::forward: B is 3; expected at most 2, as there is room for");
  CHECK(same_bits(tape.y(), y));
  CHECK(tape.steps() == fits.steps);

  using Noisy = Recurrence<3, 7, Tanh, RecurrentNoise>;
  const Net<double, Noisy, Readout<7, 4>> noisy{Noisy({.zoneout = 0.1}), {}, elman::zero};
  decltype(noisy)::FixedTape<5, 2> unmasked;
  expect_error([&] { noisy.forward(fits, unmasked); },
               "RNNCell::forward: the net keeps masks of dropout or zoneout; expected a tape with room for them, "
               "FixedTape<T, B, true>");
  CHECK(unmasked.steps().count() == 0);
  const Net<double, Dropout<Noisy>, Readout<7, 4>> dropped{elman::zero};
  decltype(dropped)::FixedTape<5, 2> no_masks;
  dropped.forward(fits, no_masks);
  expect_error([&] { dropped.forward(fits, no_masks, every_step, random); },
               "Net::forward: the net keeps masks of dropout or zoneout; expected a tape with room for them, "
               "FixedTape<T, B, true>");
  dropped.forward(columns_of({2}, random), no_masks);
}

TEST_CASE("steps with room inside are the same steps") {
  const std::vector<int> lengths{2, 5, 3, 5};
  using Few = BasicSteps<AtMost<5, 4>>;
  const Few few = Few::ragged(lengths);
  const Steps any = Steps::ragged(lengths);
  CHECK(few == any);
  CHECK(Few(any) == any);
  CHECK(Steps(few) == any);
  CHECK_FALSE(few == Steps::ragged(std::vector<int>{5, 2, 3, 5}));
  for (Index b = 0; b < 4; ++b) {
    CHECK(few.length(b) == any.length(b));
    CHECK(few.last_column(b) == any.last_column(b));
  }
  expect_error([] { Few::even(6, 1); }, "Steps::even: T is 6; expected at most 5, as there is room for");
  expect_error([] { Few::ragged(std::vector<int>(5, 1)); },
               "Steps::ragged: B is 5; expected at most 4, as there is room for");
  expect_error(
      [] {
        Few::ragged(std::vector<int>{1, 7});
      },
      "Steps::ragged: T is 7; expected at most 5, as there is room for");
}
