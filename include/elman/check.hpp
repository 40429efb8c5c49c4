// SPDX-License-Identifier: MIT
//
// Errors at the boundary: a public function checks its arguments once, before it writes anything, and throws
// std::invalid_argument with function, argument, what was expected and what it got:
//
//     "RNNCell::forward: x has 6 rows; expected In = 5"
//
// These checks do not depend on NDEBUG. Inner loops use asserts only. A program that is compiled without exceptions, or
// wants none from elman, sets an error handler, which gets the message instead.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <string_view>

#include "elman/standard.hpp"
#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// What is called with the message of an error. It should not return: if it does, std::abort follows.
using ErrorHandler = void (*)(const char* message);

namespace detail {

/// Constant-initialised: no code runs before main.
ELMAN_SHARED inline constinit std::atomic<ErrorHandler> error_handler{nullptr};

}  // namespace detail

/// From now on errors call `handler` instead of throwing; null puts throwing back (or, in a program compiled with
/// -fno-exceptions, std::abort), in the whole program (what that is: docs/embedding.md). It may throw, write the
/// message somewhere, restart the device. Returns the one before.
inline ErrorHandler set_error_handler(ErrorHandler handler) noexcept {
  const ErrorHandler before = detail::error_handler.load();
  detail::error_handler.store(handler);
  return before;
}

namespace detail {

/// The text of an error, cut where it is too long. No heap: memory may be what is missing.
class Message {
 public:
  void append(std::string_view text) {
    const std::size_t size = (std::min)(text.size(), sizeof text_ - 1 - size_);
    std::copy_n(text.data(), size, text_ + size_);
    size_ += size;
  }
  const char* c_str() const { return text_; }

 private:
  char text_[1024]{};
  std::size_t size_ = 0;
};

inline void append(Message& message, std::string_view text) { message.append(text); }

template <std::integral Number>
void append(Message& message, Number number) {
  char digits[24];
  const char* const end = to_chars(digits, digits + sizeof digits, number).ptr;
  message.append({digits, static_cast<std::size_t>(end - digits)});
}

#if defined(__cpp_exceptions)
template <std::floating_point Number>
void append(Message& message, const Number& number) {
  char digits[64];  // the shortest form that reads back as the same number
  const char* const end = to_chars(digits, digits + sizeof digits, number).ptr;
  message.append({digits, static_cast<std::size_t>(end - digits)});
}
#else
/// To six digits: the standard's form, which is exact, would be two thirds of the program on a microcontroller.
inline void append(Message& message, const double& number) {
  if (is_nan(number)) return message.append("nan");
  if (number < 0) message.append("-");
  if (!is_finite(number)) return message.append("inf");
  double rest = number < 0 ? -number : number;
  int exponent = 0;
  if (rest > 0) {
    for (; rest >= 10; ++exponent) rest /= 10;
    for (; rest < 1; --exponent) rest *= 10;
  }
  auto digits = static_cast<long>(rest * 1e5 + 0.5);  // d.ddddd
  if (digits >= 1000000) {
    digits /= 10;
    ++exponent;
  }
  const bool scientific = exponent < -4 || exponent > 5;
  const int whole = scientific ? 0 : exponent;  // the place of the last digit before the point, counted from the first
  if (whole < 0) message.append("0.");
  for (int zero = -1; zero > whole; --zero) message.append("0");
  long unit = 100000;
  for (int place = 0; place <= whole || digits > 0; ++place, unit /= 10) {
    if (place == whole + 1 && whole >= 0) message.append(".");
    const char digit = static_cast<char>('0' + digits / unit);
    message.append({&digit, 1});
    digits %= unit;
  }
  if (scientific) {
    message.append(exponent < 0 ? "e-" : "e+");
    if (exponent > -10 && exponent < 10) message.append("0");
    append(message, exponent < 0 ? -exponent : exponent);
  }
}
#endif

/// Which function of which class, "RNNCell::forward".
struct Where {
  const char* owner;
  const char* function;
};

inline void append(Message& message, const Where& where) {
  message.append(where.owner);
  message.append("::");
  message.append(where.function);
}

/// The error of this text, for good.
template <class Error = std::invalid_argument>
[[__noreturn__]] void raise(const char* message) {
  if (const ErrorHandler handler = error_handler.load()) {
    handler(message);
    std::abort();
  }
#if defined(__cpp_exceptions)
  throw Error(message);
#else
  std::abort();
#endif
}

/// The error that joins the pieces, text and numbers.
template <class... Pieces>
[[__noreturn__]] void fail(const Pieces&... pieces) {
  Message message;
  (append(message, pieces), ...);
  raise(message.c_str());
}

/// The same of what no argument is wrong about: std::runtime_error.
template <class... Pieces>
[[__noreturn__]] void fail_at_run_time(const Pieces&... pieces) {
  Message message;
  (append(message, pieces), ...);
  raise<std::runtime_error>(message.c_str());
}

/// Unless `holds`: fail(pieces...).
template <class... Pieces>
void require_that(bool holds, const Pieces&... pieces) {
  if (!holds) [[__unlikely__]] {
    fail(pieces...);
  }
}

/// What functions return that are there for a sentence alone, at compile time: it is taken for anything.
struct Anything {
  template <class Type>
  operator Type() const;  // NOLINT: the conversion is the purpose
};

/// Takes any value, a list too: an option by another library's name, which its owner refuses with a sentence.
struct AnyValue {
  AnyValue() = default;
  template <class Type>
  AnyValue(const Type&) {}                    // NOLINT: the conversion is the purpose
  AnyValue(std::initializer_list<double>) {}  // NOLINT: as above
};

/// Resizes a matrix. Where memory is missing Eigen throws std::bad_alloc, and says nothing if it was compiled without
/// exceptions.
template <class M>
void resize(M& matrix, Index rows, Index cols) {
  matrix.resize(rows, cols);
#if !defined(__cpp_exceptions)
  require_that(matrix.size() == 0 || matrix.data(), "elman: no memory for ", rows, " x ", cols, " numbers");
#endif
}
/// Zeros in new memory.
template <class M>
M zeros(Index rows, Index cols = 1) {
  M matrix;
  resize(matrix, rows, cols);
  matrix.setZero();
  return matrix;
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
