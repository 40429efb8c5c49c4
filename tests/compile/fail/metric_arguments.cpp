// SPDX-License-Identifier: MIT
// expect: elman: this metric needs a net whose Output is elman::Softmax, as it is unless another is named
// expect: elman: this metric needs a net whose Output is elman::Sigmoid: RNNCell
// expect: elman::metric: targets must be class indices, one a column
// expect: elman::metric: targets must be a matrix (Out x R), elman::pack(sequences), or for Out = 1 a list of
// expect: elman: a metric has add(tape, targets), value(), reset(), name() and higher_is_better; see
// expect: elman::metric: the first argument must be the tape that forward has filled: add(tape, targets)
#include <string_view>
#include <type_traits>
#include <vector>

#include "elman/layers/readout_tape.hpp"
#include "elman/metrics/accuracy.hpp"
#include "elman/metrics/binary.hpp"
#include "elman/metrics/regression.hpp"

#ifndef ELMAN_FAIL
#define ELMAN_FAIL 0
#endif

using Other = elman::Identity;
using Softmaxes = elman::ReadoutTape<float, std::conditional_t<ELMAN_FAIL == 1, Other, elman::Softmax>>;
using Sigmoids = elman::ReadoutTape<float, std::conditional_t<ELMAN_FAIL == 2, Other, elman::Sigmoid>>;
using Labels = std::vector<std::conditional_t<ELMAN_FAIL == 3, float, int>>;
using Numbers = std::vector<std::conditional_t<ELMAN_FAIL == 4, std::string_view, float>>;

struct Count {
  template <class Tape>
  static constexpr bool fits = true;
  template <class Tape, class Targets>
  void add(const Tape&, const Targets&) {
    ++batches;
  }
  double value() const { return batches; }
  void reset() { batches = 0; }
#if ELMAN_FAIL != 5
  static std::string_view name() { return "batches"; }
#endif
  static constexpr bool higher_is_better = true;
  int batches = 0;
};

double run(const Softmaxes& softmaxes, const Sigmoids& sigmoids, const Labels& labels, const Numbers& numbers) {
  elman::metric::Accuracy accuracy;
#if ELMAN_FAIL != 6
  accuracy.add(softmaxes, labels);
#else
  accuracy.add(labels, softmaxes);
#endif
  elman::metric::BinaryAccuracy right;
  right.add(sigmoids, std::vector<int>{1, 0});
  elman::metric::MeanSquaredError error;
  error.add(sigmoids, numbers);
  elman::detail::check_metric<Count, Softmaxes, Labels>();
  return accuracy.value() + right.value() + error.value();
}
