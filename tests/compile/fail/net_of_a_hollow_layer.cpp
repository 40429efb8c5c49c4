// SPDX-License-Identifier: MIT
// expect: elman: a layer has forward(theta, x, steps, h0, tape, random); see elman/layers/layer.hpp
#include <string>

#include "elman/elman.hpp"

/// All that a recurrence has but, perhaps, the verbs.
struct Hollow : elman::LayerBase<Hollow, 3, 3, true> {
  Hollow() : LayerBase({"Hollow"}, 3, 3) {}
  static constexpr int parameter_size = 3;
  template <class Cursor>
  struct Part {
    typename Cursor::Vector g;
    void for_each(const auto& visit) { visit("g", g); }
    void initialise(elman::Random&) { g.setOnes(); }
  };
  template <class Cursor>
  Part<Cursor> take(Cursor& cursor) const {
    return {cursor.vector(3)};
  }
  template <class Scalar, class Room = elman::Growing>
  using Tape = elman::StatelessTape<Scalar, Room, Room::size(3)>;
#ifndef ELMAN_FAIL
  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar*, const X& x, const S& steps, const elman::ConstMatrixView<Scalar>&, Tape& tape,
               elman::Random*) const {
    elman::copy(x, tape.start(3, steps));
  }
#endif
  template <class Scalar, class X, class Tape>
  void bptt(const Scalar*, const X&, Tape&, const elman::FromAbove<Scalar>&, const elman::ConstMatrixView<Scalar>&,
            Scalar*, const elman::MatrixView<Scalar>&, const elman::MatrixView<Scalar>&) const {}
  template <class Cursor, class X, class Scalar>
  elman::ConstMatrixView<Scalar> step(Cursor&, const X&, const elman::MatrixView<Scalar>& h,
                                      const elman::MatrixView<Scalar>&) const {
    return h;
  }
};

elman::Net<float, Hollow, elman::Readout<3, 2>> net{elman::zero};
