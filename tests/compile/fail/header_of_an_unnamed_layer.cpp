// SPDX-License-Identifier: MIT
// expect: elman::cpp_header: a layer of your own says how its type is written in C++, in `std::string cpp_type() const`
#include <string>

#include "elman/elman.hpp"

/// A recurrence of one's own is not elman's: what its base says of itself is not its name.
struct Mine : elman::Recurrence<3, 4> {
#ifndef ELMAN_FAIL
  std::string cpp_type() const { return "Mine"; }
#endif
};

std::string header(const elman::Net<float, Mine, elman::Readout<4, 2>>& net) { return elman::cpp_header(net, "mine"); }
