// SPDX-License-Identifier: MIT
//
// Arrays of unsigned bytes in the IDX format, in which MNIST and its relatives come, plain or gzipped. Numbers are
// big-endian:
//
//   0 0 8 D        two zeros, the type (8: unsigned bytes), the number of dimensions
//   D × 4 bytes    their sizes
//   values         a byte each, the last dimension varies fastest; nothing behind them
//
// Gzipped files need zlib: they are read where ELMAN_EXAMPLES_ZLIB is defined.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#ifdef ELMAN_EXAMPLES_ZLIB
#include <zlib.h>
#else
#include <fstream>
#endif

namespace example {

struct Idx {
  std::vector<std::size_t> sizes;
  std::vector<std::uint8_t> values;
};

/// The bytes of a file, plain or gzipped, in order.
class IdxBytes {
 public:
  explicit IdxBytes(const std::string& path) : path_(path) {
    if (!std::filesystem::is_regular_file(path)) fail("no such file");
#ifdef ELMAN_EXAMPLES_ZLIB
    file_ = gzopen(path.c_str(), "rb");
    if (!file_) fail("cannot be read");
#else
    file_.open(path, std::ios::binary);
    if (!file_) fail("cannot be read");
    if (file_.get() == 0x1f && file_.get() == 0x8b) fail("gzipped; expected a plain file, because zlib was not found");
    file_.clear();
    file_.seekg(0);
#endif
  }
#ifdef ELMAN_EXAMPLES_ZLIB
  ~IdxBytes() { gzclose(file_); }
  IdxBytes(const IdxBytes&) = delete;
  IdxBytes& operator=(const IdxBytes&) = delete;
#endif

  [[noreturn]] void fail(const std::string& message) const { throw std::runtime_error(path_ + ": " + message); }

  /// Reads `size` bytes, fewer at the end of the file, and returns how many. Throws if they cannot be read, or a
  /// gzipped file is damaged or incomplete.
  std::size_t read(std::uint8_t* bytes, std::size_t size) {
#ifdef ELMAN_EXAMPLES_ZLIB
    const int got = gzread(file_, bytes, static_cast<unsigned>(size));
    int error = Z_OK;
    if (got < static_cast<int>(size)) gzerror(file_, &error);
    if (error == Z_BUF_ERROR) fail("gzipped data ends too early");
    if (error == Z_DATA_ERROR) fail("gzipped data is damaged");
    if (got < 0 || error != Z_OK) fail("cannot be read");
    return static_cast<std::size_t>(got);
#else
    file_.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(size));
    if (file_.bad()) fail("cannot be read");
    return static_cast<std::size_t>(file_.gcount());
#endif
  }

 private:
  std::string path_;
#ifdef ELMAN_EXAMPLES_ZLIB
  gzFile file_ = nullptr;
#else
  std::ifstream file_;
#endif
};

/// Reads a file of `fewest` to `most` dimensions (at most 4). Throws std::runtime_error with the file and what is
/// wrong.
inline Idx read_idx(const std::string& path, std::size_t fewest, std::size_t most) {
  constexpr std::size_t most_values = std::size_t{1} << 31;
  constexpr std::size_t at_once = std::size_t{1} << 20;
  IdxBytes file(path);
  const auto read_number = [&] {
    std::array<std::uint8_t, 4> bytes{};
    if (file.read(bytes.data(), bytes.size()) < bytes.size()) file.fail("ends inside the header of an IDX file");
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
  };

  const std::uint32_t magic = read_number();
  const std::size_t type = magic >> 8 & 0xff;
  const std::size_t dimensions = magic & 0xff;
  if (magic >> 16 != 0 || type < 8 || type > 14) file.fail("no IDX file, which starts with two zeros and a type");
  if (type != 8) file.fail("values of type " + std::to_string(type) + "; expected 8, unsigned bytes");
  if (dimensions < fewest || dimensions > most) {
    file.fail(std::to_string(dimensions) + " dimensions; expected " + std::to_string(fewest) +
              (most > fewest ? " to " + std::to_string(most) : ""));
  }
  Idx array;
  std::size_t count = 1;
  for (std::size_t k = 0; k < dimensions; ++k) {
    const std::size_t size = read_number();
    if (size == 0) file.fail("dimension " + std::to_string(k + 1) + " has size 0; expected at least 1");
    if (size > most_values / count) file.fail("more than " + std::to_string(most_values) + " values");
    count *= size;
    array.sizes.push_back(size);
  }

  // Memory is taken as values arrive: a header may promise more than there is. The last read asks for one byte more
  // than there should be: so it sees what goes on behind the values, and zlib looks at how the gzipped data ends.
  for (std::size_t got = 0; got < count;) {
    const std::size_t wanted = count - got <= at_once ? count - got + 1 : at_once;
    array.values.resize(got + wanted);
    const std::size_t part = file.read(array.values.data() + got, wanted);
    got += part;
    if (got > count) file.fail("goes on behind its " + std::to_string(count) + " values");
    if (got < count && part < wanted) {
      file.fail("ends after " + std::to_string(got) + " of " + std::to_string(count) + " values");
    }
  }
  array.values.resize(count);
  return array;
}

}  // namespace example
