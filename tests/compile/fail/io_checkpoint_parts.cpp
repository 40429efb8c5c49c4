// SPDX-License-Identifier: MIT
// expect: elman::io::Checkpoint::keep: refers to what it keeps, a variable that resume can write to
// expect: elman::io::Checkpoint::keep: keeps nets, gradients, optimizers,
// expect: an optimizer of your own says its name and its options
#include <tuple>
#include <vector>

#include "elman/io/checkpoint.hpp"

struct Mine {
  struct State {
    auto vectors() const { return std::tie(sums); }
    elman::Index steps = 0;
    std::vector<float> sums;
  };
  int options() const { return 0; }
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }
#if ELMAN_FAIL != 3
  elman::FormOptions form() const { return {"Mine", {}}; }
#endif
  State state_;
};

int main() {
#if ELMAN_FAIL == 1
  const int epoch = 1;
#elif ELMAN_FAIL == 2
  std::vector<void*> epoch;
#else
  Mine epoch;
#endif
  elman::io::Checkpoint("run").keep("epoch", epoch);
}
