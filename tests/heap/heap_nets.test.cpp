// SPDX-License-Identifier: MIT
//
// No heap once the largest batch has passed, for compositions (heap.test.cpp: for cells): random batches none of which
// is larger than the first, nor asks for what the first did not.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <type_traits>
#include <vector>

#include "elman/elman.hpp"
#include "heap/heap_counter.hpp"
#include "heap/random_batches.hpp"
#include "support/catch.hpp"

using elman::Dynamic;
using elman::GrowingColumns;
using elman::Index;
using elman::Labels;
using elman::Random;
using elman::ReadSteps;
using random_batches::draw_lengths;
using random_batches::draw_lists;
using random_batches::draw_read;

namespace {

constexpr int batches = 500;

/// The heap calls of training on `batches` random batches, but for the first. draw(random, run) makes what is new, and
/// returns what is read; forward(net, tape, read) packs and runs it, and returns x; asked is given to every bptt.
template <class Net, class Draw, class Forward>
long calls_of_training(Net net, const typename Net::InputGradients& asked, const Draw& draw, const Forward& forward) {
  Random random(7);
  elman::init::standard(random)(net);
  const elman::loss::SquaredError loss;
  elman::optim::Adam adam{net};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  GrowingColumns<float, Dynamic> targets, last;
  std::vector<double> weights;
  long calls = 0;
  for (int run = 0; run < batches; ++run) {
    const ReadSteps read = draw(random, run);
    const long before = heap_calls;
    const auto& x = forward(net, tape, read);
    targets.setZero(tape.o().rows(), tape.o().cols());
    targets.setOnes();
    weights.assign(static_cast<std::size_t>(targets.cols()), 0.5);
    loss(tape, elman::loss::weighted(targets, weights));
    gradient.set_zero();
    net.bptt(x, tape, gradient, asked);
    elman::optim::clip_norm(gradient, 1.0);
    adam.step(net, gradient);
    tape.last_h(last);
    const long its_calls = heap_calls - before;
    if (run > 0) calls += its_calls;
    if (run == 0) CHECK(its_calls > 0);  // everything grows once, and the counter counts
    if (run > 0 && its_calls > 0) {
      UNSCOPED_INFO("run " << run << ": B = " << tape.steps().batch() << ", T = " << tape.steps().count()
                           << ", N = " << tape.steps().columns() << ", R = " << tape.o().cols() << ": " << its_calls);
    }
  }
  CHECK(gradient.theta().norm() > 0);
  return calls;
}

}  // namespace

namespace {

/// Of lists of tokens, in training, with a look at the way back: masks are drawn.
template <class Body>
void check_tokens(const Body& body) {
  using namespace elman;
  std::vector<std::vector<Index>> lists;
  Labels x;
  Random masks(8);
  GrowingColumns<float, Body::state_size> d_h0;
  const Net<float, Body, Readout<Dynamic, Dynamic, Identity>> untrained(body, {5, 3}, zero);
  GradientFlow flow{untrained};
  CHECK(calls_of_training(
            untrained, {.d_h0 = &d_h0, .hook = &flow},
            [&](Random& random, int run) {
              const auto lengths = draw_lengths(random, run == 0);
              lists = draw_lists(random, lengths, 9);
              return draw_read(random, run == 0, *std::ranges::max_element(lengths));
            },
            [&](const auto& net, auto& tape, const ReadSteps& read) -> const auto& {
              pack(lists, x);
              net.forward(x, tape, read, masks);
              return x;
            }) == 0);
}

}  // namespace

TEST_CASE("random batches of tokens allocate nothing: noise, both directions, learned starts, repeated layers") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  check_tokens(Stacked(Embedding(9, 6),
                       Bidirectional(LearnedStart(Recurrence(6, 8, {.recurrent_dropout = 0.2, .zoneout = 0.1}))),
                       Dropout(Recurrence(16, 5), {.rate = 0.3})));
  check_tokens(Stacked(Recurrence(9, 6, LearnedLeak{.recurrent_dropout = 0.2}), Recurrence(6, 5, LeakyVoltage{})));
  check_tokens(Repeated(Recurrence(9, 5), Dropout(Recurrence(5, 5, no_bias), {.rate = 0.3}), 4));
}

TEST_CASE("random batches of pairs allocate nothing: an encoder and a decoder") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  const auto body = EncoderDecoder(Recurrence(9, 12), Recurrence(9, 12));
  using Body = std::remove_cvref_t<decltype(body)>;
  std::vector<std::vector<Index>> sources, lists;
  Labels source, target;
  const SourceTarget x{std::cref(source), std::cref(target)};
  CHECK(calls_of_training(
            Net<float, Body, Readout<Dynamic, Dynamic, Identity>>(body, {12, 3}, zero), {},
            [&](Random& random, int run) {
              const auto lengths = draw_lengths(random, run == 0);
              lists = draw_lists(random, lengths, 9);
              sources = draw_lists(random, draw_lengths(random, run == 0, std::ssize(lists)), 9);
              return draw_read(random, run == 0, *std::ranges::max_element(lengths));
            },
            [&](const auto& net, auto& tape, const ReadSteps& read) -> const auto& {
              pack(sources, source);
              pack(lists, target);
              net.forward(x, tape, read);
              return x;
            }) == 0);
}

TEST_CASE("random chunks of streams allocate nothing: states carried on, streams that start anew within a chunk") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  using Streaming = Net<float, Stacked<Recurrence<9, 7>, Recurrence<7, 4>>, Readout<4, 3, Identity>>;
  Random random(9);
  const Labels whole = streams(draw_lists(random, {30000}, 9)[0], 30);
  Labels starts = streams(std::vector<int>(30000, 0), 30), chunk_of_whole;
  const auto choose = [&](Index begin, Index count) {  // at each of these steps every second stream starts anew
    std::ranges::fill(starts.columns, 0);
    for (Index t = begin; t < begin + count; ++t) {
      for (Index b = 0; b < 30; b += 2) starts.columns[static_cast<std::size_t>(t * 30 + b)] = 1;
    }
  };
  auto state = Streaming(zero).initial_state(30);
  Index begin = 0, count = 0;
  CHECK(calls_of_training(
            Streaming(zero), {},
            [&](Random& draws, int run) {
              begin = draws.below(900);
              count = run == 0 ? 20 : 1 + draws.below(20);
              if (run == 0) {
                choose(begin, count);
              } else {
                choose(begin + draws.below(count), draws.below(2));
              }
              return draw_read(draws, run == 0, count);
            },
            [&](const auto& net, auto& tape, const ReadSteps& read) -> const auto& {
              chunk(whole, starts, begin, count, chunk_of_whole);
              net.reset(state, 1);
              net.forward(chunk_of_whole, tape, read, state);
              return chunk_of_whole;
            }) == 0);
}

namespace {

/// The heap calls of predictions of batches of tokens none of which is larger than the first, of several chunks each,
/// but for the first.
template <class Body>
long calls_of_predictions(const Body& body, int runs) {
  using namespace elman;
  constexpr Index most = 60, longest = 150;  // 9000 columns, of which a chunk has at most 2048
  Random random(10);
  Net<float, Body, Readout<Dynamic, Dynamic, Identity>> net(body, {body.out(), 3}, init::standard(random));
  auto prediction = net.prediction();
  const auto draw = [&](Labels& x, int run, Index B) {
    std::vector<Index> lengths(static_cast<std::size_t>(B), run == 0 ? longest : 1 + random.below(longest));
    for (Index& length : lengths) length = run % 3 == 0 ? length : random.below(length + 1);
    lengths.front() += lengths.front() == 0 ? 1 : 0;
    pack(draw_lists(random, lengths, 9), x);
  };
  Labels source, x;
  GrowingColumns<float, Dynamic> targets, last;
  long calls = 0;
  for (int run = 0; run < runs; ++run) {
    const Index B = run == 0 ? most : 1 + random.below(most);
    draw(source, run, B);
    draw(x, run, B);
    const ReadSteps read = draw_read(random, run == 0, x.steps.count());
    const long before = heap_calls;
    if constexpr (Body::reads_pair) {
      net.predict(SourceTarget{std::cref(source), std::cref(x)}, prediction, read);
    } else {
      net.predict(x, prediction, read);
    }
    targets.setZero(prediction.o().rows(), prediction.o().cols());
    loss::SquaredError{}(prediction, targets);
    prediction.last_h(last);
    if (run > 0) calls += heap_calls - before;
    if (run == 0) CHECK(heap_calls > before);
  }
  return calls;
}

}  // namespace

TEST_CASE("random batches are predicted without the heap, wherever their chunks end") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  CHECK(calls_of_predictions(Stacked(Embedding(9, 4), LearnedStart(Recurrence(4, 5, {.zoneout = 0.1})),
                                     Dropout(Recurrence(5, 3), {.rate = 0.3})),
                             150) == 0);
  CHECK(calls_of_predictions(EncoderDecoder(Recurrence(9, 4), Recurrence(9, 4)), 80) == 0);
}

TEST_CASE("a thousand tokens, step by step, allocate nothing") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  Random random(8);
  Net<float, Stacked<Embedding<9, 3>, Recurrence<3, 7, Tanh, LearnedVoltageLeak>, Recurrence<7, 4>>, Readout<4, 9>>
      small{init::standard(random)};
  auto stream = small.initial_state();
  float sum = 0;
  CHECK(count_heap_calls([&] {
          for (Index t = 0; t < 1000; ++t) sum += small.step(t % 9, stream)(0);
        }) == 0);
  CHECK(sum > 0);
}
