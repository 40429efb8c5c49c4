// SPDX-License-Identifier: MIT
//
// A trained net of any composition as a C++ header: constant arrays with exact numbers, the names and shapes of the
// matrices, a check value, and a function that makes the net of them. A program that includes it needs no file and no
// parser, and the arrays lie in read-only memory.
//
//   std::ofstream("words.hpp") << elman::cpp_header(net, "words");                     as they are
//   std::ofstream("words.hpp") << elman::cpp_header<std::int8_t>(net, "words");        rounded (frozen.hpp)
//
//   #include "words.hpp"
//   const auto net = words::net();                // an elman::FrozenNet: steps
//   const auto whole = words::net().thaw();       // an elman::Net: all verbs
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/deploy/cpp_text.hpp"
#include "elman/deploy/frozen.hpp"
#include "elman/layers/form.hpp"
#include "elman/net/parameters.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A matrix of a net in a header.
struct MatrixShape {
  const char* name;
  Index rows;
  Index cols;
};

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

inline bool is_cpp_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !is_letter(name.front())) return false;
  for (const char c : name) {
    if (!is_letter(c) && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

}  // namespace detail

/// The text of a header that holds the net in the namespace `name`. Weight: the net's Scalar unless another is named,
/// which frozen.hpp rounds to. Throws if a parameter is not finite, or the name is none.
template <class Weight_ = void, class Scalar, class Body, class Readout>
std::string cpp_header(const Parameters<Scalar, Body, Readout>& net, std::string_view name) {
  using Weight = std::conditional_t<std::is_void_v<Weight_>, Scalar, Weight_>;
  detail::require(detail::is_cpp_name(name), "cpp_header: name is \"", name,
                  "\"; expected letters, digits and underscores");
  const auto frozen = freeze<Weight>(net);
  std::string text = "// A recurrent net, written by elman::cpp_header: In = " + std::to_string(net.in()) +
                     ", State = " + std::to_string(net.state()) + ", Out = " + std::to_string(net.out()) + ", " +
                     std::to_string(net.theta().size()) + " parameters.\n// clang-format off\n#pragma once\n\n" +
                     (frozen.numbers().empty() ? "#include <array>\n" : "") +
                     "#include <cstdint>\n#include <elman/elman.hpp>\n\nnamespace " + std::string(name) +
                     " {\n\n// All matrices and vectors, in the order in which the arrays hold them.\n"
                     "inline constexpr elman::MatrixShape matrices[] = {\n";
  net.for_each([&](const std::string& matrix, const auto& view) {
    text += "    {\"" + matrix + "\", " + std::to_string(view.rows()) + ", " + std::to_string(view.cols()) + "},\n";
  });
  text += "};\n\n// The matrices, column by column";
  constexpr Index group = detail::grouped_columns<Weight>;
  if (group > 1) text += ", " + std::to_string(group) + " columns to a word";
  text += ".\n";
  detail::append_array(text, "weights", frozen.weights());
  text += detail::is_scaled<Weight> ? "// The scales of the matrices' rows, and the vectors.\n" : "// The vectors.\n";
  detail::append_array(text, "numbers", frozen.numbers());
  text += "\ninline constexpr std::uint64_t check_value = " + std::to_string(frozen.net().check_value()) +
          "U;  // net().check_value()\n\nusing Body = " + cpp_type(form_of(net.body())) +
          ";\nusing Readout = " + cpp_type(form_of(net.readout())) + ";\nusing Net = elman::FrozenNet<" +
          CppName<Scalar>::value + ", Body, Readout, " + CppName<Weight>::value +
          ">;\n\n/// The net, which refers to the arrays.\ninline Net net() { return {Body(" +
          cpp_arguments(form_of(net.body())) + "), Readout(), weights, numbers}; }\n\n}  // namespace " +
          std::string(name) + "\n";
  return text;
}

}  // namespace ELMAN_ABI
}  // namespace elman
