// SPDX-License-Identifier: MIT
//
// A layer whose first state h₀ is learned: a parameter of State numbers, the same for every sequence, in front of the
// layer's own. ∂L/∂h₀ is the sum over the sequences that started with it; those that were handed a state, or carry one
// on, have no part in it (docs/math.md Eq. 44).
#pragma once

#include <string>
#include <utility>

#include "elman/layers/layer.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/layers/wrapper.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// h0 (State).
template <class Parameter, int StateSize>
struct StartParameters {
  detail::ParameterView<Parameter, StateSize, 1> h0;

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

  LearnedStart() requires Base::is_fixed = default;
  explicit LearnedStart(L inner) : Base(std::move(inner)) {}

  Index parameter_count() const { return state() + layer().parameter_count(); }

  template <class Parameter>
  StartParameters<Parameter, L::state_size> at(Parameter* theta) const {
    detail::ThetaReader<Parameter> reader(theta);
    return {reader.template vector<L::state_size>(state())};
  }
  template <class Parameter, class Visit>
  void for_each_part(Parameter* theta, const std::string& path, const Visit& visit) const {
    visit(path, at(theta));
    layer().for_each_part(theta + state(), path, visit);
  }
  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const detail::ConstStrided<Scalar>& h0, Tape& tape,
               Random* random) const {
    layer().forward(theta + state(), x, steps, h0, tape, random);
  }
  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const detail::FromAbove<Scalar>& from_above,
            const detail::ConstStrided<Scalar>& d_last, Scalar* d_theta, const detail::Strided<Scalar>& d_x,
            const detail::Strided<Scalar>& d_h0) const {
    layer().bptt(theta + state(), x, tape, from_above, d_last, d_theta + state(), d_x, d_h0);
  }
  template <class Reader>
  void read(Reader& theta) const {
    theta.template vector<L::state_size>(state());
    layer().read(theta);
  }
  template <class Reader, class X, class H, class Room>
  auto step(Reader& theta, const X& x, H h, Room room) const {
    theta.template vector<L::state_size>(state());
    return layer().step(theta, x, h, room);
  }

  template <class Reader, class H>
  void start(Reader& theta, H&& h) const {
    h = theta.template vector<L::state_size>(state());
    layer().read(theta);
  }
  template <class Scalar, class D>
  void start_bptt(Scalar* d_theta, const D& d_h) const {
    at(d_theta).h0 += d_h;  // (44)
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
