// SPDX-License-Identifier: MIT
//
// What softmax and its loss compute column by column, in vectors; and sums of many terms.
#pragma once

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A sum of many terms, scalars or vectors lane by lane, with what each addition leaves out beside it (Knuth's exact
/// difference): its error does not grow with their number. Their sum is sum + left_out.
template <class V>
struct LongSum {
  V sum{}, left_out{};

  ELMAN_INLINE void add(const V& term) {
    const V larger = sum + term;
    const V added = larger - sum;
    left_out += (sum - (larger - added)) + (term - added);
    sum = larger;
  }
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#if ELMAN_HAS_KERNELS

#include <cstring>

#include "elman/kernels/vector_math.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

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

/// y ← exp(o − max o) / Σ exp(o − max o), column by column. Leaves in `kept`, unless it is null, two numbers a column:
/// max o and max y.
template <class Scalar>
struct SoftmaxKernel {
  const Scalar* o;
  Index o_column;
  Scalar* y;
  Index y_column;
  Scalar* kept;
  Index rows;
  Index columns;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    for (Index j = 0; j < columns; ++j) {
      column<lanes<Scalar, Bytes>>(o + j * o_column, y + j * y_column, kept ? kept + 2 * j : nullptr);
    }
  }

  template <int Lanes>
  ELMAN_INLINE void column(const Scalar* from, Scalar* to, Scalar* largest) const {
    using V = Lane<Scalar, Lanes>;
    const Index whole = rows / Lanes * Lanes;
    V v, rest;  // what is left below the whole vectors; the other lanes repeat one that counts
    fill<Scalar, Lanes>(from[whole < rows ? whole : 0], rest);
    if (whole < rows) load_part<Scalar, Lanes>(from + whole, rows - whole, rest);

    V most = rest;
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(from + k, v);
      most = v > most ? v : most;
    }
    const Scalar shift = reduce<TakeLargest, Scalar, Lanes>(most);

    constexpr Index block = Index{16} * Lanes;
    LongSum<V> blocks;
    V sum{};
    for (Index begin = 0; begin < whole; begin += block) {
      if (begin > 0) {
        blocks.add(sum);
        sum = V{};
      }
      const Index end = whole - begin < block ? whole : begin + block;
      for (Index k = begin; k < end; k += Lanes) {
        load<Scalar, Lanes>(from + k, v);
        VectorMath<Scalar, Lanes>::exp_negative(v - shift, v);
        sum += v;
        store<Scalar, Lanes>(v, to + k);
      }
    }
    if (whole < rows) {
      VectorMath<Scalar, Lanes>::exp_negative(rest - shift, rest);
      clear_behind<Scalar, Lanes>(rows - whole, rest);
      sum += rest;
    }
    Scalar total = reduce<TakeSum, Scalar, Lanes>(sum);
    if (whole > block) {
      total += reduce<TakeSum, Scalar, Lanes>(blocks.left_out);
      total += reduce<TakeSum, Scalar, Lanes>(blocks.sum);
    }
    const Scalar top = Scalar(1) / total;  // the largest y: its term is exp(0) = 1
    for (Index k = 0; k < whole; k += Lanes) {
      load<Scalar, Lanes>(to + k, v);
      v *= top;
      store<Scalar, Lanes>(v, to + k);
    }
    if (whole < rows) {
      rest *= top;
      store_part<Scalar, Lanes>(rest, rows - whole, to + whole);
    }
    if (largest) {
      largest[0] = shift;
      largest[1] = top;
    }
  }
};

/// to[k] ← factor y[k]; others ← Σ y[k] of all that are not `largest`.
template <class Scalar>
struct ScaleKernel {
  const Scalar* y;
  Scalar factor;
  Scalar largest;
  Scalar* to;
  Index count;
  Scalar& others;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;
    using V = Lane<Scalar, Lanes>;
    V v{}, most, sum{}, zero{};
    fill<Scalar, Lanes>(largest, most);
    Index k = 0;
    for (; k + Lanes <= count; k += Lanes) {
      load<Scalar, Lanes>(y + k, v);
      sum += v == most ? zero : v;  // NaN stays
      v *= factor;
      store<Scalar, Lanes>(v, to + k);
    }
    Scalar total = reduce<TakeSum, Scalar, Lanes>(sum);
    for (; k < count; ++k) {
      if (y[k] != largest) total += y[k];
      to[k] = factor * y[k];
    }
    others = total;
  }
};

template <class Scalar>
void softmax(const ConstMatrixView<Scalar>& o, MatrixView<Scalar> y, Scalar* kept) {
  run_kernel(simd(),
             SoftmaxKernel<Scalar>{o.data(), o.outerStride(), y.data(), y.outerStride(), kept, o.rows(), o.cols()});
}

/// ScaleKernel of one column; returns the others.
template <class Scalar>
Scalar scale_column(const Scalar* y, Scalar factor, Scalar largest, Scalar* to, Index count) {
  Scalar others;
  run_kernel(simd(), ScaleKernel<Scalar>{y, factor, largest, to, count, others});
  return others;
}

// NOLINTBEGIN(bugprone-macro-parentheses)
/// As ELMAN_KERNELS (product.hpp).
#define ELMAN_SOFTMAX_KERNELS(how, Scalar)                                                \
  how template void softmax(const ConstMatrixView<Scalar>&, MatrixView<Scalar>, Scalar*); \
  how template Scalar scale_column(const Scalar*, Scalar, Scalar, Scalar*, Index);
// NOLINTEND(bugprone-macro-parentheses)
#if defined(ELMAN_EXTERN_KERNELS)
ELMAN_SOFTMAX_KERNELS(extern, float)
ELMAN_SOFTMAX_KERNELS(extern, double)
#endif

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#else

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

// Named where there are no kernels, and never called.
template <class Scalar>
void softmax(const ConstMatrixView<Scalar>&, MatrixView<Scalar>, Scalar*);
template <class Scalar>
Scalar scale_column(const Scalar*, Scalar, Scalar, Scalar*, Index);

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
