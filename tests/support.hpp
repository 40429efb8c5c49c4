// SPDX-License-Identifier: MIT
//
// What many tests share.
#pragma once

#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "elman/types.hpp"

/// Checks that function() throws std::invalid_argument with exactly this text.
template <class Function>
void expect_error(const Function& function, const std::string& message) {
  try {
    function();
  } catch (const std::invalid_argument& error) {
    CHECK(std::string(error.what()) == message);
    return;
  }
  FAIL_CHECK("expected std::invalid_argument: " << message);
}

/// ‖given − expected‖ / ‖expected‖; 0 only if equal when expected is zero.
template <class Given, class Expected>
double relative_error(const Given& given, const Expected& expected) {
  const double norm = static_cast<double>(expected.norm());
  const double difference = static_cast<double>((given - expected).norm());
  return norm > 0 ? difference / norm : difference;
}
