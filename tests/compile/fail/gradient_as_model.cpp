// SPDX-License-Identifier: MIT
// expect: elman: a gradient is given where the model belongs; the model comes first, then its gradient
#include <tuple>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/l2.hpp"

using Cell = elman::RNNCell<float, 3, 5, 2>;
using elman::optim::Adam;
using elman::optim::L2Penalty;

void run(Cell& cell, Cell::Gradient& gradient, elman::Random& random) {
  Adam adam{std::tie(cell, cell)};
#ifdef ELMAN_FAIL
  adam.step(std::tie(cell, gradient), std::tie(gradient, gradient));
#else
  adam.step(std::tie(cell, cell), std::tie(gradient, gradient));
  L2Penalty{cell, {{"W", 1e-4}}}(cell, gradient);
  elman::init::standard(random)(cell);
#endif
}
