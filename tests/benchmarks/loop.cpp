// SPDX-License-Identifier: MIT
//
// What train::Loop costs over the same loop written by hand: an epoch of each workload, 64 updates of small ones and
// 8 of others, in shuffled order, packed, with clipping by norm and Adam; without metrics, and with the accuracy
// counted and a callback a step.
//
//   loop [--rounds N]
#include <elman/elman.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <numeric>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "timing.hpp"
#include "workload.hpp"

namespace {

using namespace benchmarks;
using elman::Index;
using elman::train::Event;
using elman::train::Moment;

constexpr int updates(const Workload& work) { return work.N() * work.H < 100'000 ? 64 : 8; }

/// Sequences of T steps, and a label for each, or for each of its steps.
template <class Cell>
struct Data {
  using Sequence = elman::Columns<float, Cell::in_size>;
  std::vector<Sequence> sequences;
  std::vector<std::vector<Index>> labels;

  explicit Data(const Workload& work) {
    elman::Random random(1);
    for (int k = 0; k < updates(work) * work.B; ++k) {
      sequences.emplace_back(work.In, work.T);
      for (float& number : sequences.back().reshaped()) number = static_cast<float>(random.uniform(-1, 1));
      for (auto& label : labels.emplace_back(static_cast<std::size_t>(work.T))) label = random.below(work.Out);
    }
  }
};

template <class Cell>
struct Model {
  elman::Random random{1};
  Cell cell{elman::init::torch_default(random)};
  elman::optim::Adam<float, Cell::theta_size> adam{cell};
};

template <class Cell>
class ByHand {
 public:
  ByHand(const Workload& work, const Data<Cell>& data, bool counts)
      : work_(work), data_(data), counts_(counts), gradient_(model_.cell.zero_gradient()), order_(data.labels.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  void epoch() {
    random_.shuffle(order_);
    const auto B = static_cast<std::size_t>(work_.B);
    const elman::ReadSteps& read = work_.every_step ? elman::every_step : elman::last_step;
    elman::metric::Accuracy accuracy;
    double sum = 0;
    for (std::size_t begin = 0; begin < order_.size(); begin += B) {
      const auto part = std::span(order_).subspan(begin, B);
      const auto of = [&](const auto& list) {
        return part | std::views::transform([&](std::size_t k) -> const auto& { return list[k]; });
      };
      elman::pack(of(data_.sequences), x_);
      elman::pack(of(data_.labels), labels_);
      if (!work_.every_step) elman::gather(labels_, elman::last_step, x_.steps, last_);
      model_.cell.forward(x_, tape_, read, random_);
      sum += static_cast<double>(work_.every_step ? loss_(tape_, labels_) : loss_(tape_, last_));
      if (counts_) {
        accuracy.add(tape_, work_.every_step ? labels_.columns : last_);
        told_ = sum + accuracy.value();
      }
      gradient_.set_zero();
      model_.cell.bptt(x_, tape_, gradient_);
      elman::optim::clip_norm(gradient_, 1.0);
      model_.adam.step(model_.cell, gradient_);
    }
  }

 private:
  Workload work_;
  const Data<Cell>& data_;
  bool counts_;
  Model<Cell> model_;
  typename Cell::Gradient gradient_;
  typename Cell::Tape tape_;
  elman::loss::CrossEntropy loss_;
  elman::Random random_{1};
  elman::Sequences<float, Cell::in_size> x_;
  elman::Labels labels_;
  std::vector<Index> last_;
  std::vector<std::size_t> order_;
  double told_ = 0;
};

template <std::size_t k>
void print_one(int rounds) {
  constexpr Workload work = workloads[k];
  using Cell = elman::RNNCell<float, work.In, work.H, work.Out>;
  const Data<Cell> data(work);
  ByHand<Cell> plain_by_hand(work, data, false), counting_by_hand(work, data, true);
  const elman::train::Examples examples(data.sequences, data.labels);
  const elman::train::BatchOptions batches{.size = work.B,
                                           .read = work.every_step ? elman::every_step : elman::last_step};
  const elman::train::LoopOptions options{.epochs = 1'000'000'000, .clip_norm = 1.0};
  const auto stop = [](Event& event) {
    if (event.moment == Moment::epoch) event.stop();  // run() is one epoch
  };
  Model<Cell> first, second;
  elman::train::Loop plain{first.cell, first.adam, elman::loss::CrossEntropy{},
                           elman::train::Batches{examples, batches}, options};
  elman::train::Loop counting{second.cell,
                              second.adam,
                              elman::loss::CrossEntropy{},
                              elman::train::Batches{examples, batches},
                              options,
                              elman::metric::Accuracy{}};
  plain.on(stop);
  counting.on(stop);
  double told = 0;
  counting.on([&](Event& event) { told = event.training.loss + event.training.metrics[0]; });
  const auto times = take_turns({[&] { plain_by_hand.epoch(); }, [&] { plain.run(); },
                                 [&] { counting_by_hand.epoch(); }, [&] { counting.run(); }},
                                rounds);
  print_row({work.name, std::to_string(work.N() * work.H), spread(times[0]), format("%.3f", ratio(times[1], times[0])),
             spread(times[2]), format("%.3f", ratio(times[3], times[2]))});
}

}  // namespace

int main(int argc, char** argv) {
  const bool says_rounds = argc == 3 && std::string_view(argv[1]) == "--rounds";
  const int rounds = says_rounds ? std::atoi(argv[2]) : 21;
  if (rounds < 1 || (argc != 1 && !says_rounds)) {
    std::fprintf(stderr, "loop: expected nothing, or --rounds N\n");
    return 1;
  }
  std::printf(
      "An epoch of 64 updates, of larger nets 8. Float. Median of %d rounds, 10th to 90th percentile; ratios are "
      "medians of the rounds' "
      "ratios.\n",
      rounds);
  print_head({"workload", "tokens x H", "by hand", "loop / by hand", "by hand, accuracy told", "loop / by hand"});
  [&]<std::size_t... k>(std::index_sequence<k...>) { (print_one<k>(rounds), ...); }
  (std::make_index_sequence<std::size(workloads)>());
}
