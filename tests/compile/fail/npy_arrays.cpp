// SPDX-License-Identifier: MIT
// expect: elman::io: arrays are read as float, double or elman::Index
// expect: elman::io: arrays of float, double or elman::Index are written
// expect: elman::io::write_npy: an expression has no memory: .eval()
// expect: elman::pack_array: x must have the Scalar of the array; integers are packed as Labels
// expect: elman::pack_array: Labels are of integers; other numbers are packed as Sequences
#include "elman/io/npy.hpp"

using namespace elman;

void use(const Eigen::MatrixXf& matrix, const std::vector<float>& numbers, Sequences<float, 3>& x) {
  const auto array = io::read_npy<float>("x.npy");
  io::write_npy("matrix.npy", matrix);
  pack_array(numbers, {.batch = 2, .steps = 5, .rows = 3}, {5, 2}, x);
#ifdef ELMAN_FAIL
  [[maybe_unused]] Sequences<double, 3> wide;
  [[maybe_unused]] Labels labels;
#if ELMAN_FAIL == 1
  io::read_npy<int>("labels.npy");
#elif ELMAN_FAIL == 2
  io::write_npy("labels.npy", std::vector<int>{1, 2});
#elif ELMAN_FAIL == 3
  io::write_npy("matrix.npy", 2 * matrix);
#elif ELMAN_FAIL == 4
  pack_array(numbers, {.batch = 2, .steps = 5, .rows = 3}, {5, 2}, wide);
#else
  pack_array(numbers, {.batch = 2, .steps = 5, .rows = 3}, {5, 2}, labels);
#endif
#endif
}
