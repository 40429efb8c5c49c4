// SPDX-License-Identifier: MIT
//
// The readout of the columns that are asked for, and its gradients (docs/math.md):
//
//   o_t = V h_t + c    (2)        y_t = out(o_t)    (3)
//   ∂L/∂V = Σ ∂L/∂o_t h_tᵀ    (11)        ∂L/∂c = Σ ∂L/∂o_t    (12)        Vᵀ ∂L/∂o_t, the first term of (6)
#pragma once

#include <algorithm>
#include <utility>

#include "elman/kernels/product.hpp"
#include "elman/layers/tape.hpp"
#include "elman/sequences/blocks.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Puts the columns of h (rows × N) that are read into the tape, where they are a list of columns.
template <class Scalar, class Tape>
void gather_read(const ConstMatrixView<Scalar>& h, Tape& tape) {
  const auto& read = tape.selection();
  if (read.is_run() || read.is_last()) return;
  auto gathered = tape.gathered(h.rows());
  for (Index k = 0; k < read.count(); ++k) gathered.col(k) = h.col(read[k]);
}

/// Fills o and y of `tape`, which has been started and has gathered what is read, from h (rows × N).
template <class Scalar, class Tape>
void readout_forward(const ConstMatrixView<Scalar>& V, const ConstMatrixView<Scalar>& c,
                     const ConstMatrixView<Scalar>& h, Tape& tape) {
  tape.V.assign(strided(V));
  const auto h_read = tape.read(h);
  for_each_block(h_read.cols(), [&](Index first, Index columns) {
    auto o = tape.o_to_write().middleCols(first, columns);
    set_product(tape.V, h_read.middleCols(first, columns), c, o);              // (2)
    typename Tape::Output{}(o, tape.y_to_write().middleCols(first, columns));  // (3)
  });
}

/// Adds ∂L/∂V and ∂L/∂c to d_V and d_c, from the tape's ∂L/∂o.
template <class Scalar, class Tape>
void readout_bptt(const ConstMatrixView<Scalar>& V, const ConstMatrixView<Scalar>& h, Tape& tape,
                  MatrixView<Scalar> d_V, MatrixView<Scalar> d_c) {
  const auto d_o = std::as_const(tape).d_o();
  const auto h_read = tape.read(h);
  for_each_block(d_o.cols(), [&](Index first, Index columns) {
    tape.d_o_panels.assign(strided(d_o.middleCols(first, columns)));
    add_product_transposed(tape.d_o_panels, h_read.middleCols(first, columns), d_V);  // (11)
    add_row_sums(tape.d_o_panels, d_c);                                               // (12)
  });
  tape.V.assign_transposed(strided(V));
  if (!tape.selection().is_run()) {
    tape.d_h_read.reshape(V.cols(), d_o.cols());
    set_product(tape.V, d_o, tape.d_h_read.view());
  }
}

/// d_h ← Vᵀ ∂L/∂o for the packed columns first, first + 1, …, zero where nothing is read; after readout_bptt. What the
/// last step's read-outs send down goes another way: into ∂L/∂(last state).
template <class Scalar, class Tape>
void readout_d_h(Tape& tape, Index first, MatrixView<Scalar> d_h) {
  const auto& read = tape.selection();
  const Index end = first + d_h.cols();
  if (read.is_run()) {
    const Index from = std::clamp(read.first(), first, end);
    const Index to = std::clamp(read.first() + read.count(), from, end);
    d_h.leftCols(from - first).setZero();
    d_h.rightCols(end - to).setZero();
    if (from == to) return;
    set_product(tape.V, std::as_const(tape).d_o().middleCols(from - read.first(), to - from),
                d_h.middleCols(from - first, to - from));
    return;
  }
  d_h.setZero();
  if (read.is_last()) return;
  for (Index k = 0; k < read.count(); ++k) {
    if (read[k] >= first && read[k] < end) d_h.col(read[k] - first) = tape.d_h_read.view().col(k);
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
