// SPDX-License-Identifier: MIT
#include "elman/check.hpp"

#include <limits>
#include <string>

#include "elman/cell.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

namespace {

std::string heard;

}  // namespace

TEST_CASE("an error joins text and numbers, as short as they can be read back") {
  expect_error([] { elman::detail::fail("f: x is ", 0.1, ", ", -7, " and ", 0.1F, "; expected ", 1e300); },
               "f: x is 0.1, -7 and 0.1; expected 1e+300");
  expect_error(
      [] {
        elman::detail::fail(elman::detail::Where{"A", "b"}, ": ", std::numeric_limits<double>::infinity());
      },
      "A::b: inf");
}

TEST_CASE("a text that is too long is cut, not lost") {
  const std::string text(3000, 'x');
  expect_error([&] { elman::detail::fail("f: ", text, " end"); }, "f: " + std::string(1020, 'x'));
}

#if defined(__cpp_exceptions)

TEST_CASE("a handler gets the message instead of an exception, and is put back") {
  struct Mine {};
  const elman::RNNCell<float, 2, 3, 1> cell{elman::zero};
  auto tape = cell.tape();
  const elman::Matrix<float, elman::Dynamic, elman::Dynamic> wrong(4, 5);
  const auto before = elman::set_error_handler([](const char* message) {
    heard = message;
    throw Mine();
  });
  CHECK(before == nullptr);
  CHECK_THROWS_AS(cell.forward(wrong, tape), Mine);
  CHECK(heard == "RNNCell::forward: x has 4 rows; expected In = 2");
  CHECK(elman::set_error_handler(nullptr) != nullptr);
  expect_error([&] { cell.forward(wrong, tape); }, "RNNCell::forward: x has 4 rows; expected In = 2");
}

#endif
