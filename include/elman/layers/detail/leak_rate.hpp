// SPDX-License-Identifier: MIT
//
// α of a leak (leaky.hpp): from the options of the first and the last unit, or from what is learned (docs/math.md
// Eq. 73),
//
//   α_k = α_0 (α_{H-1} / α_0)^{k/(H-1)}        α = 1 / (1 + exp(−ρ)),  ρ = log(α / (1 − α))
//
// and ∂L/∂ρ, the sum of α (1 − α) ∂L/∂state_t ∘ (new_t − state_{t-1}) over steps and sequences (74).
#pragma once

#include <algorithm>
#include <cmath>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/detail/counted_columns.hpp"
#include "elman/layers/detail/kept_share.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Hands out α of one unit after the other. last: 0 if it is that of all.
class Alphas {
 public:
  Alphas(double first, double last, Index hidden) : alpha_(first), last_(last > 0 ? last : first), left_(hidden) {
    if (hidden > 1) factor_ = std::exp((std::log(last_) - std::log(first)) / static_cast<double>(hidden - 1));
  }
  double next() {
    const double result = alpha_;
    alpha_ = --left_ > 1 ? (std::min)(alpha_ * factor_, 1.0) : last_;
    return result;
  }

 private:
  double alpha_, last_, factor_ = 1;
  Index left_;
};

template <class Scalar>
Shares<Scalar> shares_of_alpha(double alpha) {
  return {Scalar(static_cast<Real<Scalar>>(1 - alpha)), Scalar(static_cast<Real<Scalar>>(alpha))};
}
/// Neither is the difference of 1 and the other: both are exact where they are small.
template <class Scalar>
Shares<Scalar> shares_of_rho(const Scalar& rho) {
  using std::exp;
  const bool rises = real_part(rho) >= 0;
  const Scalar part = exp(rises ? -rho : rho), larger = Scalar(1) / (Scalar(1) + part), smaller = part * larger;
  return rises ? Shares<Scalar>{smaller, larger} : Shares<Scalar>{larger, smaller};
}

/// ρ in θ: of every unit, or one of all.
template <class Vector>
struct LeakPart {
  Vector rho;
  double alpha, last_alpha;

  void for_each(const auto& visit) { visit("rho", rho); }
  void initialise(Random&) {
    Alphas alphas(alpha, last_alpha, rho.size());
    for (Index unit = 0; unit < rho.size(); ++unit) {
      const double value = alphas.next();
      using Number = Real<typename Vector::Scalar>;
      rho(unit) = static_cast<Number>(std::log(value) - std::log1p(-value));
    }
  }
};

/// Adds to ∂L/∂ρ. Size: Hidden, or 1 where one ρ is that of all units.
template <class Scalar, int Size>
class LearnedRate {
 public:
  void start(Index size) { slopes_.reshape(size, 1); }
  void set(Index k, const Shares<Scalar>& share) { slopes_.view()(k, 0) = share.keep * share.rest; }

  template <class Part>
  void start_bptt(const Part& d_part) {
    d_rho_ = d_part.rho.data();
  }
  /// d: ∂L/∂state_t; fresh: what has taken the place of what was not kept of `before`. A column without a gradient has
  /// no part, whatever is in it.
  void add_gradient(const ConstMatrixView<Scalar>& d, const ConstMatrixView<Scalar>& fresh,
                    const ConstMatrixView<Scalar>& before) const {
    const auto slopes = flat(slopes_.view());
    View<Eigen::Array<Scalar, Dynamic, 1>> d_rho(d_rho_, slopes.size());
    for (Index k = 0; k < d.cols(); ++k) {
      if (is_zero_column(d, k)) continue;
      const auto column = [&](const ConstMatrixView<Scalar>& of) { return flat(of, k * of.rows(), of.rows()); };
      if constexpr (Size == 1) {
        d_rho(0) += slopes(0) * (column(d) * (column(fresh) - column(before))).sum();
      } else {
        d_rho += slopes * column(d) * (column(fresh) - column(before));
      }
    }
  }

 private:
  Scalar* d_rho_ = nullptr;
  ColumnBuffer<Scalar, Size> slopes_;  // α (1 − α)
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
