// SPDX-License-Identifier: MIT
#include <elman/types.hpp>

double told(const elman::ConstMatrixView<double>& x) {
  double sum = 0;
  for (elman::Index k = 0; k < x.cols(); ++k) sum += x(0, k) + x(1, k);
  return sum;
}
