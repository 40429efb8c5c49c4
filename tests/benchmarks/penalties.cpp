// SPDX-License-Identifier: MIT
//
// What penalties cost that hooks add: a step of training with one over the same step without, of an even batch of 64
// sequences of 100 steps, two numbers a step, as long-range tasks have it; forward, loss of the last step, bptt,
// clipping by norm and Adam.
//
//   penalties [--rounds N]
#include <elman/elman.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "timing.hpp"

namespace {

using namespace benchmarks;
using elman::Index;

constexpr Index T = 100, B = 64;

template <int H>
class Trainer {
 public:
  Trainer() {
    elman::init::orthogonal(cell_.W(), random_, 0.98);
    for (Index b = 0; b < B; ++b) {
      labels_.push_back(random_.below(10));
      sequences_.push_back(elman::Columns<float, 2>::Random(2, T));
    }
    elman::pack(sequences_, x_);
  }

  void step(elman::BackwardHook<float>* hook) {
    cell_.forward(x_, tape_, elman::last_step);
    loss_(tape_, labels_);
    gradient_.set_zero();
    cell_.bptt(x_, tape_, gradient_, {.hook = hook});
    elman::optim::clip_norm(gradient_, 1.0);
    adam_.step(cell_, gradient_, 1e-9);  // all runs are of the same weights, or nearly so
  }
  const auto& cell() const { return cell_; }

 private:
  using Cell = elman::RNNCell<float, 2, H, 10>;
  elman::Random random_{1};
  Cell cell_{elman::init::standard(random_)};
  elman::optim::Adam<float, Cell::theta_size> adam_{cell_};
  typename Cell::Gradient gradient_ = cell_.zero_gradient();
  typename Cell::Tape tape_;
  elman::loss::CrossEntropy loss_;
  std::vector<elman::Columns<float, 2>> sequences_;
  elman::Sequences<float, 2> x_;
  std::vector<Index> labels_;
};

template <int H>
void print_one(int rounds) {
  Trainer<H> trainer;
  elman::hook::Omega omega{trainer.cell()};
  elman::hook::NormPenalty norms{trainer.cell()};
  elman::hook::ActivityPenalty activity{trainer.cell()};
  const auto times = take_turns({[&] { trainer.step(nullptr); }, [&] { trainer.step(&omega); },
                                 [&] { trainer.step(&norms); }, [&] { trainer.step(&activity); }},
                                rounds);
  std::vector<std::string> row{std::to_string(H), spread(times[0])};
  for (const std::size_t k : {1U, 2U, 3U}) row.push_back(format("%.2f", ratio(times[k], times[0])));
  print_row(row);
}

}  // namespace

int main(int argc, char** argv) {
  const bool says_rounds = argc == 3 && std::string_view(argv[1]) == "--rounds";
  const int rounds = says_rounds ? std::atoi(argv[2]) : 21;
  if (rounds < 1 || (argc != 1 && !says_rounds)) {
    std::fprintf(stderr, "penalties: expected nothing, or --rounds N\n");
    return 1;
  }
  std::printf(
      "A step of training, 100 steps of 64 sequences. Float. Median of %d rounds, 10th to 90th percentile; "
      "ratios are medians of the rounds' ratios.\n",
      rounds);
  print_head({"H", "without", "Omega / without", "NormPenalty / without", "ActivityPenalty / without"});
  print_one<4>(rounds);
  print_one<8>(rounds);
  print_one<16>(rounds);
  print_one<32>(rounds);
  print_one<64>(rounds);
  print_one<100>(rounds);
  print_one<128>(rounds);
}
