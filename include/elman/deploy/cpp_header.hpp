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
//
// What the net needs beside its weights (attachments.hpp) comes with it:
//
//   elman::cpp_header(net, "words", {.strings = {{"classes", names}}})          words::strings::classes[k]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/deploy/attachments.hpp"
#include "elman/deploy/cpp_array.hpp"
#include "elman/deploy/cpp_attachments.hpp"
#include "elman/deploy/cpp_text.hpp"
#include "elman/deploy/frozen.hpp"
#include "elman/layers/form.hpp"
#include "elman/net/parameters.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A matrix of a net in a header.
struct MatrixShape {
  const char* name;  ///< "layer1.forwards.U"
  Index rows;        ///< at least 1
  Index cols;        ///< at least 1
};

/// The text of a header that holds the net in the namespace `name`. Weight: the net's Scalar unless another is named,
/// which frozen.hpp rounds to. What is attached is there as constants, strings::NAME and tensors::NAME(), of the net's
/// Scalar. Throws if a number is not finite, or a name is none that C++ lets a program have. Those of functions of C
/// (time, index) are not told from others: a compiler that knows the function refuses the namespace.
template <class Weight_ = void, class Scalar, class Body, class Readout>
std::string cpp_header(const Parameters<Scalar, Body, Readout>& net, std::string_view name,
                       const Attachments& attachments = {}) {
  using Weight = std::conditional_t<std::is_void_v<Weight_>, Scalar, Weight_>;
  detail::require_that(is_cpp_name(name), "cpp_header: name is \"", name, "\"", fault_of_cpp_name(name));
  const auto frozen = freeze<Weight>(net);
  const Form body = form_of(net.body());
  std::string text =
      "// A recurrent net, written by elman::cpp_header: In = " + std::to_string(net.in()) +
      ", State = " + std::to_string(net.state()) + ", Out = " + std::to_string(net.out()) + ", " +
      std::to_string(net.theta().size()) + " parameters.\n// clang-format off\n#pragma once\n\n" +
      "#include <array>\n#include <cstdint>\n#include <elman/elman.hpp>\n#include <string_view>\n\nnamespace " +
      std::string(name) +
      " {\n\n// All matrices and vectors, in the order in which the arrays hold them.\n"
      "inline constexpr elman::MatrixShape matrices[] = {\n";
  net.for_each([&](const std::string& matrix, const auto& view) {
    text += "    {" + cpp_literal(std::string_view(matrix)) + ", " + std::to_string(view.rows()) + ", " +
            std::to_string(view.cols()) + "},\n";
  });
  text += "};\n\n// The matrices, column by column";
  constexpr Index group = detail::grouped_columns<Weight>;
  if (group > 1) text += ", " + std::to_string(group) + " columns to a word";
  text += ".\n";
  detail::append_array(text, "weights", frozen.weights());
  text += detail::is_scaled<Weight> ? "// The scales of the matrices' rows, and the vectors.\n" : "// The vectors.\n";
  detail::append_array(text, "numbers", frozen.numbers());
  text += "\ninline constexpr std::uint64_t check_value = " + std::to_string(frozen.net().check_value()) +
          "U;  // net().check_value()\n\nusing Body = " + cpp_type(body) +
          ";\nusing Readout = " + cpp_type(form_of(net.readout())) + ";\nusing Net = elman::FrozenNet<" +
          CppName<Scalar>::value + ", Body, Readout, " + CppName<Weight>::value +
          ">;\n\n/// The net, which refers to the arrays.\ninline Net net() { return {Body(" + cpp_arguments(body) +
          "), Readout(), weights, numbers}; }\n";
  detail::append_strings(text, attachments);
  detail::append_tensors<Scalar>(text, attachments);
  return text + "\n}  // namespace " + std::string(name) + "\n";
}

}  // namespace ELMAN_ABI
}  // namespace elman
