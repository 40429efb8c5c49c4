// SPDX-License-Identifier: MIT
//
// A list with room for Max elements inside the object, with the part of std::vector's interface that is used here;
// `List` is one or the other.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

template <class Type, int Max>
class FixedList {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Type* data() { return elements_.data(); }
  const Type* data() const { return elements_.data(); }
  Type* begin() { return data(); }
  Type* end() { return data() + size_; }
  const Type* begin() const { return data(); }
  const Type* end() const { return data() + size_; }
  Type& operator[](std::size_t k) { return elements_[k]; }
  const Type& operator[](std::size_t k) const { return elements_[k]; }
  const Type& back() const { return elements_[size_ - 1]; }

  void clear() { size_ = 0; }
  void reserve([[__maybe_unused__]] std::size_t size) const { assert(size <= elements_.size()); }
  void push_back(const Type& element) {
    assert(size_ < elements_.size());
    elements_[size_++] = element;
  }
  void resize(std::size_t size) {
    assert(size <= elements_.size());
    size_ = size;
  }
  void assign(std::size_t size, const Type& element) {
    resize(size);
    std::fill(begin(), end(), element);
  }
  template <class First>
  requires(!std::is_integral_v<First>) void assign(First first, First last) {
    resize(static_cast<std::size_t>(last - first));
    std::copy(first, last, begin());
  }

 private:
  std::array<Type, static_cast<std::size_t>(Max)> elements_{};
  std::size_t size_ = 0;
};

template <class Type, int Max>
struct ListOf {
  using type = FixedList<Type, Max>;
};
template <class Type>
struct ListOf<Type, Dynamic> {
  using type = std::vector<Type>;
};
template <class Type, int Max>
using List = typename ListOf<Type, Max>::type;

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
