// SPDX-License-Identifier: MIT
//
// Where vectors as long as a model's parameters lie: inside their object if they are small, else on the heap.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/lanes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Parameter vectors of at most this many bytes lie inside their object.
inline constexpr int inline_bytes = 32 * 1024;

template <class Scalar, int Size>
inline constexpr bool is_inline = (Size != Dynamic) && Size <= inline_bytes / static_cast<int>(sizeof(Scalar));

/// Memory for as many scalars as a parameter vector has: of an optimizer's state.
template <class Scalar, int Size>
struct StorageOf {
  using type = std::vector<Scalar>;
};
template <class Scalar, int Size>
requires is_inline<Scalar, Size>
struct StorageOf<Scalar, Size> {
  using type = std::array<Scalar, static_cast<std::size_t>(Size)>;
};

/// Where θ lies: its first parameter begins a cache line, if vectors are wide enough to cross one.
template <class Scalar, int Size>
class ThetaStorage {
 public:
  ThetaStorage() = default;
  // Written out because g++ notes a change of its ABI wherever an aligned object that needs no code to be copied is
  // passed.
  ThetaStorage(const ThetaStorage& other) { std::copy_n(other.memory_, Size, memory_); }
  ThetaStorage& operator=(const ThetaStorage&) = default;

  void set_zero(Index) { std::fill_n(memory_, Size, Scalar(0)); }
  Scalar* data() { return memory_; }
  const Scalar* data() const { return memory_; }
  static constexpr Index size() { return Size; }

 private:
  alignas(kernel_alignment<Scalar>) Scalar memory_[static_cast<std::size_t>(Size)];
};
template <class Scalar, int Size>
requires(!is_inline<Scalar, Size>) class ThetaStorage<Scalar, Size> {
 public:
  /// Once: new memory of a ColumnBuffer is zero.
  void set_zero(Index size) { memory_.reshape(size, 1); }
  Scalar* data() { return memory_.data(); }
  const Scalar* data() const { return memory_.data(); }
  Index size() const { return memory_.rows(); }

 private:
  ColumnBuffer<Scalar> memory_;
};

}  // namespace detail

/// A vector as long as a model's parameters: inside the object that has it if that is small, else on the heap.
template <class Scalar, int Size>
using ParameterStorage = typename detail::StorageOf<Scalar, Size>::type;

/// One of `count` equal numbers.
template <class Storage>
Storage make_storage(Index count, typename Storage::value_type value = 0) {
  if constexpr (requires(Storage storage) { storage.assign(std::size_t{}, value); }) {
    return Storage(static_cast<std::size_t>(count), value);
  } else {
    Storage storage;
    storage.fill(value);
    return storage;
  }
}

}  // namespace ELMAN_ABI
}  // namespace elman
