// SPDX-License-Identifier: MIT
//
// As many layers one upon the other as are known when the program runs: the first, which sees x, and depth − 1 of
// another kind, each as wide as the first's output:
//
//   Repeated{Recurrence{in, hidden}, Recurrence{hidden, hidden}, depth}
//   Repeated{Recurrence{in, hidden}, Dropout{Recurrence{hidden, hidden}, {.rate = 0.2}}, depth}
//   Repeated{Bidirectional{Recurrence{in, hidden}}, Bidirectional{Recurrence{2 * hidden, hidden}}, depth}
//   Repeated{Recurrence{hidden, hidden}, depth}                                                      all of one kind
//
// (torch.nn.RNN(num_layers=depth), the second with dropout=0.2, the third with bidirectional=True.) It computes what
// Stacked of these layers does, bit for bit, and names its matrices alike. Its tape grows with the depth: a fixed one
// it has not.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/layers/detail/chain.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar, class Room, class First, class Other>
class RepeatedTape {
 public:
  const BasicSteps<Room>& steps() const { return first_.tape.steps(); }
  ConstMatrixView<Scalar> h() const { return depth_ > 1 ? upper(depth_ - 1).tape.h() : first_.tape.h(); }
  void last(const MatrixView<Scalar>& result) const {
    detail::RowCursor rows(result);
    first_.tape.last(rows.next(first_.state));
    for (Index k = 1; k < depth_; ++k) upper(k).tape.last(rows.next(upper(k).state));
  }
  void last_output(const MatrixView<Scalar>& result) const {
    return depth_ > 1 ? upper(depth_ - 1).tape.last_output(result) : first_.tape.last_output(result);
  }

  /// Of the k-th layer, 0 < k < depth.
  auto& upper(Index k) { return upper_[static_cast<std::size_t>(k - 1)]; }
  const auto& upper(Index k) const { return upper_[static_cast<std::size_t>(k - 1)]; }
  auto& bottom() { return first_; }
  const auto& bottom() const { return first_; }
  /// Memory for a run of `depth` layers; what deeper ones have left is kept.
  void start(Index depth) {
    const auto links = static_cast<std::size_t>(depth - 1);
    if (links > upper_.size()) upper_.resize(links);
    depth_ = depth;
  }

 private:
  Index depth_ = 1;
  detail::ChainLink<Scalar, Room, First> first_;
  std::vector<detail::ChainLink<Scalar, Room, Other>> upper_;
};

template <class First, class Other = First>
class Repeated : public detail::Chain<Repeated<First, Other>> {
  static_assert(detail::are_inner_layers<First, Other>());
  static_assert(detail::fits<Other::in_size, First::out_size> && detail::fits<Other::out_size, First::out_size> &&
                    detail::fits<Other::in_size, Other::out_size>,
                "elman::Repeated: the layers above the first must have as many inputs and as many outputs as the first "
                "has outputs");

  friend detail::Chain<Repeated>;
  using Base = detail::Chain<Repeated>;

 public:
  static constexpr int in_size = First::in_size;
  static constexpr int out_size = First::out_size == Dynamic ? Other::out_size : First::out_size;
  static constexpr int state_size = First::state_size == 0 && Other::state_size == 0 ? 0 : Dynamic;
  static constexpr int step_size = Dynamic;
  static constexpr int parameter_size = Dynamic;
  static constexpr bool can_step = First::can_step && Other::can_step;
  static constexpr bool ends_in_state = First::ends_in_state && Other::ends_in_state;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = First::learns_start || Other::learns_start;
  static constexpr bool is_fixed = false;
  template <class Scalar, class Room = Growing>
  using Tape = RepeatedTape<Scalar, Room, First, Other>;

  /// `depth` layers in all. Throws if it is less than 1, or a width does not fit.
  Repeated(First first, Other other, Index depth) : first_(std::move(first)), other_(std::move(other)), depth_(depth) {
    detail::require_that(depth >= 1, "Repeated: depth is ", depth, "; expected at least 1");
    detail::require_that(other_.in() == first_.out() && other_.out() == first_.out(),
                         "Repeated: the layers above the first have ", other_.in(), " inputs and ", other_.out(),
                         " outputs; expected ", first_.out(), " of both, as the first has outputs");
  }
  /// All of one kind.
  Repeated(const First& each, Index depth) requires std::same_as<First, Other> : Repeated(each, each, depth) {}

  Index out() const { return first_.out(); }
  Index depth() const { return depth_; }
  const First& first() const { return first_; }
  const Other& other() const { return other_; }
  bool same_shape(const Repeated& that) const {
    return depth_ == that.depth_ && first_.same_shape(that.first_) && other_.same_shape(that.other_);
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    tape.start(depth_);
    Base::forward(theta, x, steps, h0, tape, random);
  }

  template <class Path, class Tape, class Visit>
  void for_each_recurrence(const Path& path, Tape& tape, const Visit& visit) const {
    tape.start(depth_);
    Base::for_each_recurrence(path, tape, visit);
  }

  Form form() const {
    return {.name = "elman::Repeated", .inner = {form_of(first_), form_of(other_)}, .counts = {depth_}};
  }
  static Repeated from(const Form& form) {
    return {layer_from<First>(form.inner_at(0)), layer_from<Other>(form.inner_at(1)), form.count_at(0)};
  }

 private:
  // For detail::Chain.
  const First& bottom() const { return first_; }
  template <class Visit>
  void for_each_upper(const Visit& visit) const {
    for (Index k = 1; k < depth_; ++k) visit(other_);
  }
  template <class Tape, class Visit>
  void for_each_link(Tape& tape, const Visit& visit) const {
    if (depth_ > 1) visit(other_, tape.upper(1), tape.bottom());
    for (Index k = 2; k < depth_; ++k) visit(other_, tape.upper(k), tape.upper(k - 1));
  }
  template <class Tape, class Visit>
  void for_each_link_down(Tape& tape, const Visit& visit) const {
    for (Index k = depth_ - 1; k > 1; --k) visit(other_, tape.upper(k), tape.upper(k - 1));
    if (depth_ > 1) visit(other_, tape.upper(1), tape.bottom());
  }
  template <class Tape, class Visit>
  void with_top(const Tape& tape, const Visit& visit) const {
    return depth_ > 1 ? visit(other_, tape.upper(depth_ - 1).tape) : visit(first_, tape.bottom().tape);
  }

  First first_;
  Other other_;
  Index depth_;
};

template <class L>
Repeated(L, Index) -> Repeated<L, L>;

}  // namespace ELMAN_ABI
}  // namespace elman
