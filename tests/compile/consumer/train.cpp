// SPDX-License-Identifier: MIT
#include "train.hpp"

float train(Cell& cell, int count) {
  const elman::Matrix<float, 2, 4> x = elman::Matrix<float, 2, 4>::Random();
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  float loss = 0;
  for (int k = 0; k < count; ++k) {
    cell.forward(x, tape, elman::last_step);
    loss = -std::log(tape.y()(1, 0));  // cross-entropy of class 1
    tape.d_o() = tape.y() - Eigen::Vector3f::Unit(1);
    gradient.set_zero();
    cell.bptt(x, tape, gradient);
    cell.theta() -= 0.5f * gradient.theta();
  }
  return loss;
}
