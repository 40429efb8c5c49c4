// SPDX-License-Identifier: MIT
// expect: elman::train::Batches: data must have size(), sequence(k) and target(k); train::Examples{sequences,
// expect: elman::train::Loop: expected batches: train::Batches{data}
// expect: elman::train::Loop: net, then its optimizer: Loop{net, adam, loss, batches, options, metrics
// expect: elman: this loss needs a net whose Output is elman::Softmax
// expect: elman: this metric needs a net whose Output is elman::Softmax
// expect: elman::train: a sequence must be an Eigen matrix, a column a step, a list of integers, or
// expect: elman::train: a target must be a class (an integer), a number, a list of integers, or an Eigen
// expect: elman: a metric has add(tape, targets), value(), reset(), name() and higher_is_better
#include <string>
#include <type_traits>
#include <vector>

#include "elman/cell.hpp"
#include "elman/loss/cross_entropy.hpp"
#include "elman/loss/squared_error.hpp"
#include "elman/metrics/accuracy.hpp"
#include "elman/optim/adam.hpp"
#include "elman/train/loop.hpp"

#ifndef ELMAN_FAIL
#define ELMAN_FAIL 0
#endif

using elman::train::Batches;
using Matrix = elman::Matrix<float, elman::Dynamic, elman::Dynamic>;
using Sequence = std::conditional_t<ELMAN_FAIL == 6, std::vector<float>, Matrix>;
using Target = std::conditional_t<ELMAN_FAIL == 7, std::string, int>;
using Output = std::conditional_t<ELMAN_FAIL == 4 || ELMAN_FAIL == 5, elman::Identity, elman::Softmax>;
using Loss = std::conditional_t<ELMAN_FAIL == 5, elman::loss::SquaredError, elman::loss::CrossEntropy>;
struct Nothing {};
using Metric = std::conditional_t<ELMAN_FAIL == 8, Nothing, elman::metric::Accuracy>;

void run(elman::RNNCell<float, 3, 4, 2, elman::Tanh, Output>& cell, const std::vector<Sequence>& sequences,
         const std::vector<Target>& targets) {
  elman::optim::Adam adam{cell};
#if ELMAN_FAIL == 1
  Batches batches{sequences, {.size = 4}};
#else
  const elman::train::Examples examples(sequences, targets);
  Batches batches{examples, {.size = 4}};
#if ELMAN_FAIL == 2
  elman::train::Loop loop{cell, adam, Loss{}, examples, {.epochs = 3}};
#elif ELMAN_FAIL == 3
  elman::train::Loop loop{adam, cell, Loss{}, batches, {.epochs = 3}};
#elif ELMAN_FAIL == 4
  elman::train::Loop loop{cell, adam, Loss{}, batches, {.epochs = 3}};
#else
  elman::train::Loop loop{cell, adam, Loss{}, batches, {.epochs = 3}, Metric{}};
#endif
  loop.run();
#endif
}
