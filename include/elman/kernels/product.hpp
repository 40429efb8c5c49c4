// SPDX-License-Identifier: MIT
//
// The products that forward and bptt are made of, and the only place that multiplies whole blocks. F is a Factor: a
// matrix or a transpose that has been made ready.
//
//   set_product(F, B, C)               C = F B
//   set_product(F, B, column, C)       C = column + F B, the column in front of each; of nothing it is zero
//   add_product(F, B, C)               C += F B
//   add_product_transposed(F, B, C)    C += F Bᵀ     (sums of outer products over the columns)
//   add_row_sums(F, column)            column += F 1; nothing if that is a view of nothing
//
// B and C are views (types.hpp), or what converts to one. float and double run in kernels of our own (tile.hpp),
// which use no heap and no more stack than a tile; other scalars, and other compilers, have Eigen's products. B may
// also be tokens (OneHot): then F B picks columns and F Bᵀ adds to columns of C, one after the other, at a cost that
// does not depend on the vocabulary.
#if !defined(ELMAN_KERNELS)

#include <algorithm>
#include <cassert>
#include <type_traits>

#include "elman/kernels/factor.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/types.hpp"

// Compiling the kernels takes seconds. A program of many files that defines ELMAN_EXTERN_KERNELS for all of them
// compiles them in one: that which includes compile.hpp, or defines ELMAN_COMPILE_KERNELS in front of elman.hpp or this
// header.
// NOLINTBEGIN(bugprone-macro-parentheses)
/// The kernels of a scalar: declared here and compiled elsewhere (`how` is extern), or compiled here (nothing).
#define ELMAN_KERNELS(how, Scalar)                                                                                 \
  how template Panels<Scalar> pack_panels(Simd, const ConstMatrixView<Scalar>&, bool, Scalar*);                    \
  how template void multiply_panels(Simd, const Panels<Scalar>&, const ConstMatrixView<Scalar>&, bool,             \
                                    const Start<Scalar>&, const MatrixView<Scalar>&);                              \
  how template void multiply_unpacked(const ConstMatrixView<Scalar>&, const ConstMatrixView<Scalar>&,              \
                                      const Start<Scalar>&, MatrixView<Scalar>);                                   \
  how template void multiply(Factor<Scalar, Dynamic>&, const ConstMatrixView<Scalar>&, bool, const Start<Scalar>&, \
                             MatrixView<Scalar>);
// NOLINTEND(bugprone-macro-parentheses)

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// What a product is added to: zero, one column in front of all, or what C holds.
template <class Scalar>
struct Start {
  const Scalar* data = nullptr;
  Index stride = 0;
};

/// C = start.
template <class Scalar>
void fill_with(const Start<Scalar>& start, MatrixView<Scalar> C) {
  if (start.data == C.data()) return;
  for (Index k = 0; k < C.cols(); ++k) {
    if (start.data) {
      std::copy_n(start.data, C.rows(), C.data() + k * C.outerStride());
    } else {
      std::fill_n(C.data() + k * C.outerStride(), C.rows(), Scalar(0));
    }
  }
}

#if ELMAN_HAS_KERNELS
/// C = start + A B from panels, or start + A Bᵀ.
template <class Scalar>
void multiply_panels(Simd level, const Panels<Scalar>& A, const ConstMatrixView<Scalar>& B, bool transposed,
                     const Start<Scalar>& start, const MatrixView<Scalar>& C) {
  const Index stride = B.outerStride();
  run_kernel(level, ProductKernel<Scalar>{A, B.data(), transposed ? stride : 1, transposed ? 1 : stride, start.data,
                                          start.stride, C.data(), C.outerStride(), C.cols()});
}
#endif

/// C = start + F B or, if `transposed`, start + F Bᵀ.
template <class Scalar, int Max>
void multiply(Factor<Scalar, Max>& factor, const ConstMatrixView<Scalar>& B, bool transposed,
              const Start<Scalar>& start, MatrixView<Scalar> C) {
  assert(C.rows() == factor.rows() && factor.cols() == (transposed ? B.cols() : B.rows()) &&
         C.cols() == (transposed ? B.rows() : B.cols()));
  if constexpr (has_kernels<Scalar>) {
#if ELMAN_HAS_KERNELS
    const Panels<Scalar>& panels = factor.panels();
    multiply_panels<Scalar>(factor.level(), panels, B, transposed, start, C);
#endif
  } else {
    fill_with(start, C);
    const auto A = factor.view();
    if (transposed) {
      assert(!factor.transposed());
      C.noalias() += A * B.transpose();
    } else if (factor.transposed()) {
      C.noalias() += A.transpose() * B;
    } else {
      C.noalias() += A * B;
    }
  }
}

/// C = start + A B from A where it lies, which is worth it for few columns.
template <class Scalar>
void multiply_unpacked(const ConstMatrixView<Scalar>& A, const ConstMatrixView<Scalar>& B, const Start<Scalar>& start,
                       MatrixView<Scalar> C) {
  assert(C.rows() == A.rows() && A.cols() == B.rows() && C.cols() == B.cols());
  if constexpr (has_kernels<Scalar>) {
#if ELMAN_HAS_KERNELS
    const Panels<Scalar> panels{A.data(), A.rows(), A.cols(), A.outerStride(), 0};
    run_kernel(simd_for<Scalar>(A.rows()), ProductKernel<Scalar>{panels, B.data(), 1, B.outerStride(), start.data,
                                                                 start.stride, C.data(), C.outerStride(), C.cols()});
#endif
  } else {
    fill_with(start, C);
    C.noalias() += A * B;
  }
}

#if ELMAN_HAS_KERNELS && defined(ELMAN_EXTERN_KERNELS)
ELMAN_KERNELS(extern, float)
ELMAN_KERNELS(extern, double)
#endif

}  // namespace detail

/// The operands of the products; the scalar is that of the factor.
template <class Scalar>
using Operand = std::type_identity_t<ConstMatrixView<Scalar>>;
template <class Scalar>
using Result = std::type_identity_t<MatrixView<Scalar>>;

template <class Scalar, int Max>
void set_product(Factor<Scalar, Max>& factor, const Operand<Scalar>& B, const Result<Scalar>& C) {
  detail::multiply(factor, B, false, {}, C);
}
template <class Scalar, int Max>
void set_product(Factor<Scalar, Max>& factor, const Operand<Scalar>& B, const Operand<Scalar>& column,
                 const Result<Scalar>& C) {
  detail::multiply(factor, B, false, {column.data(), 0}, C);
}
template <class Scalar, int Max>
void add_product(Factor<Scalar, Max>& factor, const Operand<Scalar>& B, const Result<Scalar>& C) {
  detail::multiply(factor, B, false, {C.data(), C.outerStride()}, C);
}
template <class Scalar, int Max>
void add_product_transposed(Factor<Scalar, Max>& factor, const Operand<Scalar>& B, const Result<Scalar>& C) {
  detail::multiply(factor, B, true, {C.data(), C.outerStride()}, C);
}
template <class Scalar, int Max>
void add_row_sums(Factor<Scalar, Max>& factor, Result<Scalar> column) {
  if (!column.data()) return;
  if constexpr (detail::has_kernels<Scalar>) {
    const Scalar one(1);
    const ConstMatrixView<Scalar> ones(&one, 1, factor.cols(), 0);
    detail::multiply(factor, ones, true, {column.data(), column.outerStride()}, column);
  } else {
    assert(!factor.transposed());
    column += factor.view().rowwise().sum();
  }
}

template <class Scalar, int Max>
void set_product(Factor<Scalar, Max>& factor, const OneHot<Scalar>& B, const Result<Scalar>& C) {
  assert(!factor.transposed());
  for (Index k = 0; k < B.cols(); ++k) C.col(k) = factor.view().col(B.token(k));
}
template <class Scalar, int Max>
void set_product(Factor<Scalar, Max>& factor, const OneHot<Scalar>& B, const Operand<Scalar>& column,
                 const Result<Scalar>& C) {
  if (!column.data()) return set_product(factor, B, C);
  assert(!factor.transposed());
  for (Index k = 0; k < B.cols(); ++k) C.col(k) = column.col(0) + factor.view().col(B.token(k));
}
template <class Scalar, int Max>
void add_product_transposed(Factor<Scalar, Max>& factor, const OneHot<Scalar>& B, const Result<Scalar>& C) {
  assert(!factor.transposed());
  for (Index k = 0; k < B.cols(); ++k) C.col(B.token(k)) += factor.view().col(k);
}

}  // namespace ELMAN_ABI
}  // namespace elman

#endif  // ELMAN_KERNELS

// Read at every inclusion, because the first may have been that of a precompiled header.
#if defined(ELMAN_COMPILE_KERNELS) && !defined(ELMAN_KERNELS_ARE_HERE)
#define ELMAN_KERNELS_ARE_HERE
#include "elman/kernels/elementwise.hpp"
#include "elman/kernels/softmax.hpp"
#if ELMAN_HAS_KERNELS
namespace elman {
inline namespace ELMAN_ABI {
namespace detail {
ELMAN_KERNELS(, float)
ELMAN_KERNELS(, double)
ELMAN_ELEMENTWISE_KERNELS(, float)
ELMAN_ELEMENTWISE_KERNELS(, double)
ELMAN_SOFTMAX_KERNELS(, float)
ELMAN_SOFTMAX_KERNELS(, double)
}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
#endif
#endif
