// SPDX-License-Identifier: MIT
//
// What is computed element by element, in vectors: σ and σ' of the activations that have a vector form, a struct with
// value(a) and times_slope(h, d). One that has a parameter a row is told the row of the first lane too, and its columns
// are taken one at a time; what fills no vector it takes one by one.
#pragma once

#include <algorithm>

#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

#if ELMAN_HAS_KERNELS

#include "elman/kernels/vector_math.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Whether a form has a parameter a row.
template <class Form>
inline constexpr bool knows_row = false;

/// a ← value(a), from row `row` on.
template <class Scalar, int Lanes, class Form>
ELMAN_INLINE void apply_value(const Form& form, [[__maybe_unused__]] Index row, Lane<Scalar, Lanes>& a) {
  if constexpr (knows_row<Form>) {
    form.template value<Scalar, Lanes>(row, a);
  } else {
    form.template value<Scalar, Lanes>(a);
  }
}
template <class Scalar, int Lanes, class Form>
ELMAN_INLINE void apply_times_slope(const Form& form, [[__maybe_unused__]] Index row, const Lane<Scalar, Lanes>& h,
                                    Lane<Scalar, Lanes>& d) {
  if constexpr (knows_row<Form>) {
    form.template times_slope<Scalar, Lanes>(row, h, d);
  } else {
    form.template times_slope<Scalar, Lanes>(h, d);
  }
}

/// a[k] ← value(a[k]).
template <class Scalar, class Form>
struct ValueKernel {
  Scalar* a;
  Index count;
  [[__no_unique_address__]] Form form = {};

  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;
    Lane<Scalar, Lanes> v{};
    Index k = 0;
    for (; k + Lanes <= count; k += Lanes) {
      load<Scalar, Lanes>(a + k, v);
      apply_value<Scalar, Lanes>(form, k, v);
      store<Scalar, Lanes>(v, a + k);
    }
    if constexpr (knows_row<Form>) {
      for (; k < count; ++k) apply_value<Scalar, 1>(form, k, a[k]);
    } else if (k < count) {
      load_part<Scalar, Lanes>(a + k, count - k, v);
      apply_value<Scalar, Lanes>(form, k, v);
      store_part<Scalar, Lanes>(v, count - k, a + k);
    }
  }
};

/// d[k] ← slope(h[k]) (d[k] + next[k]); next may be null for zero.
template <class Scalar, class Form>
struct SlopeKernel {
  const Scalar* h;
  const Scalar* next;
  Scalar* d;
  Index count;
  [[__no_unique_address__]] Form form;

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
      apply_times_slope<Scalar, Lanes>(form, k, at_h, v);
      store<Scalar, Lanes>(v, d + k);
    }
    if constexpr (knows_row<Form>) {
      for (; k < count; ++k) {
        if (next) d[k] += next[k];
        apply_times_slope<Scalar, 1>(form, k, h[k], d[k]);
      }
    } else if (k < count) {
      load_part<Scalar, Lanes>(h + k, count - k, at_h);
      load_part<Scalar, Lanes>(d + k, count - k, v);
      if (next) load_part<Scalar, Lanes>(next + k, count - k, from_next);
      v += from_next;
      apply_times_slope<Scalar, Lanes>(form, k, at_h, v);
      store_part<Scalar, Lanes>(v, count - k, d + k);
    }
  }
};

/// slopes[k] ← slope(h[k]).
template <class Scalar, class Form>
struct SlopesKernel {
  const Scalar* h;
  Scalar* slopes;
  Index count;
  [[__no_unique_address__]] Form form;

  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;
    Lane<Scalar, Lanes> at_h{}, v{};
    Index k = 0;
    for (; k + Lanes <= count; k += Lanes) {
      load<Scalar, Lanes>(h + k, at_h);
      fill<Scalar, Lanes>(Scalar(1), v);
      apply_times_slope<Scalar, Lanes>(form, k, at_h, v);
      store<Scalar, Lanes>(v, slopes + k);
    }
    for (; k < count; ++k) {
      slopes[k] = Scalar(1);
      apply_times_slope<Scalar, 1>(form, k, h[k], slopes[k]);
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

struct HardTanhForm {
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void value(Lane<Scalar, Lanes>& a) {
    Lane<Scalar, Lanes> one;
    fill<Scalar, Lanes>(Scalar(1), one);
    a = a <= -one ? -one : a;
    a = a >= one ? one : a;
  }
  template <class Scalar, int Lanes>
  ELMAN_INLINE static void times_slope(const Lane<Scalar, Lanes>& h, Lane<Scalar, Lanes>& d) {
    Lane<Scalar, Lanes> one;
    const Lane<Scalar, Lanes> zero{};
    fill<Scalar, Lanes>(Scalar(1), one);
    d = h <= -one ? zero : d;
    d = h >= one ? zero : d;
  }
};

template <class Scalar_>
struct LeakyReLUForm {
  Scalar_ negative_slope;

  template <class Scalar, int Lanes>
  ELMAN_INLINE void value(Lane<Scalar, Lanes>& a) const {
    const Lane<Scalar, Lanes> zero{}, below = negative_slope * a;
    a = a <= zero ? below : a;
  }
  template <class Scalar, int Lanes>
  ELMAN_INLINE void times_slope(const Lane<Scalar, Lanes>& h, Lane<Scalar, Lanes>& d) const {
    const Lane<Scalar, Lanes> zero{}, below = negative_slope * d;
    d = h <= zero ? below : d;
  }
};

template <class Scalar_>
struct ModReLUForm {
  const Scalar_* beta;
  Scalar_* d_beta;  ///< += sign(h) d; null where that is not asked for

  template <class Scalar, int Lanes>
  ELMAN_INLINE void value(Index row, Lane<Scalar, Lanes>& a) const {
    const Lane<Scalar, Lanes> zero{};
    Lane<Scalar, Lanes> its_beta;
    load<Scalar, Lanes>(beta + row, its_beta);
    Lane<Scalar, Lanes> size = (a < zero ? -a : a) + its_beta;
    size = size <= zero ? zero : size;
    size = a < zero ? -size : size;
    const Lane<Scalar, Lanes> at_zero = its_beta >= zero ? zero : size;
    a = a == zero ? at_zero : size;
  }
  template <class Scalar, int Lanes>
  ELMAN_INLINE void times_slope(Index row, const Lane<Scalar, Lanes>& h, Lane<Scalar, Lanes>& d) const {
    const Lane<Scalar, Lanes> zero{};
    Lane<Scalar, Lanes> its_beta, sum;
    load<Scalar, Lanes>(beta + row, its_beta);
    if (d_beta) {
      load<Scalar, Lanes>(d_beta + row, sum);
      sum += h == zero ? zero : h < zero ? -d : d;
      store<Scalar, Lanes>(sum, d_beta + row);
    }
    const Lane<Scalar, Lanes> at_zero = its_beta < zero ? zero : d;
    d = h == zero ? at_zero : d;
  }
};
template <class Scalar>
inline constexpr bool knows_row<ModReLUForm<Scalar>> = true;

/// a ← σ(a).
template <class Form, class Scalar>
void apply_form(const Form& form, MatrixView<Scalar> a) {
  if (!knows_row<Form> && a.outerStride() == a.rows()) {
    run_kernel(simd(), ValueKernel<Scalar, Form>{a.data(), a.size(), form});
  } else {
    for (Index j = 0; j < a.cols(); ++j) run_kernel(simd(), ValueKernel<Scalar, Form>{a.col(j).data(), a.rows(), form});
  }
}

/// d ← σ'(a) ∘ (d + next), from h = σ(a), all contiguous; next may be null for zero.
template <class Form, class Scalar>
void apply_slope_of_form(const Form& form, const Scalar* h, const Scalar* next, MatrixView<Scalar> d) {
  if constexpr (knows_row<Form>) {
    for (Index j = 0; j < d.cols(); ++j) {
      const Index first = j * d.rows();
      run_kernel(simd(),
                 SlopeKernel<Scalar, Form>{h + first, next ? next + first : nullptr, d.data() + first, d.rows(), form});
    }
  } else {
    run_kernel(simd(), SlopeKernel<Scalar, Form>{h, next, d.data(), d.size(), form});
  }
}

/// slopes ← σ'(a) from h = σ(a), both contiguous.
template <class Form, class Scalar>
void set_slopes_of_form(const Form& form, const Scalar* h, MatrixView<Scalar> slopes) {
  const Index columns = knows_row<Form> ? slopes.cols() : 1, count = slopes.size() / (std::max)(columns, Index{1});
  for (Index j = 0; j < columns; ++j) {
    run_kernel(simd(), SlopesKernel<Scalar, Form>{h + j * count, slopes.data() + j * count, count, form});
  }
}

// NOLINTBEGIN(bugprone-macro-parentheses)
/// As ELMAN_KERNELS (product.hpp): of a form, and of all forms.
#define ELMAN_FORM_KERNELS(how, Form, Scalar)                                                           \
  how template void apply_form(const Form&, MatrixView<Scalar>);                                        \
  how template void apply_slope_of_form(const Form&, const Scalar*, const Scalar*, MatrixView<Scalar>); \
  how template void set_slopes_of_form(const Form&, const Scalar*, MatrixView<Scalar>);
#define ELMAN_ELEMENTWISE_KERNELS(how, Scalar)           \
  ELMAN_FORM_KERNELS(how, TanhForm, Scalar)              \
  ELMAN_FORM_KERNELS(how, ReLUForm, Scalar)              \
  ELMAN_FORM_KERNELS(how, HardTanhForm, Scalar)          \
  ELMAN_FORM_KERNELS(how, LeakyReLUForm<Scalar>, Scalar) \
  ELMAN_FORM_KERNELS(how, ModReLUForm<Scalar>, Scalar)
// NOLINTEND(bugprone-macro-parentheses)
#if defined(ELMAN_EXTERN_KERNELS)
ELMAN_ELEMENTWISE_KERNELS(extern, float)
ELMAN_ELEMENTWISE_KERNELS(extern, double)
#endif

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#else

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

// Named where there are no kernels, and never called.
template <class Form, class Scalar>
void apply_form(const Form&, MatrixView<Scalar>);
template <class Form, class Scalar>
void apply_slope_of_form(const Form&, const Scalar*, const Scalar*, MatrixView<Scalar>);
template <class Form, class Scalar>
void set_slopes_of_form(const Form&, const Scalar*, MatrixView<Scalar>);

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_HAS_KERNELS
