// SPDX-License-Identifier: MIT
//
// NumPy's files from libFuzzer: whatever the bytes, they are read, or there is an error that starts with the file's
// name; what is read as float and as Index has the same shape, and as many numbers as that says.
//
//   clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
//     -I include -isystem /usr/include/eigen3 tests/fuzz/npy_fuzz.cpp -o npy_fuzz
//   ./npy_fuzz -max_total_time=60 -max_len=1024
//
// The mutator changes numbers, words and pieces of a header, and mends after that its length and, mostly, how many
// bytes follow: else nearly all inputs would end at the first check.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/npy.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

namespace detail = elman::io::detail;
using elman::Index;

const std::string file_name = "fuzz.npy";

[[noreturn]] void found(const char* what, const char* message = "") {
  (void)std::fprintf(stderr, "%s: %s\n", what, message);
  std::abort();
}

template <class Run>
bool ends_well(const Run& run) {
  try {
    run();
    return true;
  } catch (const std::runtime_error& error) {
    if (!std::string_view(error.what()).starts_with(file_name + ": ")) found("an error without the file", error.what());
    if (std::strlen(error.what()) > 4096) found("an error that nobody can read", error.what());
    return false;
  }
}

template <class Number>
bool read(const std::string& bytes, elman::io::Array<Number>& array) {
  return ends_well([&] {
    detail::FileSource file(file_name, std::make_unique<std::istringstream>(bytes));
    detail::read_npy(file, true, array.shape, array.numbers);
    if (!detail::fits_shape(array.shape, array.numbers.size())) found("a shape of other numbers");
    if (array.numbers.size() > bytes.size()) found("more numbers than bytes");
  });
}

/// A header of the file, and the bytes behind it.
struct Parts {
  std::string header, data;
};

/// As many bytes of numbers as the header says, where it can be read.
void lay_out(Parts& parts) {
  try {
    const auto header = detail::NpyHeaderParser(file_name, parts.header).parse();
    if (header.size < 512) parts.data.resize(static_cast<std::size_t>(header.size) * header.type.bytes, '\x01');
  } catch (const std::runtime_error&) {
    return;  // nothing can be mended
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  elman::io::Array<float> numbers;
  elman::io::Array<double> wide;
  elman::io::Array<Index> integers;
  const bool are_numbers = read(bytes, numbers), are_wide = read(bytes, wide), are_integers = read(bytes, integers);
  if (are_numbers && !are_wide) found("floats that are no doubles");
  if (are_integers && (!are_wide || integers.shape != wide.shape)) found("integers that are no doubles");
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  std::minstd_rand random(seed);
  const auto below = [&](std::size_t count) { return count == 0 ? 0 : random() / 7 % count; };
  Parts parts;
  int version = 1;
  if (size >= 12) {
    version = bytes[6] == 2 || bytes[6] == 3 ? bytes[6] : 1;
    const std::size_t prefix = version == 1 ? 10 : 12;
    const std::size_t length =
        version == 1 ? detail::word_at<std::uint16_t>(bytes + 8) : detail::word_at<std::uint32_t>(bytes + 8);
    const std::size_t used = (std::min)(length, size - prefix);
    parts.header.assign(reinterpret_cast<const char*>(bytes) + prefix, used);
    parts.data.assign(reinterpret_cast<const char*>(bytes) + prefix + used, size - prefix - used);
  }
  if (size < 12 || below(64) == 0) {
    parts.header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n";
    version = static_cast<int>(1 + below(3));
  }
  const auto mutate = [&](std::string& text) {
    const std::size_t before = text.size();
    text.resize(before + 16);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), before, text.size()));
  };
  // Replaces the first run of such characters behind a random place.
  const auto replace = [&](std::string_view set, const std::vector<std::string>& by) {
    std::string& header = parts.header;
    const std::size_t begin = header.find_first_of(set, below(header.size()));
    if (begin == header.npos) return;
    const std::size_t end = (std::min)(header.find_first_not_of(set, begin), header.size());
    header.replace(begin, end - begin, by[below(by.size())]);
  };
  for (std::size_t round = 0, rounds = 1 + below(3); round < rounds; ++round) {
    switch (below(6)) {
      case 0:
        mutate(parts.header);
        break;
      case 1:
        mutate(parts.data);
        break;
      case 2:
        replace("0123456789", {"0",
                               "1",
                               "2",
                               "3",
                               "4",
                               "5",
                               "7",
                               "8",
                               "16",
                               "02",
                               "-1",
                               "2L",
                               "4294967296",
                               "9223372036854775807",
                               "9223372036854775808",
                               "18446744073709551616",
                               "1,",
                               "3, 2",
                               "3, 1, 2,",
                               "None"});
        break;
      case 3:
        replace("<>|=fiubcSUVOM48", {"<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i4", "<i8", "|u1", ">u2",
                                     "<u4", ">u8", "|b1", "|O",  "<U3", "<c8", "=f4", "f4",  "<",   "[",   ""});
        break;
      case 4:
        replace("abcdefhnoprstuyTFlsR_", {"True", "False", "descr", "fortran_order", "shape", "x", ""});
        break;
      default:
        replace("'\"(){}:, \n", {"'", "\"", "(", ")", "{", "}", ":", ",", " ", ", ", "\n", "\\", ""});
    }
  }
  if (below(4) != 0) lay_out(parts);
  unsigned char length[4];
  detail::put_word(static_cast<std::uint32_t>(parts.header.size()), length);
  std::string all = "\x93NUMPY";
  all += {static_cast<char>(version), '\0'};
  all.append(reinterpret_cast<const char*>(length), version == 1 ? 2 : 4);
  all += parts.header + parts.data;
  if (below(100) == 0) mutate(all);
  const std::size_t result = (std::min)(all.size(), max_size);
  std::memcpy(bytes, all.data(), result);
  return result;
}
