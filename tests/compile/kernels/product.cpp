// SPDX-License-Identifier: MIT
//
// A file that has its kernels from another, or from later lines of the same.
#include <elman/kernels/product.hpp>

int main() {
  elman::Factor<float> F;
  F.assign(Eigen::Matrix2f{{1, 2}, {3, 4}});
  Eigen::Vector2f product;
  elman::set_product(F, Eigen::Vector2f{5, 6}, product);
  return product == Eigen::Vector2f{17, 39} ? 0 : 1;
}
