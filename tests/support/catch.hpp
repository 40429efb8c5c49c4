// SPDX-License-Identifier: MIT
//
// One include for Catch2 2.13 and 3.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;  // as Catch2 2.13 has it
#else
#include <catch2/catch.hpp>
#endif
