// SPDX-License-Identifier: MIT
//
// Learning on a microcontroller: this program trains a small net by backpropagation through time and then tells
// gestures apart, one sample of the sensor at a time. It is the same on a Cortex-M4F, a Cortex-M7 and a computer, and
// uses no heap. What it asks of the machine is in device.hpp.
//
// A gesture is 12 to 24 noisy samples of three axes, of unknown phase, speed and strength:
//
//   0  a circle      1  the same the other way round      2  a shake      3  a knock
//
// The samples of both circles differ in their order alone: to tell one from the other takes memory.
#include <elman/elman.hpp>

#include <array>
#include <cmath>

#include "device.hpp"

namespace {

using elman::Index;

constexpr int axes = 3, hidden = 16, classes = 4, most_steps = 24;
constexpr int updates = 600, gestures_an_update = 8, test_gestures = 200;
constexpr int tenth = updates / 10;  // of training: what losses are averaged over

using Cell = elman::RNNCell<float, axes, hidden, classes>;
using Sample = elman::Vector<float, axes>;
#ifdef PLANT_ALLOCATION  // the device's count of heap calls must see this
using Samples = elman::Columns<float, axes>;
#else
using Samples = Eigen::Matrix<float, axes, elman::Dynamic, Eigen::ColMajor, axes, most_steps>;
#endif
using Labels = Eigen::Matrix<Index, elman::Dynamic, 1, Eigen::ColMajor, most_steps, 1>;

struct Gesture {
  Samples x;
  Labels labels;  // the class, at every step
};

Gesture random_gesture(elman::Random& random) {
  const Index steps = most_steps / 2 + random.below(most_steps / 2 + 1), label = random.below(classes);
  const double phase = random.uniform(0, 6.28), speed = random.uniform(0.4, 0.8);
  const auto strength = static_cast<float>(random.uniform(0.6, 1.4));
  Gesture gesture{Samples(axes, steps), Labels::Constant(steps, label)};
  for (Index t = 0; t < steps; ++t) {
    const auto angle = static_cast<float>(phase + speed * static_cast<double>(t));
    const float c = strength * std::cos(angle), s = strength * std::sin(angle);
    const std::array<Sample, classes> clean{Sample(c, s, 0), Sample(c, -s, 0), Sample(c, 0, 0), Sample(0, 0, c)};
    gesture.x.col(t) = clean[static_cast<std::size_t>(label)];
    for (float& value : gesture.x.col(t)) value += static_cast<float>(0.15 * random.normal());
  }
  return gesture;
}

/// Everything that lives as long as the program.
struct Learner {
  elman::Random random{6};
  Cell cell{elman::init::standard(random)};
  Cell::Gradient gradient;
  Cell::FixedTape<most_steps> tape;
  elman::loss::CrossEntropy loss;
  elman::optim::LinearSchedule rate{{.learning_rate = 1e-2, .first_factor = 1, .last_factor = 0.1, .steps = updates}};
  elman::optim::Adam<float, Cell::theta_size> adam{cell};
};

struct Training {
  double first_loss = 0, last_loss = 0;     // means of the first and the last tenth
  std::uint64_t sequence_instructions = 0;  // forward, loss and bptt, of all sequences
  std::uint64_t update_instructions = 0;
};

Training train(Learner& l) {
  Training training;
  for (int update = 0; update < updates; ++update) {
    double loss = 0;
    l.gradient.set_zero();
    for (int k = 0; k < gestures_an_update; ++k) {
      const Gesture gesture = random_gesture(l.random);
      const auto before = device::clock();
      l.cell.forward(gesture.x, l.tape);
      loss += static_cast<double>(l.loss(l.tape, gesture.labels)) / (gestures_an_update * tenth);
      l.cell.bptt(gesture.x, l.tape, l.gradient);
      training.sequence_instructions += device::instructions_since(before);
    }
    const auto before = device::clock();
    elman::optim::clip_norm(l.gradient, 1.0);
    l.adam.step(l.cell, l.gradient, l.rate(update));
    training.update_instructions += device::instructions_since(before);
    if (update < tenth) training.first_loss += loss;
    if (update >= updates - tenth) training.last_loss += loss;
  }
  return training;
}

struct Streaming {
  int right = 0;
  int agreeing = 0;                                 // with forward of the whole gesture
  int resting = 0;                                  // when the sensor lies still afterwards
  std::array<char, test_gestures + 1> decisions{};  // digits
  std::uint64_t steps = 0, instructions = 0;
};

template <class Output>
Index largest(const Output& y) {
  Index place = 0;
  y.maxCoeff(&place);
  return place;
}

Streaming stream(Learner& l) {
  Streaming streaming;
  auto state = l.cell.initial_state();
  for (std::size_t k = 0; k < test_gestures; ++k) {
    const Gesture gesture = random_gesture(l.random);
    l.cell.reset(state);
    const auto before = device::clock();
    for (const auto& sample : gesture.x.colwise()) l.cell.step(sample, state);
    streaming.instructions += device::instructions_since(before);
    streaming.steps += static_cast<std::uint64_t>(gesture.x.cols());
    const Index decision = largest(state.y);
    streaming.decisions[k] = static_cast<char>('0' + decision);
    if (decision == gesture.labels(0)) ++streaming.right;

    l.cell.forward(gesture.x, l.tape, elman::last_step);
    if (largest(l.tape.y().col(0)) == decision && l.tape.y().isApprox(state.y, 1e-4F)) ++streaming.agreeing;
    if (l.cell.settle(Sample(0, 0, 0), state, {.most_steps = 1000})) ++streaming.resting;
  }
  return streaming;
}

}  // namespace

int main() {
  using device::print, device::thousandths;
  elman::set_error_handler(device::fail);
  static Learner l;
  const Training training = train(l);
  const Streaming streaming = stream(l);
  const double accuracy = static_cast<double>(streaming.right) / test_gestures;

  print("loss: ", thousandths(training.first_loss), " at first, ", thousandths(training.last_loss), " at last\n");
  print("test accuracy: ", thousandths(accuracy), "\n");
  print("decisions: ", streaming.decisions.data(), "\n");
  print("step by step as at once: ", streaming.agreeing, " of ", test_gestures, "\n");
  print("at rest when the sensor lies still: ", streaming.resting, " of ", test_gestures, "\n");
  print("bytes: cell ", sizeof l.cell, ", gradient ", sizeof l.gradient, ", tape ", sizeof l.tape, ", optimizer ",
        sizeof l.adam, "\n");
  if (device::measures) {
    const device::Memory memory = device::memory();
    print("bytes: image ", memory.image, ", static ", memory.data, ", stack ", memory.stack, "\n");
    print("heap calls: ", device::heap_calls(), "\n");
    print("instructions: ", streaming.instructions / streaming.steps, " a step, ",
          training.sequence_instructions / updates / gestures_an_update, " a training sequence, ",
          training.update_instructions / updates, " an update\n");
  }

  if (accuracy < 0.95) device::fail("the net has not learned to tell gestures apart");
  if (training.last_loss > training.first_loss / 2) device::fail("the loss has not halved");
  if (streaming.agreeing != test_gestures) device::fail("step and forward do not agree");
  if (streaming.resting != test_gestures) device::fail("the net does not come to rest");
  if (device::heap_calls() != 0) device::fail("the heap was called");
  return 0;
}
