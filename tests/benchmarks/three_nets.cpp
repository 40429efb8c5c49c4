// SPDX-License-Identifier: MIT
//
// Three different nets of float that train, with all that a training step has: what compile_cost.sh compiles to see
// what a further net costs.
#include <elman/elman.hpp>

#include <cstdio>
#include <vector>

using namespace elman;

namespace {

/// A training step on two sequences; returns L.
template <class Net>
float train_step(Net& net, Random& random) {
  using Sequence = Columns<float, Net::Gradient::in_size>;
  std::vector<Sequence> sequences;
  for (const Index steps : {7, 4}) {
    sequences.emplace_back(net.in(), steps);
    for (float& value : sequences.back().reshaped()) value = static_cast<float>(random.normal());
  }
  const auto x = pack(sequences);
  const loss::CrossEntropy loss;
  optim::Adam adam{net, {.learning_rate = 3e-3}};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(x, tape, last_step);
  const float L = loss(tape, std::vector<Index>{0, 1});
  net.bptt(x, tape, gradient);
  optim::clip_norm(gradient, 1.0);
  adam.step(net, gradient);
  return L;
}

}  // namespace

int main() {
  Random random{1};
  RNNCell<float, 4, 32, 4> cell{init::standard(random)};
  Net<float, Stacked<Bidirectional<Recurrence<12, 32>>, Recurrence<64, 32>>, Readout<32, 9>> both_ways{
      init::standard(random)};
  Net<float, Stacked<Recurrence<7, 48, ReLU>, Recurrence<48, 24>>, Readout<24, 5>> stack{init::standard(random)};
  const float of_cell = train_step(cell, random);
  const float of_both_ways = train_step(both_ways, random);
  const float of_stack = train_step(stack, random);
  std::printf("L = %.2f %.2f %.2f\n", of_cell, of_both_ways, of_stack);
}
