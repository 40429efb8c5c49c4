// SPDX-License-Identifier: MIT
//
// What forward and bptt take as x, and how the layers see it:
//
//   Sequences, or any In × T matrix: one sequence     columns of numbers
//   Labels: integers, 0 ≤ token < In                  tokens, which stand for one-hot columns
//   SourceTarget{source, target} of two of these      for an EncoderDecoder
//
// What x is, is asked once: where an `Input` is made of it, which checks it and is all that a net knows of x
// afterwards.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <span>
#include <type_traits>

#include "elman/check.hpp"
#include "elman/kernels/growing_columns.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/layers/backward_hook.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/layers/layer.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// ∂L/∂(the state after each sequence's last step) of what else than o depends on it: State × B in the caller's order,
/// a matrix in memory or a pointer to one. Refers to it.
template <class Scalar, int State>
class GivenGradient {
 public:
  GivenGradient() = default;
  template <detail::HasColumns M>
  GivenGradient(const M& matrix) : GivenGradient(&matrix) {}  // NOLINT: the conversion is the purpose
  template <detail::HasColumns M>
  GivenGradient(const M* matrix) : is_given_(matrix) {  // NOLINT: as above
    static_assert(detail::fits<State, M::RowsAtCompileTime> && std::same_as<typename M::Scalar, Scalar>,
                  "elman::Net::bptt: d_last must have State rows, a cell's Hidden, of the net's Scalar");
    if (!matrix) return;
    const ConstMatrixView<Scalar> view(*matrix);
    data_ = view.data();
    rows_ = view.rows();
    cols_ = view.cols();
    stride_ = view.outerStride();
  }

  bool is_given() const { return is_given_; }
  ConstMatrixView<Scalar> columns() const { return {data_, rows_, cols_, stride_}; }

 private:
  const Scalar* data_ = nullptr;
  Index rows_ = 0, cols_ = 0, stride_ = 0;
  bool is_given_ = false;
};

/// Where bptt leaves a gradient that is asked for: an Eigen matrix, which allocates whenever its shape changes, or
/// GrowingColumns, which keep their memory.
template <class Scalar, int Rows>
class Wanted {
 public:
  using Matrix = Columns<Scalar, Rows>;

  constexpr Wanted(std::nullptr_t = nullptr) {}          // NOLINT: the conversions are the purpose
  constexpr Wanted(Matrix* matrix) : matrix_(matrix) {}  // NOLINT
  constexpr Wanted(GrowingColumns<Scalar, Rows>* columns) : kept_(columns) {}  // NOLINT

  explicit operator bool() const { return matrix_ || kept_; }
  /// It, in the given shape; a view of nothing if nothing was asked for.
  MatrixView<Scalar> resized(Index rows, Index cols) const {
    if (matrix_) {
      detail::resize(*matrix_, rows, cols);
      return *matrix_;
    }
    if (kept_) {
      detail::resize(*kept_, rows, cols);
      return *kept_;
    }
    return {};
  }

 private:
  Matrix* matrix_ = nullptr;
  GrowingColumns<Scalar, Rows>* kept_ = nullptr;
};

/// What bptt can be given beside the tape's d_o, and can give beside the parameters' gradients; what is not asked for
/// is not computed. Each but d_last is resized and overwritten; d_last and d_h0 may be the same matrix.
template <class Scalar, class Body>
struct InputGradients {
  GivenGradient<Scalar, Body::state_size> d_last = {};  ///< ∂L/∂(last state), added to what o sends down (Eq. 53)
  Wanted<Scalar, Body::in_size> d_x = {};               ///< ∂L/∂x, In × N in the order of x's columns
  Wanted<Scalar, Body::state_size> d_h0 = {};           ///< ∂L/∂h₀, State × B in the caller's order
  BackwardHook<Scalar>* hook = nullptr;                 ///< who looks on (layers/backward_hook.hpp)
};
template <class Scalar, class Encoder, class Decoder>
struct InputGradients<Scalar, EncoderDecoder<Encoder, Decoder>> {
  GivenGradient<Scalar, EncoderDecoder<Encoder, Decoder>::state_size> d_last = {};  ///< of the decoder's last state
  Wanted<Scalar, Encoder::in_size> d_source = {};                                   ///< ∂L/∂source, as source
  Wanted<Scalar, Decoder::in_size> d_x = {};                                        ///< ∂L/∂target, as target
  Wanted<Scalar, EncoderDecoder<Encoder, Decoder>::state_size> d_h0 = {};           ///< ∂L/∂(the encoder's h₀)
  BackwardHook<Scalar>* hook = nullptr;                                             ///< who looks on
};

namespace detail {

template <class Type>
struct IsSourceTarget : std::false_type {};
template <class Source, class Target>
struct IsSourceTarget<SourceTarget<Source, Target>> : std::true_type {};

template <class Body>
concept HasEncoder = requires(const Body body) {
  body.encoder();
  body.decoder();
};

/// Throws unless x has one part a sequence, or none.
inline void check_parts(const Where& where, const char* name, std::span<const StreamPart> parts, const Steps& steps) {
  require_that(parts.empty() || std::ssize(parts) == steps.batch(), where, ": ", name, " has ", std::ssize(parts),
               " parts of streams; expected none, or one a sequence, B = ", steps.batch());
}

template <class X>
inline constexpr bool is_list_of_lists = false;
template <std::ranges::range X>
inline constexpr bool is_list_of_lists<X> =
    IsMatrix<std::ranges::range_value_t<X>> || std::ranges::range<std::ranges::range_value_t<X>>;
template <class X>
inline constexpr bool is_list_of_integers = false;
template <std::ranges::range X>
inline constexpr bool is_list_of_integers<X> = std::integral<std::ranges::range_value_t<X>>;

/// x as the layers of `Body` see it; holds what that needs. Refers to x.
template <class Scalar, class Body, class X>
class Input {
  static_assert(!is_list_of_lists<X>, "elman::Net: a batch of sequences must be packed: elman::pack(x)");
  static_assert(!is_list_of_integers<X>,
                "elman::Net: one sequence of tokens must be packed too: elman::pack(std::array{tokens})");
  static_assert(is_list_of_lists<X> || is_list_of_integers<X> || std::same_as<X, Labels>,  // all else is below
                "elman::Net: x must be elman::Sequences or an Eigen matrix, a column a step, or elman::Labels, a token "
                "a step");
};

/// Columns of numbers.
template <class Scalar, class Body, class M>
class ColumnsInput {
  static_assert(!HasEncoder<Body>, "elman::Net: x of an encoder-decoder must be elman::SourceTarget{source, target}");
  static_assert(std::same_as<typename M::Scalar, Scalar>, "elman::Net: x must have the net's Scalar");
  static_assert(fits<Body::in_size, M::RowsAtCompileTime>, "elman::Net: x must have as many rows as the net's In");

 public:
  /// Throws unless x has at least one step and fits the body.
  ColumnsInput(const Where& where, const char* name, const M& x, const Steps& steps, const Body& body) : columns_(x) {
    require_that(steps.count() >= 1, where, ": ", name, " has 0 steps; expected at least 1");
    require_that(x.rows() == body.in(), where, ": ", name, " has ", x.rows(), " rows; expected In = ", body.in(),
                 x.cols() == body.in() ? "; a column is a step, so x may be transposed" : "");
    require_that(x.cols() == steps.columns(), where, ": ", name, " has ", x.cols(),
                 " columns; expected N = ", steps.columns(), " as its steps say");
  }
  ConstMatrixView<Scalar> columns() const { return columns_; }
  MatrixView<Scalar> d_x(const InputGradients<Scalar, Body>& asked) const {
    return asked.d_x.resized(columns().rows(), columns().cols());
  }
  void check_asked(const Where&, const InputGradients<Scalar, Body>&) const {}
  void refuse(const Where&, const char*, bool) const {}

 private:
  /// Where x lies, or what an expression comes to.
  std::conditional_t<HasColumns<M>, ConstMatrixView<Scalar>, Matrix<Scalar, Dynamic, Dynamic>> columns_;
};

template <class Scalar, class Body, class Scalar_, int Rows>
class Input<Scalar, Body, Sequences<Scalar_, Rows>> : public ColumnsInput<Scalar, Body, GrowingColumns<Scalar_, Rows>> {
 public:
  Input(const Where& where, const Sequences<Scalar_, Rows>& x, const Body& body, const char* name = "x")
      : Input::ColumnsInput(where, name, x.columns, x.steps, body), x_(x) {
    check_parts(where, name, x.parts, x.steps);
  }
  const Steps& steps() const { return x_.steps; }
  std::span<const StreamPart> parts() const { return x_.parts; }

 private:
  const Sequences<Scalar_, Rows>& x_;
};

template <class Scalar, class Body, IsMatrix M>
class Input<Scalar, Body, M> : public ColumnsInput<Scalar, Body, M> {
 public:
  Input(const Where& where, const M& x, const Body& body, const char* name = "x")
      : Input::ColumnsInput(where, name, x, steps_of(x), body), steps_(steps_of(x)) {}
  const Steps& steps() const { return steps_; }
  static std::span<const StreamPart> parts() { return {}; }

 private:
  static Steps steps_of(const M& x) { return x.cols() == 0 ? Steps{} : Steps::even(x.cols(), 1); }

  Steps steps_;
};

template <class Scalar, class Body>
class Input<Scalar, Body, Labels> {
  static_assert(!HasEncoder<Body>, "elman::Net: x of an encoder-decoder must be elman::SourceTarget{source, target}");

 public:
  Input(const Where& where, const Labels& x, const Body& body, const char* name = "x") : x_(x), vocabulary_(body.in()) {
    require_that(x.steps.count() >= 1, where, ": ", name, " has 0 steps; expected at least 1");
    const auto count = static_cast<Index>(x.columns.size());
    require_that(count == x.steps.columns(), where, ": ", name, " has ", count,
                 " tokens; expected N = ", x.steps.columns(), " as its steps say");
    for (Index k = 0; k < count; ++k) {
      const Index token = x.columns[static_cast<std::size_t>(k)];
      require_that(token >= 0 && token < vocabulary_, where, ": token ", k, " of ", name, " is ", token,
                   "; expected 0 <= token < In = ", vocabulary_);
    }
    check_parts(where, name, x.parts, x.steps);
  }
  OneHot<Scalar> columns() const { return {x_.columns.data(), vocabulary_, x_.steps.columns()}; }
  const Steps& steps() const { return x_.steps; }
  std::span<const StreamPart> parts() const { return x_.parts; }
  MatrixView<Scalar> d_x(const InputGradients<Scalar, Body>&) const { return {}; }
  /// Throws if ∂L/∂x is asked for.
  void check_asked(const Where& where, const InputGradients<Scalar, Body>& asked) const {
    refuse(where, "d_x", bool(asked.d_x));
  }
  void refuse(const Where& where, const char* name, bool asked) const {
    require_that(!asked, where, ": ", name, " is asked for; expected none, because x is tokens");
  }

 private:
  const Labels& x_;
  Index vocabulary_;
};

template <class Scalar, class Encoder, class Decoder, class Source, class Target>
class Input<Scalar, EncoderDecoder<Encoder, Decoder>, SourceTarget<Source, Target>> {
  using Body = EncoderDecoder<Encoder, Decoder>;

 public:
  Input(const Where& where, const SourceTarget<Source, Target>& x, const Body& body)
      : source_(where, x.source, body.encoder(), "x.source"), target_(where, x.target, body.decoder(), "x.target") {
    require_that(source().batch() == steps().batch(), where, ": x.target has ", steps().batch(),
                 " sequences; expected ", source().batch(), " as x.source has");
    for (const auto& parts : {source_.parts(), target_.parts()}) {
      require_that(parts.empty(), where, ": x has parts of streams, of chunk(x, starts, …); expected whole sequences");
    }
  }
  auto columns() const { return SourceTargetColumns{source_.columns(), source_.steps(), target_.columns()}; }
  const Steps& steps() const { return target_.steps(); }
  const Steps& source() const { return source_.steps(); }
  static std::span<const StreamPart> parts() { return {}; }
  SourceTargetGradients<Scalar> d_x(const InputGradients<Scalar, Body>& asked) const {
    const auto d_columns = [](const auto& wanted, const auto& columns) {
      return wanted.resized(columns.rows(), columns.cols());
    };
    return {d_columns(asked.d_source, source_.columns()), d_columns(asked.d_x, target_.columns())};
  }
  void check_asked(const Where& where, const InputGradients<Scalar, Body>& asked) const {
    source_.refuse(where, "d_source", bool(asked.d_source));
    target_.refuse(where, "d_x", bool(asked.d_x));
  }

 private:
  Input<Scalar, Encoder, std::remove_cvref_t<Source>> source_;
  Input<Scalar, Decoder, std::remove_cvref_t<Target>> target_;
};

}  // namespace detail

}  // namespace ELMAN_ABI
}  // namespace elman
