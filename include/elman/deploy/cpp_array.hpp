// SPDX-License-Identifier: MIT
//
// Arrays of constants as C++ text, and the names of what they hold.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "elman/deploy/cpp_text.hpp"
#include "elman/kernels/narrow.hpp"
#include "elman/layers/form.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <>
struct CppName<float> {
  static constexpr const char* value = "float";
};
template <>
struct CppName<double> {
  static constexpr const char* value = "double";
};
template <>
struct CppName<std::uint32_t> {
  static constexpr const char* value = "std::uint32_t";
};
template <>
struct CppName<std::int8_t> {
  static constexpr const char* value = "std::int8_t";
};
template <>
struct CppName<std::int16_t> {
  static constexpr const char* value = "std::int16_t";
};
template <>
struct CppName<BFloat16> {
  static constexpr const char* value = "elman::BFloat16";
};

namespace detail {

/// A word of narrow weights, or a number.
inline std::string literal_of(std::uint32_t word) { return std::to_string(word) + "U"; }
template <std::floating_point Number>
std::string literal_of(Number number) {
  return cpp_literal(number);
}

/// Lines of at most 120 characters.
template <class Elements>
void append_array(std::string& text, const char* name, const Elements& elements) {
  const std::string type = CppName<std::remove_const_t<typename Elements::element_type>>::value;
  if (elements.empty()) {  // C++ has no array of nothing
    text += "inline constexpr std::array<" + type + ", 0> " + name + "{};\n";
    return;
  }
  text += "alignas(64) inline constexpr " + type;
  text += std::string(" ") + name + "[] = {";
  std::size_t line = 120;
  for (const auto& element : elements) {
    const std::string literal = literal_of(element);
    if (line + literal.size() + 2 > 120) {
      text += "\n   ";
      line = 3;
    }
    text += " " + literal + ",";
    line += literal.size() + 2;
  }
  text += "\n};\n";
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
