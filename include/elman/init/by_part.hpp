// SPDX-License-Identifier: MIT
//
// Initialisers of a whole net: each returns a function that a net's constructor calls on its parameters:
//
//   elman::Random random{42};
//   elman::RNNCell<float, 26, 64, 5> cell{elman::init::standard(random)};
//
// The function refers to `random`, which must outlive it, and draws from it: two nets get different weights. The order
// of the draws is that of the parameters: U, W, b, V, c for a cell. A net's parts (Parameters::for_each_part) are told
// apart by what they have: a recurrence U, W and b, the readout V and c, an embedding E, a learned start h0. Embeddings
// are drawn normal with deviation 1, as torch.nn.Embedding's, learned starts begin at 0. The part of a layer of your
// own has `initialise(random)` (layers/stateless.hpp), as may what stands between the steps of a recurrence; the
// parameters of an activation begin at its initial().
#pragma once

#include <cmath>
#include <string>
#include <type_traits>

#include "elman/init/fan.hpp"
#include "elman/init/orthogonal.hpp"
#include "elman/model.hpp"
#include "elman/option_ranges.hpp"
#include "elman/random.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// A function of a net's parameters that fills every recurrence and the readout by these, embeddings and starts as
/// said above.
template <class FillRecurrence, class FillReadout>
auto by_part(Random& random, FillRecurrence recurrence, FillReadout readout) {
  return [&random, recurrence, readout](auto&& parameters) {
    static_assert(is_model<decltype(parameters)>());
    parameters.for_each_part([&](const std::string&, auto part) {
      if constexpr (requires { part.initialise(random); }) {
        part.initialise(random);
      } else if constexpr (requires { part.W; }) {
        recurrence(part);
        if constexpr (requires { part.activation.initialise(); }) part.activation.initialise();
        if constexpr (requires { part.between.initialise(random); }) part.between.initialise(random);
      } else if constexpr (requires { part.V; }) {
        readout(part);
      } else if constexpr (requires { part.E; }) {
        init::normal(part.E, random, 1);
      } else if constexpr (requires { part.h0; }) {
        part.h0.setZero();
      } else {
        static_assert(
            sizeof(part) == 0,
            "elman::init: the part of a layer of your own has initialise(random); see elman/layers/stateless.hpp");
      }
    });
  };
}

}  // namespace detail

namespace init {

/// The usual choice for tanh: Glorot uniform U and V, orthogonal W, zero b and c. (Keras' SimpleRNN and Dense)
inline auto standard(Random& random) {
  return detail::by_part(
      random,
      [&random](auto& part) {
        glorot_uniform(part.U, random);
        constexpr int hidden = std::remove_cvref_t<decltype(part)>::hidden_size;
        detail::fill_orthogonal<hidden, hidden>(part.W, random, 1);
        part.b.setZero();
      },
      [&random](auto& part) {
        glorot_uniform(part.V, random);
        part.c.setZero();
      });
}

/// U, W and b uniform in ±1/√Hidden, V and c in ±1/√(what V reads), a cell's Hidden (docs/math.md Eq. 34), as
/// torch.nn.RNN and torch.nn.Linear start; but b is drawn once, where PyTorch adds two biases, b_ih and b_hh.
inline auto torch_default(Random& random) {
  return detail::by_part(
      random,
      [&random](auto& part) {
        const double bound = 1 / std::sqrt(static_cast<double>(part.W.rows()));
        uniform(part.U, random, bound);
        uniform(part.W, random, bound);
        uniform(part.b, random, bound);
      },
      [&random](auto& part) {
        const double bound = 1 / std::sqrt(static_cast<double>(part.V.cols()));
        uniform(part.V, random, bound);
        uniform(part.c, random, bound);
      });
}

struct IrnnOptions {
  double scale = 1;          ///< W = scale · identity; above 0
  double deviation = 0.001;  ///< standard deviation of U and V; above 0
};

/// The IRNN, for ReLU: W = scale · identity, small normal U and V, zero b and c. (Le, Jaitly and Hinton 2015,
/// arXiv:1504.00941, section 3.) Throws if an option is out of range, that of the net's scalar where it is used.
inline auto irnn(Random& random, const IrnnOptions& options = {}) {
  detail::require_positive("init::irnn", "scale", options.scale);
  detail::require_positive("init::irnn", "deviation", options.deviation);
  return detail::by_part(
      random,
      [&random, options](auto& part) {
        detail::require_spread<decltype(part.W)>("init::irnn", "scale", options.scale, 1);
        normal(part.U, random, options.deviation);
        identity(part.W, options.scale);
        part.b.setZero();
      },
      [&random, options](auto& part) {
        normal(part.V, random, options.deviation);
        part.c.setZero();
      });
}

}  // namespace init

}  // namespace ELMAN_ABI
}  // namespace elman
