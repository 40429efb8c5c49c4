// SPDX-License-Identifier: MIT
//
// The numbers of an array in the order in which a file has them, the last index running fastest or, in Fortran's, the
// first, and where each lies in memory: at the sum of index · stride.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// From one index to the next, in numbers, of an array that lies row by row.
inline std::vector<Index> row_strides(const std::vector<Index>& shape) {
  std::vector<Index> strides(shape.size(), 1);
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return strides;  // of nothing: products may be too large
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

class ArrayPlaces {
 public:
  /// Of an array that has at least one number.
  ArrayPlaces(std::vector<Index> shape, std::vector<Index> strides, bool fortran_order)
      : shape_(std::move(shape)), strides_(std::move(strides)), index_(shape_.size()), fortran_order_(fortran_order) {}

  /// The place of the next number.
  Index next() {
    const Index place = place_;
    for (std::size_t k = 0; k < shape_.size(); ++k) {
      const std::size_t axis = fortran_order_ ? k : shape_.size() - 1 - k;
      place_ += strides_[axis];
      if (++index_[axis] < shape_[axis]) break;
      place_ -= strides_[axis] * shape_[axis];
      index_[axis] = 0;
    }
    return place;
  }

 private:
  std::vector<Index> shape_, strides_, index_;
  Index place_ = 0;
  bool fortran_order_;
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
