// SPDX-License-Identifier: MIT
// expect: a layer of your own says what it is in `elman::Form form() const`
#include "elman/elman.hpp"
#include "elman/io/safetensors.hpp"

struct Mine : elman::Recurrence<3, 4> {
#ifndef ELMAN_FAIL
  elman::Form form() const { return {.name = "Mine"}; }
#endif
};

using Named = elman::Net<float, Mine, elman::Readout<4, 2>>;

void save(const Named& net) { elman::io::save("net", net); }
