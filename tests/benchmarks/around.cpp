// SPDX-License-Identifier: MIT
//
// What training costs beside forward and bptt: the loss aside, clipping and the optimizer; packing a ragged batch; and
// what tokens save over one-hot columns.
#include <elman/elman.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "problem.hpp"
#include "studies.hpp"
#include "timing.hpp"

namespace benchmarks {

namespace {

using elman::Index;

template <class Cell>
class Trainer {
 public:
  using Sequence = elman::Columns<float, Cell::in_size>;

  explicit Trainer(const Workload& work) : work_(work), gradient_(cell_.zero_gradient()), adam_(cell_) {
    elman::Random random(1);
    elman::init::torch_default(random)(cell_);
    for (int b = 0; b < work.B; ++b) {
      for (auto* batch : {&even_, &ragged_}) {
        const Index T = batch == &even_ ? work.T : 1 + random.below(work.T);
        batch->push_back(Sequence(work.In, T));
        for (float& number : batch->back().reshaped()) number = static_cast<float>(random.uniform(-1, 1));
      }
      tokens_.emplace_back();
      for (int t = 0; t < work.T; ++t) tokens_.back().push_back(random.below(work.In));
    }
    for (int k = 0; k < work.N(); ++k) labels_.push_back(random.below(work.Out));
  }

  auto even() const { return elman::pack(even_); }
  auto ragged() const { return elman::pack(ragged_); }
  auto tokens() const { return elman::pack(tokens_); }

  /// forward, loss and the gradients.
  template <class X>
  void differentiate(const X& x) {
    cell_.forward(x, tape_, work_.every_step ? elman::every_step : elman::last_step);
    loss_(tape_, std::span<const Index>(labels_).first(static_cast<std::size_t>(tape_.o().cols())));
    gradient_.set_zero();
    cell_.bptt(x, tape_, gradient_);
  }
  /// All that a step of training is.
  template <class X>
  void step(const X& x) {
    differentiate(x);
    elman::optim::clip_norm(gradient_, 1.0);
    adam_.step(cell_, gradient_);
  }

 private:
  Workload work_;
  Cell cell_{elman::zero};
  typename Cell::Gradient gradient_;
  typename Cell::Tape tape_;
  elman::loss::CrossEntropy loss_;
  decltype(elman::optim::Adam{std::declval<const Cell&>()}) adam_;
  std::vector<Sequence> even_, ragged_;
  std::vector<std::vector<Index>> tokens_;
  std::vector<Index> labels_;
};

template <std::size_t k>
void print_around_one(int rounds) {
  constexpr Workload work = workloads[k];
  using Cell = elman::RNNCell<float, work.In, work.H, work.Out>;
  Trainer<Cell> trainer(work);
  const auto even = trainer.even(), ragged = trainer.ragged();
  const auto tokens = trainer.tokens();
  const std::vector<Times> times = take_turns(
      {[&] { trainer.differentiate(even); }, [&] { trainer.step(even); }, [&] { trainer.differentiate(ragged); },
       [&] { trainer.differentiate(trainer.ragged()); }, [&] { trainer.differentiate(tokens); }},
      rounds);
  print_row({work.name, spread(times[0]), digits(ratio(times[1], times[0])), spread(times[2]),
             digits(ratio(times[3], times[2])), spread(times[4]), digits(ratio(times[0], times[4]))});
}

}  // namespace

void print_around(int rounds) {
  std::printf(
      "\nForward, loss and gradients of an even batch; the same with clipping by norm and Adam; of a ragged batch of 1 "
      "to T steps, packed already; with packing; of tokens in place of columns. Float. Median of %d rounds, 10th to "
      "90th percentile; ratios are medians of the rounds' ratios.\n",
      rounds);
  print_head({"workload", "even", "with clipping and Adam / without", "ragged", "with packing / without", "tokens",
              "columns / tokens"});
  [&]<std::size_t... k>(std::index_sequence<k...>) { (print_around_one<k>(rounds), ...); }
  (std::make_index_sequence<std::size(workloads)>());
}

}  // namespace benchmarks
