// SPDX-License-Identifier: MIT
// expect: elman: a loss names its Output and returns Tape::Scalar from loss(tape, targets); see elman/loss/loss.hpp
#include "elman/elman.hpp"

struct HalfSquare {
#ifndef ELMAN_FAIL
  using Output = elman::Identity;
#endif
  template <class Tape>
  typename Tape::Scalar operator()(Tape& tape, int) const {
    tape.d_o() = tape.y();
    return tape.y().squaredNorm() / 2;
  }
};

double run(const elman::RNNCell<double, 3, 4, 2, elman::Tanh, elman::Identity>& cell, const Eigen::Matrix3d& x) {
  return elman::gradient_check<elman::Differences::central>(cell, x, 0, HalfSquare{}).worst_error();
}
