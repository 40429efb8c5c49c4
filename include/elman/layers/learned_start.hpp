// SPDX-License-Identifier: MIT
//
// A layer whose first state h₀ is learned: a parameter of State numbers, the same for every sequence, in front of the
// layer's own. ∂L/∂h₀ is the sum over the sequences that started with it; those that were handed a state, or carry one
// on, have no part in it (docs/math.md Eq. 44).
#pragma once

#include <string>
#include <utility>

#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/wrapper.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// h0 (State).
template <class Vector>
struct StartParameters {
  Vector h0;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit("h0", h0);
  }
};

template <class L>
class LearnedStart : public Wrapper<L> {
  using Base = Wrapper<L>;

 public:
  static constexpr int parameter_size = detail::sum_of_sizes({L::state_size, L::parameter_size});
  static constexpr bool learns_start = true;
  template <class Scalar, class Room = Growing>
  using Tape = typename L::template Tape<Scalar, Room>;
  using Base::layer;
  using Base::state;

  LearnedStart() requires(Base::is_fixed) = default;
  explicit LearnedStart(L inner) : Base(std::move(inner)) {}

  Index parameter_count() const { return state() + layer().parameter_count(); }

  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    ParameterCursor<Element> cursor(theta);
    visit(path, StartParameters<typename ParameterCursor<Element>::Vector>{cursor.vector(state())});
    layer().for_each_part(theta + state(), path, visit);
  }
  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    layer().forward(theta + state(), x, steps, h0, tape, random);
  }
  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    layer().bptt(theta + state(), x, tape, from_above, d_last, d_theta + state(), d_x, d_h0);
  }
  template <class Tape, class Scalar>
  void last_output_bptt(const Scalar* theta, const Tape& tape, const ConstMatrixView<Scalar>& d_output, Scalar* d_theta,
                        const MatrixView<Scalar>& d_state) const requires(L::ends_in_state) {
    layer().last_output_bptt(theta + state(), tape, d_output, d_theta + state(), d_state);
  }
  template <class Cursor>
  void take(Cursor& cursor) const {
    cursor.vector(state());
    layer().take(cursor);
  }
  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const requires(L::can_step) {
    cursor.vector(state());
    return layer().step(cursor, x, h, scratch);
  }

  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    copy(cursor.vector(state()), h);
    layer().take(cursor);
  }
  template <class Scalar>
  void start_bptt(Scalar* d_theta, const ConstMatrixView<Scalar>& d_h) const {
    add(d_h, MatrixView<Scalar>(d_theta, state(), 1));  // (44)
  }

  Form form() const { return {.name = "elman::LearnedStart", .inner = {form_of(layer())}}; }
};

}  // namespace ELMAN_ABI
}  // namespace elman
