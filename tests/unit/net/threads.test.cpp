// SPDX-License-Identifier: MIT
//
// Many states on one const net, a thread each: they say what one thread says. A thread sanitizer runs this too.
#include <array>
#include <thread>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"

using namespace elman;

namespace {

constexpr int threads = 8;
using Outputs = std::array<Vector<float, 4>, 200>;

/// The outputs of one stream, whose x depends on its number.
template <class Net>
void stream(const Net& net, int number, Outputs& outputs) {
  Random random(static_cast<std::uint64_t>(number));
  auto state = net.initial_state();
  net.settle(Vector<float, 3>(0.1F, 0.2F, 0.3F), state, {.most_steps = 20});
  for (auto& y : outputs) y = net.step(nets::normal<Vector<float, 3>>(3, 1, random), state);
  net.reset(state);
}

template <class Net>
void check_threads(const Net& net) {
  std::vector<Outputs> alone(threads), together(threads);
  for (int k = 0; k < threads; ++k) stream(net, k, alone[static_cast<std::size_t>(k)]);
  std::vector<std::thread> running;
  for (int k = 0; k < threads; ++k) {
    running.emplace_back([&, k] { stream(net, k, together[static_cast<std::size_t>(k)]); });
  }
  for (std::thread& thread : running) thread.join();
  CHECK(together == alone);
  CHECK(alone[0] != alone[1]);
}

}  // namespace

TEST_CASE("eight threads step and train on one const net") {
  detail::simd_in_use.store(-1);  // as at the start of a program, so that all threads ask at once
  Random random(1);
  using Deep = Net<float, Stacked<LearnedStart<Recurrence<3, 17>>, Recurrence<17, 9>>, Readout<9, 4>>;
  const Deep net{init::standard(random)};
  check_threads(net);
  const auto narrow = freeze<std::int8_t>(net);
  check_threads(narrow.net());

  const auto x = nets::normal<Matrix<float, 3, Dynamic>>(3, 12, random);
  const std::vector<int> labels(12, 1);
  std::vector<Deep::Gradient> gradients(threads, net.zero_gradient());
  std::vector<std::thread> running;
  for (auto& gradient : gradients) {
    running.emplace_back([&] {
      auto tape = net.tape();
      net.forward(x, tape);
      loss::CrossEntropy()(tape, labels);
      net.bptt(x, tape, gradient);
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const auto& gradient : gradients) CHECK(gradient.theta() == gradients[0].theta());
  CHECK(gradients[0].theta().norm() > 0);
}
