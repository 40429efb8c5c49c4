// SPDX-License-Identifier: MIT
// expect: elman::loss::CrossEntropy: targets must be class indices, one a column (a list, or elman::pack(lists)), or
#include <vector>

#include "elman/cell.hpp"
#include "elman/loss/cross_entropy.hpp"

#ifdef ELMAN_FAIL
using Label = float;
#else
using Label = short;
#endif

float run(elman::ReadoutTape<float>& tape, const std::vector<Label>& labels) {
  return elman::loss::CrossEntropy()(tape, labels);
}
