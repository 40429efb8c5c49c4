// SPDX-License-Identifier: MIT
//
// Numbers, names and forms of layers (layers/form.hpp) as C++ text.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

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

/// The type of a layer, with all sizes.
inline std::string cpp_type(const Form& form) {
  std::string arguments;
  const auto add = [&](const std::string& argument) { arguments += (arguments.empty() ? "" : ", ") + argument; };
  for (const auto& layer : form.inner) add(cpp_type(layer));
  for (const Index size : form.sizes) add(std::to_string(size));
  for (const auto& policy : form.policies) add(policy);
  return arguments.empty() ? form.name : form.name + "<" + arguments + ">";
}

namespace detail {

inline std::string cpp_options(const FormOptions& options) {
  std::string values;
  for (const auto& option : options.values) {
    if (!values.empty()) values += ", ";
    if (option.is_flag) {
      values += option.value != 0 ? "true" : "false";
    } else if (options.type.empty()) {
      values += std::to_string(static_cast<Index>(option.value));
    } else {
      values += cpp_literal(option.value);
    }
  }
  return options.type.empty() ? values : options.type + "{" + values + "}";
}

}  // namespace detail

/// The layer itself: its type, with the arguments of its constructor.
inline std::string cpp_value(const Form& form);

/// The arguments of its constructor; none where layers and options inside need none.
inline std::string cpp_arguments(const Form& form) {
  std::string arguments;
  const auto add = [&](const std::string& argument) { arguments += (arguments.empty() ? "" : ", ") + argument; };
  for (const auto& layer : form.inner) add(cpp_value(layer));
  for (const auto& options : form.options) add(detail::cpp_options(options));
  return arguments;
}

inline std::string cpp_value(const Form& form) { return cpp_type(form) + "(" + cpp_arguments(form) + ")"; }

}  // namespace ELMAN_ABI
}  // namespace elman
