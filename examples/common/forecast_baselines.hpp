// SPDX-License-Identifier: MIT
//
// What a forecast has to be held against: that nothing changes, and the linear autoregression
//
//   ŷ_j = w_j · (x_{t−p+1} … x_t) + c_j,  j = 1 … horizon
//
// by least squares on the windows to train on, of the order p that is best on those for validation.
#pragma once

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <limits>

namespace example {

using Numbers = Eigen::MatrixXd;  ///< horizon × windows
using Windows = elman::prepare::Windows<double>;
using Indices = elman::prepare::Indices;

/// What was to be told of these windows.
inline Numbers targets_of(const Windows& windows, const Indices& chosen) {
  Numbers result(windows.out(), std::ssize(chosen));
  for (elman::Index k = 0; k < result.cols(); ++k) result.col(k) = windows.target(chosen[static_cast<std::size_t>(k)]);
  return result;
}
/// The last `order` values of each window, with a 1 below.
inline Numbers pasts_of(const Windows& windows, const Indices& chosen, elman::Index order) {
  Numbers result = Numbers::Ones(order + 1, std::ssize(chosen));
  for (elman::Index k = 0; k < result.cols(); ++k) {
    result.col(k).head(order) = windows.sequence(chosen[static_cast<std::size_t>(k)]).row(0).tail(order).transpose();
  }
  return result;
}

/// That nothing changes.
inline Numbers persistence(const Windows& windows, const Indices& chosen) {
  return pasts_of(windows, chosen, 1).row(0).replicate(windows.out(), 1);
}

class Autoregression {
 public:
  Autoregression(const Windows& windows, const elman::prepare::Split& parts) {
    double least = std::numeric_limits<double>::infinity();
    const elman::Index length = windows.options().length;
    for (elman::Index order = 1; order <= length; order = (std::max)(order + 1, order * 5 / 4)) {
      const Numbers past = pasts_of(windows, parts.training, order);
      const Numbers weights =
          past.transpose().colPivHouseholderQr().solve(targets_of(windows, parts.training).transpose());
      const Numbers told = weights.transpose() * pasts_of(windows, parts.validation, order);
      const double error = (told - targets_of(windows, parts.validation)).squaredNorm();
      if (error >= least) continue;
      least = error;
      weights_ = weights;
    }
  }

  elman::Index order() const { return weights_.rows() - 1; }
  Numbers operator()(const Windows& windows, const Indices& chosen) const {
    return weights_.transpose() * pasts_of(windows, chosen, order());
  }

 private:
  Numbers weights_;  ///< (order + 1) × horizon
};

/// Of row `ahead` − 1 of what was told and what was to be told.
struct ForecastError {
  double root_mean_square, mean_magnitude;

  ForecastError(const Numbers& told, const Numbers& targets, elman::Index ahead) {
    const Eigen::ArrayXd error = (told.row(ahead - 1) - targets.row(ahead - 1)).array();
    root_mean_square = std::sqrt(error.square().mean());
    mean_magnitude = error.abs().mean();
  }
};

}  // namespace example
