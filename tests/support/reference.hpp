// SPDX-License-Identifier: MIT
//
// The slow oracle: the equations of docs/math.md in scalar loops, one sequence at a time, no batches, no products of
// matrices, nothing shared with the library but the names of its types.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "elman/types.hpp"

namespace reference {

using elman::Index;

/// The parameters, or their gradients, as plain matrices.
template <class Scalar>
struct Net {
  using M = elman::Matrix<Scalar, elman::Dynamic, elman::Dynamic>;
  M U, W, V, b, c;

  Net(Index in, Index hidden, Index out)
      : U(M::Zero(hidden, in)),
        W(M::Zero(hidden, hidden)),
        V(M::Zero(out, hidden)),
        b(M::Zero(hidden, 1)),
        c(M::Zero(out, 1)) {}

  template <class Cell>
  explicit Net(const Cell& cell) : U(cell.U()), W(cell.W()), V(cell.V()), b(cell.b()), c(cell.c()) {}
};

template <class Scalar>
struct Run {
  typename Net<Scalar>::M h;  ///< Hidden × (T + 1); column 0 is h₀
  typename Net<Scalar>::M o;  ///< Out × T, the logits of every step
};

/// Eqs. 1 and 2 for one sequence x (In × T) from h0 (Hidden × 1).
template <class Scalar, class Activation>
Run<Scalar> forward(const Net<Scalar>& net, const Activation& activation, const typename Net<Scalar>::M& x,
                    const typename Net<Scalar>::M& h0) {
  const Index in = net.U.cols(), hidden = net.U.rows(), out = net.V.rows(), T = x.cols();
  Run<Scalar> run{{hidden, T + 1}, {out, T}};
  for (Index i = 0; i < hidden; ++i) run.h(i, 0) = h0(i, 0);
  for (Index t = 0; t < T; ++t) {
    for (Index i = 0; i < hidden; ++i) {
      Scalar a = net.b(i, 0);
      for (Index j = 0; j < in; ++j) a += net.U(i, j) * x(j, t);
      for (Index j = 0; j < hidden; ++j) a += net.W(i, j) * run.h(j, t);
      run.h(i, t + 1) = activation.value(a);
    }
    for (Index i = 0; i < out; ++i) {
      Scalar o = net.c(i, 0);
      for (Index j = 0; j < hidden; ++j) o += net.V(i, j) * run.h(j, t + 1);
      run.o(i, t) = o;
    }
  }
  return run;
}

/// Eqs. 6–14 for one sequence: adds to `gradient`, sets d_x (In × T) and d_h0 (Hidden × 1). d_o is Out × T, zero at the
/// steps that are not read.
template <class Scalar, class Activation>
void bptt(const Net<Scalar>& net, const Activation& activation, const typename Net<Scalar>::M& x,
          const Run<Scalar>& run, const typename Net<Scalar>::M& d_o, Net<Scalar>& gradient,
          typename Net<Scalar>::M& d_x, typename Net<Scalar>::M& d_h0) {
  const Index in = net.U.cols(), hidden = net.U.rows(), out = net.V.rows(), T = x.cols();
  d_x.setZero(in, T);
  d_h0.setZero(hidden, 1);
  std::vector<Scalar> d_h_next(static_cast<std::size_t>(hidden), Scalar(0));
  for (Index t = T - 1; t >= 0; --t) {
    std::vector<Scalar> d_a(static_cast<std::size_t>(hidden));
    for (Index i = 0; i < hidden; ++i) {
      Scalar d_h = d_h_next[static_cast<std::size_t>(i)];                          // (6), second term
      for (Index k = 0; k < out; ++k) d_h += net.V(k, i) * d_o(k, t);              // (6), first term
      d_a[static_cast<std::size_t>(i)] = activation.slope(run.h(i, t + 1)) * d_h;  // (7)
    }
    for (Index i = 0; i < hidden; ++i) {
      const Scalar d_a_i = d_a[static_cast<std::size_t>(i)];
      for (Index j = 0; j < in; ++j) gradient.U(i, j) += d_a_i * x(j, t);          // (8)
      for (Index j = 0; j < hidden; ++j) gradient.W(i, j) += d_a_i * run.h(j, t);  // (9)
      gradient.b(i, 0) += d_a_i;                                                   // (10)
      for (Index j = 0; j < in; ++j) d_x(j, t) += net.U(i, j) * d_a_i;             // (13)
    }
    for (Index k = 0; k < out; ++k) {
      for (Index j = 0; j < hidden; ++j) gradient.V(k, j) += d_o(k, t) * run.h(j, t + 1);  // (11)
      gradient.c(k, 0) += d_o(k, t);                                                       // (12)
    }
    for (Index j = 0; j < hidden; ++j) {
      Scalar sum(0);
      for (Index i = 0; i < hidden; ++i) sum += net.W(i, j) * d_a[static_cast<std::size_t>(i)];
      d_h_next[static_cast<std::size_t>(j)] = sum;
    }
  }
  for (Index j = 0; j < hidden; ++j) d_h0(j, 0) = d_h_next[static_cast<std::size_t>(j)];  // (14)
}

/// L and ∂L/∂o of one column of logits, textbook forms (Eqs. 4, 5, 16, 17), for logits of moderate size.
template <class Scalar>
struct ColumnLoss {
  Scalar value;
  std::vector<Scalar> d_o;
};

template <class Scalar>
std::vector<Scalar> softmax(const std::vector<Scalar>& o) {
  Scalar sum(0);
  for (const Scalar& logit : o) sum += std::exp(logit);
  std::vector<Scalar> y;
  for (const Scalar& logit : o) y.push_back(std::exp(logit) / sum);
  return y;
}

template <class Scalar>
ColumnLoss<Scalar> cross_entropy(const std::vector<Scalar>& o, Index label) {
  std::vector<Scalar> y = softmax(o);
  const Scalar value = -std::log(y[static_cast<std::size_t>(label)]);
  y[static_cast<std::size_t>(label)] -= Scalar(1);
  return {value, y};
}

template <class Scalar>
ColumnLoss<Scalar> squared_error(const std::vector<Scalar>& o, const std::vector<Scalar>& target) {
  ColumnLoss<Scalar> loss{Scalar(0), {}};
  for (std::size_t k = 0; k < o.size(); ++k) {
    loss.value += (o[k] - target[k]) * (o[k] - target[k]);
    loss.d_o.push_back(Scalar(2) * (o[k] - target[k]));
  }
  return loss;
}

template <class Scalar>
ColumnLoss<Scalar> binary_cross_entropy(const std::vector<Scalar>& o, const std::vector<Scalar>& target) {
  ColumnLoss<Scalar> loss{Scalar(0), {}};
  for (std::size_t k = 0; k < o.size(); ++k) {
    const Scalar y = Scalar(1) / (Scalar(1) + std::exp(-o[k]));
    loss.value -= target[k] * std::log(y) + (Scalar(1) - target[k]) * std::log(Scalar(1) - y);
    loss.d_o.push_back(y - target[k]);
  }
  return loss;
}

}  // namespace reference
