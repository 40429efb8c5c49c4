// SPDX-License-Identifier: MIT
//
// Initialisers of a whole cell: each returns a function that a cell's constructor calls on its parameters, anything
// with U(), W(), b(), V() and c():
//
//   elman::Random random{42};
//   elman::RNNCell<float, 26, 64, 5> cell{elman::init::standard(random)};
//
// The function refers to `random`, which must outlive it, and draws from it: two cells get different weights. The
// order of the draws is that of the parameters: U, W, b, V, c.
#pragma once

#include <cmath>

#include "elman/detail/options.hpp"
#include "elman/init/fan.hpp"
#include "elman/init/orthogonal.hpp"
#include "elman/random.hpp"

namespace elman::inline ELMAN_ABI::init {

/// The usual choice for tanh: Glorot uniform U and V, orthogonal W, zero b and c. (Keras' SimpleRNN and Dense)
inline auto standard(Random& random) {
  return [&random](auto&& parameters) {
    glorot_uniform(parameters.U(), random);
    orthogonal(parameters.W(), random);
    glorot_uniform(parameters.V(), random);
    parameters.b().setZero();
    parameters.c().setZero();
  };
}

/// All five uniform in ±1/√Hidden (docs/math.md Eq. 34), as torch.nn.RNN and torch.nn.Linear(Hidden, Out) start; but b
/// is drawn once, where PyTorch adds two biases, b_ih and b_hh.
inline auto torch_default(Random& random) {
  return [&random](auto&& parameters) {
    const double bound = 1 / std::sqrt(static_cast<double>(parameters.W().rows()));
    uniform(parameters.U(), random, bound);
    uniform(parameters.W(), random, bound);
    uniform(parameters.b(), random, bound);
    uniform(parameters.V(), random, bound);
    uniform(parameters.c(), random, bound);
  };
}

struct IrnnOptions {
  double scale = 1;          ///< W = scale · identity; above 0
  double deviation = 0.001;  ///< standard deviation of U and V; above 0
};

/// The IRNN, for ReLU: W = scale · identity, small normal U and V, zero b and c. (Le, Jaitly and Hinton 2015,
/// arXiv:1504.00941, section 3.) Throws if an option is out of range.
inline auto irnn(Random& random, const IrnnOptions& options = {}) {
  detail::require_positive("init::irnn", "scale", options.scale);
  detail::require_positive("init::irnn", "deviation", options.deviation);
  return [&random, options](auto&& parameters) {
    normal(parameters.U(), random, options.deviation);
    identity(parameters.W(), options.scale);
    normal(parameters.V(), random, options.deviation);
    parameters.b().setZero();
    parameters.c().setZero();
  };
}

}  // namespace elman::inline ELMAN_ABI::init
