// SPDX-License-Identifier: MIT
//
// What stands in where a standard library has no text of floating-point numbers gives what std::to_chars and
// std::from_chars give where it has.
#include "elman/standard/number_text.hpp"

#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "elman/random.hpp"
#include "elman/standard.hpp"
#include "support/catch.hpp"

#if defined(__cpp_lib_to_chars)

using elman::Random;
using elman::detail::read_number_text;
using elman::detail::write_number_text;

namespace {

/// Numbers of all sizes: by their bits, with few digits, and the ends.
template <class Number>
std::vector<Number> numbers() {
  using Limits = std::numeric_limits<Number>;
  std::vector<Number> result{Number(0),         Number(-0.0),         Number(1),        Number(0.1),
                             Number(-1e-5),     Number(123456789),    Number(1e22),     Number(1e23),
                             Limits::min(),     Limits::denorm_min(), Limits::max(),    Limits::lowest(),
                             Limits::epsilon(), Number(1e5),          Number(100000.5), Number(0.00012)};
  Random random{7};
  for (int k = 0; k < 300; ++k) {
    const auto size = static_cast<Number>(random.uniform(-1, 1));
    const int most = Limits::max_exponent - 1;
    result.push_back(std::ldexp(size, static_cast<int>(random.below(2 * most)) - most));
    result.push_back(static_cast<Number>(random.below(100000)) / 1000);
  }
  return result;
}

template <class... Format>
std::string library_text(auto number, Format... format) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, number, format...).ptr};
}
template <class... Format>
std::string own_text(auto number, Format... format) {
  char text[400];
  return {text, write_number_text(text, text + sizeof text, number, format...).ptr};
}

template <class Number>
void check_texts() {
  for (const Number number : numbers<Number>()) {
    CHECK(own_text(number) == library_text(number));
    CHECK(own_text(number, std::chars_format::fixed, 3) == library_text(number, std::chars_format::fixed, 3));
    CHECK(own_text(number, std::chars_format::scientific, 2) == library_text(number, std::chars_format::scientific, 2));
    const bool is_normal = number == 0 || std::abs(number) >= std::numeric_limits<Number>::min();
    if (is_normal) CHECK(own_text(number, std::chars_format::hex) == library_text(number, std::chars_format::hex));
  }
}

/// What both make of a text: how much of it they take, the error, the number.
template <class Number>
void check_read(std::string_view text) {
  INFO(text);
  Number library = 42, own = 42;
  const auto expected = std::from_chars(text.data(), text.data() + text.size(), library);
  const auto got = read_number_text(text.data(), text.data() + text.size(), own);
  CHECK(got.ptr == expected.ptr);
  CHECK(got.ec == expected.ec);
  CHECK(own == library);
}

const std::vector<std::string> texts{
    "0",
    "-0.0",
    "1.",
    ".5",
    "-.5e1",
    "1e5",
    "1e+5",
    "1E-5",
    "3.e2",
    "1e",
    "1e+",
    "1ex",
    "12,5",
    "1.2.3",
    "0x1p3",
    "0e9999",
    "1e999",
    "-1e999",
    "1e-999",
    "4.9e-324",
    "1e-46",
    "2e-324",
    "",
    "-",
    ".",
    "+1",
    "e5",
    " 1",
    "1 ",
    "-.e1",
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750"};

}  // namespace

TEST_CASE("Numbers as text are those of the standard library") {
  check_texts<float>();
  check_texts<double>();
  char small[4];
  CHECK(write_number_text(small, small + 4, 0.125).ec == std::errc::value_too_large);
  CHECK(own_text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(own_text(-std::numeric_limits<float>::infinity()) == "-inf");
  CHECK(own_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("Text as numbers is what the standard library reads") {
  for (const std::string& text : texts) {
    check_read<double>(text);
    check_read<float>(text);
  }
  for (const double number : numbers<double>()) check_read<double>(own_text(number));
  for (const float number : numbers<float>()) check_read<float>(own_text(number));
}

TEST_CASE("Text of numbers is the same in every locale") {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "C"}) {
    if (!std::setlocale(LC_NUMERIC, name)) continue;
    CHECK(own_text(1.5) == "1.5");
    check_read<double>("1.5");
    check_read<double>("1,5");
  }
  std::setlocale(LC_NUMERIC, before.c_str());
}

TEST_CASE("Bits of a number are its bits") {
  static_assert(elman::detail::bit_cast<std::uint32_t>(1.0F) == 0x3f800000);
  CHECK(elman::detail::bit_cast<double>(std::uint64_t{0x3ff8000000000000}) == 1.5);
}

#endif
