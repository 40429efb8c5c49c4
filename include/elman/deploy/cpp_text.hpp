// SPDX-License-Identifier: MIT
//
// Numbers, names and forms of layers (layers/form.hpp) as C++ text.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "elman/layers/form.hpp"
#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The exact number: 0x1.8p-3, with F for a float.
template <std::floating_point Number>
std::string cpp_literal(Number number) {
  char digits[64];
  const char* const end = detail::to_chars(digits, digits + sizeof digits, number, std::chars_format::hex).ptr;
  std::string literal(digits, static_cast<std::size_t>(end - digits));
  literal.insert(literal.front() == '-' ? 1 : 0, "0x");
  if (std::same_as<Number, float>) literal += 'F';
  return literal;
}

/// The text as a literal of ASCII alone, bytes above in octal.
inline std::string cpp_literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < 0x20 || byte > 0x7e) {
      literal += {'\\', static_cast<char>('0' + byte / 64), static_cast<char>('0' + byte / 8 % 8),
                  static_cast<char>('0' + byte % 8)};
    } else {
      literal += c;
    }
  }
  return literal + "\"";
}

/// What keeps a name from naming something of one's own in C++, as the end of a sentence; "" if nothing does.
inline std::string_view fault_of_cpp_name(std::string_view name) {
  constexpr std::string_view words =
      " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class "
      "compl concept const consteval constexpr constinit const_cast continue contract_assert co_await co_return "
      "co_yield decltype default delete do double dynamic_cast else enum explicit export extern false float for friend "
      "goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected "
      "public register reinterpret_cast requires return short signed sizeof static static_assert static_cast struct "
      "switch template this thread_local throw true try typedef typeid typename typeof union unsigned using virtual "
      "void volatile wchar_t while xor xor_eq ";
  // Other things of the global namespace, and macros, where elman is included.
  constexpr std::string_view taken = " Eigen EOF NULL assert elman errno linux main stderr stdin stdout std unix ";
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c)) return "; expected letters, digits and underscores";
  }
  if (name.empty() || is_digit(name.front()))
    return "; expected a letter, and letters, digits and underscores behind it";
  const std::string word = " " + std::string(name) + " ";
  if (words.find(word) != words.npos) return ", a word of C++; expected another name";
  if (name.front() == '_' || name.find("__") != name.npos) {
    return ", which C++ reserves; expected no underscore in front, nor two in a row";
  }
  return taken.find(word) != taken.npos ? ", which stands for something else already; expected another name" : "";
}
/// Whether nothing does.
inline bool is_cpp_name(std::string_view name) { return fault_of_cpp_name(name).empty(); }

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
    } else {
      values += cpp_literal(option.value);
    }
  }
  return options.type + "{" + values + "}";
}

}  // namespace detail

/// The layer itself: its type, with the arguments of its constructor.
inline std::string cpp_value(const Form& form);

/// The arguments of its constructor; none where layers and options inside need none.
inline std::string cpp_arguments(const Form& form) {
  std::string arguments;
  const auto add = [&](const std::string& argument) { arguments += (arguments.empty() ? "" : ", ") + argument; };
  for (const auto& layer : form.inner) add(cpp_value(layer));
  for (const Index count : form.counts) add(std::to_string(count));
  for (const auto& options : form.options) add(detail::cpp_options(options));
  return arguments;
}

inline std::string cpp_value(const Form& form) { return cpp_type(form) + "(" + cpp_arguments(form) + ")"; }

}  // namespace ELMAN_ABI
}  // namespace elman
