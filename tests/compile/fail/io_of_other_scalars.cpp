// SPDX-License-Identifier: MIT
// expect: elman::io: files hold nets of float and double
// expect: elman::io: files hold nets of float and double
// expect: elman::io: files hold nets of float and double
#include <complex>

#include "elman/elman.hpp"
#include "elman/io/safetensors.hpp"

#if ELMAN_FAIL == 1
using Scalar = long double;
#elif ELMAN_FAIL == 2 || ELMAN_FAIL == 3
using Scalar = std::complex<double>;
#else
using Scalar = double;
#endif
using Cell = elman::RNNCell<Scalar, 2, 3, 4>;

#if ELMAN_FAIL == 3
Cell loaded() { return elman::io::load<Cell>("net"); }
#else
void save(const Cell& cell) { elman::io::save("net", cell); }
#endif
