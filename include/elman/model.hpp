// SPDX-License-Identifier: MIT
//
// What optimizers, clipping and gradient checks know of a model: its parameter vectors.
//
// A model is anything with `theta()` (one contiguous vector), anything with `parts()` (a std::tuple of references to
// models), or a std::tuple of models itself: `std::tie(encoder, decoder)`. A gradient has the structure of its model,
// and vectors of its own. A type may say which of the two it is, and is then refused in the other's place:
//
//   static constexpr bool is_gradient = true;      // or false; nets and their gradients say so (net/parameters.hpp)
//
// One that says nothing may be both, as a struct of yours whose gradient is another object of that struct.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

template <class Type>
concept HasTheta = requires(Type& model) {
  model.theta();
};

template <class Type>
concept HasParts = requires(Type& model) {
  model.parts();
};

template <class Type>
inline constexpr bool is_tuple = requires {
  std::tuple_size<std::remove_const_t<Type>>::value;
};

template <class Type>
concept IsModel = HasTheta<Type> || HasParts<Type> || is_tuple<Type>;

}  // namespace detail

/// Calls visit(θ, θ', …) for every parameter vector of `model` and the vectors at the same place in `others`, which
/// have the same structure: a model and its gradient.
template <class Visit, class Model, class... Others>
void for_each_theta(Visit&& visit, Model&& model, Others&&... others) {
  using Plain = std::remove_reference_t<Model>;
  static_assert(detail::IsModel<Plain>,
                "elman: a model has theta(), or parts() (a tuple of models), or is a std::tuple of models");
  if constexpr (detail::HasTheta<Plain>) {
    visit(model.theta(), others.theta()...);
  } else if constexpr (detail::HasParts<Plain>) {
    for_each_theta(visit, model.parts(), others.parts()...);
  } else {
    const auto visit_all = [&]<std::size_t... Place>(std::index_sequence<Place...>) {
      const auto visit_part = [&]<std::size_t Part>(std::integral_constant<std::size_t, Part>) {
        for_each_theta(visit, std::get<Part>(model), std::get<Part>(others)...);
      };
      (visit_part(std::integral_constant<std::size_t, Place>{}), ...);
    };
    visit_all(std::make_index_sequence<std::tuple_size_v<std::remove_const_t<Plain>>>{});
  }
}

/// The number of parameters of a model.
template <class Model>
Index parameter_count(const Model& model) {
  Index count = 0;
  for_each_theta([&](const auto& theta) { count += theta.size(); }, model);
  return count;
}

namespace detail {

/// The scalar of a model: that of its first parameter vector.
template <class Model>
struct ModelScalar {
  using type = typename ModelScalar<std::tuple_element_t<0, Model>>::type;
};
template <class Model>
requires HasTheta<Model>
struct ModelScalar<Model> {
  using type = typename std::remove_cvref_t<decltype(std::declval<Model&>().theta())>::Scalar;
};
template <class Model>
requires(!HasTheta<Model> && HasParts<Model>) struct ModelScalar<Model> {
  using type = typename ModelScalar<decltype(std::declval<Model&>().parts())>::type;
};
template <class Model>
struct ModelScalar<Model&> : ModelScalar<Model> {};

/// The number of parameters where the types tell it, else Dynamic.
template <class Model>
constexpr int static_parameter_count() {
  using Plain = std::remove_reference_t<Model>;
  if constexpr (requires { Plain::theta_size; }) {
    return Plain::theta_size;
  } else if constexpr (HasTheta<Plain>) {
    return std::remove_cvref_t<decltype(std::declval<Plain&>().theta())>::SizeAtCompileTime;
  } else if constexpr (HasParts<Plain>) {
    return static_parameter_count<decltype(std::declval<Plain&>().parts())>();
  } else {
    constexpr auto sum_all = []<std::size_t... Place>(std::index_sequence<Place...>) {
      constexpr int counts[] = {static_parameter_count<std::tuple_element_t<Place, Plain>>()...};
      int sum = 0;
      for (const int count : counts) sum = (sum == Dynamic || count == Dynamic) ? Dynamic : sum + count;
      return sum;
    };
    return sum_all(std::make_index_sequence<std::tuple_size_v<Plain>>{});
  }
}

/// Whether a model, or a part of it, says that it is a gradient (Is), or that it is none (!Is).
template <class Model, bool Is>
constexpr bool says_gradient() {
  using Plain = std::remove_cvref_t<Model>;
  if constexpr (requires { Plain::is_gradient; }) {
    return Plain::is_gradient == Is;
  } else if constexpr (HasParts<Plain> && !HasTheta<Plain>) {
    return says_gradient<decltype(std::declval<Plain&>().parts()), Is>();
  } else if constexpr (is_tuple<Plain> && !HasTheta<Plain>) {
    return []<std::size_t... Place>(std::index_sequence<Place...>) {
      return (says_gradient<std::tuple_element_t<Place, Plain>, Is>() || ...);
    }
    (std::make_index_sequence<std::tuple_size_v<Plain>>{});
  } else {
    return false;
  }
}

/// Refuses a gradient in the place of the model, and a model in the place of a gradient.
template <class Model>
constexpr bool is_model() {
  static_assert(!says_gradient<Model, true>(),
                "elman: a gradient is given where the model belongs; the model comes first, then its gradient, as in "
                "`adam.step(cell, gradient)`, and optimizers and initialisers are given the model");
  return true;
}
template <class Gradient>
constexpr bool is_gradient_of_model() {
  static_assert(!says_gradient<Gradient, false>(),
                "elman: a model is given where its gradient belongs; the gradient is what `cell.zero_gradient()` made "
                "and bptt added to, and comes behind the model, as in `adam.step(cell, gradient)`");
  return true;
}

/// The type of a model's gradient: what it names so, or its own.
template <class Model>
struct ModelGradient {
  using type = Model;
};
template <class Model>
requires requires { typename Model::Gradient; }
struct ModelGradient<Model> {
  using type = typename Model::Gradient;
};

}  // namespace detail

/// The number type of a model: that of its θ, or of its Eigen matrix.
template <class Model>
using ScalarOf = typename detail::ModelScalar<std::remove_cvref_t<Model>>::type;
/// The type of a model's gradient.
template <class Model>
using GradientOf = typename detail::ModelGradient<std::remove_cvref_t<Model>>::type;

}  // namespace ELMAN_ABI
}  // namespace elman
