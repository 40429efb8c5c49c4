// SPDX-License-Identifier: MIT
// expect: elman::Net::bptt: gradient must be one of this net, made by `auto gradient = net.zero_gradient();`
#include "elman/cell.hpp"

using Cell = elman::RNNCell<float, 3, 5, 2>;

#ifdef ELMAN_FAIL
using Written = Cell;
#else
using Written = Cell::Gradient;
#endif

void run(const Cell& cell, const elman::Matrix<float, 3, 7>& x, Cell::Tape& tape, Written& gradient) {
  cell.bptt(x, tape, gradient);
}
