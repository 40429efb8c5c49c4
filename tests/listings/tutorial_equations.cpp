// SPDX-License-Identifier: MIT
//
// Chapters 1, 2, 3, 8, 9 and 10 of docs/tutorial.md and docs/zh/tutorial.md: the equations, a training, a stream. It
// writes model.hpp, which tutorial_device.cpp includes.
#include <elman/elman.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

using namespace elman;

// One number in, two hidden units, two classes out.
using Small = RNNCell<double, 1, 2, 2>;

Small small_cell() {
  Small cell{zero};
  cell.U() << 0.5, 1.0;
  cell.W() << 0.4, 0.8,  // a row a line
      -0.6, 0.2;
  cell.b() << 0.0, 0.1;
  cell.V() << 1.0, -1.0,  //
      0.5, 1.0;
  return cell;  // c stays 0
}

const Matrix<double, 1, 3> three_steps{{1.0, 0.0, -1.0}};  // x_1, x_2, x_3: a column a step
const std::vector<Index> three_labels{0, 1, 1};            // the right class of each step

using Symbols = Matrix<float, 3, Dynamic>;  // three numbers a step, a column a step

struct Riddle {  // which of three symbols came first, before 4 to 8 steps of noise?
  std::vector<Symbols> sequences;
  std::vector<Index> labels;

  Riddle(Index count, Random random) {
    for (Index k = 0; k < count; ++k) {
      Symbols& sequence = sequences.emplace_back(3, 5 + random.below(5));
      for (float& value : sequence.reshaped()) value = static_cast<float>(random.uniform(-0.5, 0.5));
      labels.push_back(random.below(3));
      sequence.col(0).setUnit(labels.back());
    }
  }
};

namespace {

void forward_by_hand() {
  const Small cell = small_cell();
  Vector<double, 2> h = Vector<double, 2>::Zero();  // h_0
  for (Index t = 0; t < 3; ++t) {
    const Vector<double, 2> a = cell.U() * three_steps.col(t) + cell.W() * h + cell.b();
    h = a.array().tanh();
    const Vector<double, 2> o = cell.V() * h + cell.c();
    const Vector<double, 2> y = o.array().exp() / o.array().exp().sum();
    std::printf("t = %d: h = (%.3f, %.3f), o = (%.3f, %.3f), y = (%.3f, %.3f)\n", static_cast<int>(t) + 1, h(0), h(1),
                o(0), o(1), y(0), y(1));
  }
  auto tape = cell.tape();  // what forward leaves: h, o and y of all steps, a column a step
  cell.forward(three_steps, tape);
  std::printf("elman:  h = (%.3f, %.3f) and y = (%.3f, %.3f) at t = 3\n", tape.h()(0, 2), tape.h()(1, 2),
              tape.y()(0, 2), tape.y()(1, 2));
}

void backward_by_hand() {
  Small cell = small_cell();
  auto tape = cell.tape();
  cell.forward(three_steps, tape);
  const Matrix<double, 2, 3> h = tape.h(), y = tape.y();
  const Matrix<double, 2, 2> W = cell.W(), V = cell.V();

  Matrix<double, 2, 2> d_W = Matrix<double, 2, 2>::Zero(), slip = d_W;
  Vector<double, 2> from_next = Vector<double, 2>::Zero(), wrong_from_next = from_next;  // nothing comes after T
  for (Index t = 2; t >= 0; --t) {
    Vector<double, 2> d_o = y.col(t);
    d_o(three_labels[static_cast<std::size_t>(t)]) -= 1;              // y_t - onehot(label_t)
    const Vector<double, 2> delta = V.transpose() * d_o + from_next;  // dL/dh_t
    const Vector<double, 2> slope = 1 - h.col(t).array().square();    // tanh' at a_t
    const Vector<double, 2> d_a = slope.cwiseProduct(delta);          // dL/da_t
    const Vector<double, 2> h_before = t > 0 ? h.col(t - 1).eval() : Vector<double, 2>::Zero().eval();
    d_W += d_a * h_before.transpose();
    from_next = W.transpose() * d_a;  // W^T diag(1 - h_t^2) delta_t, for step t - 1
    std::printf("t = %d: delta = (%.4f, %.4f)\n", static_cast<int>(t) + 1, delta(0), delta(1));

    const Vector<double, 2> wrong = V.transpose() * d_o + wrong_from_next;
    slip += slope.cwiseProduct(wrong) * h_before.transpose();
    wrong_from_next = slope.cwiseProduct(W.transpose() * wrong);  // diag(1 - h_t^2) W^T delta_t: the other order
  }

  const loss::CrossEntropy loss{{.reduction = loss::Reduction::sum}};
  Matrix<double, 2, 2> measured;  // how L changes when a coefficient of W does
  for (Index k = 0; k < 4; ++k) {
    double& weight = cell.W()(k / 2, k % 2);
    const double before = weight, step = 1e-5;
    weight = before + step;
    cell.forward(three_steps, tape);
    const double more = loss(tape, three_labels);
    weight = before - step;
    cell.forward(three_steps, tape);
    measured(k / 2, k % 2) = (more - loss(tape, three_labels)) / (2 * step);
    weight = before;
  }
  const auto print = [](const char* name, const auto& matrix) {
    std::printf("%s %8.5f %8.5f %8.5f %8.5f\n", name, matrix(0, 0), matrix(0, 1), matrix(1, 0), matrix(1, 1));
  };
  print("dL/dW by the recursion:  ", d_W);
  print("by finite differences:   ", measured);
  print("with the order swapped:  ", slip);

  auto gradient = cell.zero_gradient();
  cell.forward(three_steps, tape);
  std::printf("L = %.4f\n", loss(tape, three_labels));  // leaves dL/do in the tape
  cell.bptt(three_steps, tape, gradient);
  print("by cell.bptt:            ", gradient.W());
}

void train_by_hand() {
  const Riddle riddle{300, Random{1}};
  Random random{1};
  RNNCell<float, 3, 16, 3> net{init::standard(random)};
  const loss::CrossEntropy loss;
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  const auto x = pack(riddle.sequences);  // of all lengths side by side, no padding
  for (int update = 0; update <= 60; ++update) {
    net.forward(x, tape, last_step);            // h, o, y; o and y of the last step of each sequence
    const float L = loss(tape, riddle.labels);  // the mean of -log y[label], and dL/do
    gradient.set_zero();                        // bptt adds
    net.bptt(x, tape, gradient);                // dL/dU, dL/dW, dL/db, dL/dV, dL/dc
    optim::clip_norm(gradient, 1.0);            // no step is longer than one of this norm
    net.theta() -= 0.5F * gradient.theta();     // theta: all parameters as one vector; 0.5: the learning rate
    if (update % 20 == 0) std::printf("update %2d: L = %.2f\n", update, static_cast<double>(L));
  }
}

void train_by_the_loop() {
  const Riddle riddle{300, Random{1}}, others{100, Random{2}};
  const train::Examples data{riddle.sequences, riddle.labels}, test{others.sequences, others.labels};
  Random random{1};
  RNNCell<float, 3, 16, 3> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop loop{
      net, adam, loss::CrossEntropy{}, train::Batches{data, {.size = 32}}, {.epochs = 8, .clip_norm = 1.0}};
  loop.on([](const train::Event& event) {
    if (event.moment == train::Moment::epoch && event.epoch % 2 == 0)
      std::printf("epoch %d: L = %.2f\n", static_cast<int>(event.epoch), event.training.loss);
  });
  loop.run();
  metric::Accuracy accuracy;
  train::evaluate(net, train::Batches{test}, loss::CrossEntropy{}, accuracy);
  std::printf("%.0f %% of 100 others are told right\n", 100 * accuracy.value());
}

void look_at_gradients() {
  Random random{1};
  RNNCell<double, 1, 32, 2> net{init::standard(random)};  // W is orthogonal
  const Matrix<double, 1, Dynamic> x = Matrix<double, 1, Dynamic>::Constant(1, 50, 0.1);
  const std::vector<Index> label{1};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  GradientFlow flow{net};
  for (const double scale : {1.0, 0.6, 2.5}) {  // W as it begins, a smaller and a larger one
    auto scaled = net;
    scaled.W() *= scale;
    scaled.forward(x, tape, last_step);
    loss::CrossEntropy{}(tape, label);
    scaled.bptt(x, tape, gradient, {.hook = &flow});
    std::printf("%.1f W: %s\n", scale, flow.text().c_str());
  }
}

void step_by_step() {
  Random random{1};
  const RNNCell<float, 2, 8, 3> net{init::standard(random)};
  const Matrix<float, 2, Dynamic> stream = Matrix<float, 2, Dynamic>::Constant(2, 100, 0.5F);
  auto state = net.initial_state();  // all that is remembered: h, and o and y of the last step
  for (Index t = 0; t < stream.cols(); ++t) {
    const auto& y = net.step(stream.col(t), state);  // no heap, no lock
    if (t < 3) std::printf("y = (%.3f, %.3f, %.3f)\n", y(0), y(1), y(2));
  }
  auto tape = net.tape();
  net.forward(stream, tape, last_step);
  std::printf("as forward has it: %s\n", (tape.y() - state.y).norm() < 1e-5F ? "yes" : "no");
}

void for_a_device() {
  const Riddle riddle{300, Random{1}}, others{100, Random{2}};
  const train::Examples data{riddle.sequences, riddle.labels};
  Random random{1};
  RNNCell<float, 3, 16, 3> net{init::standard(random)};
  optim::Adam adam{net, {.learning_rate = 1e-2}};
  train::Loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 20, .clip_norm = 1.0}}.run();

  const auto narrow = freeze<std::int8_t>(net);  // weights of 8 bits, a scale a row
  const auto frozen = narrow.net();
  int alike = 0;
  for (const Symbols& sequence : others.sequences) {
    auto state = net.initial_state();
    auto narrow_state = frozen.initial_state();
    for (Index t = 0; t < sequence.cols(); ++t) {
      net.step(sequence.col(t), state);
      frozen.step(sequence.col(t), narrow_state);
    }
    alike += greedy(state.y) == greedy(narrow_state.y);
  }
  std::printf("of 100 answers %d are the same\n", alike);
  std::printf("%d numbers in %d bytes\n", static_cast<int>(parameter_count(net)),
              static_cast<int>(frozen.weights().size_bytes() + frozen.numbers().size_bytes()));
  std::ofstream("model.hpp") << cpp_header<std::int8_t>(net, "model");
}

}  // namespace

int main() {
  std::puts("## 1.");
  forward_by_hand();
  std::puts("## 2.");
  backward_by_hand();
  std::puts("## 3.1");
  train_by_hand();
  std::puts("## 3.2");
  train_by_the_loop();
  std::puts("## 8.");
  look_at_gradients();
  std::puts("## 9.");
  step_by_step();
  std::puts("## 10.");
  for_a_device();
}
