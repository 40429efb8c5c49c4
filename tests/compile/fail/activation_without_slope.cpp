// SPDX-License-Identifier: MIT
// expect: elman::RNNCell: Activation must have value(a) and slope(h) for one Scalar; see elman/layers/activation.hpp
#include "elman/cell.hpp"

struct SoftSign {
  float value(float a) const { return a / (1 + std::abs(a)); }
#ifndef ELMAN_FAIL
  float slope(float h) const { return (1 - std::abs(h)) * (1 - std::abs(h)); }
#endif
};

elman::RNNCell<float, 3, 5, 2, SoftSign> cell{elman::zero};
