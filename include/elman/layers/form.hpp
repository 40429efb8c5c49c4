// SPDX-License-Identifier: MIT
//
// The written form of a layer: what a file (io/net.hpp) and a C++ header (deploy/cpp_header.hpp) say of it, and from
// which it is made again. A layer of your own says its form; an activation, an output or a policy has a CppName:
//
//   Form form() const { return {.name = "Gain", .sizes = {out()}}; }
//   template <> struct elman::CppName<Softsign> { static constexpr const char* value = "Softsign"; };
//
// What is made of its sizes, or is a Wrapper (wrapper.hpp) without options, is made again without another word; any
// other layer has `static Gain from(const Form&)`. An activation or policy with options of its own has both:
//
//   FormOptions form() const { return {"Leak", {{"rate", rate}}}; }
//   static Leak from(const FormOptions& options) { return {options.number("rate")}; }
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// How a type is written in C++: `value`.
template <class Type>
struct CppName;

/// The same; does not compile for a type that has none.
template <class Type>
constexpr const char* cpp_name() {
  static_assert(
      requires { CppName<Type>::value; },
      "elman: to be written to a file or a C++ header, an activation, output or policy of your own is named by a "
      "specialisation of elman::CppName; see elman/layers/form.hpp");
  return CppName<Type>::value;
}

/// An option: a number, or a flag, which is 0 or 1.
struct FormOption {
  std::string name;      ///< of the field
  double value;          ///< finite
  bool is_flag = false;  ///< a bool in C++

  friend bool operator==(const FormOption&, const FormOption&) = default;
};

/// A struct of options.
struct FormOptions {
  std::string type;                ///< as C++ finds it
  std::vector<FormOption> values;  ///< in the order of the fields

  /// Throws if there is none of this name.
  double number(std::string_view name) const {
    for (const auto& option : values) {
      if (option.name == name) return option.value;
    }
    detail::fail("Form: ", type, " has no option ", name);
  }

  friend bool operator==(const FormOptions&, const FormOptions&) = default;
};

struct Form {
  std::string name;                        ///< the template, or the type, as C++ finds it
  std::vector<Form> inner = {};            ///< layers inside: its first template arguments, and arguments
  std::vector<Index> sizes = {};           ///< then template arguments that are numbers
  std::vector<std::string> policies = {};  ///< then those that are types
  std::vector<Index> counts = {};          ///< arguments behind the layers: a depth
  std::vector<FormOptions> options = {};   ///< arguments behind those

  /// The k-th of each. Throw if there is none.
  const Form& inner_at(std::size_t k) const { return at(inner, k, "layers"); }
  Index size_at(std::size_t k) const { return at(sizes, k, "sizes"); }
  Index count_at(std::size_t k) const { return at(counts, k, "counts"); }
  const FormOptions& options_at(std::size_t k) const { return at(options, k, "structs of options"); }

  friend bool operator==(const Form&, const Form&) = default;

 private:
  template <class Type>
  const Type& at(const std::vector<Type>& all, std::size_t k, const char* what) const {
    detail::require_that(k < all.size(), "Form: ", name, " has ", all.size(), " ", what, "; expected more");
    return all[k];
  }
};

namespace detail {

/// What says its form itself: what a base of it says is not its own.
template <class Type, class Result>
concept HasForm = requires {
  { &Type::form } -> std::same_as<Result (Type::*)() const>;
};
template <class Type, class Given>
concept HasFrom = requires {
  { &Type::from } -> std::same_as<Type (*)(const Given&)>;
};

/// A wrapper without options.
template <class L>
concept MadeOfInner = requires {
  typename L::Inner;
  requires std::constructible_from<L, typename L::Inner>;
};

}  // namespace detail

/// The form of a layer.
template <class L>
Form form_of(const L& layer) {
  static_assert(detail::HasForm<L, Form>,
                "elman: to be written to a file or a C++ header, a layer of your own says what it is in `elman::Form "
                "form() const`; see elman/layers/form.hpp");
  if constexpr (detail::HasForm<L, Form>) return layer.form();
}

/// The layer of a form. Throws if the form is not one of its type, or sizes contradict those of compile time.
template <class L>
L layer_from(const Form& form) {
  if constexpr (detail::HasFrom<L, Form>) {
    return L::from(form);
  } else if constexpr (detail::MadeOfInner<L>) {
    return L(layer_from<typename L::Inner>(form.inner_at(0)));
  } else if constexpr (std::constructible_from<L, Index, Index>) {
    return L(form.size_at(0), form.size_at(1));
  } else if constexpr (std::constructible_from<L, Index>) {
    return L(form.size_at(0));
  } else {
    static_assert(std::default_initializable<L>,
                  "elman: to be made from a file, a layer of your own has `static L from(const elman::Form&)`; see "
                  "elman/layers/form.hpp");
    return L();
  }
}

namespace detail {

/// Whether an activation or a policy has options that must be written.
template <class Policy>
inline constexpr bool has_options = !std::is_empty_v<Policy>;

template <class Policy>
void add_options(std::vector<FormOptions>& all, const Policy& policy) {
  if constexpr (has_options<Policy>) {
    static_assert(HasForm<Policy, FormOptions>,
                  "elman: to be written to a file or a C++ header, an activation or policy of your own with options "
                  "says them in `elman::FormOptions form() const`; see elman/layers/form.hpp");
    if constexpr (HasForm<Policy, FormOptions>) {
      all.push_back(policy.form());
      for (const auto& option : all.back().values) {
        constexpr double most = (std::numeric_limits<double>::max)();
        require_that(within(option.value, -most, most), "Form: ", all.back().type, " has .", option.name, " = ",
                     option.value, "; expected a finite number");
      }
    }
  }
}

/// The policy whose options are the k-th of a form; k goes on to the next.
template <class Policy>
Policy policy_from(const Form& form, std::size_t& k) {
  if constexpr (has_options<Policy>) {
    static_assert(HasFrom<Policy, FormOptions>,
                  "elman: to be made from a file, an activation or policy of your own with options has `static P "
                  "from(const elman::FormOptions&)`; see elman/layers/form.hpp");
    return Policy::from(form.options_at(k++));
  } else {
    return Policy{};
  }
}

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
