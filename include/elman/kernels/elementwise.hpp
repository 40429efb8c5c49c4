// SPDX-License-Identifier: MIT
//
// What is computed element by element, in vectors: σ and σ' of the activations that have a vector form.
#pragma once

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

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
    const Lane<Scalar, Lanes> zero{};
    d = d == zero ? zero : d * (Scalar(1) - h * h);  // 0 whatever h is, NaN too
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

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
