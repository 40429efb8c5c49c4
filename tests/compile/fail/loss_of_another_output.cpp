// SPDX-License-Identifier: MIT
// expect: elman: this loss needs a net whose Output is elman::Softmax, as it is unless another is named
#include <vector>

#include "elman/cell.hpp"
#include "elman/loss/cross_entropy.hpp"

#ifdef ELMAN_FAIL
using Output = elman::Identity;
#else
using Output = elman::Softmax;
#endif

float run(elman::ReadoutTape<float, Output>& tape, const std::vector<int>& labels) {
  return elman::loss::CrossEntropy()(tape, labels);
}
