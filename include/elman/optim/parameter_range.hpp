// SPDX-License-Identifier: MIT
//
// A range of θ, or of a gradient, as a model by itself: what an optimizer is given of a group of parameters
// (grouped.hpp). Its state is that of the whole model, so the range knows where in θ it begins.
#pragma once

#include <type_traits>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Of a gradient that is read, Number is const.
template <class Number>
struct ParameterRange {
  using Plain = std::remove_const_t<Number>;
  using Theta = std::conditional_t<std::is_const_v<Number>, ConstVectorView<Plain>, VectorView<Plain>>;

  Number* begin;
  Index size;
  Index first;  ///< of all of θ

  Theta theta() const { return Theta(begin, size); }
};

/// Where in an optimizer's state that of a model begins.
template <class Model>
Index first_parameter(const Model&) {
  return 0;
}
template <class Number>
Index first_parameter(const ParameterRange<Number>& range) {
  return range.first;
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
