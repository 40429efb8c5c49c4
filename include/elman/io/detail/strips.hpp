// SPDX-License-Identifier: MIT
//
// Numbers of a file, row by row, to and from matrices that lie column by column, a strip of rows at a time.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

#include "elman/io/detail/number_bytes.hpp"
#include "elman/standard/number_bits.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// How many numbers are read at once: some rows, about a megabyte, or a part of one row.
inline std::size_t strip_size(std::size_t row, std::size_t bytes) {
  const std::size_t most = (std::size_t{1} << 20) / bytes;
  if (row == 0 || row > most) return most;
  return most / row * row;
}

/// The highest bit is 1 where a number of a file is not finite or does not stay so as a Scalar, but 0 for what is not
/// finite where that may be. By the bits, so that no flag of a compiler can remove it, and without a comparison, so
/// that many are looked at at once. The largest float is 0x1.fffffep127; from the middle between it and 2^128 on
/// doubles are rounded to infinity.
template <class Scalar, class Format>
constexpr typename Format::Word unfit(typename Format::Word word, bool non_finite = false) {
  using Word = typename Format::Word;
  constexpr bool narrows = Format::bytes == 8 && sizeof(Scalar) == 4;
  constexpr Word limit = narrows ? static_cast<Word>(0x47effffff0000000U) : Format::infinity;
  constexpr auto all = static_cast<Word>(~Word{0});
  const auto magnitude = static_cast<Word>(word & static_cast<Word>(all >> 1));
  const auto below_infinity = static_cast<Word>(magnitude - Format::infinity);  // these differences: highest bits too
  return static_cast<Word>(static_cast<Word>(limit - 1 - magnitude) & (below_infinity | (non_finite ? Word{0} : all)));
}
template <class Scalar, std::floating_point Number>
bool fits_in(const Number& number) {
  using Format = Native<Number>;
  Number copy = number;
  ELMAN_FORGET(copy);
  return unfit<Scalar, Format>(Format::to(copy)) >> (8 * Format::bytes - 1) == 0;
}
/// Whether all of many fit.
template <class Scalar, class Format>
bool all_fit(const unsigned char* bytes, std::size_t count, bool non_finite) {
  using Word = typename Format::Word;
  Word any{0};
  for (std::size_t k = 0; k < count; ++k) {
    any = static_cast<Word>(any | unfit<Scalar, Format>(word_at<Word>(bytes + k * Format::bytes), non_finite));
  }
  return any >> (8 * Format::bytes - 1) == 0;
}

/// Puts numbers first, first + 1, … of a matrix's rows, one row behind the other, into it. Whole rows in squares, whose
/// rows and columns are a line of the cache or two each.
template <class Scalar, class Format>
void put_rows(const unsigned char* bytes, std::size_t first, std::size_t count, const MatrixView<Scalar>& to) {
  constexpr std::size_t side = 16;
  const auto cols = static_cast<std::size_t>(to.cols()), stride = static_cast<std::size_t>(to.outerStride());
  if (cols == 0) return;
  const auto number = [&](std::size_t k) { return static_cast<Scalar>(number_at<Format>(bytes, k)); };
  if (first % cols != 0 || count % cols != 0) {  // parts of rows
    for (std::size_t k = 0; k < count;) {
      const std::size_t col = (first + k) % cols, part = (std::min)(cols - col, count - k);
      Scalar* const row = to.data() + (first + k) / cols;
      for (std::size_t j = 0; j < part; ++j) row[(col + j) * stride] = number(k + j);
      k += part;
    }
    return;
  }
  Scalar* const begin = to.data() + first / cols;
  const std::size_t rows = count / cols, square_rows = rows / side * side, square_cols = cols / side * side;
  const auto put = [&](std::size_t row, std::size_t col) { begin[row + col * stride] = number(row * cols + col); };
  for (std::size_t left = 0; left < square_cols; left += side) {
    for (std::size_t top = 0; top < square_rows; top += side) {
      Scalar square[side][side];
      for (std::size_t row = 0; row < side; ++row) {
        for (std::size_t col = 0; col < side; ++col) square[col][row] = number((top + row) * cols + left + col);
      }
      for (std::size_t col = 0; col < side; ++col) {
        std::copy_n(square[col], side, begin + top + (left + col) * stride);
      }
    }
    for (std::size_t row = square_rows; row < rows; ++row) {
      for (std::size_t col = left; col < left + side; ++col) put(row, col);
    }
  }
  for (std::size_t col = square_cols; col < cols; ++col) {
    for (std::size_t row = 0; row < rows; ++row) put(row, col);
  }
}
/// Puts them, as the columns of a matrix, one behind the other.
template <class Scalar, class Format>
void put_columns(const unsigned char* bytes, std::size_t first, std::size_t count, const MatrixView<Scalar>& to) {
  const auto rows = static_cast<std::size_t>(to.rows());
  for (std::size_t k = 0; k < count;) {
    const std::size_t row = (first + k) % rows, part = (std::min)(rows - row, count - k);
    Scalar* const column = to.data() + to.outerStride() * static_cast<Index>((first + k) / rows);
    for (std::size_t j = 0; j < part; ++j) column[row + j] = static_cast<Scalar>(number_at<Format>(bytes, k + j));
    k += part;
  }
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
