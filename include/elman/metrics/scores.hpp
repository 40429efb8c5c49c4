// SPDX-License-Identifier: MIT
//
// Precision, recall and F1 (docs/math.md Eq. 62) from three numbers: what was rightly said to be of a class, all that
// was said to be of it, and all that is. What would be 0/0 is 0, as scikit-learn's default is.
#pragma once

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace metric {

/// Of one class, or means over classes.
struct Scores {
  double precision = 0;  ///< of what was said to be of the class, the part that is
  double recall = 0;     ///< of what is of the class, the part that was said to be
  double f1 = 0;         ///< the harmonic mean of the two
  double support = 0;    ///< the weights of what is of the class; in means of all that was counted
};

}  // namespace metric

namespace detail {

inline metric::Scores scores_of(double right, double said, double support) {
  const auto part = [](double some, double all) { return all > 0 ? some / all : 0; };
  return {part(right, said), part(right, support), part(2 * right, said + support), support};
}

/// Σ w scores / Σ w, of scores that are added one by one.
class MeanScores {
 public:
  void add(double weight, const metric::Scores& scores) {
    sum_.precision += weight * scores.precision;
    sum_.recall += weight * scores.recall;
    sum_.f1 += weight * scores.f1;
    sum_.support += scores.support;
    weights_ += weight;
  }
  /// NaN if nothing was added.
  metric::Scores mean() const {
    return {sum_.precision / weights_, sum_.recall / weights_, sum_.f1 / weights_, sum_.support};
  }

 private:
  metric::Scores sum_;
  double weights_ = 0;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
