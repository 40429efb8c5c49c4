// SPDX-License-Identifier: MIT
//
// How types and numbers are written in C++, for a net that is written as a header (deploy/cpp_header.hpp).
//
// A layer says its own type, with all sizes, in `std::string cpp_type() const`, and the arguments of its constructor,
// if it has any, in `std::string cpp_arguments() const`. An activation, an output or a policy has a CppName:
//
//   template <> struct elman::CppName<Softsign> { static constexpr const char* value = "Softsign"; };
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// How a type is written in C++: `value`.
template <class T>
struct CppName;

template <class T>
constexpr const char* cpp_name() {
  static_assert(
      requires { CppName<T>::value; },
      "elman::cpp_header: an activation, output or policy of your own is named by a specialisation of elman::CppName; "
      "see elman/layers/cpp_name.hpp");
  return CppName<T>::value;
}

/// The exact number: 0x1.8p-3, with F for a float.
template <std::floating_point Number>
std::string cpp_literal(Number number) {
  char digits[64];
  const char* const end = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::hex).ptr;
  std::string literal(digits, static_cast<std::size_t>(end - digits));
  literal.insert(literal.front() == '-' ? 1 : 0, "0x");
  if (std::same_as<Number, float>) literal += 'F';
  return literal;
}

namespace detail {

/// A layer that says its type itself: what a base of it says is not its own.
template <class L>
concept HasCppType = requires {
  { &L::cpp_type } -> std::same_as<std::string (L::*)() const>;
};
/// The same of a policy with options, and its value.
template <class Policy>
concept HasCppValue = requires {
  { &Policy::cpp_value } -> std::same_as<std::string (Policy::*)() const>;
};

}  // namespace detail

/// The type of a layer.
template <class L>
std::string cpp_type(const L& layer) {
  static_assert(
      detail::HasCppType<L>,
      "elman::cpp_header: a layer of your own says how its type is written in C++, in `std::string cpp_type() "
      "const`; see elman/layers/cpp_name.hpp");
  if constexpr (detail::HasCppType<L>) return layer.cpp_type();
}
/// The arguments of its constructor.
template <class L>
std::string cpp_arguments(const L& layer) {
  if constexpr (requires { layer.cpp_arguments(); }) {
    return layer.cpp_arguments();
  } else {
    return "";
  }
}
/// The layer itself: its type with the arguments.
template <class L>
std::string cpp_value(const L& layer) {
  return cpp_type(layer) + "(" + cpp_arguments(layer) + ")";
}

}  // namespace ELMAN_ABI
}  // namespace elman
