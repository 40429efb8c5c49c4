// SPDX-License-Identifier: MIT
//
// One file of two; told.cpp is the other.
#include <elman/types.hpp>

double told(const elman::ConstMatrixView<double>& x);

int main() {
  const elman::Matrix<double, 2, 3> x = elman::Matrix<double, 2, 3>::Constant(7);
  return told(x) == 42 ? 0 : 1;
}
