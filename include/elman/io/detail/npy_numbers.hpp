// SPDX-License-Identifier: MIT
//
// The numbers behind the header of a file of NumPy's (npy_header.hpp), read and written about a megabyte at a time.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/io/detail/array_places.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/file_source.hpp"
#include "elman/io/detail/file_writer.hpp"
#include "elman/io/detail/npy_header.hpp"
#include "elman/io/detail/number_bytes.hpp"
#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

template <class Number>
inline constexpr bool is_npy_number =
    std::same_as<Number, float> || std::same_as<Number, double> || std::same_as<Number, Index>;

inline constexpr std::size_t npy_strip = std::size_t{1} << 20;  ///< bytes that are read or written at once

/// Whether a shape has so many numbers.
inline bool fits_shape(const std::vector<Index>& shape, std::size_t count) {
  std::size_t rest = count;
  bool is_empty = false, divides = true;
  for (const Index size : shape) {
    if (size < 0) return false;
    is_empty = is_empty || size == 0;
    if (size <= 0) continue;
    divides = divides && rest % static_cast<std::size_t>(size) == 0;
    rest /= static_cast<std::size_t>(size);
  }
  return is_empty ? count == 0 : divides && rest == 1;
}

/// Whether a Number can hold what the file has, but for rounding.
template <class Number, class Value>
bool can_hold(Value value) {
  if constexpr (std::integral<Number>) {
    return std::in_range<Number>(value);
  } else if constexpr (sizeof(Value) == 8 && std::floating_point<Value> && sizeof(Number) == 4) {  // by bits: NaN too
    constexpr auto largest =
        elman::detail::bit_cast<std::uint64_t>(static_cast<double>((std::numeric_limits<float>::max)()));
    constexpr std::uint64_t infinity = 0x7ff0000000000000U;
    const std::uint64_t magnitude = elman::detail::bit_cast<std::uint64_t>(value) & ~(std::uint64_t{1} << 63);
    return magnitude <= largest || magnitude >= infinity;
  } else {
    return true;
  }
}

/// "[1, 0, 2]", where a number lies.
inline std::string indices_text(Index place, const std::vector<Index>& shape) {
  const std::vector<Index> strides = row_strides(shape);
  std::string text = "[";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    append(text, axis == 0 ? "" : ", ");
    append(text, place / strides[axis] % shape[axis]);
  }
  return text + "]";
}

template <class Format, class Number>
void read_numbers(FileSource& file, const NpyHeader& header, std::vector<Number>& to) {
  constexpr std::size_t strip = npy_strip / Format::bytes;
  const std::size_t size = to.size();
  const bool is_boolean = header.type.kind == 'b';
  ArrayPlaces places(header.shape, row_strides(header.shape), true);
  std::vector<unsigned char> buffer((std::min)(strip, size) * Format::bytes);
  for (std::size_t first = 0; first < size; first += strip) {
    const std::size_t count = (std::min)(strip, size - first);
    file.read(header.begin + first * Format::bytes, buffer.data(), count * Format::bytes);
    for (std::size_t k = 0; k < count; ++k) {
      unsigned char* const bytes = buffer.data() + k * Format::bytes;
      if (header.type.highest_first) std::reverse(bytes, bytes + Format::bytes);
      const auto value = number_at<Format>(bytes, 0);
      const Index place = header.fortran_order ? places.next() : static_cast<Index>(first + k);
      if (!can_hold<Number>(value) || (is_boolean && value > 1)) {
        fail(file.name(), "has ", value, " at ", indices_text(place, header.shape), "; expected ",
             is_boolean              ? "0 or 1"
             : std::integral<Number> ? "what an elman::Index can hold"
                                     : "a number that a float can hold");
      }
      to[static_cast<std::size_t>(place)] = static_cast<Number>(value);  // NOLINT: an int8_t is no character
    }
  }
}

template <class Number>
void read_npy(FileSource& file, bool convert, std::vector<Index>& shape, std::vector<Number>& numbers) {
  static_assert(is_npy_number<Number>, "elman::io: arrays are read as float, double or elman::Index");
  const NpyHeader header = read_npy_header(file);
  const NpyType& type = header.type;
  if constexpr (std::integral<Number>) {
    require_that(type.kind != 'f', file.name(), "has dtype ", type.name,
                 "; expected integers, as labels and tokens are: .astype(\"int64\")");
  } else {
    const bool is_own = type.kind == 'f' && type.bytes == sizeof(Number);
    require_that(convert || is_own, file.name(), "has dtype ", type.name, "; expected f", sizeof(Number),
                 ", or that .convert is asked for");
  }
  shape = header.shape;
  numbers.resize(static_cast<std::size_t>(header.size));
  if (numbers.empty()) return;
  const auto read = [&]<class Format>(const Format&) { read_numbers<Format>(file, header, numbers); };
  const auto is = [&](char kind, std::size_t bytes) { return type.kind == kind && type.bytes == bytes; };
  if constexpr (std::floating_point<Number>) {
    if (is('f', 2)) return read(Float16Number{});
    if (is('f', 4)) return read(Native<float>{});
    if (is('f', 8)) return read(Native<double>{});
  }
  if (is('i', 1)) return read(Native<std::int8_t>{});
  if (is('i', 2)) return read(Native<std::int16_t>{});
  if (is('i', 4)) return read(Native<std::int32_t>{});
  if (is('i', 8)) return read(Native<std::int64_t>{});
  if (is('u', 2)) return read(Native<std::uint16_t>{});
  if (is('u', 4)) return read(Native<std::uint32_t>{});
  if (is('u', 8)) return read(Native<std::uint64_t>{});
  read(Native<std::uint8_t>{});  // u1, b1
}

template <class Number>
void write_npy(const std::filesystem::path& path, const Number* numbers, const std::vector<Index>& shape,
               const std::vector<Index>& strides, bool fortran_order) {
  static_assert(is_npy_number<Number>, "elman::io: arrays of float, double or elman::Index are written");
  using Stored = std::conditional_t<std::integral<Number>, std::int64_t, Number>;
  constexpr std::string_view type = std::integral<Number> ? "<i8" : sizeof(Number) == 4 ? "<f4" : "<f8";
  const bool is_empty = std::count(shape.begin(), shape.end(), 0) > 0;
  const auto long_axes = std::count_if(shape.begin(), shape.end(), [](Index size) { return size > 1; });
  const std::string header = npy_header(type, fortran_order && !is_empty && long_axes > 1, shape);
  std::size_t rest = is_empty ? 0 : 1;
  for (const Index size : shape) rest *= static_cast<std::size_t>(size);
  FileWriter file(path);
  file.write(header.data(), header.size());
  ArrayPlaces places(shape, strides, fortran_order);
  std::vector<unsigned char> buffer((std::min)(npy_strip / sizeof(Stored), rest) * sizeof(Stored));
  while (rest > 0) {
    const std::size_t count = (std::min)(buffer.size() / sizeof(Stored), rest);
    for (std::size_t k = 0; k < count; ++k) {
      const auto number = static_cast<Stored>(numbers[places.next()]);
      put_word(Native<Stored>::to(number), buffer.data() + k * sizeof(Stored));
    }
    file.write(buffer.data(), count * sizeof(Stored));
    rest -= count;
  }
  file.commit();
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
