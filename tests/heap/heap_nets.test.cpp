// SPDX-License-Identifier: MIT
//
// No heap in steady state, for compositions (heap.test.cpp: for cells).
#include <type_traits>
#include <vector>

#include "elman/elman.hpp"
#include "heap/heap_counter.hpp"
#include "support/catch.hpp"

using elman::Dynamic;
using elman::Index;

namespace {

/// A training step of any net on two batches in turn, once their shapes have been seen, as a run with `start`.
template <class Net, class Batch, class Start>
void check_net(Net net, const std::vector<Batch>& batches, const Start& start) {
  elman::Random random(7);
  elman::init::standard(random)(net);
  const elman::loss::SquaredError loss;
  elman::optim::Adam adam{net};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  std::vector<Eigen::MatrixXf> targets;
  for (const Batch& batch : batches) {
    start(net, batch, tape, random);
    targets.push_back(Eigen::MatrixXf::Ones(tape.o().rows(), tape.o().cols()));
  }
  const auto train = [&] {
    for (std::size_t k = 0; k < batches.size(); ++k) {
      start(net, batches[k], tape, random);
      loss(tape, targets[k]);
      gradient.set_zero();
      net.bptt(batches[k], tape, gradient);
      elman::optim::clip_norm(gradient, 1.0);
      adam.step(net, gradient);
    }
  };
  train();
  CHECK(count_heap_calls(train) == 0);
}

elman::Labels tokens_of(const std::vector<Index>& lengths, elman::Random& random) {
  std::vector<std::vector<Index>> lists;
  for (const Index T : lengths) {
    lists.emplace_back();
    for (Index t = 0; t < T; ++t) lists.back().push_back(random.below(9));
  }
  return elman::pack(lists);
}

}  // namespace

TEST_CASE(
    "compositions allocate nothing once their shapes have been seen: tokens, noise, both directions, carried state") {
  if (!ELMAN_COUNTS_HEAP) {
    SUCCEED();
    return;
  }
  using namespace elman;
  using Out = Readout<Dynamic, Dynamic, Identity>;
  Random random(8);
  const std::vector<Labels> tokens{tokens_of({9, 2, 17}, random), tokens_of({5, 5, 5}, random)};
  const auto in_training = [](auto& net, const auto& x, auto& tape, Random& masks) {
    net.forward(x, tape, last_step, masks);
  };
  const auto body = Stacked(Embedding(9, 6),
                            Bidirectional(LearnedStart(Recurrence(6, 8, {.recurrent_dropout = 0.2, .zoneout = 0.1}))),
                            Dropout(Recurrence(16, 5), {.rate = 0.3}));
  check_net(Net<float, std::remove_cvref_t<decltype(body)>, Out>(body, {5, 3}, elman::zero), tokens, in_training);

  const auto translator = EncoderDecoder(Recurrence(9, 12), Recurrence(9, 12));
  std::vector<SourceTarget<Labels, Labels>> pairs{{tokens[0], tokens[1]}, {tokens[1], tokens[0]}};
  check_net(Net<float, std::remove_cvref_t<decltype(translator)>, Out>(translator, {12, 3}, elman::zero), pairs,
            in_training);

  auto state =
      Net<float, Stacked<Recurrence<9, 7>, Recurrence<7, 4>>, Readout<4, 3, Identity>>(elman::zero).initial_state(3);
  check_net(Net<float, Stacked<Recurrence<9, 7>, Recurrence<7, 4>>, Readout<4, 3, Identity>>(elman::zero), tokens,
            [&](auto& net, const Labels& x, auto& tape, Random&) {
              net.reset(state, 1);
              net.forward(x, tape, every_step, state);
            });

  Net<float, Stacked<Embedding<9, 3>, Recurrence<3, 7>, Recurrence<7, 4>>, Readout<4, 9>> small{init::standard(random)};
  auto stream = small.initial_state();
  float sum = 0;
  CHECK(count_heap_calls([&] {
          for (Index t = 0; t < 100; ++t) sum += small.step(t % 9, stream)(0);
        }) == 0);
  CHECK(sum > 0);
}
