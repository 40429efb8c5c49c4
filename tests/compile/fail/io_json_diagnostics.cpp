// SPDX-License-Identifier: MIT
//
// alone: what is included before matters
// expect: elman: JSON_DIAGNOSTICS is defined in front of all headers of elman or of none
#include "elman/version.hpp"

#ifdef ELMAN_FAIL
#define JSON_DIAGNOSTICS 1
#endif
#include "elman/io/detail/json.hpp"
