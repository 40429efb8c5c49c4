// SPDX-License-Identifier: MIT
//
// An embedding in front of a net: token k becomes column k of E, a vector of Width numbers that are learned.
//
//   e_t = E x_t,   ∂L/∂E = Σ ∂L/∂e_t x_tᵀ      (42)
//
// With tokens x_t is a one-hot column and the product picks a column; with columns of numbers it is a linear map.
#pragma once

#include <string>

#include "elman/kernels/product.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/stateless.hpp"
#include "elman/layers/step_columns.hpp"
#include "elman/sequences/blocks.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// E (Width × Vocabulary).
template <class Cursor>
struct EmbeddingParameters {
  typename Cursor::Matrix E;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit("E", E);
  }
};

template <class Scalar, class Room, int Vocabulary, int Width>
struct EmbeddingTape : StatelessTape<Scalar, Room, Width> {
  Factor<Scalar, factor_size_of_both<Scalar>(Width, Vocabulary)> E;  ///< E, or Eᵀ for bptt
  /// ∂L/∂e made ready for ∂L/∂E.
  Factor<Scalar, factor_size<Scalar>(Width, Room::block_columns)> d_e_panels;
};

template <int Vocabulary = Dynamic, int Width = Dynamic>
class Embedding : public LayerBase<Embedding<Vocabulary, Width>, Vocabulary, Width, false> {
  using Base = LayerBase<Embedding, Vocabulary, Width, false>;

 public:
  using Base::at, Base::in, Base::out;
  static constexpr int parameter_size = detail::product_of_sizes(Vocabulary, Width);
  template <class Scalar, class Room = Growing>
  using Tape = EmbeddingTape<Scalar, Room, Room::size(Vocabulary), Room::size(Width)>;

  /// Throws if a size is less than 1 or contradicts the compile-time one.
  Embedding(Index vocabulary, Index width) : Base({"Embedding", "Vocabulary", "Width"}, vocabulary, width) {}
  Embedding() requires Base::is_fixed : Embedding(Vocabulary, Width) {}

  template <class Cursor>
  EmbeddingParameters<Cursor> take(Cursor& cursor) const {
    return {cursor.matrix(out(), in())};
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>&, Tape& tape,
               Random*) const {
    const auto e = tape.start(out(), steps);
    tape.E.assign(at(theta).E);
    set_product(tape.E, x, e);
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>&, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>&) const {
    const auto d_E = at(d_theta).E;
    tape.E.assign_transposed(at(theta).E);
    detail::for_each_block(tape.steps().columns(), [&](Index first, Index columns) {
      tape.d_y.reshape(out(), columns);
      const auto d_e = tape.d_y.view();
      from_above(first, d_e);
      tape.d_e_panels.assign(d_e);
      add_product_transposed(tape.d_e_panels, x.middleCols(first, columns), d_E);  // (42)
      if (d_x.data()) set_product(tape.E, d_e, d_x.middleCols(first, columns));
    });
  }

  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>&,
                               const MatrixView<Scalar>& scratch) const {
    step_columns<Width, Vocabulary, 0>(Identity{}, static_cast<const Scalar*>(nullptr), take(cursor).E, x, nullptr,
                                       MatrixView<Scalar>(), scratch);
    return scratch;
  }

  Form form() const { return {.name = "elman::Embedding", .sizes = {in(), out()}}; }
};

Embedding(Index, Index)->Embedding<Dynamic, Dynamic>;

}  // namespace ELMAN_ABI
}  // namespace elman
