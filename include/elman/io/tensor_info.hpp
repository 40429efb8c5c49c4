// SPDX-License-Identifier: MIT
//
// What a file in the safetensors format says of a tensor: name, type, shape, and where its numbers lie.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// A type of numbers by its name in the format.
struct Dtype {
  std::string_view name;
  std::size_t bytes;
};

/// All that the format has. F64, F32, F16 and BF16 can be read as numbers.
inline constexpr std::array<Dtype, 15> dtypes{{{"F64", 8},
                                               {"F32", 4},
                                               {"F16", 2},
                                               {"BF16", 2},
                                               {"F8_E5M2", 1},
                                               {"F8_E4M3", 1},
                                               {"I64", 8},
                                               {"I32", 4},
                                               {"I16", 2},
                                               {"I8", 1},
                                               {"U64", 8},
                                               {"U32", 4},
                                               {"U16", 2},
                                               {"U8", 1},
                                               {"BOOL", 1}}};

/// What a file says of a tensor.
struct TensorInfo {
  std::string name;
  Dtype dtype;
  std::vector<Index> shape;  ///< row by row: [rows, columns], or [rows] of a vector
  std::uint64_t begin = 0;   ///< its bytes, counted from the end of the header
  std::uint64_t end = 0;

  Index size() const { return static_cast<Index>((end - begin) / dtype.bytes); }
};

/// "[8, 4]".
inline std::string shape_text(const std::vector<Index>& shape) {
  std::string text = "[";
  for (const Index size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
