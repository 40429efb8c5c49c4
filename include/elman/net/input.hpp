// SPDX-License-Identifier: MIT
//
// What forward and bptt take as x, and how the layers see it:
//
//   Sequences, or any In × T matrix: one sequence     columns of numbers
//   Labels: integers, 0 ≤ token < In                  tokens, which stand for one-hot columns
//   SourceTarget{source, target} of two of these      for an EncoderDecoder
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// What bptt can give beside the parameters' gradients; what is not asked for is not computed. Each is resized and
/// overwritten.
template <class Scalar, class Body>
struct InputGradients {
  Columns<Scalar, Body::in_size>* d_x = nullptr;      ///< ∂L/∂x, In × N in the order of x's columns
  Columns<Scalar, Body::state_size>* d_h0 = nullptr;  ///< ∂L/∂h₀, State × B in the caller's order
};
template <class Scalar, class Encoder, class Decoder>
struct InputGradients<Scalar, EncoderDecoder<Encoder, Decoder>> {
  Columns<Scalar, Encoder::in_size>* d_source = nullptr;                          ///< ∂L/∂source, as source
  Columns<Scalar, Decoder::in_size>* d_x = nullptr;                               ///< ∂L/∂target, as target
  Columns<Scalar, EncoderDecoder<Encoder, Decoder>::state_size>* d_h0 = nullptr;  ///< ∂L/∂(the encoder's h₀)
};

namespace detail {

template <class T>
struct IsSourceTarget : std::false_type {};
template <class Source, class Target>
struct IsSourceTarget<SourceTarget<Source, Target>> : std::true_type {};

template <class Body>
concept HasEncoder = requires(const Body body) {
  body.encoder();
  body.decoder();
};

template <class X>
concept IsColumns = IsSequences<X>::value || IsMatrix<X>;

template <class X>
struct ColumnsTraits {
  using Scalar = typename X::Scalar;
  static constexpr int rows = X::RowsAtCompileTime;
};
template <class Scalar_, int Rows>
struct ColumnsTraits<Sequences<Scalar_, Rows>> {
  using Scalar = Scalar_;
  static constexpr int rows = Rows;
};

/// The steps of x: a reference where x has them, else a value.
template <class X>
decltype(auto) steps_of(const X& x) {
  if constexpr (IsSourceTarget<X>::value) {
    return steps_of(x.target);
  } else if constexpr (IsMatrix<X>) {
    return x.cols() == 0 ? Steps{} : Steps::even(x.cols(), 1);
  } else {
    return (x.steps);
  }
}

/// What a net of this scalar and body cannot take as x is said when it is compiled.
template <class Scalar, class Body, class X>
constexpr void check_input_types() {
  if constexpr (HasEncoder<Body>) {
    static_assert(IsSourceTarget<X>::value,
                  "elman::Net: x of an encoder-decoder must be elman::SourceTarget{source, target}");
    if constexpr (IsSourceTarget<X>::value) {
      using Encoder = std::remove_cvref_t<decltype(std::declval<const Body&>().encoder())>;
      using Decoder = std::remove_cvref_t<decltype(std::declval<const Body&>().decoder())>;
      check_input_types<Scalar, Encoder, std::remove_cvref_t<decltype(X::source)>>();
      check_input_types<Scalar, Decoder, std::remove_cvref_t<decltype(X::target)>>();
    }
  } else {
    static_assert(
        IsColumns<X> || std::same_as<X, Labels>,
        "elman::Net: x must be elman::Sequences or an Eigen matrix, a column a step, or elman::Labels, a token "
        "a step");
    if constexpr (IsColumns<X>) {
      static_assert(std::same_as<typename ColumnsTraits<X>::Scalar, Scalar>,
                    "elman::Net: x must have the net's Scalar");
      static_assert(fits<Body::in_size, ColumnsTraits<X>::rows>,
                    "elman::Net: x must have as many rows as the net's In");
    }
  }
}

/// Throws unless x has at least one step and fits a layer of `in` inputs.
template <class X>
void check_input(const Where& function, const char* name, const X& x, Index in) {
  const auto& steps = steps_of(x);
  require(steps.count() >= 1, function, ": ", name, " has 0 steps; expected at least 1");
  if constexpr (std::same_as<X, Labels>) {
    const auto count = static_cast<Index>(x.columns.size());
    require(count == steps.columns(), function, ": ", name, " has ", count, " tokens; expected N = ", steps.columns(),
            " as its steps say");
    for (Index k = 0; k < count; ++k) {
      const Index token = x.columns[static_cast<std::size_t>(k)];
      require(token >= 0 && token < in, function, ": token ", k, " of ", name, " is ", token,
              "; expected 0 <= token < In = ", in);
    }
  } else {
    const auto& columns = [&]() -> const auto& {
      if constexpr (IsSequences<X>::value) {
        return x.columns;
      } else {
        return x;
      }
    }
    ();
    require(columns.rows() == in, function, ": ", name, " has ", columns.rows(), " rows; expected In = ", in);
    require(columns.cols() == steps.columns(), function, ": ", name, " has ", columns.cols(),
            " columns; expected N = ", steps.columns(), " as its steps say");
  }
}

template <class Body, class X>
void check_input(const Where& function, const X& x, const Body& body) {
  if constexpr (IsSourceTarget<X>::value) {
    check_input(function, "x.source", x.source, body.encoder().in());
    check_input(function, "x.target", x.target, body.decoder().in());
    require(steps_of(x.source).batch() == steps_of(x.target).batch(), function, ": x.target has ",
            steps_of(x.target).batch(), " sequences; expected ", steps_of(x.source).batch(), " as x.source has");
  } else {
    check_input(function, "x", x, body.in());
  }
}

/// x as the layers see it; holds what that needs.
template <class Scalar, class X>
class Input {
 public:
  template <class Body>
  Input(const X& x, const Body&) : columns_(columns_of(x)), steps_(steps_of(x)) {}
  ConstStrided<Scalar> view() const { return strided(columns_); }
  const Steps& steps() const { return steps_; }

 private:
  using Ref = Eigen::Ref<const Matrix<Scalar, Dynamic, Dynamic>>;

  static Ref columns_of(const X& x) {
    if constexpr (IsSequences<X>::value) {
      return x.columns;
    } else {
      return x;
    }
  }

  Ref columns_;
  std::conditional_t<IsMatrix<X>, Steps, const Steps&> steps_;
};

template <class Scalar>
class Input<Scalar, Labels> {
 public:
  template <class Body>
  Input(const Labels& x, const Body& body) : x_(x), vocabulary_(body.in()) {}
  OneHot<Scalar> view() const { return {x_.columns.data(), vocabulary_, x_.steps.columns()}; }
  const Steps& steps() const { return x_.steps; }

 private:
  const Labels& x_;
  Index vocabulary_;
};

template <class Scalar, class Source, class Target>
class Input<Scalar, SourceTarget<Source, Target>> {
 public:
  template <class Body>
  Input(const SourceTarget<Source, Target>& x, const Body& body)
      : source_(x.source, body.encoder()), target_(x.target, body.decoder()) {}
  auto view() const { return SourceTargetColumns{source_.view(), source_.steps(), target_.view()}; }
  const auto& steps() const { return target_.steps(); }

 private:
  Input<Scalar, std::remove_cvref_t<Source>> source_;
  Input<Scalar, std::remove_cvref_t<Target>> target_;
};

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
