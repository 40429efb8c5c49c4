// SPDX-License-Identifier: MIT
// expect: elman::loss: the tape comes first: loss(tape, targets)
// expect: elman::loss: the tape is a temporary, which no forward has filled and no bptt will read; keep one, auto tape
// expect: elman::loss: the targets are missing: loss(tape, targets)
// expect: elman::loss: weights come with the targets: loss(tape, elman::loss::weighted(targets, weights))
// expect: elman::loss: targets must be a matrix (Out x R), elman::pack(sequences), or for Out = 1 a list of R numbers
// expect: elman::loss: the tape is const, and a loss leaves dL/do in it
// expect: elman: this loss needs a net whose Output is elman::Softmax, as it is unless another is named
// expect: elman::loss: the first argument must be the tape that forward has filled: loss(tape, targets)
// expect: elman: this loss needs a net whose Output is elman::Identity: RNNCell<Scalar, In, Hidden, Out, elman::Tanh,
// expect: elman: this loss needs a net whose Output is elman::Sigmoid
// expect: elman::loss::CrossEntropy: targets must be class indices, one a column (a list, or elman::pack(lists)), or an
#include <vector>

#include "elman/elman.hpp"

using Net = elman::RNNCell<float, 3, 5, 1, elman::Tanh, elman::Identity>;
using Classifier = elman::RNNCell<float, 3, 5, 1>;

float run(const Net& net, Net::Tape& tape, const Net::Tape& const_tape, Classifier::Tape& classified) {
  [[maybe_unused]] const elman::loss::SquaredError loss;
  [[maybe_unused]] const elman::loss::BinaryCrossEntropy binary;
  [[maybe_unused]] const elman::loss::CrossEntropy entropy;
  const std::vector<float> targets{1, 2}, weights{1, 0};
  [[maybe_unused]] const std::vector<std::vector<int>> lists{{1}, {2}};
  static_cast<void>(net), static_cast<void>(const_tape);
#if ELMAN_FAIL == 1
  return loss(targets, tape);
#elif ELMAN_FAIL == 2
  return loss(net.tape(), targets);
#elif ELMAN_FAIL == 3
  return loss(tape);
#elif ELMAN_FAIL == 4
  return loss(tape, targets, weights);
#elif ELMAN_FAIL == 5
  return loss(tape, lists);
#elif ELMAN_FAIL == 6
  return loss(const_tape, targets);
#elif ELMAN_FAIL == 7
  return entropy(tape, std::vector<int>{1, 2});
#elif ELMAN_FAIL == 8
  return loss(targets, weights);
#elif ELMAN_FAIL == 9
  return loss(classified, targets);
#elif ELMAN_FAIL == 10
  return binary(tape, targets);
#elif ELMAN_FAIL == 11
  return entropy(classified, lists);
#else
  return loss(tape, elman::loss::weighted(targets, weights)) + entropy(classified, std::vector<int>{0, 0});
#endif
}
