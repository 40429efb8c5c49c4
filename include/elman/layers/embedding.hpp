// SPDX-License-Identifier: MIT
//
// An embedding in front of a net: token k becomes column k of E, a vector of Width numbers that are learned.
//
//   e_t = E x_t,   ∂L/∂E = Σ ∂L/∂e_t x_tᵀ      (42)
//
// With tokens x_t is a one-hot column and the product picks a column; with columns of numbers it is a linear map.
#pragma once

#include <string>
#include <type_traits>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/product.hpp"
#include "elman/layers/detail/step_columns.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/sequences/blocks.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// E (Width × Vocabulary).
template <class Parameter, int Vocabulary, int Width>
struct EmbeddingParameters {
  detail::ParameterView<Parameter, Width, Vocabulary> E;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit("E", E);
  }
};

template <class Scalar, class Room, int Vocabulary, int Width>
class EmbeddingTape {
 public:
  const BasicSteps<Room>& steps() const { return steps_; }
  ConstMatrixView<Scalar> h() const { return e_.view(); }
  void last(const detail::Strided<Scalar>&) const {}

  template <class Given>
  MatrixView<Scalar> start(Index width, const BasicSteps<Given>& steps) {
    steps_ = steps;
    e_.reshape(width, steps.columns());
    return e_.view();
  }
  detail::ColumnBuffer<Scalar, detail::product_of_sizes(Width, Room::block_columns)> d_e;  ///< ∂L/∂e of some columns
  detail::Factor<Scalar, detail::factor_size_of_both<Scalar>(Width, Vocabulary)> E;        ///< E, or Eᵀ for bptt
  detail::Factor<Scalar, detail::factor_size<Scalar>(Width, Room::block_columns)> d_e_panels;

 private:
  BasicSteps<Room> steps_;
  detail::ColumnBuffer<Scalar, detail::product_of_sizes(Width, Room::columns)> e_;
};

template <int Vocabulary = Dynamic, int Width = Dynamic>
class Embedding {
  static_assert(SizeOrDynamic<Vocabulary> && SizeOrDynamic<Width>,
                "elman: Vocabulary and Width must be positive, or elman::Dynamic");

 public:
  static constexpr int in_size = Vocabulary;
  static constexpr int out_size = Width;
  static constexpr int state_size = 0;
  static constexpr int step_size = Width;
  static constexpr int parameter_size = detail::product_of_sizes(Vocabulary, Width);
  static constexpr bool can_step = true;
  static constexpr bool ends_in_state = false;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = false;
  static constexpr bool is_fixed = Vocabulary != Dynamic && Width != Dynamic;
  template <class Scalar, class Room = Growing>
  using Tape = EmbeddingTape<Scalar, Room, Room::size(Vocabulary), Room::size(Width)>;

  /// Throws if a size is less than 1 or contradicts the compile-time one.
  Embedding(Index vocabulary, Index width)
      : vocabulary_("Embedding", "Vocabulary", vocabulary), width_("Embedding", "Width", width) {}
  Embedding() requires is_fixed : Embedding(Vocabulary, Width) {}

  Index in() const { return vocabulary_.value(); }
  Index out() const { return width_.value(); }
  Index state() const { return 0; }
  Index step_rows() const { return out(); }
  static constexpr bool needs_masks(bool) { return false; }
  Index parameter_count() const { return in() * out(); }
  bool same_shape(const Embedding& other) const { return in() == other.in() && out() == other.out(); }

  template <class Parameter>
  EmbeddingParameters<Parameter, Vocabulary, Width> at(Parameter* theta) const {
    detail::ThetaReader<Parameter> reader(theta);
    return {read(reader)};
  }
  template <class Parameter, class Visit>
  void for_each_part(Parameter* theta, const std::string& path, const Visit& visit) const {
    visit(path, at(theta));
  }
  template <class Visit>
  void for_each_last(const Visit&) const {}

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const detail::ConstStrided<Scalar>&, Tape& tape,
               Random*) const {
    auto e = tape.start(out(), steps);
    tape.E.assign(detail::strided(detail::any_size(at(theta).E)));
    detail::set_product(tape.E, x, e);
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const detail::FromAbove<Scalar>& from_above,
            const detail::ConstStrided<Scalar>&, Scalar* d_theta, detail::Strided<Scalar> d_x,
            const detail::Strided<Scalar>&) const {
    const Index N = tape.steps().columns();
    auto d_E = detail::any_size(at(d_theta).E);
    tape.E.assign_transposed(detail::strided(detail::any_size(at(theta).E)));
    detail::for_each_block(N, [&](Index first, Index columns) {
      tape.d_e.reshape(out(), columns);
      auto d_e = tape.d_e.view();
      from_above(first, d_e);
      tape.d_e_panels.assign(detail::strided(d_e));
      detail::add_product_transposed(tape.d_e_panels, x.middleCols(first, columns), d_E);  // (42)
      if (d_x.data()) detail::set_product(tape.E, d_e, d_x.middleCols(first, columns));
    });
  }

  /// E from a reader (layers/parameter_cursor.hpp).
  template <class Reader>
  auto read(Reader& theta) const {
    return theta.template matrix<Width, Vocabulary>(out(), in());
  }

  template <class Reader, class X, class H, class Room>
  auto step(Reader& theta, const X& x, const H&, Room room) const {
    using Scalar = typename Room::Scalar;
    detail::step_columns<Width, Vocabulary, 0>(Identity{}, static_cast<const Scalar*>(nullptr), read(theta), x, nullptr,
                                               nullptr, room);
    return room;
  }

  template <class Reader, class H>
  void start(Reader& theta, H&&) const {
    read(theta);
  }
  template <class Scalar, class D>
  void start_bptt(Scalar*, const D&) const {}

 private:
  [[no_unique_address]] detail::Extent<Vocabulary> vocabulary_;
  [[no_unique_address]] detail::Extent<Width> width_;
};

Embedding(Index, Index)->Embedding<Dynamic, Dynamic>;

}  // namespace ELMAN_ABI
}  // namespace elman
