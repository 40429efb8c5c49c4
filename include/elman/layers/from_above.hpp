// SPDX-License-Identifier: MIT
//
// What reaches a layer's outputs from above, other than through time: the loss through a readout, a layer stacked on
// it, nothing. A reference to a function, so that the loops of bptt are compiled once, whatever lies above.
#pragma once

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// `from_above(first, d_h)` sets d_h to the gradient of the packed columns first, first + 1, … of a layer's output.
template <class Scalar>
class FromAbove {
 public:
  /// Refers to `function`, which must outlive it.
  template <class Function>
  FromAbove(const Function& function)  // NOLINT: the conversion is the purpose
      : function_(&function), call_([](const void* target, Index first, const MatrixView<Scalar>& d_h) {
          (*static_cast<const Function*>(target))(first, d_h);
        }) {}

  void operator()(Index first, const MatrixView<Scalar>& d_h) const { call_(function_, first, d_h); }

 private:
  const void* function_;
  void (*call_)(const void*, Index, const MatrixView<Scalar>&);
};

/// Nothing comes from above.
struct NothingAbove {
  template <class Scalar>
  void operator()(Index, const MatrixView<Scalar>& d_h) const {
    set_zero(d_h);
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
