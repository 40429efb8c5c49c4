// SPDX-License-Identifier: MIT
//
// Arrays of NumPy's files (.npy), read and written. Needs Eigen alone.
//
//   const auto inputs = io::read_npy<float>("inputs.npy");            np.save("inputs.npy", x.astype("float32"))
//   const auto lengths = io::read_npy<Index>("lengths.npy");          any integers
//   const auto x = pack(inputs, lengths);                             (B, T, F) → Sequences; (B, T) integers → Labels
//   io::write_npy("W.npy", cell.W());                                 np.load("W.npy")
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/npy_numbers.hpp"
#include "elman/sequences/array_shape.hpp"
#include "elman/sequences/pack_array.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// An array of any number of dimensions, of float, double or Index.
template <class Number>
struct Array {
  std::vector<Index> shape;     ///< (B, T, F), for instance
  std::vector<Number> numbers;  ///< the last index running fastest, in whatever order they lay in a file

  /// [rows, cols], or [rows] as one column, as a matrix. Throws if it has more dimensions, or none.
  Matrix<Number, Dynamic, Dynamic> matrix() const {
    check_size("Array::matrix");
    elman::detail::require_that(shape.size() == 1 || shape.size() == 2, "Array::matrix: shape is ",
                                detail::tuple_text(shape), "; expected one or two dimensions");
    using Rows = Eigen::Matrix<Number, Dynamic, Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(numbers.data(), shape[0], shape.size() == 1 ? 1 : shape[1]);
  }
  /// The shape for pack_array: (B, T, F), or (B, T) of integers; (T, B, F) or (T, B) with time_first. Throws if it has
  /// another number of dimensions.
  ArrayShape sequences(bool time_first = false) const {
    const std::size_t dimensions = std::integral<Number> ? 2 : 3;
    elman::detail::require_that(shape.size() == dimensions, "Array::sequences: shape is ", detail::tuple_text(shape),
                                std::integral<Number>
                                    ? "; expected (B, T): one sequence (T,) is targets or tokens as it is, .numbers"
                                    : "; expected (B, T, F): one sequence (T, F) is x as it is, matrix().transpose()");
    return {shape[time_first ? 1 : 0], shape[time_first ? 0 : 1], dimensions == 3 ? shape.back() : 1, time_first};
  }
  /// Throws unless there are as many numbers as the shape says.
  void check_size(const char* owner) const {
    const bool fits = detail::fits_shape(shape, numbers.size());
    elman::detail::require_that(fits, owner, ": array has ", numbers.size(), " numbers; expected those of shape ",
                                detail::tuple_text(shape));
  }
};

/// What else may be read than numbers of the type that is asked for.
struct ReadNpyOptions {
  bool convert = false;  ///< in float and double: numbers of other types, integers too, rounded where they must be
};
struct WriteNpyOptions {
  bool fortran_order = false;  ///< the first index runs fastest
};

/// The array of a file, of either order of its bytes and indices. Number: float, from f4; double, from f8; Index, from
/// integers of any size and from booleans. NaN and infinity are data. Throws std::runtime_error if the file cannot be
/// read, anything in it is wrong, or one of its numbers does not fit.
template <class Number>
Array<Number> read_npy(const std::filesystem::path& path, const ReadNpyOptions& options = {}) {
  detail::FileSource file(path);
  Array<Number> array;
  detail::read_npy(file, options.convert, array.shape, array.numbers);
  return array;
}

/// Writes f4, f8 or i8, the lowest byte first, as np.save does, byte for byte. Throws std::runtime_error if that fails,
/// and the file is what it was.
template <class Number>
void write_npy(const std::filesystem::path& path, const Array<Number>& array, const WriteNpyOptions& options = {}) {
  array.check_size("write_npy");
  detail::write_npy(path, array.numbers.data(), array.shape, detail::row_strides(array.shape), options.fortran_order);
}
/// A matrix of shape (rows, cols), a column of shape (rows,).
template <class M>
requires elman::detail::IsMatrix<M>
void write_npy(const std::filesystem::path& path, const M& matrix, const WriteNpyOptions& options = {}) {
  static_assert((M::Flags & Eigen::DirectAccessBit) != 0, "elman::io::write_npy: an expression has no memory: .eval()");
  std::vector<Index> shape{matrix.rows(), matrix.cols()}, strides{matrix.rowStride(), matrix.colStride()};
  if constexpr (M::ColsAtCompileTime == 1) shape.pop_back(), strides.pop_back();
  detail::write_npy(path, matrix.data(), shape, strides, options.fortran_order);
}
/// Numbers of shape (size,): labels, lengths.
template <class Number>
void write_npy(const std::filesystem::path& path, const std::vector<Number>& numbers) {
  detail::write_npy(path, numbers.data(), {std::ssize(numbers)}, {1}, false);
}

}  // namespace io

/// Which of the first two dimensions of an array is time.
struct ArrayOrder {
  bool time_first = false;  ///< the first is; else the second, behind the sequences
};

/// pack_array of an array that was read: of (B, T, F) Sequences, of (B, T) integers Labels. Without lengths all are T.
/// Throws as pack_array does, and if an array of lengths has not one dimension.
template <int Rows = Dynamic, class Number, detail::ListOfLengths Lengths = std::initializer_list<Index>>
auto pack(const io::Array<Number>& array, const Lengths& lengths, const ArrayOrder& order = {}) {
  return pack_array<Rows>(array.numbers, array.sequences(order.time_first), lengths);
}
template <int Rows = Dynamic, class Number>
auto pack(const io::Array<Number>& array, const io::Array<Index>& lengths, const ArrayOrder& order = {}) {
  detail::require_that(lengths.shape.size() == 1, "pack: lengths has shape ", io::detail::tuple_text(lengths.shape),
                       "; expected (B,)");
  return pack<Rows>(array, lengths.numbers, order);
}
template <int Rows = Dynamic, class Number>
auto pack(const io::Array<Number>& array, const ArrayOrder& order = {}) {
  return pack_array<Rows>(array.numbers, array.sequences(order.time_first));
}

}  // namespace ELMAN_ABI
}  // namespace elman
