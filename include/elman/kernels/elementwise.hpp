// SPDX-License-Identifier: MIT
//
// What is computed element by element, or column by column, in vectors: σ and σ' of the activations that have a vector
// form, and softmax.
#pragma once

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

#include <cstring>
#include <limits>

#include "elman/kernels/vector_math.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// a[k] ← Form::value(a[k]).
template <class Scalar, class Form>
struct ValueKernel {
  Scalar* a;
  Index count;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;
    Lane<Scalar, Lanes> v{};
    Index k = 0;
    for (; k + Lanes <= count; k += Lanes) {
      load<Scalar, Lanes>(a + k, v);
      Form::template value<Scalar, Lanes>(v);
      store<Scalar, Lanes>(v, a + k);
    }
    if (k < count) {
      load_part<Scalar, Lanes>(a + k, count - k, v);
      Form::template value<Scalar, Lanes>(v);
      store_part<Scalar, Lanes>(v, count - k, a + k);
    }
  }
};

/// d[k] ← Form::slope(h[k]) (d[k] + next[k]); next may be null for zero.
template <class Scalar, class Form>
struct SlopeKernel {
  const Scalar* h;
  const Scalar* next;
  Scalar* d;
  Index count;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;
    Lane<Scalar, Lanes> at_h{}, from_next{}, v{};
    Index k = 0;
    for (; k + Lanes <= count; k += Lanes) {
      load<Scalar, Lanes>(h + k, at_h);
      load<Scalar, Lanes>(d + k, v);
      if (next) load<Scalar, Lanes>(next + k, from_next);
      v += from_next;
      Form::template times_slope<Scalar, Lanes>(at_h, v);
      store<Scalar, Lanes>(v, d + k);
    }
    if (k < count) {
      load_part<Scalar, Lanes>(h + k, count - k, at_h);
      load_part<Scalar, Lanes>(d + k, count - k, v);
      if (next) load_part<Scalar, Lanes>(next + k, count - k, from_next);
      v += from_next;
      Form::template times_slope<Scalar, Lanes>(at_h, v);
      store_part<Scalar, Lanes>(v, count - k, d + k);
    }
  }
};

struct TanhForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(Lane<Scalar, Lanes>& a) {
    VectorMath<Scalar, Lanes>::tanh(a, a);
  }
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void times_slope(const Lane<Scalar, Lanes>& h, Lane<Scalar, Lanes>& d) {
    d *= Scalar(1) - h * h;
  }
};

struct ReLUForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(Lane<Scalar, Lanes>& a) {
    const Lane<Scalar, Lanes> zero{};
    a = a <= zero ? zero : a;
  }
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void times_slope(const Lane<Scalar, Lanes>& h, Lane<Scalar, Lanes>& d) {
    const Lane<Scalar, Lanes> zero{};
    d = h <= zero ? zero : d;
  }
};

struct TakeLargest {
  template <class Value>
  ELMAN_INLINE void operator()(Value& a, const Value& b) const {
    a = b > a ? b : a;
  }
};
struct TakeSum {
  template <class Value>
  ELMAN_INLINE void operator()(Value& a, const Value& b) const {
    a += b;
  }
};

/// The lanes of a vector in one: its halves with each other, and so on.
template <class Combine, class Scalar, int Lanes>
ELMAN_INLINE Scalar reduce(const Lane<Scalar, Lanes>& v) {
  if constexpr (Lanes == 1) {
    return v;
  } else {
    Lane<Scalar, Lanes / 2> halves[2];
    std::memcpy(halves, &v, sizeof(v));
    Combine{}(halves[0], halves[1]);
    return reduce<Combine, Scalar, Lanes / 2>(halves[0]);
  }
}

/// y ← exp(o − max o) / Σ exp(o − max o), column by column.
template <class Scalar>
struct SoftmaxKernel {
  const Scalar* o;
  Index o_column;
  Scalar* y;
  Index y_column;
  Index rows;
  Index columns;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    for (Index j = 0; j < columns; ++j) column<lanes<Scalar, Bytes>>(o + j * o_column, y + j * y_column);
  }

  template <int Lanes>
  ELMAN_INLINE void column(const Scalar* from, Scalar* to) const {
    using V = Lane<Scalar, Lanes>;
    const Index whole = rows / Lanes * Lanes;
    V lowest, v;
    fill<Scalar, Lanes>(-std::numeric_limits<Scalar>::infinity(), lowest);
    V rest = lowest;  // what is left below the whole vectors, and nothing that counts
    if (whole < rows) load_part<Scalar, Lanes>(from + whole, rows - whole, rest);

    V most = rest;
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(from + k, v);
      most = v > most ? v : most;
    }
    const Scalar shift = reduce<TakeLargest, Scalar, Lanes>(most);

    V sum{};
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(from + k, v);
      VectorMath<Scalar, Lanes>::exp_negative(v - shift, v);
      sum += v;
      store<Scalar, Lanes>(v, to + k);
    }
    VectorMath<Scalar, Lanes>::exp_negative(rest - shift, rest);
    if (whole < rows) sum += rest;

    const Scalar total = reduce<TakeSum, Scalar, Lanes>(sum);
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(to + k, v);
      v /= total;
      store<Scalar, Lanes>(v, to + k);
    }
    if (whole < rows) {
      rest /= total;
      store_part<Scalar, Lanes>(rest, rows - whole, to + whole);
    }
  }
};

/// The largest of a column of o, the largest of y, and the sum of what else is in y.
template <class Scalar>
struct LargestKernel {
  const Scalar* o;
  const Scalar* y;
  Index rows;
  Scalar& largest_o;
  Scalar& largest_y;
  Scalar& others;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;
    using V = Lane<Scalar, Lanes>;
    const Index whole = rows / Lanes * Lanes;
    V o_rest, most_o, y_rest{}, v;  // no y is below 0
    fill<Scalar, Lanes>(-std::numeric_limits<Scalar>::infinity(), o_rest);
    if (whole < rows) {
      load_part<Scalar, Lanes>(o + whole, rows - whole, o_rest);
      load_part<Scalar, Lanes>(y + whole, rows - whole, y_rest);
    }
    V most_y = y_rest;
    most_o = o_rest;
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(o + k, v);
      most_o = v > most_o ? v : most_o;
      load<Scalar, Lanes>(y + k, v);
      most_y = v > most_y ? v : most_y;
    }
    largest_o = reduce<TakeLargest, Scalar, Lanes>(most_o);
    largest_y = reduce<TakeLargest, Scalar, Lanes>(most_y);

    V one, zero{}, most, sum, times;
    fill<Scalar, Lanes>(Scalar(1), one);
    fill<Scalar, Lanes>(largest_y, most);
    sum = y_rest == most ? zero : y_rest;
    times = y_rest == most ? one : zero;
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(y + k, v);
      sum += v == most ? zero : v;  // NaN stays
      times += v == most ? one : zero;
    }
    others = reduce<TakeSum, Scalar, Lanes>(sum) + (reduce<TakeSum, Scalar, Lanes>(times) - Scalar(1)) * largest_y;
  }
};

template <class Scalar>
void largest_of_column(const Scalar* o, const Scalar* y, Index rows, Scalar& largest_o, Scalar& largest_y,
                       Scalar& others) {
  run_kernel(simd(), LargestKernel<Scalar>{o, y, rows, largest_o, largest_y, others});
}

/// a ← σ(a).
template <class Form, class Scalar>
void apply_form(MatrixView<Scalar> a) {
  if (a.outerStride() == a.rows()) {
    run_kernel(simd(), ValueKernel<Scalar, Form>{a.data(), a.size()});
  } else {
    for (Index j = 0; j < a.cols(); ++j) run_kernel(simd(), ValueKernel<Scalar, Form>{a.col(j).data(), a.rows()});
  }
}

/// d ← σ'(a) ∘ (d + next), from h = σ(a), all contiguous; next may be null for zero.
template <class Form, class Scalar>
void apply_slope_of_form(const Scalar* h, const Scalar* next, Scalar* d, Index count) {
  run_kernel(simd(), SlopeKernel<Scalar, Form>{h, next, d, count});
}

template <class Scalar>
void softmax(const ConstMatrixView<Scalar>& o, MatrixView<Scalar> y) {
  run_kernel(simd(), SoftmaxKernel<Scalar>{o.data(), o.outerStride(), y.data(), y.outerStride(), o.rows(), o.cols()});
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#else

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

// Named where there are no kernels, and never called.
template <class Form, class Scalar>
void apply_form(MatrixView<Scalar>);
template <class Form, class Scalar>
void apply_slope_of_form(const Scalar*, const Scalar*, Scalar*, Index);
template <class Scalar>
void softmax(const ConstMatrixView<Scalar>&, MatrixView<Scalar>);
template <class Scalar>
void largest_of_column(const Scalar*, const Scalar*, Index, Scalar&, Scalar&, Scalar&);

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
