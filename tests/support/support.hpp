// SPDX-License-Identifier: MIT
//
// What many tests share.
#pragma once

#include <limits>
#include <stdexcept>
#include <string>

#if !defined(__cpp_exceptions)
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#endif

#include "elman/check.hpp"
#include "elman/types.hpp"
#include "support/catch.hpp"

#if defined(__cpp_exceptions)

/// The message of the error that function() is, or "" if it is none.
template <class Function>
std::string error_of(const Function& function) {
  try {
    function();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

#else

namespace support {

inline int error_pipe[2];

}  // namespace support

/// The same where nothing can be thrown: in a child process, whose error handler sends the message and ends it.
template <class Function>
std::string error_of(const Function& function) {
  REQUIRE(pipe(support::error_pipe) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    elman::set_error_handler(
        [](const char* message) { _exit(write(support::error_pipe[1], message, std::strlen(message)) < 0 ? 1 : 0); });
    function();
    _exit(0);
  }
  close(support::error_pipe[1]);
  std::string message;
  char part[256];
  for (ssize_t size; (size = read(support::error_pipe[0], part, sizeof part)) > 0;) {
    message.append(part, static_cast<std::size_t>(size));
  }
  close(support::error_pipe[0]);
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  return message;
}

#endif

/// Checks that function() is an error with exactly this text.
template <class Function>
void expect_error(const Function& function, const std::string& message) {
  CHECK(error_of(function) == message);
}

/// ‖given − expected‖ / ‖expected‖; 0 only if equal when expected is zero; infinity, which no maximum passes over, of
/// NaN.
template <class Given, class Expected>
double relative_error(const Given& given, const Expected& expected) {
  const double norm = static_cast<double>(expected.norm());
  const double difference = static_cast<double>((given - expected).norm());
  const double error = norm > 0 ? difference / norm : difference;
  return error == error ? error : std::numeric_limits<double>::infinity();
}
