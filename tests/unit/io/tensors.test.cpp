// SPDX-License-Identifier: MIT
//
// Named tensors in a file, read and written: bytes by hand, all types, conversions, and what is not finite.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using elman::Dynamic;
using elman::Index;
using elman::io::TensorReader;
using elman::io::TensorWriter;

namespace {

template <class Scalar>
using M = elman::Matrix<Scalar, Dynamic, Dynamic>;

std::string little(std::uint64_t word, std::size_t bytes) {
  std::string text;
  for (std::size_t k = 0; k < bytes; ++k) text += static_cast<char>(word >> (8 * k) & 0xff);
  return text;
}
/// A file of the tensor "a" with these words of so many bytes.
TensorReader file_of(const std::string& dtype, const std::string& shape, const std::vector<std::uint64_t>& words,
                     std::size_t bytes) {
  const std::string header = R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,)" +
                             std::to_string(words.size() * bytes) + "]}}";
  std::string all = little(header.size(), 8) + header;
  for (const auto word : words) all += little(word, bytes);
  return {"a file", std::make_unique<std::istringstream>(all)};
}
TensorReader file_of(const std::vector<double>& numbers) {
  std::vector<std::uint64_t> words;
  for (const double number : numbers) words.push_back(std::bit_cast<std::uint64_t>(number));
  return file_of("F64", "[" + std::to_string(numbers.size()) + "]", words, 8);
}
template <class Run>
std::string error_of(const Run& run) {
  try {
    run();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}
std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("tensors are written as these bytes on every processor, and read from them") {
  const Folder folder("tensors");
  const auto path = folder.path / "é.safetensors";
  const M<float> W{{1.0F, -2.5F, 0.0F}, {3.0e38F, 1e-45F, -0.0F}};
  const elman::Vector<double, Dynamic> v{{0.1, -1e300}};
  TensorWriter writer;
  writer.add("W", W);
  writer.add_vector<double>("ü", {v.data(), v.size()});
  writer.add_transposed<float>("Wt", W);
  writer.metadata = {{"who", "\"né\"\n"}, {"a", ""}};
  writer.write(path);

  std::string header = R"({"__metadata__":{"a":"","who":"\"né\"\n"},)"
                       R"("ü":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},)"
                       R"("W":{"dtype":"F32","shape":[2,3],"data_offsets":[16,40]},)"
                       R"("Wt":{"dtype":"F32","shape":[3,2],"data_offsets":[40,64]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string expected = little(header.size(), 8) + header;
  for (const std::uint64_t word : {0x3fb999999999999aU, 0xfe37e43c8800759cU}) expected += little(word, 8);
  for (const auto word : {0x3f800000U, 0xc0200000U, 0U, 0x7f61b1e6U, 1U, 0x80000000U}) expected += little(word, 4);
  for (const auto word : {0x3f800000U, 0x7f61b1e6U, 0xc0200000U, 1U, 0U, 0x80000000U}) expected += little(word, 4);
  CHECK(bytes_of(path) == expected);

  TensorReader file(path);
  CHECK(file.name() == path.string());
  CHECK(file.metadata() == writer.metadata);
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.tensors()[0].name == "ü");
  CHECK(file.tensors()[1].shape == std::vector<Index>{2, 3});
  CHECK(file.tensors()[1].dtype.name == "F32");
  CHECK(file.matrix<float>("W") == W);
  CHECK(std::signbit(file.matrix<float>("W")(1, 2)));
  CHECK(file.matrix<float>("Wt") == W.transpose());
  CHECK(file.matrix<double>("ü") == v);
  M<float> back(2, 3);
  file.read_transposed<float>(file.at("Wt"), back);
  CHECK(back == W);
  CHECK(file.find("w") == nullptr);
  CHECK(error_of([&] { (void)file.at("w"); }) == path.string() + ": has no tensor \"w\"; it has ü, W, Wt");
}

TEST_CASE("numbers begin at multiples of their size") {
  const Folder folder("tensors");
  for (std::size_t length = 1; length < 18; ++length) {
    const M<float> a = M<float>::Ones(1, 1);
    const M<double> b = M<double>::Ones(1, 1);
    TensorWriter writer;
    writer.add("a", a);
    writer.add(std::string(length, 'b'), b);
    writer.write(folder.path / "aligned.safetensors");
    const TensorReader file(folder.path / "aligned.safetensors");
    std::uint64_t bytes = 0;
    for (const auto& tensor : file.tensors()) bytes += tensor.end - tensor.begin;
    for (const auto& tensor : file.tensors()) {
      CHECK((file.file_size() - bytes + tensor.begin) % tensor.dtype.bytes == 0);
    }
  }
}

TEST_CASE("all numbers of F16 and BF16 are read") {
  std::vector<std::uint64_t> words(65536);
  for (std::size_t k = 0; k < words.size(); ++k) words[k] = k;
  auto half = file_of("F16", "[256,256]", words, 2), brain = file_of("BF16", "[65536]", words, 2);
  const auto halves = half.matrix<double>("a", {.convert = true, .non_finite = true});
  const auto brains = brain.matrix<float>("a", {.convert = true, .non_finite = true});
  REQUIRE(halves.rows() == 256);
  REQUIRE(brains.cols() == 1);
  const auto number = [](int word, int fraction_bits, int exponent_bits) {
    const int fraction = word % (1 << fraction_bits), exponent = word >> fraction_bits & ((1 << exponent_bits) - 1);
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const double sign = word >> 15 != 0 ? -1 : 1;
    if (exponent == (1 << exponent_bits) - 1) {
      return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
    }
    const double significand = (exponent == 0 ? 0 : 1) + std::ldexp(fraction, -fraction_bits);
    return sign * std::ldexp(significand, std::max(exponent, 1) - bias);
  };
  int wrong = 0, nans = 0;
  for (int word = 0; word < 65536; ++word) {
    const auto same = [&](double read, double expected) {
      if (std::isnan(expected)) return ++nans, std::isnan(read);
      return read == expected && std::signbit(read) == std::signbit(expected);
    };
    wrong += same(halves(word / 256, word % 256), number(word, 10, 5)) ? 0 : 1;
    wrong += same(brains(word), number(word, 7, 8)) ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(nans == 2 * 1023 + 2 * 127);
}

TEST_CASE("numbers of another type are read when that is asked for, and rounded once") {
  auto doubles = file_of({0.1, 1 + std::ldexp(1, -24), 1 + std::ldexp(3, -25), 1e-46, 5});
  CHECK(error_of([&] { (void)doubles.matrix<float>("a"); }) ==
        "a file: tensor \"a\" has dtype F64; expected F32, or that .convert is asked for");
  const auto floats = doubles.matrix<float>("a", {.convert = true});
  CHECK(floats.col(0) == elman::Vector<float, 5>(0.1F, 1, 1 + std::ldexp(1.0F, -23), 0, 5));

  auto single = file_of("F32", "[1]", {0x3dcccccd}, 4);
  CHECK(single.matrix<double>("a", {.convert = true})(0) == double{0.1F});
  CHECK(error_of([&] { (void)single.matrix<double>("a"); }).find("has dtype F32; expected F64") != std::string::npos);
  auto whole = file_of("I32", "[1]", {1}, 4);
  CHECK(error_of([&] { (void)whole.matrix<float>("a", {.convert = true}); }) ==
        "a file: tensor \"a\" has dtype I32; expected F64, F32, F16 or BF16");
}

TEST_CASE("doubles up to the last that a float's largest number stands for fit in a float") {
  const double largest = std::numeric_limits<float>::max();
  const double last = std::nextafter(std::ldexp(1 - std::ldexp(1, -25), 128), 0);
  for (const double sign : {1.0, -1.0}) {
    auto fits = file_of({sign * largest, sign * last});
    CHECK(fits.matrix<float>("a", {.convert = true}) == M<float>::Constant(2, 1, static_cast<float>(sign * largest)));
    for (const double large : {std::nextafter(last, 1e300), 0x1p128, 1e300}) {
      for (const bool non_finite : {false, true}) {
        auto file = file_of({1, 2, sign * large});
        const std::string message =
            error_of([&] { (void)file.matrix<float>("a", {.convert = true, .non_finite = non_finite}); });
        CHECK(message.find(" at [2]; expected a number that a float can hold") != std::string::npos);
        CHECK(file.matrix<double>("a")(2) == sign * large);
      }
    }
  }
}

TEST_CASE("what is not finite is refused with its place, or read when that is asked for") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double number : {nan, infinity, -infinity}) {
    auto file = file_of({1, 2, 3, number, 5});
    const auto& tensor = file.at("a");
    for (const auto& message :
         {error_of([&] { file.check<double>(tensor); }), error_of([&] { (void)file.matrix<double>("a"); }),
          error_of([&] { (void)file.matrix<float>("a", {.convert = true}); })}) {
      CHECK(message.find(" at [3]; expected a finite number, or that .non_finite is asked for") != std::string::npos);
    }
    const double read = file.matrix<double>("a", {.non_finite = true})(3);
    CHECK((std::isnan(number) ? std::isnan(read) : read == number));
    CHECK(std::isfinite(static_cast<double>(file.matrix<float>("a", {.convert = true, .non_finite = true})(3))) ==
          false);
  }
  auto cube = file_of("F16", "[2,2,2]", {0, 0, 0, 0, 0, 0, 0x7c00, 0}, 2);
  CHECK(error_of([&] { cube.check<float>(cube.at("a"), {.convert = true}); }) ==
        "a file: tensor \"a\" has inf at [1, 1, 0]; expected a finite number, or that .non_finite is asked for");
  auto scalar = file_of("BF16", "[]", {0xff80}, 2);
  CHECK(error_of([&] { scalar.check<float>(scalar.at("a"), {.convert = true}); }).find("has -inf at []") !=
        std::string::npos);
}

TEST_CASE("large tensors are read in parts, whichever way their rows are cut") {
  const Folder folder("tensors");
  const auto path = folder.path / "large.safetensors";
  for (const auto& [rows, cols] :
       {std::pair<Index, Index>{3, 100'003}, {100'003, 3}, {1'300, 321}, {1, 300'007}, {300'007, 1}}) {
    M<float> W(rows, cols);
    for (Index k = 0; k < W.size(); ++k) W.data()[k] = static_cast<float>(k % 16'000'057);
    TensorWriter writer;
    writer.add("W", W);
    writer.add_transposed<float>("Wt", W);
    writer.write(path);
    TensorReader file(path);
    INFO(rows << " x " << cols);
    CHECK(file.matrix<float>("W") == W);
    CHECK(file.matrix<double>("Wt", {.convert = true}) == W.transpose().cast<double>());
    M<float> into = M<float>::Constant(rows + 2, cols, -1);  // columns that do not touch each other
    file.read<float>(file.at("W"), into.middleRows(1, rows));
    CHECK(into.middleRows(1, rows) == W);
    CHECK((into.row(0).array() == -1).all());
    CHECK((into.row(rows + 1).array() == -1).all());
    into.setConstant(-1);
    file.read_transposed<float>(file.at("Wt"), into.middleRows(1, rows));
    CHECK(into.middleRows(1, rows) == W);
    CHECK((into.row(rows + 1).array() == -1).all());
  }
}

TEST_CASE("empty tensors, vectors and columns are read") {
  auto empty = file_of("F32", "[0,5]", {}, 4), none = file_of("F32", "[7,0]", {}, 4);
  CHECK(empty.matrix<float>("a").cols() == 5);
  CHECK(none.matrix<float>("a").rows() == 7);
  auto huge = file_of("F64", "[9223372036854775807,0]", {}, 8);
  CHECK(huge.matrix<double>("a").size() == 0);
  auto vector = file_of("F32", "[2]", {0x3f800000, 0x40000000}, 4),
       column = file_of("F32", "[2,1]", {0x3f800000, 0x40000000}, 4);
  CHECK(vector.matrix<float>("a") == M<float>{{1}, {2}});
  CHECK(column.matrix<float>("a") == vector.matrix<float>("a"));
  auto cube = file_of("F32", "[1,1,1]", {0}, 4);
  CHECK(error_of([&] { (void)cube.matrix<float>("a"); }) ==
        "a file: tensor \"a\" has shape [1, 1, 1]; expected one of a vector or a matrix");
  M<float> wrong(2, 2);
  CHECK(error_of([&] { vector.read<float>(vector.at("a"), wrong); }) ==
        "a file: tensor \"a\" has shape [2]; expected [2, 2]");
}

template <class Given>
concept CanBeAdded = requires(TensorWriter writer, Given&& matrix) {
  writer.add("W", static_cast<Given&&>(matrix));
};

TEST_CASE("a writer refers to what has a name, and does not take what has none") {
  STATIC_REQUIRE(CanBeAdded<M<float>&>);
  STATIC_REQUIRE(CanBeAdded<const M<double>&>);
  STATIC_REQUIRE(CanBeAdded<elman::ConstMatrixView<float>>);
  STATIC_REQUIRE(!CanBeAdded<M<float>>);
  STATIC_REQUIRE(!CanBeAdded<const M<double>>);
}

TEST_CASE("a writer refuses names that are taken and texts that are no text") {
  const M<float> W = M<float>::Zero(2, 2);
  TensorWriter writer;
  writer.add("W", W);
  CHECK(error_of([&] { writer.add("W", W); }) == "TensorWriter::add: name \"W\" is taken; expected another");
  CHECK(error_of([&] { writer.add("__metadata__", W); }).find("is taken") != std::string::npos);
  const Folder folder("tensors");
  writer.metadata["a"] = std::string(100'000'000, 'a');
  CHECK(error_of([&] { writer.write(folder.path / "a.safetensors"); }).find("names and texts take 1000") !=
        std::string::npos);
  writer.metadata["a"] = "\xff";
  CHECK(error_of([&] { writer.write(folder.path / "a.safetensors"); }).find("is not UTF-8") != std::string::npos);
  CHECK(!std::filesystem::exists(folder.path / "a.safetensors"));
}
