// SPDX-License-Identifier: MIT
//
// What one forward keeps for its bptt where the state is h, of which a share is kept in a step: of zoneout and of the
// leak in its rate form (docs/math.md Eqs. 40, 41, 71, 74). A Run of between.hpp, but for its start.
//
//   h_t = keep ∘ h_{t-1} + rest ∘ σ(a_t)      ∂L/∂σ(a_t) = rest ∘ ∂L/∂h_t, and keep ∘ ∂L/∂h_t goes back past the step
//
// Rate: what is learned of the shares (leak_rate.hpp); nothing of zoneout's.
#pragma once

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/apply_activation.hpp"
#include "elman/layers/detail/kept_share.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Of shares that are given nothing is learned.
struct GivenRate {
  template <class Part>
  static void start_bptt(const Part&) {}
  template <class Scalar>
  static void add_gradient(const MatrixView<Scalar>&, const MatrixView<Scalar>&, const ConstMatrixView<Scalar>&) {}
};

/// The sizes of rooms: of m, of the shares (kept_share.hpp), and of σ(a).
template <class Scalar, int DropoutSize, int UnitsSize, int MaskSize, int ActivatedSize, class Rate>
class RateRun {
 public:
  template <class Element>
  static BasicMatrixView<Element> outputs(const BasicMatrixView<Element>& states) {
    return states;
  }
  bool sees_outputs() const { return !dropout_.drops(); }
  ConstMatrixView<Scalar> seen(const ConstMatrixView<Scalar>& h_prev) { return dropout_.seen(h_prev); }

  /// h, which is a_t so far, becomes keep ∘ h_{t-1} + rest ∘ σ(a_t); σ(a_t) is kept for bptt.
  template <class Activation>
  void advance(const Activation& activation, Index first, const ConstMatrixView<Scalar>& h_prev,
               const MatrixView<Scalar>& h) {
    apply_activation(activation, h);
    if (!share_.keeps()) return;
    copy(h, activated_.view().middleCols(first, h.cols()));
    share_.mix(first, h_prev, h);
  }

  template <class Part>
  void start_bptt(const Part& d_part, const MatrixView<Scalar>&) {
    rate_.start_bptt(d_part.between);
  }
  template <class Activation>
  void retreat(const Activation& activation, Index first, const ConstMatrixView<Scalar>& h_prev,
               const ConstMatrixView<Scalar>& h, const MatrixView<Scalar>& d_next, const MatrixView<Scalar>& d) {
    if (!share_.keeps()) return apply_slope(activation, h, d_next, d);  // (6), (7)
    const auto activated = activated_.view().middleCols(first, d.cols());
    flat(d) += flat(d_next);  // (6)
    rate_.add_gradient(d, activated, h_prev);
    share_.split(first, d, d_next);
    apply_slope(activation, activated, d);  // (7)
  }
  template <class Factor>
  void send_back(Factor& W, const ConstMatrixView<Scalar>& d_a, const MatrixView<Scalar>& d_prev) {
    dropout_.send_back(W, d_a, d_prev, share_.keeps());
  }
  template <class Activation>
  static void finish(const Activation&, const ConstMatrixView<Scalar>&, const MatrixView<Scalar>&) {}
  template <class Activation>
  static void output_bptt(const Activation&, const ConstMatrixView<Scalar>&, const MatrixView<Scalar>&) {}

  bool sends_product_alone() const { return !dropout_.drops() && !share_.keeps(); }
  ConstMatrixView<Scalar> activated(Index first, const ConstMatrixView<Scalar>& outputs) const {
    return share_.keeps() ? activated_.view().middleCols(first, outputs.cols()) : outputs;
  }
  /// ∂h_t/∂h_{t-1} = diag(keep) + diag(rest ∘ σ'(a_t)) W diag(m).
  template <class Activation>
  void jacobian(const Activation&, Index first, const ConstMatrixView<Scalar>&, const ConstMatrixView<Scalar>& slopes,
                const MatrixView<Scalar>& keep, const MatrixView<Scalar>& left, const MatrixView<Scalar>& right) const {
    share_.write(first, keep, left);
    for (Index k = 0; k < left.cols(); ++k) {
      left.col(k).array() *= slopes.col(k).array();
      right.col(k).setOnes();
    }
    dropout_.apply(right);
  }

 protected:
  /// Memory for σ(a) of all steps, if a share is kept.
  void reserve(Index hidden, Index columns) {
    if (share_.keeps()) activated_.reshape(hidden, columns);
  }

  RecurrentMask<Scalar, DropoutSize> dropout_;
  KeptShare<Scalar, UnitsSize, MaskSize> share_;
  [[__no_unique_address__]] Rate rate_;

 private:
  ColumnBuffer<Scalar, ActivatedSize> activated_;  // σ(a), Hidden × N
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
